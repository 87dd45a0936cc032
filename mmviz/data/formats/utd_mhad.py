"""UTD-MHAD: 27 actions, 8 subjects; inertial, skeleton and depth streams, from npz files or the authors' .mat files."""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of, require_known
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import cut_and_pad, field, numeric, report_left_out, texts
from mmviz.data.padding import pad
from mmviz.data.report import Report
from mmviz.io.content import Content, tree_of

RATES = {"inertial": 50.0, "skeleton": 30.0, "depth": 15.0}
UNITS = {"inertial": "g, deg/s", "skeleton": "m"}
TRAIN, TEST = (1, 3, 5, 7), (2, 4, 6, 8)
FRAMES = ("room", "hip")
JOINTS, HIP = 20, 3
NPZ, DEPTH = "utd_mhad.npz", "utd_mhad_depth24x32.npz"
_MAT = re.compile(r"(?:.*/)?a(\d{1,2})_s(\d)_t(\d)_(inertial|skeleton|depth)\.mat")
_FIELD = {"inertial": "d_iner", "skeleton": "d_skel", "depth": "d_depth"}
_KEYS = {"inertial", "inertial_len", "skeleton", "skeleton_len", "action", "subject", "trial"}


def matches(content: Content) -> bool:
    """Return whether the npz has the streams, or the folder or archive holds the npz files or the authors' .mat files."""
    if content.members is not None:
        return NPZ in content.members or sum(bool(_MAT.fullmatch(n)) for n in content.members.names) >= 2
    return content.kind == "npz" and isinstance(content.tree, Mapping) and set(content.tree) >= _KEYS


def read(
    content: Content,
    repairs: Repairs,
    *,
    modalities: tuple[str, ...] | None = None,
    valid_subjects: tuple[int, ...] = (),
    skeleton: str = "room",
) -> Dataset:
    """Return the samples; odd subjects are the training split, even subjects the test split, as in the paper.

    Parameters
    ----------
    content
        Of the npz, or of a folder.
    repairs
        Allowed repairs.
    modalities
        Of "inertial", "skeleton", "depth"; default all that are there.
    valid_subjects
        Training subjects set aside as the split "valid".
    skeleton
        "room": joints where the camera saw them. "hip": every joint relative to the centre of the hip in its frame, so that the
        position in the room is not a feature.

    Returns
    -------
    Dataset
        Unaligned streams of their own lengths; groups are subjects.

    Raises
    ------
    DataError, ConfigError
        As `mmviz.data.from_arrays`.
    """
    if not set(valid_subjects) < set(TRAIN):
        raise ConfigError(f"valid_subjects={valid_subjects}: choose some, not all, of {TRAIN}")
    one_of(skeleton, FRAMES, "skeleton")
    report = Report(content.where)
    raw, who = (
        _from_mats(content, report)
        if content.members is not None and NPZ not in content.members
        else _from_npz(content)
    )
    if skeleton == "hip" and "skeleton" in raw.inputs:
        raw.inputs["skeleton"] = _from_the_hip(raw.inputs["skeleton"], f"{content.where} skeleton")
    names = tuple(raw.inputs) if modalities is None else tuple(modalities)
    require_known(names, raw.inputs, "modalities")
    train = tuple(s for s in TRAIN if s not in valid_subjects)
    rows = {"train": np.isin(who, train), "valid": np.isin(who, valid_subjects), "test": np.isin(who, TEST)}
    if not (rows["train"] | rows["valid"] | rows["test"]).all():
        raise DataError(f"{content.where}: subjects {sorted(set(who.tolist()))[:10]}; the set has subjects 1 to 8")
    raw.inputs, raw.lengths = {m: raw.inputs[m] for m in names}, {m: raw.lengths[m] for m in names}
    raw.group = who.astype(str)
    raws = {s: raw.take(np.flatnonzero(mask)) for s, mask in rows.items() if mask.any() or s != "valid"}
    description = Description(
        "utd_mhad", "classification", tuple(f"a{a}" for a in range(1, 28)), None,
        "UTD-MHAD (C. Chen, R. Jafari, N. Kehtarnavaz, ICIP 2015)", "free for research; cite the paper",
        (
            "Subjects 1, 3, 5, 7 train, 2, 4, 6, 8 test.", "The streams cover the same action and are not aligned.",
            *(("Joints are relative to the centre of the hip.",) if skeleton == "hip" else ()),
        ),
        {m: RATES[m] for m in names}, {m: UNITS[m] for m in names if m in UNITS},
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)


