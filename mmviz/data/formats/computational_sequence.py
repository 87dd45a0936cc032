"""Computational sequences of the CMU-MultimodalSDK: one HDF5 file each, with features and their intervals in seconds by video."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest
from mmviz.data.formats.fields import listed
from mmviz.io.hdf5 import Arrays, open_hdf5_tree, probe_hdf5_tree

ENTRIES = ("features", "intervals")


class ComputationalSequence:
    """An open ``.csd`` file: ``/<root>/data/<video>/features`` (T, d) and ``intervals`` (T, 2) in seconds.

    Attributes
    ----------
    name
        Of the root group, whatever the file is called.
    where
        File and root, for errors.
    width
        Features of a row, the same for every video.
    holds_text
        Whether the features are text.
    """

    def __init__(self, path: Path, found: Mapping[str, Mapping[str, Any]], file: Arrays) -> None:
        roots = sorted({p.split("/")[0] for p in found})
        if len(roots) != 1:
            raise DataError(
                f"{path.name}: {len(roots)} root groups ({listed(roots)}); a computational sequence has one"
            )
        self.name, self._file = roots[0], file
        self.where = f"{path.name} ({self.name[:60]})"
        shapes: dict[str, dict[str, Mapping[str, Any]]] = {}
        for name, entry in found.items():
            parts = name.split("/")
            if len(parts) == 4 and parts[1] == "data" and parts[3] in ENTRIES:
                shapes.setdefault(parts[2], {})[parts[3]] = entry
        if not shapes:
            raise DataError(
                f"{self.where}: no video; expected <root>/data/<video>/features and intervals, it has {listed(found)}"
            )
        self.width, self.holds_text, self._videos = 0, False, sorted(shapes)
        self._set = frozenset(self._videos)
        for video in self._videos:
            self._check(video, shapes[video])

    def _check(self, video: str, entries: Mapping[str, Mapping[str, Any]]) -> None:
        where = f"{self.where}, {video[:80]}"
        for name in ENTRIES:
            if name not in entries or "refused" in entries[name]:
                reason = entries[name]["refused"] if name in entries else f"no {name}"
                raise DataError(f"{where}: {reason}; the file is damaged or another one")
        features, intervals = (tuple(entries[name]["shape"]) for name in ENTRIES)
        if len(features) != 2 or not features[1] or intervals != (features[0], 2):
            raise DataError(f"{where}: features {features} and intervals {intervals}; expected (T, d) and (T, 2)")
        text = np.dtype(entries["features"]["dtype"]).kind == "S"
        if video == self._videos[0]:
            self.width, self.holds_text = features[1], text
        if (features[1], text) != (self.width, self.holds_text) or np.dtype(
            entries["intervals"]["dtype"]
        ).kind not in "iuf":
            raise DataError(
                f"{where}: {features[1]} features, {self.width} in {self._videos[0][:80]}; the videos are of different versions"
            )

    def videos(self) -> list[str]:
        """Return the names of the videos, sorted."""
        return list(self._videos)

    def __contains__(self, video: str) -> bool:
        return video in self._set

    def read(self, video: str) -> tuple[NDArray[np.float64], NDArray[Any]]:
        """Return the intervals (T, 2) and the features (T, d) of a video.

        Raises
        ------
        DataError
            If an interval is not finite or ends before it starts.
        """
        intervals = self._file.rows(f"{self.name}/data/{video}/intervals").astype(np.float64)
        bad = ~np.isfinite(intervals).all(axis=1) | (intervals[:, 0] > intervals[:, 1])
        if bad.any():
            at = int(np.argmax(bad))
            raise DataError(
                f"{self.where}, {video[:80]}: {int(bad.sum())} intervals are not finite or end before they start (first: row {at}: "
                f"{intervals[at].tolist()} s)"
            )
        return intervals, self._file.rows(f"{self.name}/data/{video}/features")

    def texts(self, video: str) -> tuple[NDArray[np.float64], list[str]]:
        """Return the intervals and the texts of a video, of one column."""
        intervals, rows = self.read(video)
        return intervals, [bytes(v).decode("utf-8", "replace") for v in rows[:, 0].tolist()]


@contextmanager
def open_sequence(path: Path) -> Iterator[ComputationalSequence]:
    """Yield the sequence in a file, after a trial read of all of it in a separate process; DataError where it is another file."""
    found = probe_hdf5_tree(path)
    with open_hdf5_tree(path) as file:
        yield ComputationalSequence(path, found, file)


class Sequences:
    """The sequences of a folder, by name."""

    def __init__(self, given: Sequence[ComputationalSequence], where: str) -> None:
        self._where, self._by, self._used = where, {}, set[str]()
        for sequence in given:
            if sequence.name in self._by:
                raise DataError(
                    f"{where}: {sequence.where} and {self._by[sequence.name].where} have one name; keep one of them in the folder"
                )
            self._by[sequence.name] = sequence

    _by: dict[str, ComputationalSequence]

    def names(self) -> list[str]:
        """Return the names of all sequences."""
        return list(self._by)

    def unused(self) -> list[str]:
        """Return the names of those that were not taken."""
        return [name for name in self._by if name not in self._used]

    def _take(self, name: str, option: str) -> ComputationalSequence:
        if name not in self._by:
            raise ConfigError(f"{self._where}: {option}={name!r}{nearest(name, self._by)}; there is {listed(self._by)}")
        self._used.add(name)
        return self._by[name]

    def labels(self, name: str | None) -> ComputationalSequence:
        """Return the sequence of labels: the given one, or the only one whose name contains "label"."""
        found = (
            [n for n, s in self._by.items() if "label" in n.lower() and not s.holds_text] if name is None else [name]
        )
        if len(found) != 1:
            raise ConfigError(
                f"{self._where}: {len(found)} sequences of labels ({listed(found)}) among {listed(self._by)}; pass label_sequence='the name of one'"
            )
        return self._take(found[0], "label_sequence")

    def words(self, name: str | None, labels: ComputationalSequence) -> ComputationalSequence:
        """Return the sequence of words: the given one, or the only one that holds text."""
        found = [n for n, s in self._by.items() if s.holds_text and s.width == 1] if name is None else [name]
        if len(found) != 1:
            raise ConfigError(
                f"{self._where}: {len(found)} sequences of words ({listed(found)}) among {listed(self._by)}; pass word_sequence='the name of one', or step= in seconds"
            )
        taken = self._take(found[0], "word_sequence")
        if not taken.holds_text or taken is labels:
            raise ConfigError(f"{self._where}: word_sequence={taken.name!r} holds numbers; give the sequence of words")
        return taken

    def features(
        self, names: Mapping[str, str] | None, known: Mapping[str, str], labels: ComputationalSequence
    ) -> dict[str, ComputationalSequence]:
        """Return modality to sequence: as given, or every one that holds numbers, called after what its name contains."""
        if names is not None:
            taken = {m: self._take(n, f"names[{m!r}]") for m, n in names.items()}
            wrong = [m for m, s in taken.items() if s.holds_text or s is labels]
            if wrong:
                raise ConfigError(
                    f"{self._where}: names[{wrong[0]!r}]={names[wrong[0]]!r} holds text or the labels; give a sequence of features"
                )
            return taken
        found: dict[str, ComputationalSequence] = {}
        for n, sequence in self._by.items():
            if sequence.holds_text or n in self._used:
                continue
            modality = next(
                (m for part, m in known.items() if part in n.lower()), re.sub(r"\W+", "_", n.lower()).strip("_") or n
            )
            if modality in found:
                raise ConfigError(
                    f"{self._where}: {found[modality].name!r} and {n!r} both look like {modality}; pass names={{{modality!r}: ..., ...}}"
                )
            found[modality] = self._take(n, "names")
        order = ("text", "audio", "vision")
        return dict(
            sorted(found.items(), key=lambda item: (order.index(item[0]) if item[0] in order else len(order), item[0]))
        )
