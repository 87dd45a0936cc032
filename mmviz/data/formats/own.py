"""One's own arrays in one npz: ``{split}/{modality}``, ``{split}/target`` and, if wanted, lengths, ids and groups."""

from collections.abc import Mapping
from typing import Literal

from mmviz.data.choice import one_of
from mmviz.data.dataset import Dataset
from mmviz.data.formats.fields import field, numeric, texts
from mmviz.data.formats.repairs import Meaning, Raw, Repairs, dataset
from mmviz.data.report import Report
from mmviz.errors import DataError
from mmviz.io.content import Content

_RESERVED = ("target", "lengths", "ids", "group", "classes")


def matches(content: Content) -> bool:
    """Whether every entry is a split with a ``target``."""
    tree = content.tree
    if content.kind not in ("npz", "pickle") or not isinstance(tree, Mapping) or not tree:
        return False
    return all(isinstance(s, Mapping) and "target" in s for s in tree.values())


def read(
    content: Content, repairs: Repairs, *, target: Literal["classification", "regression"] = "classification"
) -> Dataset:
    """Read the splits.

    Parameters
    ----------
    content
        Of a file with arrays ``train/audio`` (n, steps, features), ..., ``train/target`` (n,), and optionally
        ``train/lengths/audio`` (n,), ``train/times/audio`` (n, steps) in seconds, ``train/ids`` and ``train/group`` (n,) text; the same for the other splits.
    repairs
        What may be repaired.
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
    for s, part in content.tree.items():
        where = f"{content.where}, {s}"
        times = part.get("times", {}) if isinstance(part.get("times"), Mapping) else {}
        names = [m for m in part if m not in _RESERVED and not (m == "times" and times)]
        lengths = part.get("lengths", {})
        if not isinstance(lengths, Mapping) or not set(lengths) <= set(names):
            raise DataError(
                f"{where} lengths: give one array per modality, such as {s}/lengths/{names[0] if names else 'audio'}"
            )
        raws[str(s)] = Raw(
            {str(m): numeric(part[m], f"{where} {m}", 3) for m in names},
            numeric(field(part, "target", where), f"{where} target", 1),
            texts(part["ids"], f"{where} ids") if "ids" in part else None,
            texts(part["group"], f"{where} group") if "group" in part else None,
            {str(m): numeric(k, f"{where} lengths of {m}", 1) for m, k in lengths.items()},
            times={str(m): numeric(t, f"{where} times of {m}", 1, 2) for m, t in times.items()},
        )
    return dataset(raws, Meaning("own", target, source=content.where), repairs, Report(content.where))
