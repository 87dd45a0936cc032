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


@pytest.mark.parametrize("label", ["Time cursor", "Epoch"])
def test_each_change_of_a_slider_costs_one_layout_while_a_tab_has_the_focus(page, label):
    used = []
    for _ in range(5):  # on a busy machine views that are drawn later fall between two changes
        page.evaluate(STEP, [label, [1]])
        before = layouts(page)
        page.evaluate(STEP, [label, [2 + i for i in range(CHANGES)]])
        used.append(layouts(page) - before)
    assert 0 < min(used) <= CHANGES + 2, used


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
