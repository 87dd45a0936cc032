"""Dialogues as DialogueRNN stores them: IEMOCAP, AVEC and MELD pickles; an utterance with those before it is a sample."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, one_of, whole
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import MAX_VALUES, numeric, one_label, texts
from mmviz.data.padding import pad
from mmviz.data.report import Report
from mmviz.data.splits import split_samples
from mmviz.io.content import Content

EMOTIONS = {
    "iemocap": ("happy", "sad", "neutral", "angry", "excited", "frustrated"),
    "meld": ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"),
}
AVEC = {4: ("valence", "arousal", "expectancy", "power")}
_SESSION = re.compile(r"(Ses0\d)[FM]_.+")


@dataclass(frozen=True)
class Layout:
    """Places of the fields in the tuple of a file."""

    name: str
    speakers: int
    labels: int
    inputs: Mapping[str, int]
    sentences: int
    train: int
    test: int


_NINE = {"text": 3, "audio": 4, "video": 5}
LAYOUTS = {
    "iemocap": Layout("IEMOCAP", 1, 2, _NINE, 6, 7, 8),
    "avec": Layout("AVEC", 1, 2, _NINE, 6, 7, 8),
    "meld": Layout("MELD", 1, 2, {"text": 3, "audio": 4}, 5, 6, 7),
}


def matches(content: Content) -> bool:
    """Return whether the pickle is a tuple of dictionaries by dialogue and of two lists of dialogues."""
    return content.kind in ("pickle", "npz") and _kind(content.tree) is not None


def _kind(tree: Any) -> str | None:
    if not isinstance(tree, (tuple, list)) or len(tree) not in (8, 9):
        return None
    shape = "".join("d" if isinstance(x, Mapping) else "l" if _is_list(x) else "?" for x in tree)
    if shape == "dddddlll":
        return "daily_dialog"
    if shape == "ddddddlld":
        return "meld"
    if shape != "dddddddll":
        return None
    first: Any = next(iter(tree[2].values()), ())
    return "avec" if _is_list(first) and len(first) and _is_list(first[0]) else "iemocap"


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def read(
    content: Content,
    repairs: Repairs,
    *,
    context: int = 10,
    target: Literal["emotion", "sentiment"] = "emotion",
    label: int | str | None = None,
    valid_share: float = 0.0,
    seed: int = 0,
) -> Dataset:
    """Return the utterances, each with those before it in its dialogue.

    Parameters
    ----------
    content
        Of the file; those of IEMOCAP and AVEC were written by Python 2: ``encoding="latin1"``.
    repairs
        Allowed repairs.
    context
        Utterances before the labelled one that are steps of its sample; the last step is the labelled one. No later utterance is used:
        DialogueRNN's bidirectional variant uses them.
    target
        "emotion", or of MELD "sentiment", whose three numbers are the file's.
    label
        Of AVEC: "valence", "arousal", "expectancy", "power" or the number of the column.
    valid_share
        Share of the training dialogues that is set aside as "valid", at random: the file has no validation part.
    seed
        Of `valid_share`.

    Returns
    -------
    Dataset
        "text", "audio" and, except for MELD, "video"; one step per utterance. Groups are sessions of IEMOCAP, dialogues of the others;
        ``extras`` hold the speaker and the sentence.

    Raises
    ------
    DataError, ConfigError
        If a dialogue has fields of different lengths, is in both lists or in neither field, or as `mmviz.data.from_arrays`.
    """
    whole(context, "context", low=0, high=1000)
    one_of(target, ("emotion", "sentiment"), "target")
    where, report, kind = content.where, Report(content.where), _kind(content.tree)
    if kind == "daily_dialog" or kind is None:
        raise DataError(
            f"{where}: DailyDialog, numbers of words only; a data set here needs signals: encode its text and give it to mmviz.data.from_arrays"
        )
    if target == "sentiment" and kind != "meld":
        raise ConfigError(f"{where}: target='sentiment' is of MELD; this file is {LAYOUTS[kind].name}")
    layout, tree = LAYOUTS[kind], content.tree
    labels_at = 8 if target == "sentiment" else layout.labels
    parts = _dialogues(
        tree, layout, labels_at, number(valid_share, "valid_share", low=0, high=0.9), seed, where, report
    )
    raws: dict[str, SplitFields] = {}
    values: dict[str, NDArray[Any] | None] = {}
    for split, names in parts.items():
        raws[split], values[split] = _utterances(tree, layout, labels_at, names, context, where)
    if kind == "avec":
        found = one_label(values, label, where, report, columns=AVEC)
    elif label is not None:
        raise ConfigError(f"{where}: label={label!r}; {layout.name} has one label per utterance")
    for split, raw in raws.items():
        raw.target = found.target[split] if kind == "avec" else values[split]
    classes = None if kind == "avec" else ("0", "1", "2") if target == "sentiment" else EMOTIONS[kind]
    notes = (
        f"A sample is an utterance with up to {context} before it in its dialogue; the last step is the labelled one.",
        "Splits are the file's"
        + (
            ", a share of the training dialogues set aside as valid."
            if "valid" in parts
            else ", without a validation part."
        ),
        *((found.note,) if kind == "avec" and found.note else ()),
    )
    description = Description(
        f"dialogue_rnn_{kind}", "regression" if kind == "avec" else "classification", classes, None,
        f"{layout.name}, features of DialogueRNN (N. Majumder et al., AAAI 2019, github declare-lab/conv-emotion)",
        "the data set's own: IEMOCAP by a signed form, MELD GPL-3.0, AVEC by agreement", notes,
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report)


def _dialogues(
    tree: Any, layout: Layout, labels_at: int, share: float, seed: int, where: str, report: Report
) -> dict[str, list[str]]:
    """Return the dialogues of each split, sorted: where the file has sets, their order does not last."""
    parts: dict[str, list[str]] = {}
    labels = tree[labels_at]
    for split, at in (("train", layout.train), ("test", layout.test)):
        names = texts(tree[at], f"{where} {split} dialogues")
        unknown = [n for n in names if n not in labels]
        if unknown or not names:
            raise DataError(
                f"{where}: {len(unknown)} of {len(names)} {split} dialogues have no labels (first: {unknown[:1]}); the file is damaged"
            )
        parts[split] = sorted(set(names))
        report.add(
            "repair",
            "duplicate",
            f"{split} dialogues",
            len(names) - len(parts[split]),
            action="listed again: once is kept",
        )
    both = sorted(set(parts["train"]) & set(parts["test"]))
    if both:
        raise DataError(
            f"{where}: {len(both)} dialogues are in training and test (first: {both[0]!r}); the file is damaged"
        )
    neither = [n for n in labels if n not in set(parts["train"]) | set(parts["test"])]
    report.add(
        "warning",
        "left out",
        where,
        len(neither),
        first=repr(neither[0])[:80] if neither else "",
        action="dialogues of no split: not read",
    )
    if share:
        rows = split_samples(len(parts["train"]), {"train": 1 - share, "valid": share}, whole(seed, "seed", low=0))
        parts = {s: [parts["train"][i] for i in r.tolist()] for s, r in rows.items()} | {"test": parts["test"]}
    return parts


def _utterances(
    tree: Any, layout: Layout, labels_at: int, names: Sequence[str], context: int, where: str
) -> tuple[SplitFields, NDArray[Any]]:
    inputs: dict[str, list[NDArray[Any]]] = {m: [] for m in layout.inputs}
    labels, ids, group, speakers, sentences = [], [], [], [], []
    for name in names:
        at = f"{where}, {name[:80]}"
        y = numeric(tree[labels_at][name], f"{at} labels", 1, 2)
        n = len(y)
        for m, field in layout.inputs.items():
            x = numeric(_of(tree[field], name, f"{at} {m}"), f"{at} {m}", 2)
            if len(x) != n:
                raise DataError(f"{at}: {n} labels and {len(x)} utterances of {m}; the file is damaged")
            inputs[m] += [x[max(0, i - context) : i + 1] for i in range(n)]
        lines = _of(tree[layout.sentences], name, f"{at} sentences")
        speaker = _of(tree[layout.speakers], name, f"{at} speakers")
        if len(lines) != n or len(speaker) != n:
            raise DataError(f"{at}: {n} labels, {len(lines)} sentences, {len(speaker)} speakers; the file is damaged")
        session = _SESSION.fullmatch(name)
        labels.append(y)
        ids += [f"{name}_{i}" for i in range(n)]
        group += [session[1] if session else name] * n
        speakers += [_speaker(s) for s in speaker]
        sentences += texts(list(lines), f"{at} sentences")
    widths = {y.shape[1:] for y in labels}
    if len(widths) > 1 or not ids:
        raise DataError(f"{where}: labels of different widths {sorted(widths)}, or no utterance; the file is damaged")
    longest = min(context + 1, max(len(y) for y in labels))
    for m, sequences in inputs.items():
        if len(ids) * longest * sequences[0].shape[1] > MAX_VALUES:
            raise DataError(
                f"{where} {m}: {len(ids)} samples of {longest} steps; at most {MAX_VALUES} values: choose a smaller context"
            )
    streams = {m: pad(x) for m, x in inputs.items()}
    raw = SplitFields(
        {m: x for m, (x, _) in streams.items()}, None, ids, group, {m: k for m, (_, k) in streams.items()}, {},
        {"speaker": speakers, "raw_text": sentences},
    )  # fmt: skip
    return raw, np.concatenate(labels)


def _of(entry: Any, name: str, where: str) -> Any:
    if name not in entry:
        raise DataError(f"{where}: no such dialogue in this field; the file is damaged")
    value = entry[name]
    if not _is_list(value):
        raise DataError(f"{where}: a {type(value).__name__}; a list with one entry per utterance is expected")
    return value


def _speaker(value: Any) -> str:
    """Return a name, or the number of the one-hot entry."""
    if isinstance(value, (str, np.str_, bytes, np.bytes_)):
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    one_hot = list(value) if _is_list(value) else []
    at = [i for i, v in enumerate(one_hot) if isinstance(v, (int, float, np.number)) and v == 1]
    return str(at[0]) if len(at) == 1 else ""
