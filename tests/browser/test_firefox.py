"""Tests of the standalone page once more, in Firefox: in a process of their own, as the browser is chosen for a whole session.

The suite runs some of the files; ``make firefox`` (MMVIZ_FIREFOX_FILES=all) runs all that open a page from disk.
"""

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
    "test_column_layout.py",
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
    "test_touch.py",
)
#: minutes more
FURTHER = (
    "test_adapted_explorer.py",
    "test_captured_scans.py",
    "test_compare.py",
    "test_edits_with_timestamps.py",
    "test_overview.py",
    "test_readouts.py",
    "test_redraw_of_lanes.py",
    "test_retraining_view.py",
    "test_scatter_in_the_address.py",
    "test_views.py",
    "test_views_are_truthful.py",
    "test_views_from_outside.py",
    "test_what_if_view.py",
)
CHOSEN = FILES + FURTHER if os.environ.get("MMVIZ_FIREFOX_FILES") == "all" else FILES


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", CHOSEN)
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
