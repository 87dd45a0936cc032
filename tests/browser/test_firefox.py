"""Tests of the standalone page once more, in Firefox: in a process of their own, as the browser is chosen for a whole session."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from firefox import find_firefox

HERE = Path(__file__).parent
FILES = (
    "test_standalone_view.py",
    "test_timed_view.py",
    "test_export.py::test_a_panel_is_saved_as_png_of_twice_its_size_and_as_svg_with_its_text_without_request_or_fault",
)


@pytest.mark.timeout(280)
def test_the_standalone_page_passes_its_tests_in_firefox():
    if find_firefox() is None:
        reason = "no Firefox on this machine: put one on PATH or name it in MMVIZ_FIREFOX"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    words = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", *(str(HERE / name) for name in FILES))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        env={**os.environ, "MMVIZ_BROWSER": "firefox"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "skipped" not in done.stdout
