"""The Explorer of a user's module with captured scans, from the module to a saved page: states of encoders with different widths, edits, one file."""

import sys
from pathlib import Path

import numpy as np
import pytest
from page_queries import slider

import mmviz as mm
from mmviz.widgets import Explorer

sys.path.insert(0, str(Path(__file__).parents[1] / "recording"))
from user_scans import Encoders, pair

pytestmark = pytest.mark.timeout(180)
VIEW = "[data-view='captured scans']"


@pytest.fixture(scope="module")
def study():
    """A Trace of encoders with 6 and 4 channels, two blocks for text, and the run."""
    ds = pair((8, 8))
    net = Encoders(ds.spec, widths={"text": 6, "audio": 4}, states={"text": 4, "audio": 3}, depths={"text": 2}).eval()
    run = mm.train.as_run(mm.models.adapt(net, ds.spec, missing="zeros", scans="auto"))
    return run, ds["test"], mm.record(run, ds["test"], recorded_samples=3)


@pytest.fixture
def opened(open_page, tmp_path):
    def opening(explorer, **context):
        page = open_page(**{"viewport": {"width": 1366, "height": 768}, **context})
        page.goto(explorer.save(tmp_path / "study.html").as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        return page

    return opening


def test_a_saved_page_of_a_users_module_opens_without_network_and_shows_states_scans_and_integrated_gradients(
    study, opened
):
    _, _, trace = study
    page = opened(Explorer(trace))
    gutters = page.locator(".mmv-lane .mmv-gutter", has_text="hidden state").all_inner_texts()
    assert [text.split("\n")[1] for text in gutters] == ["6 channels", "4 channels"]
    assert page.evaluate("[...document.querySelectorAll('.mmv-state canvas')].map((c) => c.height)") == [6, 4]
    page.get_by_label("Layer", exact=True).select_option(index=1)  # audio has one block
    assert page.get_by_text("no scan in this layer").locator("visible=true").count() == 1
    assert page.locator(".mmv-state canvas").first.evaluate("(c) => c.height") == 6
    views = set(page.eval_on_selector_all("[data-view]", "(nodes) => nodes.map((node) => node.dataset.view)"))
    assert "captured scans" in views
    assert not views & {"trajectories", "operator map"}, "closed: the shapes differ"
    view = page.locator(VIEW)
    page.get_by_role("tab", name="Explanation").click()
    view.scroll_into_view_if_needed()
    sites = view.get_by_label("Site").locator("option").all_inner_texts()
    assert sites == ["blocks.text.0 · text", "blocks.text.1 · text", "blocks.audio.0 · audio"]
    view.get_by_label("Site").select_option("2")
    slider(page, "Step of the captured scan").fill("5")
    group = trace["scans"]["2"].to_dataset()
    sample = Explorer(trace).frame.isel(recorded_sample=0)
    channel = int(sample["scan_index_2"][0, 0])
    shown = dict(row.locator("th, td").all_text_contents() for row in view.locator(".mmv-list tr").all())
    assert shown["step"] == "6 of 8 (time step 6)"
    assert float(shown["half-life, steps"]) == pytest.approx(float(group["half_life"][0, 0, channel]), rel=6e-3)
    assert float(shown["mean ‖h‖₂ of 4 channels"]) == pytest.approx(float(group["norm"][0, 0, 5].mean()), rel=6e-3)
    assert (
        "No operator map, no state trajectories over all modalities: these need captured scans of one shape"
        in view.inner_text()
    )
    error = float(group.attrs["replay_error"])
    assert error < 1e-5
    assert "reproduce the output of this function to " in view.inner_text()
    heading = page.locator("[data-view='end-to-end attribution'] .mmv-heading").text_content()
    assert heading.startswith("Integrated gradients")
    assert "gates" not in page.locator("[data-view='end-to-end attribution'] .mmv-trust dd").nth(1).text_content()
    assert page.faults == []
    assert page.external == []


def test_an_edited_sample_of_a_users_module_keeps_rows_without_a_channel_empty(study, opened):
    run, part, trace = study
    explorer = Explorer(trace, what_if=mm.recording.what_if(run, part))
    explorer.selection = {"edits": {"text": {"noise": 0.5, "seed": 1}, "audio": {"delay": 2}}}
    edited = explorer.wait(60)
    assert edited is not None
    before = explorer.frame.isel(recorded_sample=[0])
    assert edited["state"].shape == before["state"].shape
    kept = before["channel_index"].values >= 0
    assert (edited["state"].values[..., :][:, :, kept] != before["state"].values[:, :, kept]).any()
    np.testing.assert_allclose(
        edited["prediction"].values[..., before["target"].values[0]],
        (edited["baseline"] + edited["phi"].sum("modality")).values,
        atol=5e-5,
    )
    page = opened(explorer)
    assert "what if: text with noise of 0.50 sd; audio 2 steps later" in page.locator(".mmv-readout").text_content()
    assert page.evaluate("[...document.querySelectorAll('.mmv-state canvas')].map((c) => c.height)") == [6, 4]
    assert page.faults == []
    explorer.close()


def test_a_hidden_state_set_to_zero_is_zero_in_the_captured_scans_of_that_modality_from_its_step_on(study, opened):
    run, part, trace = study
    explorer = Explorer(trace, what_if=mm.recording.what_if(run, part))
    explorer.selection = {"edits": {"text": {"state": "zero", "step": 3}}, "time": 7, "section": "all"}
    edited, recorded = explorer.wait(60), explorer.frame.isel(recorded_sample=[0])
    for k in (0, 1):
        assert (edited[f"scan_mean_{k}"].values[..., 3:] == 0).all()
        assert (recorded[f"scan_mean_{k}"].values[..., 3:] > 0).all()
    before = recorded["scan_mean_0"].values[..., :3]
    np.testing.assert_allclose(edited["scan_mean_0"].values[..., :3], before, rtol=1e-4)
    np.testing.assert_allclose(edited["scan_mean_2"], recorded["scan_mean_2"], rtol=1e-4)  # of audio
    assert abs(edited["prediction"] - recorded["prediction"]).values[..., -1, :].max() > 1e-4
    page = opened(explorer)
    view = page.locator(VIEW)
    view.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    shown = dict(row.locator("th, td").all_text_contents() for row in view.locator(".mmv-list tr").all())
    assert shown["mean ‖h‖₂ of 6 channels"] == "0"
    assert "As recorded: the influence map does not show the edit." in view.inner_text()
    assert page.faults == []
    explorer.close()


def test_a_module_without_captured_scans_opens_with_the_reason_and_closed_edits_of_hidden_states(opened):
    ds = pair((8, 8))
    run = mm.train.as_run(mm.models.adapt(Encoders(ds.spec).eval(), ds.spec, missing="zeros"))
    trace = mm.record(run, ds["test"], recorded_samples=2, attribution=None)
    explorer = Explorer(trace, what_if=mm.recording.what_if(run, ds["test"]))
    assert all("state" not in kinds for kinds in explorer.edit_options["offers"])
    assert all("no scan of Encoders was captured" in reason for reason in explorer.edit_options["reasons"])
    page = opened(explorer)
    views = set(page.eval_on_selector_all("[data-view]", "(nodes) => nodes.map((node) => node.dataset.view)"))
    assert not views & {"captured scans", "half-life", "coupling", "operator map", "end-to-end attribution"}
    assert page.locator(".mmv-state").count() == 0
    assert page.faults == []
    explorer.close()
