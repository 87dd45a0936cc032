"""NYU-Depth V2 scenes as folders of pictures: ``{train,test}/{class}/*.png``, RGB left, depth right."""

import re

import numpy as np

from mmviz.core.errors import DataError
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import report_left_out
from mmviz.data.report import Report
from mmviz.data.splits import canonical, canonical_splits
from mmviz.io.content import Content
from mmviz.io.media import read_image

_PICTURE = re.compile(
    r"(?:.*/)?(train|training|val|valid|validation|dev|eval|test|testing)/([^/]+)/([^/]+)\.(?:png|jpg|jpeg)",
    re.IGNORECASE,
)
_ANY = re.compile(r"\.(?:png|jpg|jpeg)$", re.IGNORECASE)
MAX_VALUES = 2_000_000_000


def matches(content: Content) -> bool:
    """Return whether there are pictures in ``train/{class}`` and ``test/{class}``."""
    if content.members is None:
        return False
    found = {canonical(m[1]) for n in content.members.names if (m := _PICTURE.fullmatch(n))}
    return {"train", "test"} <= found


def read(content: Content, repairs: Repairs, *, size: tuple[int, int] = (60, 80)) -> Dataset:
    """Return the pictures of every split.

    Parameters
    ----------
    content
        Of the folder or archive.
    repairs
        Allowed repairs.
    size
        Rows and columns each half is scaled to.

    Returns
    -------
    Dataset
        "rgb" and "depth" (the mean of the right half's channels), 0 to 1; a row of the picture is a step. Classes are the
        folders' names.

    Raises
    ------
    DataError
        If a picture is not twice as wide as one half, or as `mmviz.data.from_arrays`.
    MissingDependencyError
        If Pillow is not installed.
    """
    members = content.members
    found = [(m, n) for n in members.names if (m := _PICTURE.fullmatch(n))] if members is not None else []
    report = Report(content.where)
    other = [n for n in members.names if _ANY.search(n) and not _PICTURE.fullmatch(n)] if members is not None else []
    report_left_out(other, content.where, "pictures of no split and class", report)
    classes = sorted({m[2] for m, _ in found})
    named = canonical_splits(dict.fromkeys(m[1].lower() for m, _ in found), content.where)
    if members is None or not found or len(found) * size[0] * size[1] * 4 > MAX_VALUES:
        raise DataError(f"{content.where}: {len(found)} pictures of {size}; choose a smaller size")
    rows: dict[str, list[int]] = {}
    x = np.zeros((len(found), size[0], 2 * size[1], 3), np.float32)
    for i, (m, name) in enumerate(found):
        x[i] = read_image(members.read(name), size=(size[0], 2 * size[1]), where=name) / np.float32(255)
        rows.setdefault(named[m[1].lower()], []).append(i)
    raws = {}
    for s, r in rows.items():
        left, right = x[r, :, : size[1]], x[r, :, size[1] :].mean(axis=3)
        valid = {m: np.ones((len(r), size[0]), dtype=bool) for m in ("rgb", "depth")}
        target = np.array([classes.index(found[i][0][2]) for i in r])
        ids = [f"{s}/{found[i][0][2]}/{found[i][0][3]}" for i in r]
        raws[s] = SplitFields({"rgb": left.reshape(*left.shape[:2], -1), "depth": right}, target, ids, None, {}, valid)
    notes = (
        "Left half RGB, right half depth (8 bit, no metres).",
        "The split is the folders'. Do not choose the model on test, as the code this layout comes from does.",
    )
    description = Description(
        "nyu_depth_v2_folder", "classification", classes, None, "NYU-Depth V2 (N. Silberman et al., ECCV 2012), as pictures",
        "none stated by the authors; research use", notes, {}, {"rgb": "intensity (0 to 1)"},
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)
