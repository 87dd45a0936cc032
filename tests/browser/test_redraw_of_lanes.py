"""What an edit leaves alone is not drawn again: lines and maps of other modalities, and the places of everything on the page."""

import pytest

from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(120)
LINES = ".mmv-signal[data-m='{}'] :is(path.mmv-line, path.mmv-recorded-line)"
WATCH = """() => { window.drawn = []; window.painted = [];
  const lanes = document.querySelector('[data-view=lanes]'); // those of the first run
  new MutationObserver((found) => found.forEach(({ target }) => window.drawn.push(Number(target.closest('.mmv-signal')?.dataset.m ?? -1))))
    .observe(lanes, { attributes: true, attributeFilter: ['d'], subtree: true });
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    const box = this.canvas.closest('.mmv-signal');
    if (box && lanes.contains(box)) window.painted.push(Number(box.dataset.m));
    return put.apply(this, given);
  }; }"""
DRAWN = "() => { const found = [...new Set([...window.drawn, ...window.painted])].filter((m) => m >= 0).sort(); window.drawn = []; window.painted = []; return found; }"
PLACES = """() => [document.documentElement.scrollHeight, ...[...document.querySelectorAll('.mmv-signal, .mmv-what-if button, .mmv-heading')]
  .filter((node) => node.checkVisibility()).map((node) => Math.round(node.getBoundingClientRect().top + scrollY))]"""


def paths(page, m):
    return page.eval_on_selector_all(LINES.format(m), "(all) => all.map((one) => one.getAttribute('d') ?? '')")


def drawn(page):
    """Return the modalities whose lines or map were drawn since the last call."""
    page.wait_for_timeout(250)
    return page.evaluate(DRAWN)


def wait(page, text):
    for _ in range(700):
        if text in page.locator(".mmv-what-if-status").text_content():
            return page.wait_for_timeout(100)
        page.wait_for_timeout(20)
    raise AssertionError(page.locator(".mmv-what-if-status").text_content())


@pytest.fixture
def page(open_page, toy_page, tmp_path):
    page = open_page(viewport={"width": 1366, "height": 768})
    page.goto(Explorer(frame=toy_page[0], model=toy_page[1]).save(tmp_path / "page.html").as_uri())
    page.locator(".mmv-what-if-status:not(:empty)").wait_for(state="attached")
    page.get_by_role("tab", name="Sample").click()
    wait(page, "epoch")
    page.evaluate(WATCH)
    return page


def amplitude(page, name, value):
    page.get_by_label(f"Amplitude of {name}, as a factor").fill(value)
    wait(page, "all subsets in")


def test_an_edit_of_one_modality_draws_the_lines_of_no_other_modality(page):
    before = [paths(page, m) for m in range(3)]
    amplitude(page, "m2", "1.5")
    assert drawn(page) == [1]
    after = [paths(page, m) for m in range(3)]
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]
    page.get_by_role("button", name="show as recorded").click()
    assert drawn(page) == [1]
    assert [paths(page, m) for m in range(3)] == before


def test_another_sample_draws_the_lines_of_every_modality_and_masked_frames_leave_a_gap(page):
    before = [paths(page, m) for m in range(3)]
    page.locator("select.mmv-sample").select_option("1")
    assert drawn(page) == [0, 1, 2]
    assert all(paths(page, m) != before[m] for m in range(3))
    page.locator("select.mmv-sample").select_option("0")
    assert drawn(page) == [0, 1, 2]
    assert [paths(page, m) for m in range(3)] == before
    page.locator(".mmv-what-if input[type=checkbox]").first.uncheck()
    wait(page, "all subsets in")
    assert drawn(page) == [0]
    assert not page.locator(".mmv-signal[data-m='0'] path.mmv-line:not([d=''])").count()


def test_show_as_recorded_moves_nothing_on_the_page(page):
    amplitude(page, "m2", "1.5")
    page.wait_for_timeout(1500)  # the attribution follows
    edited, texts = page.evaluate(PLACES), page.locator(".mmv-what-if-effect").inner_text()
    page.get_by_role("button", name="show as recorded").click()
    page.wait_for_timeout(200)
    assert page.locator(".mmv-what-if-status").inner_text() == "Shown is the sample as recorded."
    assert page.evaluate(PLACES) == edited
    assert page.locator(".mmv-what-if-effect").inner_text() == texts


@pytest.mark.parametrize("features", [3, 14])
def test_a_lane_is_drawn_again_where_only_the_axis_that_it_shares_with_the_compared_run_has_changed(
    open_page, make_frame, tmp_path, features
):
    one, other = make_frame(features=features), make_frame(features=features, attrs={"model": "late"})
    for frame in (one, other):
        for name in ("dynamic", "gyro", "gravity"):
            frame[f"signal_{name}"][1] = frame[f"signal_{name}"][0]
    other["signal_gyro"][1] = 3 * other["signal_gyro"][0]
    page = open_page(viewport={"width": 1366, "height": 768})
    page.goto(Explorer(frame=one, other=other, selection={"section": "sample"}).save(tmp_path / "page.html").as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)")
    page.evaluate(WATCH)
    page.locator("select.mmv-sample").select_option("1")
    assert drawn(page) == [1]
    page.locator("select.mmv-sample").select_option("2")
    assert drawn(page) == [0, 1, 2]
