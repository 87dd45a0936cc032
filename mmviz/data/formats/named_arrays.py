"""Arrays of splits in one npz: ``{split}/{modality}``, ``{split}/target`` and optionally lengths, times, ids, groups and classes."""

from collections.abc import Mapping
from typing import Literal

from mmviz.core.errors import DataError
from mmviz.core.options import one_of
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import numeric, rows_in, texts
from mmviz.data.report import Report
from mmviz.data.splits import ALIASES, canonical
from mmviz.io.content import Content

_RESERVED = ("target", "lengths", "ids", "group", "classes")


def matches(content: Content) -> bool:
    """Return whether the entries are splits, of which at least one has a ``target``."""
    tree = content.tree
    if content.kind not in ("npz", "pickle") or not isinstance(tree, Mapping) or not tree:
        return False
    splits = [s for s in tree.values() if isinstance(s, Mapping)]
    known = any(canonical(str(name)) in ALIASES for name in tree)
    return bool(splits) and (len(splits) == len(tree) or known) and any("target" in s for s in splits)


def read(
    content: Content, repairs: Repairs, *, target: Literal["classification", "regression"] = "classification"
) -> Dataset:
    """Return the data set of the arrays.

    Parameters
    ----------
    content
        Of a file with arrays ``train/audio`` (n, steps, features), ..., ``train/target`` (n,), and optionally
        ``train/lengths/audio`` (n,), ``train/times/audio`` (n, steps) in seconds, ``train/ids``, ``train/group`` (n,)
        and ``train/classes`` text; the same for the other splits. The target may be names of classes or one-hot; a split without one
        can be predicted.
    repairs
        Allowed repairs.
    target
        Whether the target is classes from 0 or values.

    Returns
    -------
    Dataset
        As `mmviz.data.from_arrays` makes it; where there are no lengths, all-zero steps at one end are padding.

    Raises
    ------
    DataError
        As `mmviz.data.from_arrays`.
    """
    one_of(target, ("classification", "regression"), "target")
    raws = {}
    report = Report(content.where)
    names_of_classes: list[str] = []
    for s, part in content.tree.items():
        if not isinstance(part, Mapping) or not [m for m in part if m not in _RESERVED]:
            rows = rows_in(part)
            report.add(
                "warning",
                "left out",
                content.where,
                rows,
                first=repr(s)[:60],
                action="no split with a modality: not read",
            )
            continue
        where = f"{content.where}, {s}"
        times = part.get("times", {}) if isinstance(part.get("times"), Mapping) else {}
        names = [m for m in part if m not in _RESERVED and not (m == "times" and times)]
        lengths = part.get("lengths", {})
        if not isinstance(lengths, Mapping) or not set(lengths) <= set(names):
            raise DataError(
                f"{where} lengths: give one array per modality, such as {s}/lengths/{names[0] if names else 'audio'}"
            )
        raws[str(s)] = SplitFields(
            {str(m): numeric(part[m], f"{where} {m}", 3) for m in names},
            part.get("target"),
            texts(part["ids"], f"{where} ids") if "ids" in part else None,
            texts(part["group"], f"{where} group") if "group" in part else None,
            {str(m): numeric(k, f"{where} lengths of {m}", 1) for m, k in lengths.items()},
            times={str(m): numeric(t, f"{where} times of {m}", 1, 2) for m, t in times.items()},
        )
        if "classes" in part and target == "classification":
            names_of_classes = names_of_classes or texts(part["classes"], f"{where} classes")
            if names_of_classes != texts(part["classes"], f"{where} classes"):
                raise DataError(f"{where} classes: other names than in an earlier split; give every split the same")
    description = Description("named_arrays", target, tuple(names_of_classes) or None, source=content.where)
    return build_dataset(raws, description, repairs, report)
