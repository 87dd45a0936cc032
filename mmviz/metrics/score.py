"""Scores by name: a value, or NaN with the reason, and the convention in words."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mmviz.core.errors import ConfigError


class Score(NamedTuple):
    """A score; ``why`` is the reason where `value` is NaN, and empty otherwise."""

    value: float
    why: str = ""


class Metrics(Mapping[str, float]):
    """Scores by name, with the meaning of each and the reasons of those that are NaN.

    Attributes
    ----------
    why
        Name to reason, for every score that is NaN.
    meaning
        Name to its definition in words.
    count
        Number of scored samples.
    """

    def __init__(self, scores: Mapping[str, Score], meaning: Mapping[str, str], *, count: int) -> None:
        self._values = {name: float(score.value) for name, score in scores.items()}
        self.why = {name: score.why for name, score in scores.items() if score.why}
        self.meaning = {name: meaning[name] for name in scores}
        self.count = count

    def __getitem__(self, name: str) -> float:
        if name not in self._values:
            raise ConfigError(f"no metric {name!r}; available are {', '.join(self._values)}")
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        width = max(map(len, self._values), default=0)
        lines = [f"{self.count} samples"]
        for name, value in self._values.items():
            note = f"undefined: {self.why[name]}" if name in self.why else self.meaning[name]
            lines.append(f"  {name.ljust(width)}  {value:8.4f}  {note}")
        return "\n".join(lines)
