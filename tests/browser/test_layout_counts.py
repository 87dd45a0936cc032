"""The number of layouts that a change of the selection costs in Chromium; a count does not depend on what else the machine does."""

import os

import pytest

from mmviz.widgets import Explorer

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.environ.get("MMVIZ_BROWSER") == "firefox", reason="only Chromium counts its layouts"),
]
CHANGES = 8
# a task after the frame that shows a change, by a message, which comes after style, layout and paint
STEP = """async ([label, values]) => {
  const node = document.querySelector(`input[aria-label="${label}"]`);
  for (const value of values) {
    node.value = value;
    node.dispatchEvent(new Event('input'));
    await new Promise((done) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(0);
    }));
  }
}"""


@pytest.fixture(scope="module")
def page(chromium, make_frame, tmp_path_factory):
    from chromium import open_page

    explorer = Explorer(frame=make_frame(epochs=12), selection={"time": 5, "epoch": 3})
    with open_page(chromium, viewport={"width": 1366, "height": 768}) as page:
        page.goto(explorer.save(tmp_path_factory.mktemp("layouts") / "study.html").as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)")
        page.get_by_role("tab", name="Sample").click()  # the tab keeps the focus
        page.mouse.move(2, 2)
        page.wait_for_timeout(500)
        page.session = page.context.new_cdp_session(page)
        page.session.send("Performance.enable")
        yield page


def layouts(page):
    found = page.session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in found if one["name"] == "LayoutCount")


def of_slider(page, label):
    """Return the layouts of eight changes of a slider, five times."""
    used = []
    for _ in range(5):  # on a busy machine views that are drawn later fall between two changes
        page.evaluate(STEP, [label, [1]])
        before = layouts(page)
        page.evaluate(STEP, [label, [2 + i for i in range(CHANGES)]])
        used.append(layouts(page) - before)
    return used


@pytest.mark.parametrize("label", ["Time cursor", "Epoch"])
def test_each_change_of_a_slider_costs_one_layout_while_a_tab_has_the_focus(page, label):
    page.mouse.move(2, 2)
    page.wait_for_selector(".mmv-card", state="hidden")
    used = of_slider(page, label)
    assert 0 < min(used) <= CHANGES + 2, used


def hover(page, place, *, right=12, down=1 / 3):
    """Move the pointer over a plot, wait for its read-out, return the place of the pointer."""
    page.mouse.move(2, 2)
    page.wait_for_selector(".mmv-card", state="hidden")
    box = page.locator(place).first.bounding_box()
    at = box["x"] + box["width"] - right, box["y"] + box["height"] * down
    page.mouse.move(*at)
    page.wait_for_selector(".mmv-card", state="visible")
    return at


@pytest.mark.parametrize("place", [".mmv-signal", ".mmv-state", "[data-view=prediction] tr"])
@pytest.mark.parametrize("label", ["Time cursor", "Epoch"])
def test_each_change_of_a_slider_costs_one_layout_while_a_read_out_is_shown(page, label, place):
    hover(page, place)
    used = of_slider(page, label)
    assert 0 < min(used) <= CHANGES + 2, used
    if " tr" in place:  # the read-out follows
        value = page.locator(f"{place} .mmv-value").first.locator("> span").inner_text()
        assert page.locator(".mmv-card dd").first.inner_text() == value


@pytest.mark.parametrize(
    "change", ["scrollBy(0, 13)", "document.querySelector('.mmv-controls').style.marginTop = '21px'"]
)
def test_a_read_out_reads_the_row_below_the_pointer_after_the_page_has_scrolled_or_a_drawing_has_moved_the_plot(
    page, change
):
    _, y = hover(page, ".mmv-state", down=0.52)
    page.evaluate(change)
    page.evaluate(STEP, ["Epoch", [4, 5]])
    box = page.locator(".mmv-state").first.bounding_box()
    row = int(16 * (y - box["y"]) / box["height"]) + 1
    page.wait_for_function(
        "(row) => document.querySelector('.mmv-card').innerText.includes(`row\\n${row}\\n`)", arg=row, timeout=3000
    )
    page.evaluate("document.querySelector('.mmv-controls').style.marginTop = ''; scrollTo(0, 0)")


def test_each_move_of_a_drag_costs_one_layout_with_its_read_out(page):
    box = page.locator(".mmv-signal").first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 30, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, y)
    page.wait_for_selector(".mmv-card", state="visible")
    before = layouts(page)
    for i in range(CHANGES):
        page.mouse.move(box["x"] + 100 + 40 * i, y)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    used = layouts(page) - before
    page.mouse.up()
    assert 0 < used <= CHANGES + 3
