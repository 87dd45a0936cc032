"""Cases of the efficiency study (model, length, mode), and the equality test that each must pass before it is measured."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import torch

from mmviz.core.errors import ConfigError
from mmviz.data.sets.synthetic import synthetic
from mmviz.models.batch import Batch, batch_of
from mmviz.models.registry import available, build, config_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from mmviz.data.spec import Spec
    from mmviz.models.base import FusionModel


MODES = ("inference", "training")
MODALITIES = 3

#: name in the study: model, and the options in which it differs from the model's defaults
CONTENDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "coupled_mamba": ("coupled_mamba", {}),
    "alignmamba2": ("alignmamba2", {}),
    "cross_attention_fused": ("cross_attention", {"heads": 8, "attention": "fused"}),
    "cross_attention_materialised": ("cross_attention", {"heads": 8, "attention": "materialised"}),
    "transformer_fused": ("transformer", {"heads": 8, "attention": "fused"}),
    "transformer_materialised": ("transformer", {"heads": 8, "attention": "materialised"}),
}

#: description of the models of the study
MEANING = {
    "coupled_mamba": "as many coupled layers as --layers, 16 states, softmax coupling",
    "alignmamba2": "as many Modality-Aware Mamba layers over 3 x length interleaved tokens; OT and MMD in training only",
    "cross_attention": "multi-stream Transformer (MulT): for each of 6 ordered pairs as many cross-modal layers, then one "
    "self-attention layer per modality; causal, 8 heads; pairs run one after another",
    "transformer": "single-stream Transformer: as many layers over 3 x length tokens; causal by step, 8 heads; fused, it reads a mask of tokens²",
}

_PLAIN = {"backend": "reference", "attention": "materialised"}  # options of a model's float64 form, where it has them


@dataclass(frozen=True)
class Case:
    """One cell of the study.

    Attributes
    ----------
    contender
        A key of ``CONTENDERS``.
    length
        Steps of each of the three modalities, ≥ 24.
    mode
        ``inference``: one pass without gradients. ``training``: one pass with the model's penalties, and backward.
    width, layers
        The same for every model; ``width`` a multiple of 8.
    batch
        Samples, ≥ 1.
    device
        ``cpu`` or ``cuda``.
    """

    contender: str
    length: int
    mode: str
    width: int = 128
    layers: int = 2
    batch: int = 1
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.contender not in CONTENDERS:
            raise ConfigError(f"efficiency: model {self.contender!r} is unknown; choose from {', '.join(CONTENDERS)}")
        if self.mode not in MODES:
            raise ConfigError(f"efficiency: mode {self.mode!r} is unknown; choose {' or '.join(MODES)}")
        for name, lowest in (("length", 24), ("width", 8), ("layers", 1), ("batch", 1)):
            value = getattr(self, name)
            if type(value) is not int or value < lowest:
                raise ConfigError(f"efficiency: {name}={value!r}, expected an integer ≥ {lowest}")
        if self.width % 8:
            raise ConfigError(f"efficiency: width={self.width} is not a multiple of 8, the number of heads")
        if CONTENDERS[self.contender][0] not in available():
            raise ConfigError(f"efficiency: there is no model {CONTENDERS[self.contender][0]!r}")
        if self.device not in ("cpu", "cuda"):
            raise ConfigError(f"efficiency: device={self.device!r} is unknown; choose cpu or cuda")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise ConfigError("efficiency: PyTorch finds no CUDA device here; nothing was measured")

    def described(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)

    def model(self, spec: Spec, *, plain: bool = False) -> FusionModel:
        """Return the model with the same weights every time; ``plain``: in float64, with the reference backends."""
        name, options = CONTENDERS[self.contender]
        options_of_model = {field.name for field in fields(config_of(name))}
        if plain:
            options = {**options, **{key: value for key, value in _PLAIN.items() if key in options_of_model}}
        built = build(name, spec, seed=0, width=self.width, layers=self.layers, align="pad", dropout=0.0, **options)
        return (built.double() if plain else built).to(self.device)

    def data(self) -> tuple[Spec, Batch]:
        """Return three modalities of ``length`` steps, without padding, and what describes them."""
        ds = synthetic(
            n=max(20, 2 * self.batch), modalities=MODALITIES, steps=self.length, task="classification", seed=0
        )
        return ds.spec, batch_of(ds["train"], range(self.batch)).to(self.device)

    def work(self, model: FusionModel, batch: Batch) -> Callable[[], None]:
        """Return the function that is timed and whose memory is measured."""

        def infer() -> None:
            with torch.inference_mode():
                model(batch)

        def train() -> None:
            loss_of(model, batch).backward()
            model.zero_grad(set_to_none=True)

        model.train(self.mode == "training")
        return train if self.mode == "training" else infer


def loss_of(model: FusionModel, batch: Batch) -> torch.Tensor:
    """Return what training descends: cross-entropy and the model's own penalties."""
    output, penalties = model.training_forward(model.encode(batch))
    return torch.nn.functional.cross_entropy(output, batch.required_target) + sum(
        penalties.values(), torch.zeros(()).to(output)
    )


TOLERANCE = 1e-4  # float32 and a few layers; of the largest value


def small_of(case: Case) -> Case:
    """Return the case on which equality is tested: few steps and samples, the rest as it is."""
    return replace(case, length=40, batch=2)


def batches_of(small: Case) -> list[Batch]:
    """Return a batch without padding, and the same with a gap, an early end and an absent modality."""
    _, whole = small.data()
    valid = {name: mask.clone() for name, mask in whole.valid.items()}
    first, second, third = whole.names
    valid[first][0, 5:9] = False
    valid[second][1] = False
    valid[third][:, 30:] = False
    return [whole, replace(whole, valid=valid)]


def error_of(case: Case) -> float:
    """Return the largest error of predictions, in training of gradients, relative to the largest value of each.

    The other side is the same model in float64 with the scan as a loop and the attention written out. Gradients that are
    smaller than a hundredth of the largest of all, as where samples cancel, are compared with that hundredth.
    """
    small = small_of(case)
    spec, _ = small.data()
    errors = []
    for batch in batches_of(small):
        found, right = (
            _values(small, small.model(spec, plain=plain), batch.to(case.device, dtype))
            for plain, dtype in ((False, torch.float32), (True, torch.float64))
        )
        floor = 1e-2 * max(float(value.abs().max()) for value in right)
        for a, b in zip(found, right, strict=True):
            error = float((a.double() - b).abs().max()) / max(float(b.abs().max()), floor)
            errors.append(math.inf if math.isnan(error) else error)
    return max(errors)


def _values(case: Case, model: FusionModel, batch: Batch) -> list[Tensor]:
    """Return the predictions, or in training the gradient of every weight."""
    if case.mode == "inference":
        with torch.inference_mode():
            return [model.eval()(batch)]
    loss_of(model.train(), batch).backward()
    return [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in model.parameters()]
