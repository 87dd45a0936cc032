"""Free Spoken Digit Dataset: log-mel features with speakers in one npz, or the recordings in a folder or archive."""

import re
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import one_of
from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.encoders.audio import BANDS, log_mel
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import cut_and_pad, field, numeric, report_left_out, texts
from mmviz.data.padding import pad
from mmviz.data.report import Report
from mmviz.io.content import Content
from mmviz.io.media import read_wav

_WAV = re.compile(r"(?:.*/)?(\d)_([A-Za-z0-9-]+)_(\d+)\.wav")
_KEYS = {"logmel", "lengths", "digit", "speaker", "index", "speaker_names"}
OFFICIAL_TEST = 5  # recordings 0 to 4 of each speaker and digit


def matches(content: Content) -> bool:
    """Return whether the npz has the features, or the files are named ``{digit}_{speaker}_{index}.wav``."""
    if content.members is not None:
        return sum(bool(_WAV.fullmatch(n)) for n in content.members.names) >= 2
    return content.kind == "npz" and isinstance(content.tree, Mapping) and set(content.tree) >= _KEYS


def read(
    content: Content,
    repairs: Repairs,
    *,
    split: Literal["official", "speaker", "share"] | None = None,
    test_speaker: str | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the recordings as log-mel spectra.

    Parameters
    ----------
    content
        Of the npz, the folder or the archive.
    repairs
        Allowed repairs.
    split
        "official" (recordings 0 to 4 test), "speaker" (one speaker tests), or "share" (0.7 / 0.15 / 0.15, seeded); default
        official where both parts are there.
    test_speaker
        With "speaker": who; default the last name.
    seed
        With "share".

    Returns
    -------
    Dataset
        One modality "audio", 100 steps a second, 40 bands; groups are speakers. A warning in the report names
        speakers in both training and test.

    Raises
    ------
    DataError, ConfigError
        As `mmviz.data.from_arrays`.
    """
    report = Report(content.where)
    other = (
        [n for n in content.members.names if n.endswith(".wav") and not _WAV.fullmatch(n)] if content.members else []
    )
    report_left_out(other, content.where, "not named {digit}_{speaker}_{index}.wav", report)
    one_of(split, (None, "official", "speaker", "share"), "split")
    x, lengths, digit, speaker, index = _from_wavs(content) if content.members is not None else _from_npz(content)
    if split is None:
        split = "official" if (index < OFFICIAL_TEST).any() and (index >= OFFICIAL_TEST).any() else "share"
    ids = [f"{d}_{s}_{i}" for d, s, i in zip(digit, speaker, index, strict=True)]
    whole = SplitFields({"audio": x}, digit, ids, speaker, {"audio": lengths})
    shares = {"train": 0.7, "valid": 0.15, "test": 0.15} if split == "share" else None
    raws = {"": whole}
    if split != "share":
        test = index < OFFICIAL_TEST if split == "official" else _is_speaker(speaker, test_speaker)
        raws = {s: whole.take(np.flatnonzero(mask)) for s, mask in (("train", ~test), ("test", test))}
    description = Description(
        "fsdd", "classification", tuple(map(str, range(10))), None,
        "Free Spoken Digit Dataset (Z. Jackson et al., github Jakobovski/free-spoken-digit-dataset)", "CC BY-SA 4.0",
        (f"Split: {split}.",), {"audio": 100.0}, {"audio": "log power"},
        {"audio": [f"mel {b}" for b in range(x.shape[2])]}, {"audio": "log-mel spectrum, 25 ms windows every 10 ms"}, display={"audio": "audio"},
    )  # fmt: skip
    return build_dataset(raws, description, repairs, report, split=shares, by="sample", seed=seed)


def _is_speaker(speaker: list[str], test_speaker: str | None) -> Any:
    names = sorted(set(speaker))
    chosen = names[-1] if test_speaker is None else test_speaker
    if chosen not in names or len(names) < 2:
        raise ConfigError(f"test_speaker={test_speaker!r}; there is {', '.join(map(repr, names))}")
    return np.array([s == chosen for s in speaker])


def _from_npz(content: Content) -> tuple[Any, Any, Any, list[str], Any]:
    tree, where = content.tree, content.where
    x, lengths = cut_and_pad(
        numeric(field(tree, "logmel", where), f"{where} logmel", 2), field(tree, "lengths", where), where
    )
    digit, who, index = (numeric(field(tree, k, where), f"{where} {k}", 1) for k in ("digit", "speaker", "index"))
    names = texts(field(tree, "speaker_names", where), f"{where} speaker_names")
    if not len(digit) == len(who) == len(index) == len(x):
        raise DataError(f"{where}: {len(x)} sequences, {len(digit)} digits, {len(who)} speakers, {len(index)} numbers")
    if who.dtype.kind not in "iu" or (who < 0).any() or (who >= len(names)).any():
        raise DataError(f"{where}: a speaker beyond the {len(names)} names")
    return x, lengths, digit, [names[int(s)] for s in who], index


def _from_wavs(content: Content) -> tuple[Any, Any, Any, list[str], Any]:
    sequences, digit, speaker, index = [], [], [], []
    members = content.members
    for name in members.names if members is not None else ():
        m = _WAV.fullmatch(name)
        if m is None or members is None:
            continue
        sound, rate = read_wav(members.read(name, max_bytes=1 << 28), where=name)
        sequences.append(log_mel(sound.mean(axis=1), rate, where=name))
        digit.append(int(m[1]))
        speaker.append(m[2])
        index.append(int(m[3]))
    if not any(len(s) for s in sequences):
        raise DataError(f"{content.where}: every recording is shorter than one window of 25 ms")
    x, lengths = pad([s if len(s) else np.zeros((0, BANDS), np.float32) for s in sequences])
    return x, lengths, np.array(digit), speaker, np.array(index)
