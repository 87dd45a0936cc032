"""Missing modalities: published protocols of masking subsets, and data sets of fewer modalities."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, one_of, selected, takes, whole
from mmviz.data.dataset import Dataset
from mmviz.data.missing.change import Floats, Mask, changed, uniform
from mmviz.data.report import Report
from mmviz.data.spec import Spec

Protocol = Literal["imder", "independent"]
IMDER_RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_LOSE_TWO = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)
_LOSE_ONE = (0.1, 0.2, 0.3, 0.2, 0.1, 0.0, 0.0)


def kept_modalities(
    ids: ArrayLike, present: ArrayLike, rate: float, *, protocol: Protocol = "imder", seed: int = 0
) -> NDArray[np.bool_]:
    """Return which modalities of each sample remain available; at least one does where one was recorded.

    Parameters
    ----------
    ids
        Text (n,), each once.
    present
        bool (n, modalities): recorded modalities.
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
        If the rate or protocol is none of the above, or "imder" is used with another number of modalities than three.
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
        raise DataError(f"kept_modalities: present is {had.shape} for {len(names)} ids; give (n, modalities)")
    if len(set(names.tolist())) != len(names):
        raise DataError("kept_modalities: an id occurs twice; give every sample its own")
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
    """Return the number of modalities that each sample loses, of three."""
    if modalities != 3:
        raise ConfigError(
            f"protocol='imder' gives fractions for three modalities, the data have {modalities}; use protocol='independent'"
        )
    near = [k for k, r in enumerate(IMDER_RATES) if abs(r - rate) < 1e-9]
    if not near and rate != 0:
        raise ConfigError(
            f"rate={rate}: protocol='imder' is defined for 0 and {IMDER_RATES}; use one, or protocol='independent'"
        )
    lost = np.zeros(len(names), dtype=np.int64)
    if near:
        two, one = _LOSE_TWO[near[0]], _LOSE_ONE[near[0]]
        ranked = np.argsort([uniform(seed, "rank", i) for i in names], kind="stable")
        lost[ranked[: round((two + one) * len(names))]] = 1
        lost[ranked[: round(two * len(names))]] = 2
    return lost


@takes(ds="dataset")
def drop_modalities(
    ds: Dataset, rate: float, *, protocol: Protocol = "imder", seed: int = 0, splits: Sequence[str] | None = None
) -> Dataset:
    """Mask whole modalities of some samples; each sample keeps at least one recorded modality.

    Parameters
    ----------
    ds
        Not changed.
    rate, protocol, seed
        See `kept_modalities`. Report the mean over `IMDER_RATES` to compare with published tables.
    splits
        Names of splits; all when None, as in the published protocol.

    Returns
    -------
    Dataset
        A masked modality has no real step for that sample, as an absent one; the report counts them per split and modality.

    Raises
    ------
    ConfigError
        As `kept_modalities`, or if a split is unknown.
    """
    keep: dict[str, NDArray[np.bool_]] = {}
    for name in selected(splits, tuple(ds.splits), "splits", "split"):
        split = ds[name]
        present = np.stack([split.valid[m].any(axis=1) for m in ds.spec.names], axis=1)
        members = kept_modalities(split.ids, present, rate, protocol=protocol, seed=seed)
        keep |= {str(key): row for key, row in zip(split.ids, members, strict=True)}
    column = {m: i for i, m in enumerate(ds.spec.names)}

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        valid[:] = valid & keep[key][column[modality]]

    done = f"drop_modalities(rate={rate}, protocol={protocol!r}, seed={seed})"
    return changed(ds, edit, kind="masked", done=done, modalities=None, splits=splits)


@takes(ds="dataset")
def keep_modalities(ds: Dataset, names: Iterable[str], *, splits: Sequence[str] | None = None) -> Dataset:
    """Mask all modalities except the named ones, in all samples.

    Parameters
    ----------
    ds
        Not changed.
    names
        What remains: one of `subsets`.
    splits
        Names of splits; all when None.

    Returns
    -------
    Dataset
        With the same modalities, so that the same model reads it. A sample without any of the named ones has no data left.

    Raises
    ------
    ConfigError
        If a name or split is unknown, or no name is given.
    """
    kept = selected(names, ds.spec.names, "names")
    others = [m for m in ds.spec.names if m not in kept]
    if not others:
        return ds

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        valid[:] = False

    return changed(ds, edit, kind="masked", done=f"keep_modalities({list(kept)})", modalities=others, splits=splits)


@takes(spec="spec")
def subsets(spec: Spec) -> tuple[tuple[str, ...], ...]:
    """List every non-empty subset of the modalities; subset k, from 1, holds modality m where bit m of k is set."""
    names = spec.names
    return tuple(tuple(m for b, m in enumerate(names) if k >> b & 1) for k in range(1, 2 ** len(names)))


@takes(ds="dataset")
def select_modalities(ds: Dataset, names: Iterable[str]) -> Dataset:
    """Return a data set of the named modalities only, for a baseline model that is built without the others.

    Parameters
    ----------
    ds
        Not changed; the values are shared with it.
    names
        What remains; the order of the data set is kept.

    Returns
    -------
    Dataset
        Its spec contains only these modalities. All samples stay, so that scores compare; a sample in which none of the named
        ones was recorded has no data left; the report counts these samples per split. The truth of synthetic data is dropped.

    Raises
    ------
    ConfigError
        If a name is unknown, or none is given.

    See Also
    --------
    mmviz.data.missing.keep_modalities : masks the others instead, so that a model of all modalities reads the result.
    """
    kept = selected(names, ds.spec.names, "names")
    if kept == ds.spec.names:
        return ds
    report = Report(ds.report.name, list(ds.report.findings))
    splits = {}
    for name, split in ds.splits.items():
        inputs, valid = {m: split.inputs[m] for m in kept}, {m: split.valid[m] for m in kept}
        nothing = int((~np.any([valid[m].any(axis=1) for m in kept], axis=0)).sum())
        if nothing:
            report.add("note", "absent", f"{name} {'+'.join(kept)}", nothing, action="samples with nothing left")
        times = {m: t for m, t in split.times.items() if m in kept}
        splits[name] = replace(split, inputs=inputs, valid=valid, times=times)
    note = f"only {', '.join(kept)} of {', '.join(ds.spec.names)}"
    left = tuple(ds.spec.modality(m) for m in kept)
    duration = ds.spec.duration_s if any(m.spacing_s is not None for m in left) else None
    spec = replace(ds.spec, modalities=left, notes=(*ds.spec.notes, note), duration_s=duration)
    return Dataset(spec, splits, report)
