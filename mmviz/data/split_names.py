"""Names of splits: what people call them, as "train", "valid" and "test"."""

from collections.abc import Iterable, Mapping
from typing import Any

from mmviz.data.report import Report
from mmviz.errors import DataError

ALIASES = {
    "train": ("train", "training", "trn"),
    "valid": ("valid", "val", "validation", "validate", "dev", "devel", "development"),
    "test": ("test", "testing", "tst"),
}
_EITHER = ("eval", "evaluation")  # the validation split of some, the test split of others
_NAME_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases}


def canonical_splits(given: Iterable[Any], where: str) -> dict[Any, Any]:
    """Return the name that each split of a data set gets.

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
    """Note every split that gets another name than it was given, with its samples.

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
