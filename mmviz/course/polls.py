"""Polls: predictions before a cell is run, collected in a CSV file on this machine; ``python -m mmviz course polls`` counts them."""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.escape import printable, spreadsheet

#: environment variable: the file of a class, such as one in a shared folder
POLLS = "MMVIZ_POLLS"
_FILE = "polls.csv"
_COLUMNS = ("time", "poll", "choice")
_BAR = 40


def poll(name: str, question: str, choices: Sequence[str], *, file: str | Path | None = None) -> Any:
    """Return a row of buttons; a click stores the choice in a local CSV file, without a name, and shows the counts.

    Parameters
    ----------
    name
        Of the poll: the same name collects into one count.
    question
        Shown above the buttons.
    choices
        Two or more different texts.
    file
        The CSV file (columns ``time``, ``poll``, ``choice``). Default: the environment variable ``MMVIZ_POLLS``, else ``polls.csv``
        beside the notebook. Every click appends one line, so that a class may share one file.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ConfigError
        An empty name, or fewer than two different choices.
    """
    import ipywidgets

    options = [str(choice) for choice in choices]
    if not str(name).strip() or len(set(options)) < 2 or len(set(options)) != len(options):
        raise ConfigError(f"poll({name!r}): choices={options}; give a name, and two or more different choices")
    path = _path(file)
    shown = ipywidgets.HTML()
    buttons = [ipywidgets.Button(description=option, layout={"width": "auto"}) for option in options]

    def stores(option: str) -> Callable[[Any], None]:
        def clicked(_: Any) -> None:
            vote(name, option, file=path)
            for button in buttons:
                button.disabled = True
            shown.value = f"<pre>{_escaped(bars(counts(name, file=path), options))}</pre>"

        return clicked

    for button, option in zip(buttons, options, strict=True):
        button.on_click(stores(option))
    return ipywidgets.VBox([ipywidgets.HTML(_escaped(question)), ipywidgets.HBox(buttons), shown])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def vote(name: str, choice: str, *, file: str | Path | None = None) -> None:
    """Append one choice to the file of the polls (see :func:`poll`)."""
    path = _path(file)
    line = io.StringIO()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    writer = csv.writer(line, lineterminator="\n")
    if not path.exists():
        writer.writerow(_COLUMNS)
    writer.writerow([now, spreadsheet(str(name)), spreadsheet(str(choice))])
    with path.open("a", encoding="utf-8", newline="") as out:  # one write of one line: many processes may append
        out.write(line.getvalue())


def counts(name: str, *, file: str | Path | None = None) -> dict[str, int]:
    """Return how often each choice of a poll was stored, the most frequent first."""
    return dict(
        Counter(choice for poll_name, choice in _rows(_path(file)) if poll_name == spreadsheet(name)).most_common()
    )


def bars(found: dict[str, int], choices: Sequence[str] = ()) -> str:
    """Return a histogram as text, a line for each choice; ``choices`` gives the order and lists those without a vote."""
    listed = list(map(spreadsheet, choices)) or list(found)
    listed += [choice for choice in found if choice not in listed]
    wide, most = max(map(len, listed), default=0), max(found.values(), default=1)
    lines = [f"{c:{wide}}  {'█' * round(found.get(c, 0) * _BAR / most)} {found.get(c, 0)}" for c in listed]
    return printable("\n".join(lines))


def _path(file: str | Path | None) -> Path:
    return Path(file or os.environ.get(POLLS) or _FILE)


def _rows(path: Path) -> list[tuple[str, str]]:
    if not path.exists():
        return []
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a CSV file of polls ({error})") from error
    if any(len(row) != len(_COLUMNS) for row in rows):
        bad = next(k for k, row in enumerate(rows, 1) if len(row) != len(_COLUMNS))
        raise DataError(f"{path}, row {bad}: expected the columns {', '.join(_COLUMNS)}")
    return [(row[1], row[2]) for row in rows if tuple(row) != _COLUMNS]


def main(arguments: Sequence[str]) -> int:
    """Print the counts of every poll in one or more files."""
    parser = argparse.ArgumentParser(prog="python -m mmviz course polls", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="CSV files of polls, such as one of each student")
    options = parser.parse_args(arguments)
    missing = [path for path in options.files if not path.exists()]
    if missing:
        raise DataError(f"{missing[0]}: no such file; mm.course.poll writes {_FILE} beside the notebook")
    rows = [row for path in options.files for row in _rows(path)]
    for name in dict.fromkeys(name for name, _ in rows):
        found = Counter(choice for poll_name, choice in rows if poll_name == name)
        sys.stdout.write(f"{printable(name)}: {found.total()} votes\n{bars(dict(found.most_common()))}\n\n")
    return 0
