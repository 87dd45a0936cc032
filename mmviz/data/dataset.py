"""Samples: a `Split` holds the arrays of one split, a `Dataset` its splits, its spec and its report."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.escape import printable
from mmviz.data.arrays import as_array
from mmviz.data.label_layout import ONE_AT_A_TIME
from mmviz.data.report import Report
from mmviz.data.spec import Spec
from mmviz.data.splits import canonical
from mmviz.data.synthetic_truth import Truth


@dataclass(frozen=True, eq=False)
class Split:
    """The samples of one split; all arrays have n rows in the same order.

    Attributes
    ----------
    name
        "train", "valid", "test", or the name given by its author.
    inputs
        Modality name to float32 (n, steps, features); 0 where not real.
    valid
        Modality name to bool (n, steps): True where the step is real. Padding may lie on either side; a row of False
        only means that the modality is absent for that sample.
    target
        int64 (n,) class labels, or float32 (n,) values; None where the samples have no labels and can only be predicted.
    ids
        Text (n,), unique over all splits.
    group
        Text (n,): subject, speaker or video; "" where not known.
    extras
        Further values per sample, which no model reads: name to array of n rows, such as "raw_text" (objects).
    times
        When each frame was recorded: modality name to float64 seconds (n, steps), on a clock that the modalities of a sample
        share; NaN where there is no frame. A frame that is masked keeps its time. Empty without timestamps; a modality
        of a single step may be left out.
    spec
        Spec of its data set; None for a split that belongs to none.
    """

    name: str
    inputs: dict[str, NDArray[np.float32]]
    valid: dict[str, NDArray[np.bool_]]
    target: NDArray[Any] | None
    ids: NDArray[np.str_]
    group: NDArray[np.str_]
    extras: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    times: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    spec: Spec | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        held = {f"inputs[{m!r}]": x for m, x in self.inputs.items()} | {
            f"valid[{m!r}]": v for m, v in self.valid.items()
        }
        for place, values in {**held, "target": self.target}.items():
            if isinstance(values, np.ma.MaskedArray):
                raise DataError(
                    f"{self.name}: {place} is a masked array, whose masked values a model would read; pass it to mmviz.data.from_arrays, "
                    "which keeps masked steps and cells missing"
                )

    def __len__(self) -> int:
        return len(self.ids)

    def labels(self, purpose: str) -> NDArray[Any]:
        """Return the target.

        Parameters
        ----------
        purpose
            The caller, for the error, such as "fit".

        Raises
        ------
        DataError
            If the split has no labels, or several per sample.
        """
        if self.target is None:
            raise DataError(
                f"{purpose}: split {self.name!r} has no labels (target is None), so it can only be predicted; use a labelled split"
            )
        if self.target.ndim != 1:
            raise DataError(
                f"{purpose}: the target of split {self.name!r} has shape {self.target.shape}, expected ({len(self)},); {ONE_AT_A_TIME}"
            )
        return self.target

    def take(self, indices: ArrayLike) -> "Split":
        """Return a copy of some samples, in the given order.

        Parameters
        ----------
        indices
            Whole numbers, or a boolean mask of length n.

        Returns
        -------
        Split
            A copy; nothing is shared with this one.

        Raises
        ------
        DataError
            If an index is not a whole number or lies outside the split.
        """
        rows = as_array(indices, f"{self.name}.take: indices")
        if rows.size == 0:
            rows = rows.astype(np.int64)
        if rows.ndim != 1 or rows.dtype.kind not in "iub" or (rows.dtype.kind == "b" and len(rows) != len(self)):
            raise DataError(
                f"{self.name}.take: indices are {rows.dtype} of shape {rows.shape}; "
                f"give whole numbers (k,) or a mask ({len(self)},)"
            )
        if rows.dtype.kind == "b":
            rows = np.flatnonzero(rows)
        outside = (rows < -len(self)) | (rows >= len(self))
        if outside.any():
            at = int(np.flatnonzero(outside)[0])
            raise DataError(f"{self.name}.take: indices[{at}] is {rows[at]}; the split has {len(self)} samples")
        return replace(
            self,
            inputs={m: x[rows] for m, x in self.inputs.items()},
            valid={m: v[rows] for m, v in self.valid.items()},
            target=None if self.target is None else self.target[rows],
            ids=self.ids[rows],
            group=self.group[rows],
            extras={k: v[rows] for k, v in self.extras.items()},
            times={m: t[rows] for m, t in self.times.items()},
        )

    def __repr__(self) -> str:
        lines = [f"{self.name}: {len(self)} samples{'' if self.target is not None else ', no labels'}"]
        for name, x in self.inputs.items():
            present = self.valid[name].any(axis=1)
            real = self.valid[name].sum(axis=1)[present]
            span = f"{real.min()}..{real.max()} real" if len(real) else "none real"
            absent = f", absent in {int((~present).sum())}" if not present.all() else ""
            lines.append(f"  {name}: {x.shape[1]} steps x {x.shape[2]} features ({span}{absent})")
        return "\n".join(printable(line, kept="") for line in lines)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Splits of samples with the spec they share; ``ds["train"]`` is a `Split`, and so is ``ds["val"]`` for "valid".

    Attributes
    ----------
    spec
        Modalities, task, source, notes.
    splits
        Name to `Split`.
    report
        Findings and repairs of loading.
    truth
        Synthetic data only: the ground truth; otherwise None.
    """

    spec: Spec
    splits: Mapping[str, Split]
    report: Report = field(repr=False)
    truth: Truth | None = None

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "splits", {name: replace(split, spec=self.spec) for name, split in self.splits.items()}
        )

    def __getitem__(self, split: str) -> Split:
        if isinstance(split, str) and split not in self.splits and canonical(split) in self.splits:
            return self.splits[canonical(split)]
        if not isinstance(split, str) or split not in self.splits:
            raise ConfigError(f"{self.spec.name}: no split {split!r}; it has {', '.join(map(repr, self.splits))}")
        return self.splits[split]

    def __contains__(self, split: object) -> bool:
        return split in self.splits or (isinstance(split, str) and canonical(split) in self.splits)

    def fingerprint(self) -> str:
        """Return one sha256 over every array of every split.

        Returns
        -------
        str
            64 hexadecimal digits; independent of the report and of the notes.
        """
        digest = hashlib.sha256()
        for name, split in self.splits.items():
            for label, array in _arrays(name, split):
                digest.update(f"{label} {array.dtype.str} {array.shape}\n".encode("utf-8", "surrogatepass"))
                digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    def __repr__(self) -> str:
        task = self.spec.task
        what = f"{len(task.classes)} classes: {', '.join(task.classes)}" if task.classes else "one value"
        what = "classes not known: no labels" if task.kind == "classification" and not task.classes else what
        lines = [f"{self.spec.name}: {task.kind} ({what})", *map(repr, self.splits.values())]
        lines.append(
            f"report: {len(self.report)} finding(s), see .report; notes: {len(self.spec.notes)}, see .spec.notes"
        )
        return "\n".join([printable(lines[0], kept=""), *lines[1:]])


def _arrays(name: str, split: Split) -> Iterable[tuple[str, NDArray[Any]]]:
    for modality in split.inputs:
        yield f"{name}/inputs/{modality}", split.inputs[modality]
        yield f"{name}/valid/{modality}", split.valid[modality]
        if modality in split.times:
            yield f"{name}/times/{modality}", split.times[modality]
    if split.target is not None:
        yield f"{name}/target", split.target
    yield f"{name}/ids", split.ids
    yield f"{name}/group", split.group
