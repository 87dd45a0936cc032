"""``python -m mmviz figures --venue neurips2024``: every kind of figure and table of the three papers, for a venue."""

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
    """Draw the figures that are asked for.

    Parameters
    ----------
    arguments
        Words after ``python -m mmviz figures``.

    Returns
    -------
    int
        0; 1 if a figure could not be drawn, the others are there all the same.

    Raises
    ------
    ConfigError
        An unknown venue or figure, or a budget out of range; before anything is made.
    """
    given = _parser().parse_args(list(arguments))
    names = list(FIGURES) if given.only is None else [word.strip() for word in given.only.split(",") if word.strip()]
    for name in names:
        figure_named(name)
    venue_of(given.venue)
    if given.list:
        sys.stdout.writelines(f"{name:<20}{kind.like} {kind.paper}\n" for name, kind in FIGURES.items())
        return 0
    budget = Budget(given.seeds, given.epochs, given.width, given.rounds)
    results = PaperResults(given.cache, budget=budget, make=not given.cached, log=_told)
    out = given.out if given.out is not None else Path("runs") / "figures" / given.venue
    written, lacking = [], 0
    for name in names:
        try:
            files = write_figure(name, results, venue=given.venue, out=out)
        except MmvizError as error:
            lacking += 1
            sys.stderr.write(f"{name}: {error}\n")
            continue
        written.append(name)
        sys.stdout.write(f"{name}: {', '.join(path.name for path in files)}\n")
        sys.stdout.flush()
    if written:
        sys.stdout.write(f"written: {write_document(written, venue=given.venue, out=out)}\n")
    return int(bool(lacking))


def _told(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mmviz figures", description=__doc__)
    add = parser.add_argument
    add("--venue", default="neurips2024", help="neurips2024, icml2024, acl or cvpr (default neurips2024)")
    add("--out", type=Path, help="folder for the files (default runs/figures/VENUE)")
    add("--only", metavar="A,B", help="these figures (default: all; --list names them)")
    add("--cache", type=Path, default=Path("runs") / "figures", help="what they are drawn from (default runs/figures)")
    add(
        "--cached",
        action="store_true",
        help="draw from the cache alone; what is not there is said, with the command that makes it",
    )
    add("--seeds", type=int, default=_DEFAULT.seeds, help=f"of every variant (default {_DEFAULT.seeds})")
    add("--epochs", type=int, default=_DEFAULT.epochs, help=f"of every training (default {_DEFAULT.epochs})")
    add("--width", type=int, default=_DEFAULT.width, help=f"of every model (default {_DEFAULT.width})")
    add("--rounds", type=int, default=_DEFAULT.rounds, help=f"samples of every time (default {_DEFAULT.rounds})")
    add("--list", action="store_true", help="name the figures and end")
    return parser
