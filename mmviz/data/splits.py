"""Splits: canonical names, and seeded assignment of samples by sample, by group or stratified by class."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.data.report import Report

ALIASES = {
    "train": ("train", "training", "trn"),
    "valid": ("valid", "val", "validation", "validate", "dev", "devel", "development"),
    "test": ("test", "testing", "tst"),
}
_EITHER = ("eval", "evaluation")  # the validation split of some, the test split of others
_NAME_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases}


def canonical_splits(given: Iterable[Any], where: str) -> dict[Any, Any]:
    """Return the canonical name of each split.

    Parameters
    ----------
    given
        The names as they were given. Case and surrounding spaces do not matter.
    where
        File or argument, for errors.

    Returns
    -------
    dict
        Given name to "train", "valid" or "test" where it is one of `ALIASES`, otherwise to itself. "eval" and "evaluation" are the
        test split where there is a validation split and no test split, otherwise the validation split.

    Raises
    ------
    DataError
        If two of them mean the same split.
    """
    plain = {name: name.strip().lower() if isinstance(name, str) else name for name in given}
    found = {name: _NAME_OF.get(key, name) for name, key in plain.items()}
    known = {found[name] for name in plain if plain[name] not in _EITHER}
    either = "test" if "valid" in known and "test" not in known else "valid"
    found |= {name: either for name, key in plain.items() if key in _EITHER}
    first: dict[Any, Any] = {}
    for name, split in found.items():
        if split in first:
            raise DataError(
                f"{where}: {first[split]!r} and {name!r} both mean the split {split!r}; join them, or rename one of them"
            )
        first[split] = name
    return found


def canonical(name: str) -> str:
    """Return "train", "valid" or "test" for one of their other names, and every other name as it is."""
    return _NAME_OF.get(name.strip().lower(), name)


def report_renamed(found: Mapping[Any, Any], sizes: Mapping[Any, int], report: Report, where: str) -> None:
    """Report every split that is renamed, with its number of samples.

    Parameters
    ----------
    found
        As `canonical_splits` returns it.
    sizes
        Given name to number of samples.
    report
        Receives a "split" note for each.
    where
        File or argument.
    """
    for name, split in found.items():
        if name != split:
            report.add("note", "split", where, sizes[name], first=repr(name), action=f"called {split!r}")


Indices = NDArray[np.int64]


def check_fractions(fractions: Mapping[str, float]) -> None:
    """Raise ConfigError unless the fractions are positive and sum to 1."""
    values = list(fractions.values())
    if not all(isinstance(v, (int, float, np.number)) and not isinstance(v, bool) for v in values):
        raise ConfigError(f"split={dict(fractions)}: give a share as a number, such as train 0.7, test 0.3")
    if not values or any(not 0 < v <= 1 for v in values) or abs(sum(values) - 1) > 1e-9:
        raise ConfigError(
            f"split={dict(fractions)}: give positive fractions that sum to 1, such as train 0.7, test 0.3"
        )


def split_samples(n: int, fractions: Mapping[str, float], seed: int) -> dict[str, Indices]:
    """Assign n samples to splits at random.

    Parameters
    ----------
    n
        Number of samples.
    fractions
        Split name to share; shares sum to 1.
    seed
        Of the order; global random state is not touched.

    Returns
    -------
    dict
        Split name to sorted indices; sizes are the rounded shares.

    Raises
    ------
    ConfigError
        If the fractions are not positive or do not sum to 1.
    DataError
        If a split would be empty.
    """
    check_fractions(fractions)
    order = np.random.default_rng(seed).permutation(n)
    edges = np.rint(np.cumsum([0.0, *fractions.values()]) * n).astype(int)
    parts = {name: np.sort(order[a:b]) for name, a, b in zip(fractions, edges, edges[1:], strict=False)}
    for name, part in parts.items():
        if len(part) == 0:
            raise DataError(f"split {name!r} would be empty: a share of {fractions[name]} of {n}; give more samples")
    return parts


def split_groups(group: NDArray[np.str_], fractions: Mapping[str, float], seed: int) -> dict[str, Indices]:
    """Assign whole groups to splits at random: no group is in two splits.

    Parameters
    ----------
    group
        Text (n,); samples without a group ("") are refused.
    fractions, seed
        As in `split_samples`; shares count groups.

    Returns
    -------
    dict
        Split name to sorted indices of samples.

    Raises
    ------
    ConfigError
        If the fractions are not positive or do not sum to 1.
    DataError
        If a sample has no group, or a split would be empty.
    """
    if (group == "").any():
        raise DataError(
            f"split_by='group': sample {int(np.flatnonzero(group == '')[0])} has no group; "
            "give a group for every sample or use split_by='sample'"
        )
    names = np.unique(group)
    parts = split_samples(len(names), fractions, seed)
    return {split: np.flatnonzero(np.isin(group, names[part])) for split, part in parts.items()}


def stratified_folds(labels: NDArray[np.int64], folds: int, seed: int) -> NDArray[np.int64]:
    """Return a fold 0..folds-1 for each sample, stratified by class.

    Parameters
    ----------
    labels
        Classes (n,).
    folds
        How many.
    seed
        Of the order within a class.

    Returns
    -------
    ndarray
        Fold of each sample, (n,); counts of one class differ by at most 1 between folds.
    """
    rng = np.random.default_rng(seed)
    fold = np.empty(len(labels), dtype=np.int64)
    start = 0
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        fold[members] = (start + np.arange(len(members))) % folds
        start += len(members)
    return fold
