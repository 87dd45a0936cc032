"""bc-LSTM's pickles of CMU-MOSI: videos of utterances, one file per modality, written by Python 2; their label leak."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmviz.core.errors import DataError
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import numeric
from mmviz.data.report import Report
from mmviz.io.content import Content, tree_of

LEAK = (
    "bc-LSTM label leak: the text-CNN and 3D-CNN features are outputs of classifiers that were trained on the training part "
    "of the bc-LSTM split. Inside that part they predict the labels (98 % and 91 % by video folds), outside it they do not "
    "(75.5 % and 52.4 %)"
)


def warn_bclstm_leak(modalities: set[str], report: Report, where: str, count: int) -> None:
    """Report the label leak if any of the modalities leaks; `LEAK` itself belongs in the notes."""
    if modalities:
        named = ", ".join(sorted(modalities))
        report.add(
            "warning",
            "label leak",
            f"{where} {named}",
            count,
            first="bc-LSTM label leak",
            action="kept; scores are too high; see spec.notes",
        )


def refuse_bclstm_leak(modalities: set[str], where: str, remedy: str) -> None:
    """Raise DataError for features that leak labels of the test split.

    Raises
    ------
    DataError
        If any of the modalities leaks; the message names the leak and what to do.
    """
    if modalities:
        raise DataError(f"{where}: {', '.join(sorted(modalities))}: {LEAK}. {remedy}")


FILES = {"text": "text.pickle", "audio": "audio.pickle", "video": "video.pickle"}
MAX_VIDEOS = 100_000


def matches(content: Content) -> bool:
    """Return whether the tree is (train, labels, test, labels, longest, lengths, lengths), or the folder holds such files."""
    if content.members is not None:
        return len(set(FILES.values()) & set(content.members.names)) >= 2
    tree = content.tree
    if content.kind not in ("pickle", "npz") or not isinstance(tree, (tuple, list)) or len(tree) != 7:
        return False
    return all(isinstance(tree[i], np.ndarray) and tree[i].ndim == 3 - i % 2 for i in range(4))


def read(content: Content, repairs: Repairs, *, modality: str = "audio") -> Dataset:
    """Return the data set of one file, or of a folder with several.

    Parameters
    ----------
    content
        Of the file (``encoding="latin1"``: Python 2 wrote it) or folder.
    repairs
        Allowed repairs.
    modality
        Name of the modality of a single file, which does not contain it.

    Returns
    -------
    Dataset
        One utterance is one sample of one step: 1447 to train, 752 to test in the authors' file. Groups are videos,
        numbered, for the file does not name them.

    Raises
    ------
    DataError
        If the layout is broken, or as `mmviz.data.from_arrays`.

    Notes
    -----
    The authors' text and video features are outputs of classifiers that were trained on the training part: see
    `mmviz.data.formats.bclstm`. A folder with them gets a warning in its report.
    """
    report = Report(content.where)
    if content.members is None:
        trees = {modality: content.tree}
    else:
        members = content.members
        trees = {
            m: tree_of(members.read(f), where=f, encoding="latin1") for m, f in FILES.items() if f in members.names
        }
    raws: dict[str, SplitFields] = {}
    for m, tree in trees.items():
        for s, raw in _splits(tree, m, f"{content.where} {m}").items():
            if s not in raws:
                raws[s] = raw
            elif raws[s].ids != raw.ids:
                raise DataError(f"{content.where}: {m} has other videos or lengths than {next(iter(trees))}")
            else:
                raws[s].inputs |= raw.inputs
    leaking = set(trees) & {"text", "video"}
    warn_bclstm_leak(leaking, report, "train", len(raws["train"].ids))
    notes = (
        "Splits are the authors' (62 / 31 videos), not the official ones.",
        "One utterance is one step.",
        *((LEAK,) if leaking else ()),
    )
    description = Description(
        "cmu_mosi_bclstm", "classification", ("negative", "non-negative"), None,
        "declare-lab/multimodal-deep-learning, bc-LSTM", "CMU-MOSI: research use", notes,
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)


def _splits(tree: Any, modality: str, where: str) -> dict[str, SplitFields]:
    if not isinstance(tree, Sequence) or len(tree) != 7:
        raise DataError(f"{where}: not (train, labels, test, labels, longest, lengths, lengths)")
    return {
        "train": _utterances(tree[0], tree[1], tree[5], "train", modality, where),
        "test": _utterances(tree[2], tree[3], tree[6], "test", modality, where),
    }


def _utterances(x: Any, y: Any, lengths: Any, split: str, modality: str, where: str) -> SplitFields:
    at = f"{where}, {split}"
    x, y = numeric(x, at, 3), numeric(y, f"{at} labels", 2)
    k = numeric(lengths, f"{at} lengths", 1)
    if not len(x) == len(y) == len(k) or x.shape[1] != y.shape[1] or len(k) > MAX_VIDEOS:
        raise DataError(f"{at}: {x.shape} features, {y.shape} labels, {len(k)} lengths; they do not belong together")
    if k.dtype.kind not in "iu" or (k < 0).any() or (k > x.shape[1]).any():
        first = next((i for i, v in enumerate(k.tolist()) if not (0 <= v <= x.shape[1] and v % 1 == 0)), 0)
        raise DataError(f"{at}: length of video {first} is {k[first]}; give whole numbers from 0 to {x.shape[1]}")
    real = np.arange(x.shape[1]) < k[:, None]
    video, clip = np.nonzero(real)
    ids = [f"{split}_v{v}_u{c}" for v, c in zip(video, clip, strict=True)]
    valid = {modality: np.ones((len(ids), 1), dtype=bool)}
    return SplitFields({modality: x[real][:, None]}, y[real], ids, [f"{split}_v{v}" for v in video], {}, valid)
