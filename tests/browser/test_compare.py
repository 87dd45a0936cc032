"""Two runs side by side: linked, each its own numbers, and their difference."""

import pytest
from page_queries import sentence

from mmviz.widgets.readout import fixed

pytestmark = pytest.mark.timeout(90)
OTHER = {"seed": 1, "epochs": 3, "steps": 40, "attrs": {"model": "late"}}


@pytest.fixture
def two(show):
    return show(other=OTHER, selection={"time": 29, "sample": 1}, context={"viewport": {"width": 1500, "height": 1000}})


def test_the_page_readout_of_both_runs_equals_that_of_python_after_moving_either_run(two):
    page = two
    assert sentence(page) == page.explorer.readout
    b = page.get_by_role("region", name="Run B:")
    b.get_by_role("slider", name="Time cursor").fill("11")
    page.explorer.selection = {"time": 14}
    assert sentence(page) == page.explorer.readout
    assert b.locator(".mmv-tag").inner_text() == "1.20 s"
    assert page.get_by_role("region", name="Run A:").locator(".mmv-tag").inner_text() == "1.20 s"
    page.get_by_role("slider", name="Epoch").fill("1")
    page.explorer.selection = {"epoch": 1}
    assert sentence(page) == page.explorer.readout
    assert page.faults == []


def test_the_comparison_panel_shows_the_differences_of_the_frames(two):
    page = two
    a, b = page.explorer.frame, page.explorer.other
    one, other = (a["phi"].values[4, 1, 29], b["phi"].values[2, 1, 23])
    rows = page.locator("table[aria-label='Both runs at the cursor'] tbody tr").all()
    told = [row.locator("td").all_inner_texts() for row in rows]
    for m in range(3):
        values = (one[m], other[m], other[m] - one[m])
        assert told[m + 1] == [fixed(float(v), 2, plus=True) for v in values]
    matrix = page.locator("table[aria-label='Coupling weights in B minus A'] td").all_inner_texts()[1:]
    gap = (b["coupling"].values[2, 0] - a["coupling"].values[4, 0]).ravel()
    assert matrix == [fixed(float(v), 2, plus=True) for v in gap]


def test_one_run_can_be_shown_alone(two):
    page = two
    page.get_by_label("Run", exact=True).select_option("1")
    assert not page.get_by_role("region", name="Run A:").is_visible()
    assert page.get_by_role("region", name="Run B:").is_visible()
    assert page.get_by_text("Run B minus run A").is_hidden()
    assert page.get_by_label("Run", exact=True).locator("option").all_inner_texts() == [
        "A: coupled_mamba",
        "B: late",
        "A and B",
    ]
    assert sentence(page).startswith("epoch 2 of 2")


def test_the_heading_of_each_run_contains_its_distinguishing_name(two):
    headings = two.locator(".mmv-run > .mmv-heading").all_text_contents()
    assert headings == ["Run A: coupled_mamba", "Run B: late"]
    assert two.locator("header .mmv-faint").first.inner_text() == "watch · test split"


def test_axe_reports_no_violation_in_two_runs(two):
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe-core-python is not installed")
    found = axe.Axe().run(two)
    assert [(v["id"], v["impact"], v["nodes"][0]["html"][:160]) for v in found["violations"]] == []
