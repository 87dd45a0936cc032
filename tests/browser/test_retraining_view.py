"""The view of the value by retraining: a common axis, intervals cut where no value lies, gaps, and read-outs of whole rows."""

import numpy as np
import pytest

from mmviz.widgets import Explorer

VIEW = "[data-view='value by retraining']"
CAUTION = "2 groups: a t interval over so few reaches up to 12.7 standard errors to each side"
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def opened(open_page, make_frame, tmp_path):
    def opening(frame, **context):
        page = open_page(**context)
        page.goto(Explorer(frame=frame, selection={"section": "overview"}).save(tmp_path / "study.html").as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        return page

    return opening


@pytest.fixture
def wide(make_frame):
    """A frame whose intervals, over two groups, reach beyond 0 and 1."""
    frame = make_frame(every_view=True)
    for key in ("retrained", "masked", "gap"):
        frame[key].values[1:] = frame[key].values[0] + np.array([[-1.2], [1.3]])
    frame["retrained"].values[1:, 0] = np.nan
    frame["retrained"].attrs["caution"] = CAUTION
    return frame


@pytest.mark.parametrize("width", [1366, 390])
def test_an_interval_beyond_0_to_1_is_cut_there_with_an_arrow_and_the_text_says_so(opened, wide, width):
    page = opened(wide, viewport={"width": width, "height": 800})
    view = page.locator(VIEW)
    rows = view.locator(".mmv-dot-table").first.locator("tbody tr")
    assert rows.count() == 8
    assert rows.nth(1).locator(".mmv-ends-text").all_text_contents() == ["< 0 to > 1"] * 2
    assert rows.nth(0).locator(".mmv-ends-text").all_text_contents() == ["< 0 to > 1", "no interval"]
    assert rows.nth(1).locator(".mmv-dot-cut").all_text_contents() == ["◂", "▸"] * 2
    assert CAUTION in view.text_content()
    assert "beyond 0 to 1, where no accuracy lies" in view.text_content()
    outside = view.evaluate(
        """(view) => [...view.querySelectorAll(".mmv-dots > span:not(.mmv-dot)")].filter((node) => {
        const one = node.getBoundingClientRect(), track = node.closest(".mmv-dots").getBoundingClientRect();
        return one.left < track.left - 1 || one.right > track.right + 1; }).length"""
    )
    assert outside == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.faults == []


def test_dots_stand_at_their_values_on_an_axis_with_the_two_references(opened, make_frame):
    frame = make_frame(every_view=True)
    page = opened(frame)
    rows = page.locator(VIEW).locator(".mmv-dot-table").first.locator("tbody tr")
    for row, k in enumerate([0, 1, 2, 4, 3, 5, 6, 7]):
        for key, kind in (("masked", "masked"), ("retrained", "trained")):
            left = rows.nth(row).locator(f".mmv-dot.mmv-dot-{kind}").evaluate("(node) => parseFloat(node.style.left)")
            assert left == pytest.approx(100 * float(frame[key].values[0, k]), abs=0.01)
        for k_reference, kind in ((7, "full"), (0, "constant")):
            left = rows.nth(row).locator(f".mmv-dot-{kind}").evaluate("(node) => parseFloat(node.style.left)")
            assert left == pytest.approx(100 * float(frame["retrained"].values[0, k_reference]), abs=0.01)
    ticks = page.locator(VIEW).locator(".mmv-dot-ticks").first.locator("span").all_text_contents()
    assert ticks == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert page.locator(VIEW).locator(".mmv-dot-bar").count() == 3


def test_a_row_is_read_with_all_its_values_by_pointer_and_by_keyboard(opened, make_frame):
    frame = make_frame(every_view=True)
    page = opened(frame)
    row = page.locator(VIEW).locator(".mmv-dot-table").first.locator("tbody tr").nth(4)
    row.scroll_into_view_if_needed()
    row.locator(".mmv-dots").hover()
    card = page.locator(".mmv-card")
    card.wait_for(state="visible")
    masked, trained = (float(frame[key].values[0, 3]) for key in ("masked", "retrained"))
    text = card.inner_text()
    assert "dynamic + gyro" in text
    for value in (f"{masked:.3f}", f"{trained:.3f}", f"{trained - masked:+.3f}".replace("-", "−")):
        assert value in text
    page.mouse.move(2, 2)
    page.locator(VIEW).locator(".mmv-dot-gaps").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    card.wait_for(state="visible")
    assert "gyro" in card.inner_text()
    assert "trained alone − masked" in card.inner_text()


def test_a_regression_has_no_upper_end_but_0_and_an_axis_of_its_means(opened, make_frame):
    frame = make_frame(every_view=True, task="regression")
    frame["retrained"].attrs |= {"units": "minus mean absolute error", "bounds": (-np.inf, 0.0)}
    for key in ("retrained", "masked"):
        frame[key].values[:] -= 1.1
    frame["masked"].values[1, 2], frame["masked"].values[2, 7] = -9.0, 0.4
    page = opened(frame)
    rows = page.locator(VIEW).locator(".mmv-dot-table").first.locator("tbody tr")
    assert rows.nth(2).locator(".mmv-ends-text").first.text_content() == "−9.000 to −0.683"
    assert rows.nth(2).locator(".mmv-dot-masked .mmv-dot-cut").text_content() == "◂"
    assert rows.nth(7).locator(".mmv-ends-text").first.text_content() == "−0.350 to > 0"
    assert "the interval is longer than the axis" in page.locator(VIEW).text_content()
