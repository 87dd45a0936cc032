"""Cockpit and controls in JupyterLab: axe, keyboard, forced colours, dark theme, and a narrow window."""

from pathlib import Path

import pytest
from axe import findings
from lab_harness import write_notebook
from page_queries import contrasts

pytestmark = pytest.mark.timeout(300)
CELLS = [
    f"import sys\nsys.path.insert(0, {str(Path(__file__).parents[1] / 'widgets')!r})\n"
    "import xarray as xr\nfrom live_trainings import FakeTraining\nfrom mmviz.widgets import Cockpit, controls\n"
    "frame = xr.load_dataset('frame.nc', engine='h5netcdf')\n"
    "training = FakeTraining()\ncockpit = Cockpit(training)\ncockpit.start()\n"
    "for _ in range(4):\n    training.epoch()\n"
    "cockpit.charts.wait_drawn()\nmade = controls(frame, coupling=1.0)",
    "cockpit",
    "made.around(lambda epoch, coupling, available: print('shown', epoch, coupling, available))",
]
THEME = """async (theme) => { const app = window.jupyterapp ?? window.jupyterlab;
  await app.commands.execute('apputils:change-theme', { theme }); }"""
CLOSE_SIDE_BAR = """async () => { const app = window.jupyterapp ?? window.jupyterlab;
  if (document.querySelector('#jp-left-stack:not(.lm-mod-hidden)')) await app.commands.execute('application:toggle-left-area'); }"""
LOOKS = {
    "light": ({}, "JupyterLab Light"),
    "dark": ({"color_scheme": "dark"}, "JupyterLab Dark"),
    "forced colours": ({"forced_colors": "active"}, "JupyterLab Light"),
    "forced colours, dark": ({"forced_colors": "active", "color_scheme": "dark"}, "JupyterLab Dark"),
}
ROOT = ".mmv-widgets"
# [what, its border, the background behind it]
EDGES = """() => [...document.querySelectorAll('.mmv-widgets :is(button, select, input[type=text], .noUi-target, .noUi-handle):not(.mmv *)')].map((node) => {
  const style = getComputedStyle(node), paper = getComputedStyle(document.body).backgroundColor;
  return [node.className || node.tagName, style.borderTopStyle, style.borderTopColor, paper]; })"""
CUT = """() => [...document.querySelectorAll('.mmv-widgets :is(button, select, input, .widget-label, .widget-readout, [role=slider])')]
  .filter((node) => node.checkVisibility()).map((node) => [node.textContent || node.className, node.getBoundingClientRect().right,
    node.closest('.jp-OutputArea-output').getBoundingClientRect().right]).filter(([, right, end]) => right > end + 1)"""


@pytest.fixture
def notebook(lab, make_frame):
    """Return JupyterLab with a Cockpit and with controls, each in a cell's output."""
    make_frame().to_netcdf(lab.folder / "frame.nc", engine="h5netcdf")
    write_notebook(lab.folder / "controls.ipynb", CELLS)
    page = lab("controls.ipynb")
    page.evaluate(CLOSE_SIDE_BAR)
    page.wait_for_selector(".mmv-cockpit [data-chart=loss] path.mmv-line")
    page.wait_for_selector(f"{ROOT} [role=slider][aria-label]")
    return page


def test_cockpit_and_controls_are_accessible_in_every_look_by_keyboard_and_in_a_narrow_window(notebook):
    page = notebook
    assert page.locator(ROOT).count() == 2
    for look, (media, theme) in LOOKS.items():
        page.emulate_media(**{"color_scheme": "light", "forced_colors": "none", **media})
        page.evaluate(THEME, theme)
        page.wait_for_timeout(300)
        assert findings(page, within=ROOT) == [], look
        if media.get("forced_colors"):
            edges = page.evaluate(EDGES)
            assert len(edges) > 20
            assert [edge for edge in edges if edge[1] == "none" or edge[2] == edge[3]] == [], look
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.evaluate(THEME, "JupyterLab Light")

    # every control is reached by Tab, with a visible focus
    first = page.get_by_role("checkbox", name="dynamic")
    first.focus()
    reached = []
    for _ in range(7):
        reached.append(
            page.evaluate("""() => { const node = document.activeElement, style = getComputedStyle(node);
          return [node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent, node.closest('.mmv-widgets') !== null, style.outlineStyle]; }""")
        )
        page.keyboard.press("Tab")
    assert [name for name, inside, _ in reached if inside] == [
        "dynamic",
        "gyro",
        "gravity",
        "epoch",
        "4",  # the value of the slider can be typed
        "sample",
        "layer",
    ]
    assert all(style != "none" for _, inside, style in reached[1:] if inside), reached
    knob = page.get_by_role("slider", name="coupling")
    knob.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.body.textContent.includes(\"shown 4 0.95 ('dynamic', 'gyro', 'gravity')\")")
    assert knob.get_attribute("aria-valuetext") == "0.95"
    first.focus()
    page.keyboard.press("Space")
    page.wait_for_function("document.body.textContent.includes(\"shown 4 0.95 ('gyro', 'gravity')\")")

    page.set_viewport_size({"width": 390, "height": 1500})
    page.wait_for_timeout(500)
    assert page.evaluate(CUT) == []
    assert findings(page, within=ROOT) == []
    page.emulate_media(forced_colors="active")
    assert [text for text, ratio in contrasts(page) if ratio < 4.5 and text in ("epoch", "sample", "layer")] == []
    assert page.external == []
