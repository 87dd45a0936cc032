"""The efficiency study: every model at every length, in inference and in training; savings of one model versus another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from mmkernels.timing.memory import available_bytes

from mmviz.core.errors import ConfigError, MmvizError
from mmviz.studies.efficiency.cases import CONTENDERS, MODALITIES, MODES, TOLERANCE, Case
from mmviz.studies.efficiency.measurement import case_peak_bytes, fresh, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


MEASURED, REFUSED, SKIPPED, FAILED = "measured", "refused", "skipped", "failed"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    case, threads
        What ran, on how many CPU threads.
    status, note
        ``measured``; ``refused``: it failed its equality test; ``skipped``: it would need more memory than is free;
        ``failed``. The note gives the reason.
    error
        Of the equality test, see :func:`mmviz.studies.efficiency.cases.error_of`.
    parameters
        Number of weights.
    time_ms
        Milliseconds, see :func:`mmkernels.timing.clock.measure`.
    peak_bytes
        Peak memory above the start, see :func:`mmkernels.timing.memory.peak_bytes`; None where this system does not tell.
    """

    case: Case
    threads: int
    status: str = MEASURED
    note: str = ""
    error: float | None = None
    parameters: int | None = None
    time_ms: dict[str, float] | None = None
    peak_bytes: int | None = None


def study(
    *,
    lengths: Sequence[int] = (100, 200, 500, 1000, 2000),
    models: Sequence[str] = tuple(CONTENDERS),
    modes: Sequence[str] = MODES,
    width: int = 128,
    layers: int = 2,
    batch: int = 1,
    threads: int = 1,
    device: str = "cpu",
    rounds: int = 7,
    seconds: float = 10.0,
    on_row: Callable[[Row], object] = lambda row: None,
) -> list[Row]:
    """Measure time and peak memory of the contenders against length.

    Parameters
    ----------
    lengths, models, modes
        What is crossed: steps per modality, keys of ``CONTENDERS``, ``inference`` and ``training``.
    width, layers, batch, device
        As in :class:`~mmviz.studies.efficiency.cases.Case`.
    threads
        CPU threads of every process.
    rounds, seconds
        Number of samples of each time, and seconds of timing in all for each length and mode; slow models get fewer samples.
    on_row
        Called with each row as soon as it is measured.

    Returns
    -------
    list of Row
        In the order of lengths, modes, models.

    Raises
    ------
    ConfigError
        An unknown name, a value out of range, or no such device; before anything is measured.
    """
    if type(threads) is not int or threads < 1 or type(rounds) is not int or rounds < 1:
        raise ConfigError(f"efficiency: threads={threads!r}, rounds={rounds!r}, expected integers ≥ 1")
    groups = [
        [Case(model, length, mode, width, layers, batch, device) for model in models]
        for length in lengths
        for mode in modes
    ]
    rows = []
    for cases in groups:
        for row in _measured(cases, threads, rounds, seconds):
            rows.append(row)
            on_row(row)
    return rows


def _measured(cases: list[Case], threads: int, rounds: int, seconds: float) -> list[Row]:
    """Return the rows of the contenders at one length and in one mode."""
    rows = {}
    for case in cases:
        needed, free = attention_bytes(case), available_bytes(case.device)
        if needed > 0.7 * free:
            note = f"its attention would store {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are free"
            rows[case] = Row(case, threads, SKIPPED, note)
    tried = [case for case in cases if case not in rows]
    try:
        found = fresh(timed, tried, rounds, seconds, threads=threads) if tried else {}
    except MmvizError as error:
        return [rows.get(case, Row(case, threads, FAILED, str(error))) for case in cases]
    for case in tried:
        rows[case] = _row(case, threads, found[case.contender])
    return [rows[case] for case in cases]


def _row(case: Case, threads: int, found: dict[str, Any]) -> Row:
    """Return the row of one contender; its memory is measured here."""
    if "time_ms" not in found:
        note = f"its error {found['error']:.1e} is above {TOLERANCE:.0e}: not measured"
        return Row(case, threads, REFUSED, note, **found)
    try:
        return Row(case, threads, **found, peak_bytes=fresh(case_peak_bytes, case, threads=threads))
    except OSError as error:
        return Row(case, threads, note=f"peak memory cannot be read here: {error}", **found)
    except MmvizError as error:
        return Row(case, threads, FAILED, str(error), **found)


def attention_bytes(case: Case) -> int:
    """Return the approximate bytes of the (head, query, key) matrices of a case; 0 where none are stored whole.

    In inference two exist at once; in training one of every layer, and two more.
    """
    name, options = CONTENDERS[case.contender]
    if options.get("attention") != "materialised":
        return 0
    tokens = case.length * (MODALITIES if name == "transformer" else 1)
    stacks = 1 if name == "transformer" else MODALITIES * (MODALITIES - 1)
    kept = stacks * case.layers + (0 if name == "transformer" else MODALITIES) if case.mode == "training" else 0
    return torch.float32.itemsize * case.batch * options["heads"] * tokens**2 * (kept + 2)


#: model, the one it is compared with, length, mode, least saving of peak memory, least saving of time
PROMISE = ("alignmamba2", "cross_attention_materialised", 2000, "inference", 0.70, 0.60)


class Saving(NamedTuple):
    """Relative saving in peak memory and median time of ``row`` versus ``other`` (negative: worse)."""

    row: Row
    other: Row
    memory: float | None
    time: float

    @property
    def promised(self) -> tuple[float, float] | None:
        """The promised least savings (memory, time) of this pair; None where there is no promise."""
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
        """Whether the promise is met; None where there is no promise, or the memory could not be read."""
        if self.promised is None or self.memory is None:
            return None
        return self.memory >= self.promised[0] and self.time >= self.promised[1]


def savings(rows: Iterable[Row], models: Iterable[str] = ("alignmamba2", "coupled_mamba")) -> list[Saving]:
    """Return the savings of each of ``models`` versus every attention model measured at the same length and mode."""
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
        raise ValueError("savings: both rows must have times; a row without time_ms was given")
    memory = 1 - row.peak_bytes / other.peak_bytes if row.peak_bytes is not None and other.peak_bytes else None
    return Saving(row, other, memory, 1 - row.time_ms["median"] / other.time_ms["median"])
