"""Text of a file that would act where it is printed: terminals, spreadsheets and LaTeX get it as plain characters."""

import csv
import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError, DataError, InUseError, MissingDependencyError, MmvizError
from mmviz.core.escape import printable
from mmviz.plots.latex import latex_table
from mmviz.studies.comparison import Table

CLEAR = "\x1b[2J\x1b[1;1H"
TITLE = "\x1b]0;owned\x07"
LINK = "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\"
C1 = "\x9b31mred"
RETURN = "shown\rhidden"
BACK = "rm\x08\x08ls"
REVERSED = "\u202egnp.exe\u202c"
ISOLATED = "\u2066x\u2069"
LINES = "one\u2028two"
ACTIVE = (CLEAR, TITLE, LINK, C1, RETURN, BACK, REVERSED, ISOLATED, LINES, "\x00", "\ud800", "\x7f")


def is_inert(text, lines=True):
    return all((c == "\n" and lines) or printable(c, kept="") == c for c in text)


@pytest.mark.parametrize("text", ACTIVE, ids=ascii)
def test_what_a_terminal_would_obey_is_shown_as_an_escape(text):
    shown = printable(f"a {text} b")
    assert is_inert(shown)
    assert shown.startswith("a ")
    assert shown.endswith(" b")
    assert "\\" in shown


@pytest.mark.parametrize("text", ["plain", "ünï 文 🎉", "two\nlines\tand a tab", "👩\u200d🚀", "", "A" * 10_000])
def test_ordinary_text_is_printed_as_it_is(text):
    assert printable(text) == text


@pytest.mark.parametrize(
    "kind", [MmvizError, DataError, ConfigError, CheckpointError, InUseError, MissingDependencyError]
)
def test_no_error_of_ours_carries_a_control_character_to_the_terminal(kind):
    for text in ACTIVE:
        error = kind(f"file {text}: bad")
        assert is_inert(str(error))
        assert is_inert(repr(error))


@pytest.fixture(scope="module")
def hostile():
    rng = np.random.default_rng(0)
    n = 60
    names = [f"sound{TITLE}", f"light{REVERSED}"]
    return mm.data.from_arrays(
        {m: rng.normal(size=(n, 6, 2)) for m in names},
        np.arange(n) % 3,
        split={"train": 0.6, "valid": 0.2, "test": 0.2},
        task="classification",
        classes=[CLEAR, RETURN, "fine"],
        ids=[f"{ACTIVE[i % 9]} {i}" for i in range(n)],
        name=f"set{LINK}",
        notes=[f"note {BACK}"],
        source=C1,
    )


def test_a_data_set_its_splits_and_its_report_print_without_control_characters(hostile):
    for thing in (hostile, hostile["train"], hostile.report):
        assert is_inert(str(thing))
        assert is_inert(repr(thing))
    assert len(repr(hostile["train"]).splitlines()) == 3


def test_an_error_about_a_class_or_a_split_of_hostile_data_is_inert(hostile):
    with pytest.raises(ConfigError) as caught:
        hostile["nowhere"]
    assert is_inert(str(caught.value))


def test_a_run_and_a_loaded_trace_print_without_control_characters(hostile, tmp_path):
    model = mm.models.build("average", hostile.spec, width=8)
    run = mm.train.fit(model, hostile, epochs=1, progress=False, out=tmp_path / "run")
    assert is_inert(repr(run))
    path = mm.trace.save(mm.record(run, hostile["test"]), tmp_path / "trace.nc")
    trace = mm.trace.load(path)
    for name in ("dataset", "source", "notes"):
        value = trace.attrs[name]
        assert all(is_inert(text) for text in (value if isinstance(value, list) else [value])), name


def test_the_command_that_checks_a_hostile_file_prints_no_control_character(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {}
    for split in ("train", "valid", "test"):
        arrays[f"{split}/x{TITLE.replace('/', '')}"] = rng.normal(size=(5, 4, 2)).astype("f4")
        arrays[f"{split}/target"] = np.arange(5.0)
        arrays[f"{split}/id"] = np.array([f"{CLEAR}{split}{i}" for i in range(5)])
    np.savez(tmp_path / "x.npz", **arrays)
    done = subprocess.run(
        [sys.executable, "-m", "mmviz", "data", "check", str(tmp_path / "x.npz")], capture_output=True, check=False
    )
    assert done.stdout or done.stderr
    assert is_inert((done.stdout + done.stderr).decode())


FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\ufeff=1",
    "\uff1d1",
    "\u200b\u00a0=1",
)


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_text_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(text):
    out = Table(pd.DataFrame({"model": [text], text: [1.5]}), "note").csv()
    rows = list(csv.reader(io.StringIO(out, newline="")))
    assert rows[0] == ["model", f"'{printable(text)}"]
    assert rows[1] == [f"'{printable(text)}", "1.5"]


def test_numbers_stay_numbers_in_csv():
    rows = list(csv.reader(io.StringIO(Table(pd.DataFrame({"a": [-1.5, 2.0], "b": [-3, 4]}), "").csv())))
    assert rows[1:] == [["-1.5", "-3"], ["2.0", "4"]]


TEX = (
    "\\input{/etc/passwd}",
    "\\write18{touch pwned}",
    "\\immediate\\write18{id}",
    "^^5cinput{/etc/passwd}",
    "}\\end{table}\\input x",
    "$\\href{javascript:alert(1)}{x}$",
    "50% of # & _ ~ {",
    "\\\\",
    "\\catcode`\\@=0 @input",
    "a\n\\input{x}",
)


@pytest.mark.parametrize("text", TEX, ids=ascii)
@pytest.mark.parametrize("place", ["cell", "column", "caption", "data", "group"])
def test_text_in_a_latex_table_is_no_command(text, place, tmp_path):
    column = text if place == "column" else "name"
    rows = [{column: text if place == "cell" else "x", "score": 1.0}]
    words = {"caption": text if place == "caption" else "Scores", "data": text if place == "data" else "toy"}
    groups = {text: ["score"]} if place == "group" else None
    path = latex_table(rows, file=tmp_path / "t.tex", seeds=[0], commit="abc", groups=groups, **words)
    written = path.read_text(encoding="utf-8")
    for active in ("\\input", "\\write", "\\immediate", "\\href", "\\catcode", "^^", "$"):
        assert active not in written.replace("\\$", ""), written
    assert written.count("\\end{table}") == 1
    assert all("%" not in line.replace("\\%", "") for line in written.splitlines()[1:] if not line.endswith("{!}{%"))
