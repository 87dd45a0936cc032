"""Accessibility of every section: axe in both colour schemes and with what can be opened, size of targets, forced colours."""

import sys
from pathlib import Path

import pytest
from axe import findings
from page_queries import contrasts

from mmviz.widgets import Cockpit, Explorer

pytestmark = pytest.mark.timeout(120)
SECTIONS = ("overview", "sample", "explanation", "training")
HERE = {"time": 20, "epoch": 4, "masked": ["gyro"], "brush": [5, 40], "section": "sample"}


@pytest.fixture(scope="module")
def opened(opening, make_frame, tmp_path_factory):
    """Return one page with every view, for all tests of this file."""
    path = Explorer(frame=make_frame(every_view=True), selection=HERE).save(
        tmp_path_factory.mktemp("axe") / "page.html"
    )
    with opening(viewport={"width": 1366, "height": 768}) as page:
        page.goto(path.as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        yield page


@pytest.fixture
def section(opened):
    """Return a function that opens a section of the page in a colour scheme or medium."""

    def opening(name, **media):
        opened.emulate_media(color_scheme="light", forced_colors="none", contrast="no-preference", media="screen")
        opened.emulate_media(**media)
        opened.locator(f"[role=tab][data-section={name}]").click()
        opened.wait_for_timeout(100)
        return opened

    return opening


@pytest.mark.parametrize("name", SECTIONS)
def test_axe_reports_nothing_of_any_level_in_a_section(section, name):
    assert findings(section(name)) == []


LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "more contrast": {"contrast": "more"},
    "forced colours": {"forced_colors": "active"},
    "forced colours, dark": {"forced_colors": "active", "color_scheme": "dark"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_the_contrast_of_every_text_is_sufficient_in_every_section(section, look):
    for name in SECTIONS:
        page = section(name, **LOOKS[look])
        off = page.locator(".mmv button:disabled").all_inner_texts()  # a disabled button needs no contrast
        assert [(text, ratio) for text, ratio in contrasts(page) if ratio < 4.5 and text not in off] == [], name


def test_axe_reports_a_text_of_low_contrast_and_a_button_without_a_name(section):
    page = section("sample")
    page.evaluate("""() => { const bad = document.createElement('p'); bad.id = 'bad'; bad.innerHTML = '<button></button> pale';
      bad.style.cssText = 'color: color-mix(in srgb, #777 50%, white); background: white'; document.querySelector('[data-view=lanes]').prepend(bad); }""")
    try:
        reported = {rule for rule, *_ in findings(page, only=["color-contrast", "button-name"])}
        assert reported == {"color-contrast", "button-name"}
        assert min(ratio for _, ratio in contrasts(page)) < 2
    finally:
        page.evaluate("document.getElementById('bad').remove()")


def test_axe_reports_nothing_in_what_can_be_opened(section):
    page = section("sample")
    page.locator("[data-view='prediction'] .mmv-export summary").click()
    page.locator("[data-view='prediction'] .mmv-trust summary").click()
    page.locator(".mmv-panel .mmv-term:visible").first.click()
    page.get_by_role("button", name="Tour of this page").click()
    assert page.locator(".mmv-tour").is_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.locator("[data-view=lanes] .mmv-state").first.hover()
    page.locator("[data-view=lanes] .mmv-state").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Help", exact=True).click()
    assert page.get_by_role("dialog", name="Help").is_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog", name="Help").is_visible(), (
        "Escape closes the help, not a pinned read-out below it"
    )


TARGETS = """() => [...document.querySelectorAll('.mmv :is(button, select, input, summary, a)')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches('.mmv-term'))
  .map((e) => [e.getAttribute('aria-label') ?? e.textContent, e.closest('label') ?? e])
  .map(([text, e]) => { const { width, height } = e.getBoundingClientRect(); return [text, width, height]; })
  .filter(([, width, height]) => width < 24 || height < 23.9)"""


@pytest.mark.parametrize("width", [1366, 390])
def test_every_control_of_every_section_is_at_least_24_pixels_high_and_wide(section, opened, width):
    try:
        opened.set_viewport_size({"width": width, "height": 768})
        assert {name: found for name in SECTIONS if (found := section(name).evaluate(TARGETS))} == {}
    finally:
        opened.set_viewport_size({"width": 1366, "height": 768})


SEEN = """() => {
  const pen = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data]; };
  const paper = rgb(getComputedStyle(document.querySelector('.mmv')).backgroundColor);
  const apart = (colour) => { const one = rgb(colour); return one[3] > 0 && Math.max(...one.map((v, i) => Math.abs(v - paper[i]))) > 60; };
  return [...document.querySelectorAll('.mmv-bar:not(.mmv-untrained *), .mmv-cursor, .mmv-track, .mmv-line, .mmv-share, circle')].filter((e) => e.checkVisibility())
    .filter((e) => { const { width, height } = e.getBoundingClientRect(); return width + height > 0; })
    .filter((e) => { const own = getComputedStyle(e);
      return ![own.backgroundColor, own.stroke, own.fill, own.outlineColor].some((colour, i) => (i < 3 || own.outlineStyle !== 'none') && colour !== 'none' && apart(colour)); })
    .map((e) => e.getAttribute('class') ?? e.tagName); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_forced_colours_bars_cursor_and_lines_are_visible_and_the_open_tab_is_marked(section, scheme):
    for name in SECTIONS:
        page = section(name, forced_colors="active", color_scheme=scheme)
        assert page.evaluate(SEEN) == [], name
    grounds = page.locator("[role=tab]").evaluate_all("(all) => all.map((e) => getComputedStyle(e).backgroundColor)")
    at = page.locator("[role=tab]").evaluate_all("(all) => all.findIndex((e) => e.ariaSelected === 'true')")
    assert grounds.count(grounds[at]) == 1


def test_axe_reports_nothing_in_the_charts_of_the_cockpit(open_page):
    sys.path.insert(0, str(Path(__file__).parents[1] / "widgets"))
    from live_trainings import FakeTraining
    from widget_host import open_host

    training = FakeTraining()
    cockpit = Cockpit(training, retrained={"audio": 0.7})
    page = open_page(viewport={"width": 1366, "height": 768})
    with open_host(page, cockpit.charts, sandbox="allow-scripts allow-same-origin") as host:
        cockpit.start()
        for _ in range(4):
            training.epoch()
        training.record(3, 5, "strategy", "joint", "mla")
        training.refuse = "learning_rate=-1.0 is not positive; give a number above 0"
        cockpit._guarded(cockpit.pause)
        host.wait_text("[role=alert]", "not positive")
        host.wait_text("[data-chart=loss] .mmv-curve-values", "validation loss")
        # the document around the charts belongs to the test
        outside = {"landmark-one-main", "page-has-heading-one", "region"}
        assert [found for found in findings(host.frame) if found[0] not in outside] == []
        page.emulate_media(color_scheme="dark")
        assert findings(host.frame, only=["color-contrast"]) == []
    training.refuse = ""
    cockpit.close()
