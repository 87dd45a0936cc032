"""The kinds of rooms of NYU-Depth V2: nine by name and "others", the convention of 10 classes; 9 leaves the others out."""

import re

import numpy as np
from numpy.typing import NDArray

KINDS = (
    "bedroom",
    "kitchen",
    "living room",
    "bathroom",
    "dining room",
    "office",
    "home office",
    "classroom",
    "bookstore",
)
OTHERS = "others"


def scene_classes(scenes: list[str], classes: int) -> tuple[NDArray[np.int64], list[str]]:
    """Map the file's scene types to classes.

    Parameters
    ----------
    scenes
        As the file has them, such as "living_room".
    classes
        10, or 9: the frames of other kinds get -1.

    Returns
    -------
    labels, names
        int64 (n,) and the names in their order.

    Notes
    -----
    The nine names are those of the public 10-class preparations of this set; that AlignMamba-2 means the same ten is a
    *reading*. 19 classes is SUN RGB-D's convention, not this set's.
    """
    plain = [re.sub(r"[\s_]+", " ", s.strip().lower()) for s in scenes]
    other = len(KINDS) if classes > len(KINDS) else -1
    labels = np.array([KINDS.index(s) if s in KINDS else other for s in plain], dtype=np.int64)
    return labels, [*KINDS, OTHERS] if classes > len(KINDS) else list(KINDS)
