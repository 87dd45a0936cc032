"""Two runs side by side: linked, each its own numbers, and their difference."""

import json

import pytest
from axe import findings
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


def test_the_trajectories_of_both_runs_have_the_same_ticks_and_their_axes_say_so(show):
    names = {"every_view": True}
    page = show(other={**OTHER, **names}, **names, context={"viewport": {"width": 1500, "height": 1000}})
    views = page.locator("[data-view=trajectory]")
    views.first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    ticks = [
        [views.nth(i).locator(place).all_inner_texts() for place in (".mmv-ticks-y span", ".mmv-axis span")]
        for i in (0, 1)
    ]
    assert ticks[0] == ticks[1]
    assert len(ticks[0][0]) > 1
    paths = [views.nth(i).locator("path.mmv-past").first.get_attribute("d") for i in (0, 1)]
    assert paths[0] != paths[1]
    for i in (0, 1):
        assert "range of both runs" in views.nth(i).text_content()


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


def test_the_second_run_is_printed_below_the_first(show):
    page = show(other={"every_view": True, "seed": 4}, selection={"run": "both"}, every_view=True)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    first, second = (page.locator(".mmv-run").nth(i) for i in (0, 1))
    ends = first.locator(".mmv-panel").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().bottom)")
    assert max(ends) <= second.bounding_box()["y"]
    # Chromium prints rows of a grid that are longer than a page over one another
    assert second.evaluate("(node) => getComputedStyle(node.parentElement).display") == "block"


def test_axe_reports_no_violation_in_two_runs(two):
    assert findings(two) == []


def test_the_maps_of_the_difference_show_b_minus_a_and_both_values_of_every_cell(show):
    options = {"every_view": True, "epochs": 5, "steps": 50}
    page = show(
        other={**options, "seed": 4},
        selection={"sample": 1, "epoch": 3, "layer": 1, "time": 20, "section": "all"},
        context={"viewport": {"width": 1700, "height": 5000}},
        **options,
    )
    frames = [page.explorer.frame.isel(recorded_sample=1), page.explorer.other.isel(recorded_sample=1)]

    def read(selector, x, y, nth=0):
        box = page.locator(f".mmv-difference-maps {selector}").nth(nth).bounding_box()
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_selector(".mmv-card", state="visible")
        page.wait_for_timeout(60)
        card = page.locator(".mmv-card")
        rows = zip(card.locator("dt").all_text_contents(), card.locator("dd").all_text_contents(), strict=True)
        return {label: float(text.replace("−", "-")) for label, text in rows if "s" not in text}

    seen = read(".mmv-square", 1.5 / 15, (2 * 5 + 4.5) / 15)  # from dynamic to gravity
    scales = [json.loads(frame["influence"].attrs["scale"])[1] for frame in frames]
    a, b = (
        scale * (frame["influence"].values[1, 2, 4, 0, 1] / 255) ** 2
        for frame, scale in zip(frames, scales, strict=True)
    )
    assert page.locator(".mmv-difference-maps .mmv-axis-x").inner_text().split() == [
        "time,",
        "s",
        "0",
        "1",
        "2",
        "3",
        "4",
    ]
    assert [seen["|K| in A"], seen["|K| in B"], seen["B − A"]] == pytest.approx([a, b, b - a], rel=6e-3)
    numbers = [frame["channel_index"].values[1, 1] for frame in frames]
    for row in (2, 9):
        other = list(numbers[1]).index(numbers[0][row])
        seen = read(".mmv-state", 30.5 / 50, (row + 0.5) / 16, 1)
        scales = [json.loads(frame["state"].attrs["scale"])[1] / 255 for frame in frames]
        a, b = (
            scale * frame["state"].values[3, 1, 1, k, 30]
            for frame, scale, k in zip(frames, scales, (row, other), strict=True)
        )
        assert [seen["‖h‖₂ in A"], seen["‖h‖₂ in B"], seen["B − A"]] == pytest.approx([a, b, b - a], rel=6e-3, abs=1e-6)
    assert page.faults == []
