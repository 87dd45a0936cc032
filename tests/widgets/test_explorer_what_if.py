"""Kernel side of what-if edits, without a kernel: calls of what_if, results, errors, the worker thread."""

import json
import sys
import threading

import numpy as np
import pytest
from explorer_frames import make_frame

from mmviz.core.errors import ConfigError
from mmviz.widgets import Explorer
from mmviz.widgets.serialize import decode
from mmviz.widgets.what_if import LatestOnlyWorker

NAMES = ("dynamic", "gyro", "gravity")
EDIT = {"gyro": {"delay": 3, "noise": 0.5, "seed": 1}}


def predicted_groups(frame, sample, epoch, *, scale=0.5):
    """Return groups of a Trace: the recorded sample with its predictions scaled."""
    import xarray as xr

    k = [str(i) for i in frame["sample_id"].values].index(sample)
    e = list(frame["epoch"].values).index(epoch)
    one = frame.isel(epoch=[e], recorded_sample=[k])
    said = one["prediction"].values[:, :, None].repeat(8, 2) * scale  # epoch, recorded_sample, coalition, time, output
    head = ("epoch", "recorded_sample")
    groups = {
        "/samples": xr.Dataset({"target": ("sample", one["target"].values)}),
        "/prefixes": xr.Dataset(
            {"prediction": ((*head, "coalition", "time", "output"), said)}, coords={"epoch": [epoch]}
        ),
        "/states": xr.Dataset({"valid": one["state_valid"].drop_vars(list(one["state_valid"].coords))}),
    }
    for name in NAMES:
        groups[f"/inputs/{name}"] = xr.Dataset(
            {"value": (("recorded_sample", "frame", "feature"), one[f"signal_{name}"].values),
             "valid": (("recorded_sample", "frame"), one[f"signal_valid_{name}"].values)}
        )  # fmt: skip
    return groups


class Model:
    """A callable in place of a model: it notes its calls, and returns when it is released."""

    offers = dict.fromkeys(NAMES, ("mask", "delay", "noise", "seed", "swap", "state", "cut", "step"))

    def __init__(self, frame, *, held=False):
        self.frame, self.calls, self.threads = frame, [], set()
        self.may = threading.Semaphore(0) if held else None
        self.begun = threading.Semaphore(0)

    def __call__(self, sample, epoch, edits):
        self.calls.append((sample, epoch, edits))
        self.threads.add(threading.get_ident())
        self.begun.release()
        if self.may is not None:
            assert self.may.acquire(timeout=20)
        return predicted_groups(self.frame, sample, epoch)


@pytest.fixture
def bare(frame):
    """A frame of a model without states: the smallest that can be edited."""
    bare = make_frame(every_view=True).drop_dims(["layer"])
    return bare[[n for n in bare.data_vars if n not in ("plan", "cost", "distance", "estimated_lag")]]


@pytest.fixture
def explorer(bare):
    model = Model(bare)
    explorer = Explorer(frame=bare, what_if=model)
    explorer.model = model
    yield explorer
    explorer.close()


def held(bare):
    model = Model(bare, held=True)
    return Explorer(frame=bare, what_if=model), model


def test_what_if_is_not_called_without_edits(explorer):
    explorer.selection = {"time": 3, "epoch": 1, "sample": 2}
    assert explorer.wait() is None
    assert explorer.model.calls == []
    assert explorer.what_if_result == {}


def test_what_if_is_called_with_sample_id_epoch_number_and_modality_names_and_its_result_is_sent(explorer, bare):
    explorer.selection = {"sample": 1, "epoch": 2, "masked": ["gravity"], "edits": {**EDIT, "dynamic": {"swap": 2}}}
    edited = explorer.wait()
    ids = [str(i) for i in bare["sample_id"].values]
    edits = {"dynamic": {"swap": ids[2]}, "gyro": EDIT["gyro"], "gravity": {"mask": True}}
    assert explorer.model.calls == [(ids[1], 2, edits)]
    np.testing.assert_allclose(
        edited["prediction"].values[0, 0], bare["prediction"].values[2, 1] * 0.5, rtol=1e-4, atol=1e-6
    )
    assert explorer.what_if_result["request"] == {
        k: explorer.selection[k] for k in ("sample", "epoch", "masked", "edits")
    }
    described = json.loads(explorer.what_if_result["meta"])
    sent = decode(described["arrays"], explorer.what_if_result["body"])
    np.testing.assert_array_equal(sent["prediction"], edited["prediction"].values)
    assert described["leads"]["prediction"] == 2
    assert described["leads"]["signal_1"] == 1


