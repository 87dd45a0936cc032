"""What AlignMamba-2's parts are worth: alignment by transport, by MMD, by both or neither; shared experts, specific ones, or both."""

from __future__ import annotations

from mmviz.errors import ConfigError
from mmviz.experiments.recipes import fitting
from mmviz.experiments.studies import Common
from mmviz.experiments.study import Study, grid
from mmviz.models.build import config_of

MODEL = "alignmamba2"


def declare(common: Common) -> Study:
    """Return the four alignments with both experts, and the three kinds of experts with both alignments; the reference is the whole model.

    Raises
    ------
    ConfigError
        If the data have one modality: nothing can be aligned. If the model's options leave an alignment without weight.
    """
    if len(common.spec.names) < 2:
        raise ConfigError(f"alignmamba_ablation: {common.spec.name!r} has one modality; alignment needs two")
    if common.only is not None:
        raise ConfigError("alignmamba_ablation has no variants by name; leave only= out")
    base = fitting(MODEL, common.model)
    whole = config_of(MODEL, **{k: v for k, v in base.items() if k != "name"})
    weights = {"ot": whole.ot, "mmd": whole.mmd}  # type: ignore[attr-defined]
    if not all(weights.values()):
        raise ConfigError(f"alignmamba_ablation: {weights}: give both a weight above 0; the ablation takes them away")
    aligned = [{"ot": 0.0, "mmd": 0.0}, {"mmd": 0.0}, {"ot": 0.0}, {}]
    variants = [{"experts": "both"} | weights | without for without in aligned]
    variants += [{"experts": kind} | weights for kind in ("shared", "specific")]
    cells = grid(
        data=common.data,
        model=[{**base, **variant} for variant in variants],
        strategy=common.strategy,
        train=common.train,
        seed=common.seeds,
        convention=common.convention,
    )
    by = ("model.experts", "model.ot", "model.mmd")
    reference = {"model.experts": "both", "model.ot": weights["ot"], "model.mmd": weights["mmd"]}
    return Study("alignmamba_ablation", cells, by=by, metric=common.metric, reference=reference)
