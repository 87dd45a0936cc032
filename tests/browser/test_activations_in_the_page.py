"""Expert weights, transport plans and prefixes that the model in the page computes for an edit and an unrecorded sample equal those of the kernel."""

import json
import re

import numpy as np
import pytest
from page_queries import sentence

import mmviz as mm
from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(300)
LEARNED = {"router": "learned", "shared_experts": 1, "specific_experts": 2, "top_k": 2, "order": "concatenated"}


@pytest.fixture(scope="module")
def study():
    """A model that is not causal, with a learned router and transport plans: run, data, frame, model for the page."""
    ds = mm.data.synthetic(n=60, steps=16, seed=0, task="classification")
    model = mm.models.build("alignmamba2", ds.spec, width=8, layers=1, state=2, **LEARNED)
    run = mm.train.fit(model, ds, epochs=1, progress=False)
    trace = mm.record(run, ds["test"], recorded_samples=2, coalitions=True)
    return run, ds, mm.plots.explorer_frame(trace), mm.recording.export_model(run, ds["test"])


@pytest.fixture
def opened(open_page, study, tmp_path):
    def opening(**given):
        explorer = Explorer(frame=study[2], model=study[3], **given)
        page = open_page()
        page.goto(explorer.save(tmp_path / "page.html").as_uri())
        page.locator(".mmv-what-if-status:not(:empty)").wait_for(state="attached")
        page.explorer = explorer
        return page

    return opening


def wait(page, condition):
    for _ in range(1500):
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{page.locator('.mmv-what-if-status').text_content()}; {sentence(page)}; {page.faults}")


def numbers(page, selector):
    text = " ".join(page.locator(selector).all_text_contents()).replace("−", "-")
    return [float(word) for word in re.findall(r"-?\d+\.\d+", text)]


def by_kernel(study, explorer, sample, edits):
    run, ds, frame, _ = study
    edits = {name: dict(edit) for name, edit in edits.items()}
    groups = mm.recording.what_if(run, ds["test"])(explorer.all_samples[sample], run.best_epoch, edits)
    return groups, mm.plots.what_if_frame(groups, frame)


@pytest.mark.parametrize(("sample", "edits"), [(1, {"m1": {"delay": 2}}), (1, {"m2": {"mask": True}}), (5, {})])
def test_expert_weights_plans_and_prefixes_are_those_of_the_kernel(opened, study, sample, edits):
    masked = [name for name, edit in edits.items() if "mask" in edit]
    shown = {name: edit for name, edit in edits.items() if name not in masked}
    page = opened(selection={"sample": sample, "edits": shown, "masked": masked, "section": "all", "time": 3})
    groups, edited = by_kernel(study, page.explorer, sample, edits)
    prefix = float(edited["prediction"].values[0, 0, 3].max())
    wait(page, lambda: f"{prefix:.2f}" in sentence(page))
    if edits:
        wait(page, lambda: "every prefix in" in page.locator(".mmv-what-if-status").text_content())
    weight, valid = groups["/routing"]["weight"].values[0, 0, 0], groups["/states"]["valid"].values[0]
    with np.errstate(invalid="ignore"):
        want = (weight * valid[..., None]).sum(1) / valid.sum(1)[:, None]
    known, cells = [v for v in want.T.ravel() if np.isfinite(v)], "[aria-label='Mean weight of each expert'] td span"
    # the strip is drawn first, the other views a frame later
    wait(page, lambda: len(found := numbers(page, cells)) == len(known) and np.allclose(found, known, atol=0.0081))
    found = numbers(page, cells)
    assert np.ptp(found) > 0.05
    known = [d for d in edited["distance"].values.ravel() if np.isfinite(d)]

    def distances():
        texts = page.locator(".mmv-transport p").all_text_contents()
        return [float(re.search(r"distance (\S+) at", text)[1]) for text in texts if "distance –" not in text]

    wait(page, lambda: len(found := distances()) == len(known) and np.allclose(found, known, atol=6e-4))
    note = page.locator("[data-view=transport]").text_content()
    assert "does not compute" in note
    assert "As recorded: this view does not show the edit" not in page.locator("[data-view=transport]").inner_text()
    assert page.faults == []
    assert page.external == []


def test_the_levels_of_plan_and_cost_are_those_of_the_kernel(opened, study):
    page = opened(selection={"sample": 5, "section": "all", "time": 3})
    edited = by_kernel(study, page.explorer, 5, {})[1]
    wait(page, lambda: page.locator(".mmv-transport p").first.text_content() != "")
    box = page.locator("[data-view=transport] .mmv-square").first
    box.scroll_into_view_if_needed()
    shape, plan = box.bounding_box(), edited["plan"].values[0, 0]
    t = 3
    r = int(plan[t].argmax())
    box.hover(
        position={"x": (r + 0.5) / plan.shape[1] * shape["width"], "y": (t + 0.5) / plan.shape[0] * shape["height"]}
    )
    scale = json.loads(study[2]["plan"].attrs["scale"])[0]
    wait(page, lambda: f"{plan[t, r] / 255 * scale:.2g}" in page.locator(".mmv-card").first.text_content())
