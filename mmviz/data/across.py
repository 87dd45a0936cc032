"""What only shows when the splits are compared: other modalities, other feature sizes, the same sample or group twice."""

from collections import Counter

from mmviz.data.parts import Part
from mmviz.data.report import Report
from mmviz.errors import DataError


def align_features(parts: list[Part]) -> dict[str, int]:
    """Refuse splits that differ in modalities or feature sizes; return the longest width of each modality.

    Raises
    ------
    DataError
        If a split lacks or adds a modality (the message lists what is present), or a feature size differs.
    """
    first = parts[0]
    steps: dict[str, int] = {}
    for part in parts:
        if set(part.inputs) != set(first.inputs):
            odd = sorted(set(part.inputs) ^ set(first.inputs))
            raise DataError(
                f"modality {odd[0]!r} is not in every split: {first.name} has {', '.join(first.inputs)}; "
                f"{part.name} has {', '.join(part.inputs)}"
            )
        for m, x in part.inputs.items():
            wanted = first.inputs[m].shape[2]
            if x.shape[2] != wanted:
                raise DataError(
                    f"{m}: {wanted} features in {first.name} but {x.shape[2]} in {part.name}; "
                    "the splits come from different versions of the features"
                )
            steps[m] = max(steps.get(m, 0), x.shape[1])
    return steps


def leakage(parts: list[Part], report: Report) -> None:
    """Refuse an id that occurs twice; count groups that occur in two splits.

    Parameters
    ----------
    parts
        All splits.
    report
        Receives a "leakage" warning for each pair of splits that share groups (subjects, speakers, videos).

    Raises
    ------
    DataError
        If an id occurs twice in one split or in two splits.
    """
    ids = [Counter(part.ids.tolist()) for part in parts]
    for part, counts in zip(parts, ids, strict=True):
        if len(counts) < len(part.ids):
            twice = sorted(name for name, count in counts.items() if count > 1)
            rows = ", ".join(map(str, _rows(part, twice[0])[:5]))
            raise DataError(
                f"{part.name} ids: {len(twice)} occur more than once (first: {twice[0]!r}, rows {rows}); make ids unique"
            )
    group = [set(part.group.tolist()) - {""} for part in parts]
    for i, a in enumerate(parts):
        for j, b in enumerate(parts[i + 1 :], i + 1):
            if shared := sorted(ids[i].keys() & ids[j].keys()):
                raise DataError(
                    f"leakage: {len(shared)} ids are in both {a.name} and {b.name} (first: {shared[0]!r}, row {_rows(a, shared[0])[0]} "
                    f"in {a.name} and row {_rows(b, shared[0])[0]} in {b.name}); keep each sample in one split, under an id of its own"
                )
            groups = sorted(group[i] & group[j])
            first = f"group {groups[0]!r}" if groups else ""
            report.add(
                "warning",
                "leakage",
                f"{a.name}, {b.name}",
                len(groups),
                first=first,
                action="kept; results may flatter",
            )


def _rows(part: Part, name: str) -> list[int]:
    """Return the rows of an id in the array that was given."""
    return [int(row) for row in part.rows[part.ids == name]]
