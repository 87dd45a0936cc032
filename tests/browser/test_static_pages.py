"""Pages in which no kernel runs: nbconvert's HTML with and without the widgets' state, and without JavaScript as on GitHub."""

import re
from html import unescape

import nbformat
import pytest

from mmviz.widgets import Explorer

pytest.importorskip("nbconvert", reason="nbconvert is not installed: pip install 'mmviz[lab]'")
STATE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture
def explorer(make_frame):
    return Explorer(frame=make_frame(), selection={"time": 20})


def converted(explorer, folder, *, widget_state):
    """Return the path of the HTML page that nbconvert makes of a notebook with an Explorer."""
    from ipywidgets.embed import dependency_state
    from nbconvert import HTMLExporter

    data, *_ = explorer._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data=data, metadata={}, execution_count=1)
    cell = nbformat.v4.new_code_cell("explorer", outputs=[output], execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    if widget_state:
        state = {"version_major": 2, "version_minor": 0, "state": dependency_state([explorer])}
        notebook.metadata["widgets"] = {STATE: state}
    path = folder / "notebook.html"
    path.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
    return path


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_exported_notebook_without_widget_state_shows_the_static_image_and_what_to_do(
    explorer, open_page, tmp_path, scripts
):
    page = open_page(java_script_enabled=scripts)
    page.goto(converted(explorer, tmp_path, widget_state=False).as_uri())
    box = page.locator("figure img").bounding_box()
    assert box["width"] > 300
    assert box["height"] > 200, "the image was not drawn"
    assert page.locator("figcaption").inner_text().startswith(explorer.readout)
    assert ".save('study.html')" in page.locator("figcaption").inner_text()


def test_an_exported_notebook_with_widget_state_shows_nothing_without_a_network(explorer, open_page, tmp_path):
    page = open_page()
    page.goto(converted(explorer, tmp_path, widget_state=True).as_uri())
    page.wait_for_timeout(500)
    assert page.locator(".mmv, figure").count() == 0
    assert any("html-manager" in url for url in page.external), (
        "nbconvert does not load the widgets from a CDN any more"
    )


def test_the_text_forms_state_the_readout_and_what_to_do_without_any_markup_or_image(explorer):
    data, *_ = explorer._repr_mimebundle_()
    words = unescape(re.sub(r"<[^>]*>", "", data["text/html"]))
    for text in (words, data["text/plain"]):
        assert explorer.readout in text
        assert ".save('study.html')" in text
    assert "<script" not in data["text/html"]
    assert re.findall(r'(?:src|href)="(?!data:image/svg)', data["text/html"]) == []
