"""Whole modalities removed: at a rate by a published protocol, or all but a chosen subset."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mmviz.arguments import takes
from mmviz.data.dataset import Dataset
from mmviz.data.missing.change import Floats, Mask, changed, chosen
from mmviz.data.missing.protocol import Protocol, kept_members
from mmviz.data.spec import Spec


@takes(ds="dataset")
def drop_modalities(
    ds: Dataset,
    rate: float,
    *,
    protocol: Protocol = "imder",
    seed: int = 0,
    splits: Sequence[str] | None = None,
) -> Dataset:
    """Mask whole modalities of some samples; every sample keeps at least one that it had.

    Parameters
    ----------
    ds
        Left alone.
    rate, protocol, seed
        See `kept_members`. Report the mean over `IMDER_RATES` to compare with published tables.
    splits
        Which splits; all when None, as in the published protocol.

    Returns
    -------
    Dataset
        A masked modality has no real step for that sample, as an absent one; the report counts them per split and modality.

    Raises
    ------
    ConfigError
        As `kept_members`, or if a split is unknown.
    """
    keep: dict[str, NDArray[np.bool_]] = {}
    for name in chosen(tuple(ds.splits), splits, "splits"):
        split = ds[name]
        present = np.stack([split.valid[m].any(axis=1) for m in ds.spec.names], axis=1)
        members = kept_members(split.ids, present, rate, protocol=protocol, seed=seed)
        keep |= {str(key): row for key, row in zip(split.ids, members, strict=True)}
    column = {m: i for i, m in enumerate(ds.spec.names)}

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        valid[:] = valid & keep[key][column[modality]]

    done = f"drop_modalities(rate={rate}, protocol={protocol!r}, seed={seed})"
    return changed(ds, edit, kind="masked", done=done, modalities=None, splits=splits)


@takes(ds="dataset")
def keep_modalities(ds: Dataset, names: Iterable[str], *, splits: Sequence[str] | None = None) -> Dataset:
    """Mask every modality but the named ones, for all samples.

    Parameters
    ----------
    ds
        Left alone.
    names
        What remains: one of `subsets`.
    splits
        Which splits; all when None.

    Returns
    -------
    Dataset
        With the same modalities, so that the same model reads it. A sample that had none of the named ones has nothing left.

    Raises
    ------
    ConfigError
        If a name or split is unknown, or no name is given.
    """
    kept = chosen(ds.spec.names, names, "names")
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
