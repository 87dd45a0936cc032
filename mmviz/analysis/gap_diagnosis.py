"""Diagnosis of the gap of one modality: weak data, an under-optimised representation, or a head that does not use the representation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

#: verdict -> its meaning
VERDICTS = {
    "weak data": "a model trained on this modality alone is not better than the best constant prediction",
    "no gap": "the full model scores with this modality alone at least what a model trained on it scores",
    "gap not resolved": "the interval of the gap includes 0, or there is none",
    "representation": "a linear probe predicts worse from the full model's features of this modality than from those of a model trained on it",
    "head": "a linear probe finds no resolved difference between these features and those of a model trained on this modality; the full model's head scores below the probe when the other modalities are masked",
    "representation and head": "the features are worse than those of a model trained on this modality, and the head scores below a probe of them",
    "not located": "there is a gap, and the probes locate it neither in the features nor in the head",
}

#: strategies that never mask a modality
_COMPLETE = ("joint", "ogm_ge")


def diagnosis(found: xr.Dataset, name: str, alone: int, strategy: str = "") -> tuple[str, str]:
    """Return the verdict on one modality, one of :data:`VERDICTS`, and its reason in words with the numbers behind it.

    Parameters
    ----------
    found
        A result of :func:`mmviz.analysis.value_by_retraining`, of this modality only; its ``verdict`` is not read.
    name
        Of the modality.
    alone
        Number of the coalition of this modality alone.
    strategy
        Training strategy of the full model, where it is known.

    Notes
    -----
    A difference counts where its interval excludes 0; without intervals (one seed) nothing is decided. The order: weak data,
    then the sign of the gap, then the paired differences of the probes (features that the head receives when only this modality is
    available). A *linear* probe bounds what a head can use from below only: features that it cannot read may still be used.
    """
    retrained, masked = (found[key].values[:, alone] for key in ("retrained", "masked"))
    constant = found["retrained"].values[0, 0]
    full, untrained, own = (
        found["probe"].sel(representation="head input", weights=w).values for w in found["weights"].values
    )
    verdict = _verdict(found)
    sentences = [
        f"{name} alone: {_shown(retrained)} after training on it, {_shown(masked)} in the full model (others masked), "
        f"{constant:.3f} for the best constant prediction; gap {signed_interval(found['gap'].values)}.",
        f"Linear probe of the features that the head receives: full model {_shown(full)}, untrained copy {_shown(untrained)}, "
        f"model of {name} alone {_shown(own)}.",
        f"So: {VERDICTS[verdict]}.",
    ]
    if np.isfinite(found["training_gain"].values).all() and not _above(found["training_gain"].values):
        sentences.append(
            "The untrained copy's probe is not resolved below the full model's: the probe gives no evidence that training improved these features."
        )
    if verdict in ("head", "representation and head") and strategy in _COMPLETE:
        sentences.append(
            f"Training by {strategy} masks no modality: the head met {name} alone only where the other modalities were not recorded."
        )
    if verdict in ("head", "representation and head") and _above(found["alone_head"].values):
        sentences.append(
            f"The model of {name} alone also scores below the probe of its own features "
            f"({signed_interval(found['alone_head'].values)}): the training budget is short for its head too."
        )
    return verdict, " ".join(sentences)


def _verdict(found: xr.Dataset) -> str:
    above, gap = found["above_constant"].values, found["gap"].values
    if above[0] <= 0 or (np.isfinite(above).all() and not _above(above)):
        return "weak data"
    if not np.isfinite(gap).all() or gap[1] <= 0 <= gap[2]:
        return "no gap" if gap[0] == 0 and not np.isfinite(gap[1:]).any() else "gap not resolved"
    if gap[2] < 0:
        return "no gap"
    lost, head = _above(found["representation_loss"].values), _above(found["head"].values)
    if lost and head:
        return "representation and head"
    return "representation" if lost else "head" if head else "not located"


def _above(statistics: np.ndarray) -> bool:
    return bool(statistics[1] > 0)


def _shown(statistics: np.ndarray) -> str:
    mean, low, high = statistics
    text = f"{mean:.3f} ({low:.3f} to {high:.3f})" if np.isfinite([low, high]).all() else f"{mean:.3f}"
    return text.replace("-", "−")


def signed_interval(statistics: np.ndarray) -> str:
    """Return mean, low and high of a difference as text with signs."""
    mean, low, high = statistics
    span = f"({low:+.3f} to {high:+.3f})" if np.isfinite([low, high]).all() else "(no interval)"
    return f"{mean:+.3f} {span}".replace("-", "−")
