"""Variants of AlignMamba-2's alignment that are not part of the package, registered from outside it; see alignment_ablation.py."""

from dataclasses import dataclass, replace

import torch
from mmkernels import pairwise_cost

import mmviz as mm
from mmviz.models.batch import Steps
from mmviz.models.fusions.alignmamba2 import AlignMamba2, AlignMamba2Config
from mmviz.models.ssm.alignment import Alignment, Pair
from mmviz.models.ssm.token_order import Arrangement


@dataclass(frozen=True)
class ClassConditionalConfig(AlignMamba2Config):
    """Options of AlignMamba-2; ``mmd`` weighs the class-conditional discrepancy."""


class ClassConditionalAlignment(Alignment):
    """Alignment whose MMD compares, within each class of the batch, the steps of all its samples with those of the anchor."""

    def __init__(self, names, config):
        super().__init__(names, replace(config, mmd=0.0))
        self.weighted = config
        self.target = None

    def __call__(self, steps, observation):
        super().__call__(steps, observation)
        if not observation.training:
            return
        if self.target is None or len(self.target) != steps.x.shape[1]:
            raise RuntimeError("the class-conditional MMD needs the labels of the batch that was encoded last")
        total = steps.x.new_zeros(())
        for m in range(len(self.names)):
            if m != self.anchor:
                pair = Pair.of(steps, m, self.anchor, anchor_gradient=self.weighted.anchor_gradient)
                total = total + self.within_classes(pair)
        observation.penalties["mmd"] = self.weighted.mmd * total

    def within_classes(self, pair):
        """Return the mean over samples of the MMD² of their class in the batch; samples without the pair contribute 0."""
        rows = [torch.nonzero((self.target == c) & pair.both)[:, 0] for c in self.target.unique()]
        rows = [each for each in rows if len(each)]
        if not rows:
            return pair.x.new_zeros(())
        count = torch.tensor([len(each) for each in rows])
        index = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        there = torch.arange(index.shape[1]) < count[:, None]

        def points(x, mask):
            return x[index].flatten(1, 2), (mask[index] & there[..., None]).flatten(1, 2)

        (x, mask_x), (y, mask_y) = points(pair.x, pair.mask_x), points(pair.y, pair.mask_y)
        distance = self.weighted.discrepancy(x, y, mask_x, mask_y)
        return (distance * count).sum() / len(pair.both)


class ClassConditional(AlignMamba2):
    """AlignMamba-2 with a class-conditional MMD."""

    def __init__(self, spec, config):
        super().__init__(spec, config)
        self.alignment = ClassConditionalAlignment(spec.names, config)

    def encode(self, batch):
        """Return the steps, and keep the labels of the batch for the penalty."""
        self.alignment.target = batch.target
        return super().encode(batch)


class ProjectedAlignment(Alignment):
    """Alignment of a projection of the encoded steps."""

    def __init__(self, names, config, project):
        super().__init__(names, config)
        self.project = project

    def __call__(self, steps, observation):
        super().__call__(Steps(self.project(steps.x), steps.mask), observation)


@dataclass(frozen=True)
class SharedExpertConfig(AlignMamba2Config):
    """Options of AlignMamba-2, with a shared expert."""


class SharedExpert(AlignMamba2):
    """AlignMamba-2 whose penalties compare the outputs of the shared input expert of the first layer."""

    def __init__(self, spec, config):
        super().__init__(spec, config)
        self.alignment = ProjectedAlignment(spec.names, config, self.shared_features)

    def shared_features(self, x):
        """Return the shared expert's part of the scan's input for every step."""
        layer = self.layers[0]
        u, _ = (layer.norm(x) @ layer.mixer.into.shared[0]).chunk(2, -1)
        return u


@dataclass(frozen=True)
class PlanOrderConfig(AlignMamba2Config):
    """Options of AlignMamba-2; the order of the tokens follows the transport plan."""


class PlanOrder(AlignMamba2):
    """AlignMamba-2 in which a token stands before the anchor's step that the relaxed plan moves it to; not causal."""

    @property
    def causal(self):
        """False: the plan depends on the whole sequence."""
        return False

    def streams(self, steps, observation=None):
        """Return every token after the last layer."""
        if observation is not None:
            self.alignment(steps, observation)
        x, mask = steps.x, steps.mask_or_none
        arrangements = (self.arrangement(steps),)
        for layer in self.layers:
            x = layer(x, mask, arrangements, observation)
        return self.norm(x)

    @torch.no_grad()
    def arrangement(self, steps):
        """Return the tokens sorted by the anchor's step, at each step the anchor last; without the anchor by their own step."""
        (x, mask), anchor = steps, self.alignment.anchor
        own = torch.arange(x.shape[2], dtype=torch.float32).expand(x.shape[1], -1)
        place = torch.empty(x.shape[:3])
        for m in range(len(x)):
            step = own
            if m != anchor:
                cost = pairwise_cost(x[m].float(), x[anchor].float())
                cost = torch.where(mask[anchor][:, None], cost, torch.inf)
                step = torch.where(mask[anchor].any(-1, keepdim=True), cost.argmin(-1).float(), own)
            rank = self.order.modalities.index(m)
            place[m] = step + (rank + own / x.shape[2]) / len(x)
        valid = self.order.flatten(mask)
        source = torch.where(valid, self.order.flatten(place), torch.inf).argsort(dim=1, stable=True)
        position = torch.where(valid, source.argsort(dim=1), -1)
        return Arrangement(self.order, False, source, position)


#: name -> model and its options
VARIANTS = {
    "alignmamba2_class_conditional": (ClassConditional, ClassConditionalConfig),
    "alignmamba2_shared_expert": (SharedExpert, SharedExpertConfig),
    "alignmamba2_plan_order": (PlanOrder, PlanOrderConfig),
}


def register_variants():
    """Register the variants, as a user does; not on import, because tests over the registry would then include them."""
    for name, (model, config) in VARIANTS.items():
        mm.models.register(name, config)(model)
