"""What one model saves against another in the same run, and whether that is what was promised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmviz.efficiency.sweep import Row

#: model, the one it is held against, length, mode, least saving of peak memory, least saving of time
PROMISE = ("alignmamba2", "cross_attention_materialised", 2000, "inference", 0.70, 0.60)


class Saving(NamedTuple):
    """Shares of peak memory and of median time that ``row`` does without, beside ``other``; negative where it takes more."""

    row: Row
    other: Row
    memory: float | None
    time: float

    @property
    def promised(self) -> tuple[float, float] | None:
        """The least savings (memory, time) that were promised for this pair; None where nothing was."""
        model, other, length, mode, memory, time = PROMISE
        case = self.row.case
        return (
            (memory, time)
            if (case.contender, self.other.case.contender, case.length, case.mode)
            == (
                model,
                other,
                length,
                mode,
            )
            else None
        )

    @property
    def met(self) -> bool | None:
        """Whether the promise is met; None where nothing was promised, or the memory could not be read."""
        if self.promised is None or self.memory is None:
            return None
        return self.memory >= self.promised[0] and self.time >= self.promised[1]


def savings(rows: Iterable[Row], models: Iterable[str] = ("alignmamba2", "coupled_mamba")) -> list[Saving]:
    """Return what each of ``models`` saves against every attention model that was measured at its length, in its mode."""
    measured = {row.case: row for row in rows if row.time_ms is not None}
    names = sorted(
        {case.contender for case in measured if "attention" in case.contender or "transformer" in case.contender}
    )
    found = []
    for model in models:
        for case, row in measured.items():
            others = [measured.get(replace(case, contender=name)) for name in names] if case.contender == model else []
            found += [_saving(row, other) for other in others if other is not None]
    return found


def _saving(row: Row, other: Row) -> Saving:
    if row.time_ms is None or other.time_ms is None:
        raise ValueError("a saving needs two rows that were timed")
    memory = 1 - row.peak_bytes / other.peak_bytes if row.peak_bytes is not None and other.peak_bytes else None
    return Saving(row, other, memory, 1 - row.time_ms["median"] / other.time_ms["median"])