def test_selecting_time_layer_or_time_range_does_not_call_what_if_again(explorer):
    explorer.selection = {"edits": EDIT}
    explorer.wait()
    for change in ({"time": 3}, {"brush": [1, 5]}, {"channel": 0}, {"time": 9}):
        explorer.set_state({"selection": change})
    explorer.wait()
    assert len(explorer.model.calls) == 1


def test_the_readout_contains_the_edited_prediction_and_the_edits(explorer):
    before = explorer.readout
    explorer.selection = {"edits": {**EDIT, "dynamic": {"swap": 2}, "gravity": {"delay": -1}}}
    explorer.wait()
    assert explorer.readout != before
    assert explorer.readout.endswith(
        "; what if: dynamic of s2_r7_w2; gyro 3 steps later, with noise of 0.50 sd; gravity 1 step earlier"
    )
    explorer.selection = {"edits": {}}
    assert explorer.readout == before
    assert explorer.edited is None


def test_of_many_edits_only_the_latest_is_predicted_in_one_thread(bare):
    explorer, model = held(bare)
    explorer.selection = {"edits": {"gyro": {"delay": 1}}}
    assert model.begun.acquire(timeout=20)
    for delay in range(2, 40):
        explorer.selection = {"edits": {"gyro": {"delay": delay}}}
    model.may.release(2)
    explorer.wait()
    assert [edits["gyro"]["delay"] for _, _, edits in model.calls] == [1, 39]
    assert explorer.what_if_result["request"]["edits"]["gyro"]["delay"] == 39
    assert len(model.threads) == 1
    assert model.threads != {threading.get_ident()}
    explorer.close()


def test_numbers_of_results_increase_and_a_reset_drops_the_running_request(bare):
    explorer, model = held(bare)
    numbers = []
    explorer.observe(lambda change: numbers.append(change["new"]["seq"]), names="what_if_result")
    explorer.selection = {"edits": EDIT}
    assert model.begun.acquire(timeout=20)
    explorer.selection = {"edits": {}}
    model.may.release()
    assert explorer.wait() is None
    assert numbers == []
    for delay in (4, 5):
        explorer.selection = {"edits": {"gyro": {"delay": delay}}}
        model.may.release()
        explorer.wait()
    assert len(numbers) == 2
    assert numbers[0] < numbers[1]
    explorer.close()


def test_selecting_the_edits_of_the_last_result_again_keeps_that_result(bare):
    explorer, model = held(bare)
    explorer.selection = {"edits": EDIT}
    model.may.release()
    explorer.wait()
    explorer.selection = {"edits": {"gyro": {"delay": 9}}}
    assert model.begun.acquire(timeout=20)
    explorer.selection = {"edits": EDIT}
    model.may.release()
    explorer.wait()
    assert explorer.what_if_result["request"]["edits"] == EDIT
    assert len(model.calls) <= 2
    explorer.close()


def test_an_error_of_what_if_is_sent_and_the_last_valid_result_stays(explorer, bare, monkeypatch):
    explorer.selection = {"edits": EDIT}
    good = explorer.wait()
    kept = explorer.what_if_result

    def fails(self, sample, epoch, edits):
        raise ValueError("the <b>model</b> is tired\nand more")

    monkeypatch.setattr(Model, "__call__", fails)
    explorer.selection = {"edits": {"gyro": {"delay": 7}}}
    with pytest.raises(ValueError, match="is tired"):
        explorer.wait()
    assert explorer.what_if_error["text"] == "ValueError: the <b>model</b> is tired"
    assert explorer.what_if_error["request"]["edits"] == {"gyro": {"delay": 7}}
    assert explorer.what_if_result is kept
    assert explorer.edited is good
    monkeypatch.undo()
    explorer.selection = {"edits": {"gyro": {"delay": 8}}}
    assert explorer.wait() is not good
    assert explorer.what_if_error == {}


