"""``python -m mmviz figures --venue neurips2024``: figures and tables of the three papers, for a venue."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mmviz.core.errors import MmvizError
from mmviz.plots.venue import venue_of
from mmviz.studies.papers.export import write_document, write_figure
from mmviz.studies.papers.registry import FIGURES, figure_named
from mmviz.studies.papers.results import Budget, PaperResults

if TYPE_CHECKING:
    from collections.abc import Sequence

_DEFAULT = Budget()


def main(arguments: Sequence[str]) -> int:
    """Write the chosen figures and tables; return the exit status.

    Parameters
    ----------
    arguments
        Words after ``python -m mmviz figures``.

    Returns
    -------
    int
        0, or 1 if a figure could not be written; the others are written.

    Raises
    ------
    ConfigError
        An unknown venue or figure, or a budget out of range; raised before anything is computed.
    """
    given = _parser().parse_args(list(arguments))
    names = list(FIGURES) if given.only is None else [word.strip() for word in given.only.split(",") if word.strip()]
    for name in names:
        figure_named(name)
    venue_of(given.venue)
    if given.list:
        sys.stdout.writelines(f"{name:<20}{item.counterpart} {item.paper}\n" for name, item in FIGURES.items())
        return 0
    budget = Budget(given.seeds, given.epochs, given.width, given.rounds)
    results = PaperResults(given.cache, budget=budget, compute=not given.cached, log=_log)
    out = given.out if given.out is not None else Path("runs") / "figures" / given.venue
    written, failed = [], 0
    for name in names:
        try:
            files = write_figure(name, results, venue=given.venue, out=out)
        except MmvizError as error:
            failed += 1
            sys.stderr.write(f"{name}: {error}\n")
            continue
        written.append(name)
        sys.stdout.write(f"{name}: {', '.join(path.name for path in files)}\n")
        sys.stdout.flush()
    if written:
        sys.stdout.write(f"written: {write_document(written, venue=given.venue, out=out)}\n")
    return int(bool(failed))


def _log(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mmviz figures", description=__doc__)
    add = parser.add_argument
    add("--venue", default="neurips2024", help="neurips2024, icml2024, acl or cvpr (default neurips2024)")
    add("--out", type=Path, help="folder for the files (default runs/figures/VENUE)")
    add("--only", metavar="A,B", help="names of figures, separated by commas (default: all; see --list)")
    add("--cache", type=Path, default=Path("runs") / "figures", help="folder with the results (default runs/figures)")
    add(
        "--cached",
        action="store_true",
        help="use cached results only; a missing result is reported with the command that computes it",
    )
    add("--seeds", type=int, default=_DEFAULT.seeds, help=f"seeds per variant (default {_DEFAULT.seeds})")
    add("--epochs", type=int, default=_DEFAULT.epochs, help=f"epochs per training (default {_DEFAULT.epochs})")
    add("--width", type=int, default=_DEFAULT.width, help=f"channels of every model (default {_DEFAULT.width})")
    add(
        "--rounds",
        type=int,
        default=_DEFAULT.rounds,
        help=f"repetitions of every time measurement (default {_DEFAULT.rounds})",
    )
    add("--list", action="store_true", help="list the figures and exit")
    return parser
