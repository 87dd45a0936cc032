"""CMU-MOSI by utterance, as one npz: bc-LSTM's features, sentence embeddings, both splits, and a label leak to avoid."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from mmviz.core.errors import DataError
from mmviz.core.options import one_of, require_known
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.bclstm import LEAK, refuse_bclstm_leak, warn_bclstm_leak
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import field, numeric, texts
from mmviz.data.report import Report
from mmviz.data.splits import ALIASES, canonical_splits
from mmviz.io.content import Content

KEYS = (
    "text", "audio", "video", "text_minilm", "label_reg", "label_bin", "ids", "video_index", "split_official",
    "split_bclstm",
)  # fmt: skip
LEAKING = {"text_cnn", "video"}
_KEY_OF = {"text": "text_minilm", "text_cnn": "text", "audio": "audio", "video": "video"}
HELD_OUT = {"train": 0.6, "valid": 0.2, "test": 0.2}


def matches(content: Content) -> bool:
    """Return whether the npz has these arrays."""
    return content.kind == "npz" and isinstance(content.tree, Mapping) and set(KEYS) <= set(content.tree)


def read(
    content: Content,
    repairs: Repairs,
    *,
    split: Literal["official", "bclstm", "held_out"] = "official",
    modalities: tuple[str, ...] = (),
    target: Literal["classification", "regression"] = "classification",
    leak: Literal["refuse", "keep"] = "refuse",
    seed: int = 0,
) -> Dataset:
    """Return the utterances as a data set.

    Parameters
    ----------
    content
        Of the file.
    repairs
        Allowed repairs. Four utterances have no value: a regression needs ``labels="drop"``.
    split
        "official" (1284 / 229 / 686), "bclstm" (1447 / 752, the authors of the features), or "held_out": the 752
        utterances whose labels no feature was trained on, split by video.
    modalities
        Of "text" (sentence embedding, unsupervised), "text_cnn", "audio", "video"; default all that do not leak under the
        split: with "official" text and audio, else text, audio, video.
    target
        Non-negative or not, or the value in -3 to 3.
    leak
        "refuse" features that leak labels of the test split, or "keep" them with a warning.
    seed
        Of the assignment for "held_out".

    Returns
    -------
    Dataset
        One step per utterance; groups are videos.

    Raises
    ------
    DataError
        If "text_cnn" or "video" meets the official split, and `leak` is "refuse".
    ConfigError
        If an option is unknown.
    """
    one_of(split, ("official", "bclstm", "held_out"), "split")
    one_of(target, ("classification", "regression"), "target")
    one_of(leak, ("refuse", "keep"), "leak")
    chosen = tuple(modalities) or (("text", "audio") if split == "official" else ("text", "audio", "video"))
    require_known(chosen, _KEY_OF, "modalities")
    report = Report(content.where)
    leaking = LEAKING & set(chosen)
    if split == "official" and leak == "refuse":
        remedy = (
            'Use modalities=("text", "audio"), split="bclstm" or split="held_out"; leak="keep" shows what a leak does.'
        )
        refuse_bclstm_leak(leaking, content.where, remedy)
    tree, where = content.tree, content.where
    n = len(numeric(field(tree, "label_bin", where), f"{where} label_bin", 1))
    ids, video = texts(field(tree, "ids", where), f"{where} ids"), texts(field(tree, "video_index", where), where)
    y = numeric(field(tree, "label_bin" if target == "classification" else "label_reg", where), where, 1)
    x = {m: numeric(field(tree, _KEY_OF[m], where), f"{where} {_KEY_OF[m]}", 2) for m in chosen}
    counts = {"label": len(y), "ids": len(ids), "video_index": len(video)} | {m: len(a) for m, a in x.items()}
    if set(counts.values()) != {n}:
        listed = ", ".join(f"{k} {v}" for k, v in counts.items())
        raise DataError(f"{where}: sample counts differ: {listed}; the file is damaged")
    valid = dict.fromkeys(chosen, np.ones((n, 1), dtype=bool))
    raw = SplitFields({m: a[:, None] for m, a in x.items()}, y, ids, video, {}, valid)
    raws = {name: raw.take(rows) for name, rows in _rows(tree, split, n, where, report).items()}
    if split != "held_out":
        warn_bclstm_leak(leaking, report, "train", len(raws["train"].ids) if "train" in raws else 0)
    description = Description(
        "cmu_mosi_utterance", target, ("negative", "non-negative") if target == "classification" else None, (-3.0, 3.0),
        "CMU-MOSI (Zadeh et al. 2016); features of declare-lab/multimodal-deep-learning, bc-LSTM; all-MiniLM-L6-v2",
        "CMU-MOSI: research use", (f"Split: {split}.", "One utterance is one step.", *((LEAK + ".",) if leaking else ())),
        descriptions={m: _KEY_OF[m] for m in chosen},
    )  # fmt: skip
    shares = HELD_OUT if split == "held_out" else None
    return build_dataset(raws, description, repairs, report, split=shares, by="group", seed=seed)


def _rows(tree: Mapping[str, object], split: str, n: int, where: str, report: Report) -> dict[str, list[int]]:
    key = "split_official" if split == "official" else "split_bclstm"
    names = texts(field(tree, key, where), f"{where} {key}")
    if len(names) != n:
        raise DataError(f"{where} {key}: {len(names)} entries for {n} utterances")
    if split == "held_out":
        held = [i for i, s in enumerate(names) if s == "test"]
        report.add(
            "note", "left out", where, n - len(held), action="not of the held-out part: features leak their labels"
        )
        return {"": held}
    named = canonical_splits(dict.fromkeys(names), f"{where} {key}")
    rows = {s: [i for i, name in enumerate(names) if named[name] == s] for s in ALIASES if s in named.values()}
    others = [i for i, name in enumerate(names) if named[name] not in ALIASES]
    first = f"row {others[0]}: {names[others[0]]!r}" if others else ""
    report.add("warning", "left out", f"{where} {key}", len(others), first=first, action="of no split: not read")
    if "train" not in rows or "test" not in rows:
        raise DataError(f"{where} {key}: holds {sorted(set(names))[:5]}; train and test are expected")
    return rows
