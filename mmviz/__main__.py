"""``python -m mmviz COMMAND ...``: the commands of the packages, imported on use."""

import importlib
import sys
from collections.abc import Sequence

from mmviz.core.errors import MmvizError

# command: (module of `main(arguments) -> exit status`, or module:function, what it does)
COMMANDS = {
    "app": ("mmviz.server.app", "serve the Explorer as a page without code"),
    "benchmark": ("mmviz.studies.benchmark_command", "compare all methods against modality imbalance under one budget"),
    "course": (
        "mmviz.course.command_line",
        "write the notebooks for students, teachers and nbgrader; report of a class",
    ),
    "data": ("mmviz.data.command_line", "list, check and convert data sets"),
    "efficiency": ("mmviz.studies.efficiency.command_line", "time and memory of the fusions against length"),
    "experiment": ("mmviz.studies.command_line", "run a named experiment and print its table"),
    "figures": ("mmviz.studies.papers.command_line", "every kind of figure and table of the three papers, for a venue"),
    "plan": ("mmviz.studies.command_line:plan_main", "estimate of an experiment: cells, hours, memory, disk"),
    "report": ("mmviz.report.site", "run the notebooks and build the static site of them, with the reference"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        Words after ``python -m mmviz``; None takes those of the process.

    Returns
    -------
    int
        0: success, 1: the command raised an error, 2: unknown command.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help"):
        sys.stdout.write(_usage())
        return 0
    if words[0] not in COMMANDS:
        sys.stderr.write(f"no command {words[0]!r}\n{_usage()}")
        return 2
    try:
        module, _, function = COMMANDS[words[0]][0].partition(":")
        return getattr(importlib.import_module(module), function or "main")(words[1:])
    except MmvizError as error:
        sys.stderr.write(f"{error}\n")
    except OSError as error:
        sys.stderr.write(f"{error.strerror or error}: {error.filename}\n")
    return 1


def _usage() -> str:
    lines = "\n".join(f"  {name:<12}{what}" for name, (_, what) in COMMANDS.items())
    return f"usage: python -m mmviz COMMAND ...\n\n{lines}\n\npython -m mmviz COMMAND --help describes its options.\n"


if __name__ == "__main__":
    sys.exit(main())
