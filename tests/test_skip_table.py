"""The table of skipped tests has every reason once, with the number of tests and the files."""

import types
from pathlib import Path

from skip_table import skip_table

ROOT = Path(__file__).parents[1]


def skipped(file, line, reason):
    return types.SimpleNamespace(longrepr=(str(file), line, reason))


def test_reasons_are_rows_with_counts_and_files_the_most_frequent_first():
    reports = [
        skipped(ROOT / "tests" / "b.py", 3, "Skipped: no GPU"),
        skipped(ROOT / "tests" / "a.py", 9, "Skipped: no GPU"),
        skipped("tests/c.py", 1, "no browser"),
        skipped(ROOT / "tests" / "b.py", 7, "Skipped: no GPU"),
    ]
    assert skip_table(reports, ROOT) == [
        "    3  no GPU      tests/a.py, tests/b.py",
        "    1  no browser  tests/c.py",
    ]


def test_without_skips_there_is_no_row():
    assert skip_table([], ROOT) == []


def test_a_run_prints_the_table_once(pytestconfig):
    """The hook of tests/conftest.py receives the reports of all workers."""
    written = []
    reporter = types.SimpleNamespace(
        stats={"skipped": [skipped(ROOT / "tests" / "a.py", 3, "Skipped: no GPU")]},
        write_sep=lambda _, title: written.append(title),
        write_line=written.append,
    )
    (hook,) = [
        plugin.pytest_terminal_summary
        for plugin in pytestconfig.pluginmanager.get_plugins()
        if getattr(plugin, "__file__", None) == str(ROOT / "tests" / "conftest.py")
    ]
    hook(reporter, pytestconfig)
    assert written == ["skipped: 1 of the tests or files, by reason", "    1  no GPU  tests/a.py"]
