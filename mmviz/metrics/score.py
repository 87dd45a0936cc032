"""Scores by name: a value, or NaN with the reason, and the convention in words."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mmviz.core.errors import ConfigError


class Score(NamedTuple):
    """One score; ``why`` says why `value` is NaN, and is empty otherwise."""

    value: float
    why: str = ""


class Metrics(Mapping[str, float]):
    """Scores by name, what each name means, and why those that are NaN are.

    Attributes
    ----------
    why
        Name to reason, for every score that is NaN and for no other.
    meaning
        Name to convention in words.
    count
        Number of samples that were scored.
    """

    def __init__(self, answers: Mapping[str, Score], meaning: Mapping[str, str], *, count: int) -> None:
        self._values = {name: float(answer.value) for name, answer in answers.items()}
        self.why = {name: answer.why for name, answer in answers.items() if answer.why}
        self.meaning = {name: meaning[name] for name in answers}
        self.count = count

    def __getitem__(self, name: str) -> float:
        if name not in self._values:
            raise ConfigError(f"no metric {name!r}; there is {', '.join(self._values)}")
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
