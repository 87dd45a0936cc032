"""``python -m mmviz efficiency``: time and peak memory of the fusions against length, in one run."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmkernels.timing import report

from mmviz.io.atomic import write_bytes_atomic
from mmviz.studies.efficiency.cases import CONTENDERS, MEANING, MODES
from mmviz.studies.efficiency.sweep import FAILED, REFUSED, Row, Saving, savings, study

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGES = ("torch", "numba", "numpy", "triton", "mmviz")
_COUNTS = ("samples", "disturbed", "calls")
_HEAD = (
    f"{'length':>6}  {'mode':<9}  {'model':<28}  {'median ms':>9}  {'q1 to q3':>17}  {'peak MiB':>8}  {'weights':>9}\n"
)


def main(arguments: Sequence[str]) -> int:
    """Run the study, print a table, and write it to ``--out``.

    Parameters
    ----------
    arguments
        Words after ``python -m mmviz efficiency``.

    Returns
    -------
    int
        0; 1 if a model failed its equality test or a process exited unexpectedly.

    Raises
    ------
    ConfigError, OSError
        As :func:`mmviz.studies.efficiency.study`; a folder that cannot be written is found before anything is measured.
    """
    given = vars(_parser().parse_args(list(arguments)))
    out: Path | None = given.pop("out")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    about = report.about(given["device"], *_PACKAGES) | {"options": given}
    meanings = {name: MEANING[model] for name, (model, _) in CONTENDERS.items() if name in given["models"]}
    _say(_HEAD)
    rows = study(**given, on_row=lambda row: _say(line_of(row)))
    saved = savings(rows)
    longest = max(given["lengths"])
    _say("".join(f"\n{name}: {meaning}" for name, meaning in meanings.items()))
    _say("\n\nrelative savings in this run (memory, time; negative: worse):\n")
    sys.stdout.writelines(_saved_line(s) for s in saved if s.row.case.length == longest or s.promised)
    if out is not None:
        write(out, rows, saved, {**about, "models": meanings})
        sys.stdout.write(f"\nwritten: {out / 'efficiency.json'}, {out / 'efficiency.csv'}\n")
    return 1 if any(row.status in (REFUSED, FAILED) for row in rows) else 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mmviz efficiency", description=__doc__)
    parser.add_argument(
        "--lengths", type=int, nargs="+", default=[100, 200, 500, 1000, 2000], help="steps of each modality"
    )
    parser.add_argument("--models", nargs="+", default=list(CONTENDERS), metavar="MODEL", help=", ".join(CONTENDERS))
    parser.add_argument("--modes", nargs="+", default=list(MODES), metavar="MODE", help=" and ".join(MODES))
    parser.add_argument("--width", type=int, default=128, help="channels of every model")
    parser.add_argument("--layers", type=int, default=2, help="layers of every model")
    parser.add_argument("--batch", type=int, default=1, help="samples at once")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--rounds", type=int, default=7, help="samples of each time")
    parser.add_argument("--seconds", type=float, default=10.0, help="of timing, for each length and mode")
    parser.add_argument("--out", type=Path, help="folder for efficiency.json and efficiency.csv")
    return parser


def line_of(row: Row) -> str:
    """Return a row as a line of the printed table."""
    case = row.case
    start = f"{case.length:>6}  {case.mode:<9}  {case.contender:<28}  "
    if row.time_ms is None:
        return f"{start}{row.status}: {row.note}\n"
    spread = f"{row.time_ms['q1']:.1f} to {row.time_ms['q3']:.1f}"
    peak = "" if row.peak_bytes is None else f"{row.peak_bytes / 2**20:.1f}"
    return (
        f"{start}{row.time_ms['median']:>9.1f}  {spread:>17}  {peak:>8}  {row.parameters:>9}  {row.note}".rstrip()
        + "\n"
    )


def _saved_line(saving: Saving) -> str:
    case, other = saving.row.case, saving.other.case
    memory = "unknown" if saving.memory is None else f"{saving.memory:.1%}"
    line = f"{case.length:>6}  {case.mode:<9}  {case.contender} versus {other.contender}: memory {memory}, time {saving.time:.1%}"
    if saving.promised is not None:
        least = "promised at least {:.0%} and {:.0%}".format(*saving.promised)
        line += f"; {least}: {'met' if saving.met else 'unknown' if saving.met is None else 'NOT MET'}"
    return line + "\n"


def write(folder: Path, rows: list[Row], saved: list[Saving], about: dict[str, Any]) -> None:
    """Write ``efficiency.json`` (all, with the machine) and ``efficiency.csv`` (a line per row) into a folder that exists."""
    lines = [_flat(row) for row in rows]
    shares = [
        {
            **s.row.case.described(),
            "than": s.other.case.contender,
            "memory": s.memory,
            "time": s.time,
            "promised": s.promised,
            "met": s.met,
        }
        for s in saved
    ]
    text = report.text({**about, "rows": lines, "savings": shares})
    write_bytes_atomic(folder / "efficiency.json", text.encode())
    table = io.StringIO()
    writer = csv.DictWriter(table, list(dict.fromkeys(key for line in lines for key in line)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    write_bytes_atomic(folder / "efficiency.csv", table.getvalue().encode())


def _flat(row: Row) -> dict[str, Any]:
    time = {name if name in _COUNTS else f"{name}_ms": value for name, value in (row.time_ms or {}).items()}
    rest = {name: getattr(row, name) for name in ("threads", "status", "note", "error", "parameters", "peak_bytes")}
    return {**row.case.described(), **rest, **time}
