"""Fingers on a saved page: an outline around dots selects their samples; two fingers zoom the time axis."""

import pytest

pytestmark = pytest.mark.timeout(60)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


SHOWN = "(JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}').zoom ?? [0, 1e9])"


def shown_after(page, test):
    """Return the first and last step that the address shows, as soon as they pass a test; the page's policy forbids to wait inside it."""
    for _ in range(100):
        found = page.evaluate(SHOWN)
        if test(*found):
            break
        page.wait_for_timeout(50)
    return found


def settled(page, node):
    """Return the place of a node in sight, as soon as views that are drawn later no longer move it."""
    last, same = None, 0
    for _ in range(200):
        node.scroll_into_view_if_needed()
        box = node.bounding_box()
        same = same + 1 if box == last else 0
        if same == 10:
            break
        last = box
        page.wait_for_timeout(50)
    return box


def test_two_fingers_that_move_apart_zoom_the_time_axis_and_together_widen_it_again(show):
    page = show(context=PHONE)
    stage = page.locator(".mmv-stage").first
    box = settled(page, stage)
    middle, y = box["x"] + box["width"] / 2, box["y"] + min(60, box["height"] / 2)
    apart = [[(middle - d, y), (middle + d, y)] for d in (20, 35, 50, 70, 90, 110)]
    page.fingers(*apart)
    first, last = shown_after(page, lambda first, last: last < 1e9)
    assert 0 <= first < last < 1e9
    page.fingers(*reversed(apart))
    wider = shown_after(page, lambda start, end: end - start > 2 * (last - first))
    assert wider[1] - wider[0] > 2 * (last - first)
    assert page.faults == []


TIME = "JSON.parse(decodeURIComponent(location.hash.slice(1)) || '{}').time"


def test_two_fingers_in_one_direction_move_the_part_that_is_shown_and_not_the_cursor(show):
    page = show(context=PHONE, selection={"zoom": [10, 29], "time": 12})
    stage = page.locator(".mmv-over").first
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    y, start = box["y"] + 60, box["x"] + 0.6 * box["width"]
    step = box["width"] / 20  # of the 20 steps that are shown
    page.fingers(*([(start - k * step, y), (start + 60 - k * step, y)] for k in range(6)))
    # Firefox's relay moves one finger after the other, and the page draws in between
    first, last = shown_after(page, lambda first, last: first >= 13 and last - first == 19)
    assert last - first == 19
    assert 13 <= first <= 16  # about five steps later
    cursor, left = page.evaluate(TIME), start - 10 * step
    page.fingers(*([(left + k * step, y), (left + 60 + k * step, y)] for k in range(16)))
    again = shown_after(page, lambda first, last: (first, last) == (0, 19))
    assert again[0] == 0  # the start of the sequence, with the same number of steps
    assert again[1] == 19
    assert page.evaluate(TIME) <= cursor  # not where the first finger went, 15 steps to the right
    assert page.faults == []


def test_an_outline_drawn_by_a_finger_selects_the_samples_inside_and_does_not_scroll_the_page(show):
    page = show(every_view=True, listed=60, selection={"section": "overview"}, context=PHONE)
    plot = page.locator(".mmv-samples-plot")
    box, before = settled(page, plot), page.evaluate("scrollY")
    left, top, right, bottom = box["x"] + 2, box["y"] + 2, box["x"] + box["width"] / 2, box["y"] + box["height"] - 2
    corners = [(left, top), (left, (top + bottom) / 2), (left, bottom), (right, bottom), (right, top), (left, top)]
    page.fingers(*([corner] for corner in corners))
    page.locator(".mmv-chip").wait_for(timeout=10_000)
    assert page.locator(".mmv-chip").inner_text().startswith("lasso: ")
    values = page.explorer.frame["listed_phi"].values[:, 0]
    inside = int((values < (values.min() + values.max()) / 2).sum())
    assert f"lasso: {inside} samples" in page.locator(".mmv-chip").inner_text()
    assert page.evaluate("scrollY") == before
    assert page.faults == []