def test_a_system_exit_in_what_if_is_sent_and_the_thread_continues(explorer, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Model, "__call__", lambda *_: sys.exit(3))
        explorer.selection = {"edits": EDIT}
        with pytest.raises(SystemExit):
            explorer.wait()
        assert explorer.what_if_error["text"] == "SystemExit: 3"
    explorer.selection = {"edits": {"gyro": {"delay": 2}}}
    assert explorer.wait() is not None


def test_a_result_without_the_expected_groups_is_an_error(explorer, monkeypatch):
    monkeypatch.setattr(Model, "__call__", lambda *_: {})
    explorer.selection = {"edits": EDIT}
    with pytest.raises(ValueError, match="has no group /samples"):
        explorer.wait()
    assert "has no group /samples" in explorer.what_if_error["text"]


def test_wait_raises_a_timeout_error_after_its_timeout(bare):
    explorer, model = held(bare)
    explorer.selection = {"edits": EDIT}
    with pytest.raises(TimeoutError, match=r"no result of .* after 0\.05 s"):
        explorer.wait(0.05)
    model.may.release()
    explorer.wait()
    explorer.close()


def test_a_recipe_restores_edits_and_their_swapped_samples(explorer, bare):
    explorer.selection = {"sample": 1, "edits": {**EDIT, "dynamic": {"swap": 2}}}
    explorer.wait()
    recipe = json.loads(json.dumps(explorer.recipe))
    assert recipe["edits"]["dynamic"] == {"swap": "s2_r7_w2"}
    turned = bare.isel(recorded_sample=[2, 1, 0])
    again = Explorer(frame=turned, what_if=Model(turned), recipe=recipe)
    assert again.selection["edits"] == {"dynamic": {"swap": 0}, **EDIT}
    again.wait()
    assert again.readout == explorer.readout
    again.close()
    with pytest.raises(ConfigError, match="edits need a model"):
        Explorer(frame=bare, recipe=recipe)
    with pytest.raises(ConfigError, match="swapped sample 'nobody' was not recorded here"):
        Explorer(frame=bare, what_if=Model(bare), recipe={**recipe, "edits": {"gyro": {"swap": "nobody"}}})


def test_an_intervention_reaches_what_if_by_name_and_stands_in_the_readout_and_the_recipe(explorer, bare):
    names = [str(name) for name in bare["modality"].values]
    edits = {"gyro": {"cut": names.index("gravity"), "step": 4}, "gravity": {"state": "hold", "step": 7}}
    explorer.selection = {"edits": edits}
    explorer.wait()
    assert explorer.model.calls[-1][2] == {
        "gyro": {"cut": "gravity", "step": 4},
        "gravity": {"state": "hold", "step": 7},
    }
    assert "gyro without the edge from gravity from step 5 on" in explorer.readout
    assert "gravity with its hidden state held from step 8 on" in explorer.readout
    recipe = explorer.recipe
    assert recipe["edits"]["gyro"] == {"cut": "gravity", "step": 4}
    again = Explorer(frame=bare, what_if=Model(bare), recipe=recipe)
    assert again.selection["edits"] == explorer.selection["edits"]
    again.close()


BAD_INTERVENTIONS = [
    ({"state": "off"}, "state='off'"),
    ({"state": "zero", "step": 10_000}, "step=10000"),
    ({"state": "zero", "cut": 0}, "both state and cut"),
    ({"cut": 1}, "is gyro itself"),
    ({"cut": 3}, "cut=3"),
]


