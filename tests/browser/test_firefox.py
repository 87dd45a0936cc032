"""Tests of the standalone page once more, in Firefox: in a process of their own, as the browser is chosen for a whole session."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from firefox import find_firefox

HERE = Path(__file__).parent
FILES = (
    "test_accessibility.py",
    "test_activations_in_the_page.py",
    "test_attribution_in_the_page.py",
    "test_engine_in_the_page.py",
    "test_export.py",
    "test_help.py",
    "test_hostile_text.py",
    "test_input.py",
    "test_input_under_edits.py",
    "test_page_model_view.py",
    "test_saved_page_parts.py",
    "test_sections.py",
    "test_standalone_safety.py",
    "test_standalone_view.py",
    "test_static_pages.py",
    "test_timed_view.py",
)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", FILES)
def test_a_page_opened_from_disk_passes_its_tests_in_firefox(name):
    if find_firefox() is None:
        reason = "no Firefox on this machine: put one on PATH or name it in MMVIZ_FIREFOX"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    words = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(HERE / name))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        env={**os.environ, "MMVIZ_BROWSER": "firefox"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "skipped" not in done.stdout
