"""The model in the page, Python side: what is refused, what is sent, samples that were not recorded, who predicts, what a saved page holds."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from comm.base_comm import BaseComm
from saved_page import study_of

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.io.printable_code import to_text
from mmviz.io.stored_frames import StoredFrames
from mmviz.recording.what_if_edits import edited
from mmviz.widgets import Explorer


@pytest.fixture
def explorer(toy_page):
    explorer = Explorer(frame=toy_page[0], model=toy_page[1])
    yield explorer
    explorer.close()


def changed(model, /, **about):
    return type(model)(model.graph, model.weights, model.split, model.about | about)


def test_every_sample_of_the_split_can_be_selected_recorded_ones_first(explorer, toy_page, toy):
    frame, _ = toy_page
    assert explorer.all_samples[:3] == [str(i) for i in frame["sample_id"].values]
    assert sorted(explorer.all_samples) == sorted(map(str, toy["test"].ids))
    head = json.loads(explorer.data["meta"])
    assert head["recorded_samples"] == 3
    assert (
        head["sizes"]["sample"]
        == len(head["samples"])
        == len(head["targets"])
        == len(head["duration_s"])
        == len(toy["test"])
    )
    row = list(toy["test"].ids).index(explorer.all_samples[7])
    assert head["targets"][7] == toy["test"].target[row]
    rows = json.loads(explorer.page_model["meta"])["rows"]
    assert [explorer._page.split.ids[k] for k in rows] == explorer.all_samples


def test_a_sample_that_was_not_recorded_is_selected_at_the_epoch_of_the_model(explorer, toy_page):
    model_epoch = [int(e) for e in toy_page[0]["epoch"].values].index(toy_page[1].about["epoch"])
    explorer.selection = {"epoch": 0}
    explorer.selection = {"sample": 9}
    assert explorer.selection["epoch"] == model_epoch
    with pytest.raises(ConfigError, match="sample 9 was not recorded, so its epoch is"):
        explorer.selection = {"sample": 9, "epoch": 0}
    with pytest.raises(ConfigError, match="selection: sample=99"):
        explorer.selection = {"sample": 99}


def test_the_recipe_of_a_sample_that_was_not_recorded_restores_it_and_a_swap_with_another(explorer, toy_page):
    explorer.selection = {"sample": 9, "edits": {"m1": {"swap": 12, "amplitude": 1.5}, "m2": {"window": [2, 5]}}}
    recipe = explorer.recipe
    assert recipe["sample"] == explorer.all_samples[9]
    assert recipe["edits"]["m1"]["swap"] == explorer.all_samples[12]
    assert Explorer(frame=toy_page[0], model=toy_page[1], recipe=recipe).selection == explorer.selection


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"dataset": "other"}, "model has data set 'other', the Trace 'synthetic'; export it from the run"),
        ({"model": "concat"}, "model has model 'concat', the Trace 'coupled_mamba'"),
        ({"epoch": 99}, "model has the weights of epoch 99, the Trace was recorded at"),
    ],
)
def test_a_model_that_does_not_belong_to_the_trace_is_refused_with_what_differs(toy_page, about, said):
    with pytest.raises(ConfigError, match=said):
        Explorer(frame=toy_page[0], model=changed(toy_page[1], **about))


def test_a_model_with_other_frames_of_a_recorded_sample_is_refused(toy_page):
    frame = toy_page[0].copy(deep=True)
    frame["signal_m2"].values[1] += 0.01
    with pytest.raises(ConfigError, match="model carries other frames of 'm2' for sample 'sample_"):
        Explorer(frame=frame, model=toy_page[1])


@pytest.mark.parametrize("storage", ["float16", "uint16", "uint8"])
def test_a_model_with_rounded_frames_is_accepted_and_with_other_frames_refused(toy_page, storage):
    frame, model = toy_page
    split = replace(
        model.split,
        frames={
            name: StoredFrames.of(kept.values, model.split.valid[name], storage)
            for name, kept in model.split.frames.items()
        },
    )
    rounded = type(model)(model.graph, model.weights, split, model.about)
    Explorer(frame=frame, model=rounded).close()
    other = frame.copy(deep=True)
    step = max(float(kept.rounding.max()) for kept in split.frames.values())
    other["signal_m2"].values[1] += 3 * step + 0.001
    with pytest.raises(ConfigError, match="model carries other frames of 'm2'"):
        Explorer(frame=other, model=rounded)


def test_a_model_is_refused_where_it_is_none_or_two_runs_are_compared(toy_page):
    with pytest.raises(ConfigError, match="model is a dict; give the PageModel"):
        Explorer(frame=toy_page[0], model={})
    with pytest.raises(ConfigError, match="model is given with other"):
        Explorer(frame=toy_page[0], other=toy_page[0], model=toy_page[1])


def test_a_saved_page_holds_the_model_once_and_its_policy_allows_webassembly_and_its_worker_only(
    toy_page, tmp_path, explorer
):
    with_model = explorer.save(tmp_path / "with.html").read_text(encoding="utf-8")
    without = Explorer(frame=toy_page[0]).save(tmp_path / "without.html").read_text(encoding="utf-8")
    policies = [
        re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1) for html in (with_model, without)
    ]
    assert re.sub(r"'sha256-[^']+'", "HASH", policies[0]) == "default-src 'none'; script-src HASH HASH 'wasm-unsafe-eval'; worker-src blob:; style-src HASH; img-src data:; base-uri 'none'; form-action 'none'"  # fmt: skip
    assert re.sub(r"'sha256-[^']+'", "HASH", policies[1]) == "default-src 'none'; script-src HASH HASH; style-src HASH; img-src data:; base-uri 'none'; form-action 'none'"  # fmt: skip
    assert with_model.count(to_text(explorer.page_model["blob"])) == 1
    assert study_of(with_model)["edit_options"]["kernel"] is False
    more = {"model-meta", "model-wasm", "model-blob"}
    assert (
        set(study_of(with_model)["parts"]) - set(study_of(without)["parts"]) == more
    )  # the engine is in the script of the page


def test_the_state_that_is_sent_after_a_change_of_the_selection_does_not_contain_the_model(explorer):
    sent = []

    class Comm(BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            sent.append((msg_type, data))

    explorer.comm = Comm(target_name="jupyter.widget", comm_id="one")
    sent.clear()
    explorer.selection = {"sample": 5}
    assert sent
    assert all(set(data["state"]) <= {"selection", "message"} for kind, data in sent if kind == "comm_msg")


class Kernel:
    """A callable in place of a kernel; it notes its calls."""

    def __init__(self):
        self.calls = []
        kinds = ("mask", "delay", "amplitude", "noise", "seed", "swap", "window", "text")
        self.offers = dict.fromkeys(("m1", "m2", "m3"), kinds)

    def __call__(self, sample, epoch, edits):
        self.calls.append((sample, epoch, edits))
        raise ValueError("not computed here")


def test_the_kernel_predicts_what_the_page_does_not_and_nothing_else(toy_page):
    frame, model = toy_page
    kernel = Kernel()
    explorer = Explorer(frame=frame, model=model, what_if=kernel)
    here = explorer.selection["epoch"]

    def select(**change):
        explorer.selection = change
        explorer._worker.wait_idle(20)
        return len(kernel.calls)

    assert select(edits={"m1": {"delay": 1}}) == 1  # the page has not started
    explorer.set_state({"page_engine": "ready"})
    assert select(edits={"m1": {"delay": 2}}) == 1
    assert select(sample=9, edits={"m1": {"delay": 3}}) == 1
    assert select(edits={"m1": {"text": "words"}}) == 2
    assert kernel.calls[-1][0] == explorer.all_samples[9]
    assert select(sample=1, edits={"m1": {"delay": 2}}, epoch=0) == 3
    assert select(epoch=here) == 3
    explorer.set_state({"page_engine": "failed: no memory"})
    explorer._worker.wait_idle(20)
    assert len(kernel.calls) == 4
    explorer.close()


def prediction_of(frame, value):
    T, K, M = frame.sizes["time"], frame.sizes["output"], frame.sizes["modality"]
    arrays = {"prediction": np.full((T, K), value), "phi": np.full((T, M), 0.125), "game": np.full((T, 2**M), 0.5)}
    return {"duration_s": None, **{k: base64.b64encode(v.astype("<f4").tobytes()).decode() for k, v in arrays.items()}}


def test_the_readout_of_a_sample_that_was_not_recorded_is_that_of_the_prediction_of_the_page(explorer, toy_page, toy):
    explorer.selection = {"sample": 9}
    name = explorer.all_samples[9]
    assert explorer.readout == f"{name} was not recorded: its prediction is computed in the page"
    request = {key: explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    explorer.set_state(
        {"page_prediction": {"request": request, "plain": prediction_of(toy_page[0], 0.75), "edited": None}}
    )
    assert explorer.message == ""
    true = toy.spec.task.classes[toy["test"].target[list(toy["test"].ids).index(name)]]
    assert f"(0.75), true {true}; m1 +0.13, m2 +0.13, m3 +0.13" in explorer.readout
    explorer.selection = {"edits": {"m1": {"swap": 12}}}
    request = {key: explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    both = {"plain": prediction_of(toy_page[0], 0.75), "edited": prediction_of(toy_page[0], 0.25)}
    explorer.set_state({"page_prediction": {"request": request, **both}})
    assert "(0.25)" in explorer.readout
    assert explorer.readout.endswith(f"; what if: m1 of {explorer.all_samples[12]}")
    assert float(explorer.edited["prediction"].values[0, 0, 3, 0]) == 0.25


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"plain": {"prediction": "AAAA"}}, "prediction has 3 bytes, expected"),
        ({"plain": {"prediction": "<script>"}}, "prediction is not base64"),
        ({"plain": {}}, "plain has no prediction"),
        ({"request": {"sample": 999}}, "request is"),
        ({"request": None}, "request is None"),
    ],
)
def test_an_prediction_of_the_page_that_does_not_fit_is_refused_with_a_message(explorer, toy_page, change, said):
    request = {key: explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    whole = {"request": request, "plain": prediction_of(toy_page[0], 0.5), "edited": None}
    explorer.set_state({"page_prediction": whole | change})
    assert said in explorer.message


ROW = {"sample": 9, "epoch": 0, "time": 3, "edits": {"m1": {"delay": 2}}, "masked": ["m2"], "value": 0.5, "recorded": 0.25, "phi": [0.1, 0.2, -0.3]}  # fmt: skip


def test_counterfactuals_are_kept_validated_and_saved_with_the_page(explorer, tmp_path):
    row = ROW | {"epoch": explorer._options.model_epoch}
    explorer.set_state({"counterfactuals": [row]})
    assert explorer.counterfactuals == [row]
    html = explorer.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert study_of(html)["counterfactuals"] == [row]
    for wrong, said in (
        ([row] * 51, "51 rows; give a list of at most 50"),
        ([row | {"sample": 999}], "row 1: selection: sample=999"),
        ([row | {"phi": [1.0]}], "expected 3 numbers"),
        ([row | {"value": float("nan")}], "row 1: value=nan"),
        ([{"sample": 1}], "expected sample, epoch"),
        ("text", "a str"),
    ):
        explorer.set_state({"counterfactuals": wrong})
        assert said in explorer.message
        assert explorer.counterfactuals == [row]


def test_the_predictions_of_the_exported_frames_are_those_of_what_if(toy, toy_run, toy_page):
    """The frames in the page are those that mmviz.recording edits: the standard deviations of the noise agree too."""
    frame, model = toy_page
    stds = json.loads(Explorer(frame=frame, model=model).page_model["meta"])["std"]
    np.testing.assert_allclose(stds, [m.std for m in toy.spec.modalities], rtol=1e-6)
    one = edited(toy["test"], 0, {"m1": {"amplitude": 2.0}}, spec=toy.spec)
    np.testing.assert_array_equal(one.inputs["m1"][0], 2 * model.split.frames["m1"].values[0])


def test_the_app_serves_a_saved_model_beside_its_trace(toy, toy_run, toy_page, tmp_path, monkeypatch):
    pytest.importorskip("nbformat")
    from mmviz.server.app import write_notebook
    from mmviz.server.page import explorer_page

    trace = mm.record(toy_run, toy["test"], recorded_samples=3, coalitions=True)
    source = mm.trace.save(trace, tmp_path / "trace.nc")
    held = toy_page[1].save(tmp_path / "model.bin")
    (tmp_path / "app").mkdir()
    served = write_notebook([tmp_path / "trace.nc" if source is None else source], tmp_path / "app", model=held)
    assert "model='1.mmviz'" in (tmp_path / "app" / served.page).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path / "app")
    view = explorer_page(["1a.nc"], model="1.mmviz")
    assert view.edit_options["offers"]
    assert len(view.all_samples) == len(toy["test"])
    assert explorer_page(["1a.nc"]).edit_options == {"never": True}