@pytest.mark.parametrize(("edit", "message"), BAD_INTERVENTIONS, ids=str)
def test_an_invalid_intervention_is_refused(explorer, bare, edit, message):
    assert [str(name) for name in bare["modality"].values][1] == "gyro"
    with pytest.raises(ConfigError, match=message):
        explorer.selection = {"edits": {"gyro": edit}}
    explorer.selection = {"edits": {"gyro": {"step": 3}}}
    assert explorer.selection["edits"] == {}


def test_the_browser_cannot_change_results_or_edit_options(explorer):
    offered = explorer.edit_options
    explorer.set_state({"edit_options": {}, "what_if_result": {"seq": 99}, "what_if_error": {"text": "x"}})
    assert explorer.edit_options == offered
    assert explorer.what_if_result == {}
    assert explorer.what_if_error == {}


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"nose": {}}, "edited modality='nose'; use one of"),
        ({"gyro": 3}, "edits of gyro: 3; give a dict"),
        ({"gyro": {"pitch": 1}}, "unknown edit 'pitch'"),
        ({"gyro": {"delay": 200}}, "delay=200; give a whole number from -199 to 199"),
        ({"gyro": {"delay": 1.5}}, r"delay=1\.5"),
        ({"gyro": {"noise": float("inf")}}, "noise=inf"),
        ({"gyro": {"noise": 11}}, "noise=11"),
        ({"gyro": {"noise": 1, "seed": -1}}, "seed=-1"),
        ({"gyro": {"swap": 3}}, "swap=3; give a whole number from 0 to 2"),
        ({"gyro": {"text": "hi"}}, "what_if does not offer text"),
    ],
)
def test_an_invalid_edit_is_refused_and_what_if_is_not_called(explorer, edits, said):
    with pytest.raises(ConfigError, match=said):
        explorer.selection = {"edits": edits}
    explorer.set_state({"selection": {"edits": edits}})
    assert explorer.message
    assert explorer.selection["edits"] == {}
    assert explorer.model.calls == []


def test_edits_without_effect_are_removed_from_the_selection(explorer):
    explorer.selection = {"edits": {"gyro": {"delay": 0, "noise": 0, "seed": 4, "swap": None}, "gravity": {"delay": 1}}}
    assert explorer.selection["edits"] == {"gravity": {"delay": 1}}


def test_a_what_if_that_is_not_callable_or_of_other_modalities_raises_a_config_error(bare):
    with pytest.raises(ConfigError, match="what_if is a str; give a callable"):
        Explorer(frame=bare, what_if="model")
    with pytest.raises(ConfigError, match="what_if is given with other"):
        Explorer(frame=bare, other=bare, what_if=Model(bare))

    stranger = Model(bare)
    stranger.offers = {"nose": ("mask",)}
    with pytest.raises(ConfigError, match="what_if edits nose, the Trace has dynamic, gyro, gravity"):
        Explorer(frame=bare, what_if=stranger)


def test_a_saved_page_contains_the_result_only_while_the_edit_is_selected(explorer, tmp_path):
    explorer.selection = {"edits": EDIT}
    explorer.wait()
    assert '"what_if_result"' in explorer.save(tmp_path / "a.html").read_text(encoding="utf-8")
    explorer.selection = {"edits": {}}
    study = explorer.save(tmp_path / "b.html").read_text(encoding="utf-8").split('id="mmviz-study">')[1].split("<")[0]
    assert "what_if_result" not in json.loads(study)


def test_the_worker_drops_waiting_requests_and_reports_results_in_order():
    order, gate, begun = [], threading.Event(), threading.Event()

    def work(request):
        begun.set()
        gate.wait(20)
        return request * 2

    worker = LatestOnlyWorker(
        work, lambda number, request, result, error: order.append((number, request, result, error))
    )
    worker.submit(1)
    assert begun.wait(20)
    worker.submit(2)
    assert worker.submit(3) == 3
    assert not worker.wait_idle(0.01)
    gate.set()
    assert worker.wait_idle(20)
    assert order == [(1, 1, 2, None), (3, 3, 6, None)]
    worker.close()
    worker._thread.join(20)
    assert not worker._thread.is_alive()
