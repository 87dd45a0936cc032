"""Who loses what: the missing-modality protocol of IMDer and GCNet with its exact fractions, and independent loss."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.data.choice import number, one_of, whole
from mmviz.data.missing.draws import uniform
from mmviz.errors import ConfigError, DataError

Protocol = Literal["imder", "independent"]
IMDER_RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_LOSE_TWO = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)
_LOSE_ONE = (0.1, 0.2, 0.3, 0.2, 0.1, 0.0, 0.0)


def kept_members(
    ids: ArrayLike, present: ArrayLike, rate: float, *, protocol: Protocol = "imder", seed: int = 0
) -> NDArray[np.bool_]:
    """Decide for every sample which of its modalities remain; at least one does where there was one.

    Parameters
    ----------
    ids
        Text (n,), each once.
    present
        bool (n, modalities): what was recorded.
    rate
        For "imder" one of `IMDER_RATES`, or 0 for no loss; for "independent" any number from 0 to 1.
    protocol
        "imder": with rates 0.1 ... 0.7, a fraction 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0 of the samples loses two of its three
        modalities and a fraction 0.1, 0.2, 0.3, 0.2, 0.1, 0, 0 loses one, exactly to the nearest sample; so rate 0.7 is really
        2/3. "independent": each modality is lost with probability `rate`; a sample that would lose everything keeps one.
    seed
        Of all draws.

    Returns
    -------
    ndarray
        bool (n, modalities), a subset of `present`. A modality that was absent counts among those lost.

    Raises
    ------
    ConfigError
        If the rate or protocol is none of the above, or "imder" is asked of other than three modalities.
    DataError
        If an id occurs twice or the shapes disagree.

    Notes
    -----
    The fractions are those of `mdswyz/IMDer trains/singleTask/IMDER.py` (`miss_1`, `miss_2`), quoted from the GCNet family. There
    whole batches lose modalities in the order of the loader, the first ones two; here the samples of a split are ranked by a
    hash of seed and id, so that the same ones lose the same whatever the order. With "imder" a sample's fate depends on
    which other samples are in the split (their number makes the fractions exact); with "independent" on nothing else.
    """
    names, had = np.asarray(ids).astype(str), np.asarray(present, dtype=bool)
    one_of(protocol, ("imder", "independent"), "protocol")
    rate, seed = number(rate, "rate", low=0.0, high=1.0), whole(seed, "seed", low=0)
    if had.ndim != 2 or len(had) != len(names):
        raise DataError(f"kept_members: present is {had.shape} for {len(names)} ids; give (n, modalities)")
    if len(set(names.tolist())) != len(names):
        raise DataError("kept_members: an id occurs twice; give every sample its own")
    modalities = had.shape[1]
    draw = np.array([[uniform(seed, f"keep {m}", i) for m in range(modalities)] for i in names]).reshape(had.shape)
    if protocol == "independent":
        keep = had & (draw >= rate)
        rescue = had.any(1) & ~keep.any(1)
        keep[rescue, np.where(had, draw, -1.0)[rescue].argmax(1)] = True
        return keep
    lost = _imder_counts(names, rate, modalities, seed)
    order = np.argsort(np.argsort(np.where(had, -draw, 1.0), axis=1, kind="stable"), axis=1, kind="stable")
    return had & (order < np.maximum(modalities - lost, 1)[:, None])


def _imder_counts(names: NDArray[np.str_], rate: float, modalities: int, seed: int) -> NDArray[np.int64]:
    """How many of its three modalities each sample loses."""
    if modalities != 3:
        raise ConfigError(
            f"protocol='imder' gives fractions for three modalities, the data have {modalities}; use protocol='independent'"
        )
    near = [k for k, r in enumerate(IMDER_RATES) if abs(r - rate) < 1e-9]
    if not near and rate != 0:
        raise ConfigError(
            f"rate={rate}: protocol='imder' knows 0 and {IMDER_RATES}; use one, or protocol='independent'"
        )
    lost = np.zeros(len(names), dtype=np.int64)
    if near:
        two, one = _LOSE_TWO[near[0]], _LOSE_ONE[near[0]]
        ranked = np.argsort([uniform(seed, "rank", i) for i in names], kind="stable")
        lost[ranked[: round((two + one) * len(names))]] = 1
        lost[ranked[: round(two * len(names))]] = 2
    return lost
