"""The end-to-end attribution of an edited and of an unrecorded sample in a saved page is the one that Python records for the same inputs."""

import dataclasses

import numpy as np
import pytest

import mmviz as mm
from mmviz.recording.what_if_edits import edited
from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(120)
EDITS = {"m1": {"delay": 3, "noise": 0.35, "seed": 7}, "m2": {"amplitude": 1.5, "window": [2, 9]}}


def opened(open_page, toy_page, tmp_path, **selection):
    explorer = Explorer(frame=toy_page[0], model=toy_page[1], selection={"section": "all", **selection})
    page = open_page()
    page.goto(explorer.save(tmp_path / "page.html").as_uri())
    page.locator(".mmv-what-if-status:not(:empty)").wait_for(state="attached")
    return explorer, page


def waited(page, condition):
    for _ in range(1000):
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError(page.locator(".mmv-attribution-about").text_content() + str(page.faults))


def shown(page):
    """Return the sums of the modalities, the bias and the total."""
    values = page.locator("table.mmv-attribution .mmv-value")
    waited(page, lambda: all(values.all_text_contents()))  # a view draws a frame after its state
    cells = values.all_text_contents()
    return [float(text.replace("−", "-")) for text in cells]


def expected(run, split, row):
    """Return the recorded sums of the modalities, the bias and the total."""
    found = mm.analysis.end_to_end(mm.record(run, split, recorded_samples=[row]))
    return [*found["by_modality"].values[0], float(found["bias"][0]), float(found["total"][0])], str(
        found["target"].values[0]
    )


def equal(found, want):
    """Return where a number equals one of two digits that the page shows."""
    want = np.asarray(want)
    return np.abs(found - want) <= 0.51 * 10.0 ** (np.floor(np.log10(np.abs(want))) - 1)


def test_an_edit_changes_the_attribution_to_the_one_of_the_edited_sample(open_page, toy, toy_run, toy_page, tmp_path):
    explorer, page = opened(open_page, toy_page, tmp_path, sample=1, edits=EDITS)
    about = page.locator(".mmv-attribution-about")
    waited(page, lambda: "computed in the page" in about.text_content())
    row = list(toy["test"].ids).index(explorer.all_samples[1])
    plain, _ = expected(toy_run, toy["test"], row)
    want, target = expected(toy_run, edited(toy["test"], row, EDITS, spec=toy.spec), 0)
    assert f"({target})" in about.text_content()
    assert equal(shown(page), want).all(), (shown(page), want)
    assert not equal(shown(page), plain).all()
    assert page.faults == []
    assert page.external == []


def test_a_sample_that_was_not_recorded_has_its_attribution(open_page, toy, toy_run, toy_page, tmp_path):
    explorer, page = opened(open_page, toy_page, tmp_path, sample=8)
    view = page.locator("[data-view='end-to-end attribution']")
    waited(page, lambda: view.get_attribute("data-lacks") is None)
    row = list(toy["test"].ids).index(explorer.all_samples[8])
    want, _ = expected(toy_run, toy["test"], row)
    assert equal(shown(page), want).all(), (shown(page), want)


def changed_gradient(page, change):
    """Return the frame and the model with another graph of the attribution, or none."""
    frame, model = page
    gradient = change(model.graph["gradient"])
    graph = {key: part for key, part in model.graph.items() if key != "gradient"}
    about = (
        model.about if gradient else {**model.about, "no_attribution": "The model was exported with attribution=False."}
    )
    return frame, dataclasses.replace(model, graph={**graph, "gradient": gradient} if gradient else graph, about=about)


def without_weight(graph):
    """Return the graph with a linear map whose weights have the shape of its bias."""
    nodes = [dict(node) for node in graph["nodes"]]
    node = next(one for one in nodes if one["op"] in ("linear", "mm", "bmm", "matmul", "addmm"))
    key = next(key for key in ("weight", "mat2", "other") if key in node["args"])
    other = next(k for k, one in enumerate(nodes) if one["op"] == "constant" and len(one["shape"]) == 1)
    node["args"] = {**node["args"], key: {"ref": other}}
    return {**graph, "nodes": nodes}


REASONS = {
    "an intervention": (lambda graph: graph, {"m1": {"state": "zero", "step": 2}}, "no attribution with an intervention on hidden states or edges"),
    "no graph": (lambda graph: None, {"m1": {"delay": 2}}, "The model was exported with attribution=False."),
    "a damaged graph": (without_weight, {"m1": {"delay": 2}}, "The attribution could not be computed: model in the page: node"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REASONS)
def test_where_the_attribution_of_an_edit_is_not_computed_the_view_says_as_recorded_and_why(
    open_page, toy_page, tmp_path, kind
):
    change, edits, reason = REASONS[kind]
    _, page = opened(open_page, changed_gradient(toy_page, change), tmp_path, sample=1, edits=edits)
    about = page.locator(".mmv-attribution-about")
    waited(page, lambda: reason in about.text_content())
    assert "As recorded, without the edit." in about.text_content()
    page.locator("[data-view='end-to-end attribution'] select").first.select_option(index=1)
    assert "contributions to streams do not follow the edit" in about.text_content()


def test_a_model_without_attribution_says_so_in_the_panel_and_in_the_view_of_an_unrecorded_sample(
    open_page, toy_page, tmp_path
):
    _, page = opened(open_page, changed_gradient(toy_page, lambda graph: None), tmp_path, sample=8)
    status, lacks = page.locator(".mmv-what-if-status"), page.locator("[data-view='end-to-end attribution'] .mmv-lacks")
    waited(page, lambda: "The model was exported with attribution=False." in lacks.text_content())
    assert "The model was exported with attribution=False." in status.text_content()