def _from_npz(content: Content) -> tuple[SplitFields, Any]:
    where, trees = content.where, [content.tree]
    if content.members is not None:
        trees = [tree_of(content.members.read(f), where=f) for f in (NPZ, DEPTH) if f in content.members]
    tree = {k: v for t in trees for k, v in (t.items() if isinstance(t, Mapping) else ())}
    inputs, lengths = {}, {}
    for m in RATES:
        if m in tree:
            x = numeric(tree[m], f"{where} {m}", 2, 3)
            inputs[m], lengths[m] = cut_and_pad(
                x.reshape(len(x), math.prod(x.shape[1:])), field(tree, f"{m}_len", where), f"{where} {m}_len"
            )
    action, who, trial = (texts(field(tree, k, where), f"{where} {k}") for k in ("action", "subject", "trial"))
    try:
        y, subjects = np.array([int(a) for a in action]) - 1, np.array([int(s) for s in who])
    except ValueError:
        raise DataError(f"{where}: actions and subjects must be whole numbers") from None
    if not len(y) == len(subjects) == len(trial) or any(len(k) != len(y) for k in lengths.values()):
        raise DataError(f"{where}: {len(y)} actions, {len(subjects)} subjects, {len(trial)} trials, lengths "
                        f"{[len(k) for k in lengths.values()]}; they do not belong together")  # fmt: skip
    ids = [f"a{a}_s{s}_t{t}" for a, s, t in zip(action, who, trial, strict=True)]
    return SplitFields(inputs, y, ids, None, lengths), subjects


def _from_mats(content: Content, report: Report) -> tuple[SplitFields, Any]:
    """Return the authors' files: inertial (T, 6), skeleton (20, 3, T), depth (240, 320, T); depth as means of 10 x 10 pixels."""
    found: dict[tuple[int, int, int], dict[str, Any]] = {}
    members = content.members
    for name in members.names if members is not None else ():
        parts = _MAT.fullmatch(name)
        if parts is None or members is None:
            continue
        stream = parts[4]
        tree = tree_of(members.read(name), where=name)
        x = numeric(field(tree, _FIELD[stream], name), name, 2, 3)
        found.setdefault((int(parts[1]), int(parts[2]), int(parts[3])), {})[stream] = _stream(x, stream, name)
    have = [m for m in RATES if any(m in streams for streams in found.values())]
    for key, streams in found.items():
        for m in have:
            if m not in streams:
                report.add("note", "absent", m, 1, first="a{}_s{}_t{}".format(*key), action="no file: masked")
    other = [n for n in members.names if n.endswith(".mat") and not _MAT.fullmatch(n)] if members is not None else []
    report_left_out(other, content.where, "not named a1_s1_t1_inertial.mat", report)
    keys = sorted(found)
    inputs, lengths = {}, {}
    for m in have:
        width = next(s[m].shape[1] for s in found.values() if m in s)
        inputs[m], lengths[m] = pad([found[k].get(m, np.zeros((0, width))) for k in keys])
    ids = ["a{}_s{}_t{}".format(*k) for k in keys]
    return SplitFields(inputs, np.array([k[0] - 1 for k in keys]), ids, None, lengths), np.array([k[1] for k in keys])


def _from_the_hip(x: Any, where: str) -> Any:
    """Return joints (…, 20 × 3) relative to joint `HIP`; padding, which is 0 everywhere, stays 0."""
    if x.shape[-1] != JOINTS * 3:
        raise DataError(f"{where}: {x.shape[-1]} values in a frame, expected {JOINTS} joints of 3; use skeleton='room'")
    joints = x.reshape(*x.shape[:-1], JOINTS, 3)
    return (joints - joints[..., HIP : HIP + 1, :]).reshape(x.shape)


def _stream(x: Any, modality: str, where: str) -> Any:
    if modality == "inertial" and x.ndim == 2:
        return x
    if modality == "skeleton" and x.ndim == 3:
        return np.moveaxis(x, 2, 0).reshape(x.shape[2], -1)
    if modality == "depth" and x.ndim == 3 and x.shape[0] % 10 == 0 and x.shape[1] % 10 == 0:
        blocks = np.moveaxis(x, 2, 0)[::2].astype(np.float32)
        return (
            blocks.reshape(len(blocks), x.shape[0] // 10, 10, x.shape[1] // 10, 10)
            .mean((2, 4))
            .reshape(len(blocks), -1)
        )
    raise DataError(f"{where}: a {modality} array of shape {x.shape}; the file is another one")
