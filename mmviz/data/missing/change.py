"""A changed copy of a data set, recorded in report and notes; random numbers that depend on seed and sample id alone."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
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
        Left alone.
    edit
        Called with modality, values (steps, features), real steps (steps,) and id; changes the two arrays in place.
    kind, done
        For the report: one word, and the call in words.
    modalities, splits
        Which; all when None.

    Returns
    -------
    Dataset
        Same spec but for a note; values are 0 wherever nothing is real. The truth of synthetic data is gone: it described
        the data as they were.

    Raises
    ------
    ConfigError
        If a modality or split is unknown.
    """
    names = chosen(ds.spec.names, modalities, "modalities")
    report = Report(ds.report.name, list(ds.report.findings))
    after = dict(ds.splits)
    for name in chosen(tuple(ds.splits), splits, "splits"):
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


def chosen(known: tuple[str, ...], wanted: Iterable[str] | None, option: str) -> tuple[str, ...]:
    """Return the names asked for, in the order of the data; ConfigError for one that is not there or for none."""
    if wanted is None:
        return known
    if isinstance(wanted, str):
        raise ConfigError(f"{option}={wanted!r}: one text; give a sequence of names")
    names = list(wanted)
    for name in names:
        if name not in known:
            raise ConfigError(f"{option}: no {name!r}{nearest(name, known)}; there is {', '.join(map(repr, known))}")
    if not names:
        raise ConfigError(f"{option}: none named; leave it out for all of {', '.join(map(repr, known))}")
    return tuple(name for name in known if name in names)
