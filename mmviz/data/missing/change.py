"""A changed copy of a data set, recorded in report and notes; random numbers that depend only on seed and sample id."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.options import selected
from mmviz.data.dataset import Dataset
from mmviz.data.report import Report


def _digest(seed: int, purpose: str, key: str) -> bytes:
    text = f"{seed}\0{purpose}\0{key}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def uniform(seed: int, purpose: str, key: str) -> float:
    """Return one number in [0, 1), equal on every machine and version."""
    return (int.from_bytes(_digest(seed, purpose, key)[:8], "little") >> 11) / 2**53


def generator(seed: int, purpose: str, key: str) -> np.random.Generator:
    """Return the random generator of one sample and one purpose."""
    return np.random.Generator(np.random.Philox(key=np.frombuffer(_digest(seed, purpose, key), np.uint64)))


Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Edit = Callable[[str, Floats, Mask, str], None]


def changed(
    ds: Dataset, edit: Edit, *, kind: str, done: str, modalities: Iterable[str] | None, splits: Sequence[str] | None
) -> Dataset:
    """Return a copy of a data set with an edit applied to the named modalities of every sample.

    Parameters
    ----------
    ds
        Not changed.
    edit
        Called with modality, values (steps, features), real steps (steps,) and id; changes the two arrays in place.
    kind, done
        For the report: one word, and the call in words.
    modalities, splits
        Names; all when None.

    Returns
    -------
    Dataset
        Same spec with one more note; values are 0 wherever a step is not real. The truth of synthetic data, which describes the original
        data, is dropped.

    Raises
    ------
    ConfigError
        If a modality or split is unknown.
    """
    names = selected(modalities, ds.spec.names, "modalities")
    report = Report(ds.report.name, list(ds.report.findings))
    after = dict(ds.splits)
    for name in selected(splits, tuple(ds.splits), "splits", "split"):
        split = ds[name]
        inputs: dict[str, Any] = dict(split.inputs)
        valid = dict(split.valid)
        for m in names:
            inputs[m], valid[m] = np.array(split.inputs[m][:]), np.array(split.valid[m])
            touched = []
            for i, key in enumerate(split.ids):
                before = inputs[m][i].copy(), valid[m][i].copy()
                edit(m, inputs[m][i], valid[m][i], str(key))
                inputs[m][i][~valid[m][i]] = 0
                if not (np.array_equal(before[0], inputs[m][i]) and np.array_equal(before[1], valid[m][i])):
                    touched.append(str(key))
            first = f"sample {touched[0]!r}" if touched else ""
            report.add("note", kind, f"{name} {m}", len(touched), first=first, action=done)
        after[name] = replace(split, inputs=inputs, valid=valid)
    where = "all splits" if splits is None else ", ".join(splits)
    spec = replace(ds.spec, notes=(*ds.spec.notes, f"made incomplete on purpose ({where}): {done}"))
    return Dataset(spec, after, report)
