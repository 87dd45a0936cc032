"""The answer to an edit is what a Trace of the edited sample holds, bit for bit."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.errors import ConfigError
from mmviz.trace.what_if_edits import edited

KINDS = [
    {},
    {"m1": {"mask": True}},
    {"m2": {"delay": 5}},
    {"m3": {"noise": 0.5, "seed": 3}, "m1": {"delay": -4}},
    {"m1": {"mask": True}, "m2": {"mask": True}, "m3": {"mask": True}},
]


@pytest.fixture(scope="module")
def aligned(toy):
    model = mm.models.build("alignmamba2", toy.spec, width=8, layers=1, state=4)
    return mm.train.fit(model, toy, epochs=2, progress=False)


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def same(answer, trace):
    for place, group in answer.items():
        kept = trace[place].to_dataset()
        for name, array in group.data_vars.items():
            np.testing.assert_array_equal(array.values, kept[name].values, err_msg=f"{place} {name}")
            assert array.dims == kept[name].dims
            assert array.dtype == kept[name].dtype


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("edits", KINDS, ids=str)
def test_the_answer_is_what_recording_the_edited_sample_gives(toy, toy_run, edits):
    part, row = toy["test"], 4
    answer = mm.trace.what_if(toy_run, part)(str(part.ids[row]), toy_run.best_epoch, edits)
    split = edited(part, row, edits, spec=toy.spec)
    same(answer, mm.trace.record(toy_run, split, traced=[0], epochs=[toy_run.best_epoch]))
    assert answer["/prefixes"].sizes["coalition"] == 8


@pytest.mark.usefixtures("one_thread")
def test_routing_plan_and_cost_of_a_model_that_aligns_are_those_of_the_edited_sample(toy, aligned):
    part, edits = toy["test"], {"m2": {"delay": 6}, "m3": {"mask": True}}
    asked = mm.trace.what_if(aligned, part, influence=True)
    answer = asked(str(part.ids[2]), aligned.best_epoch, edits)
    split = edited(part, 2, edits, spec=toy.spec)
    same(answer, mm.trace.record(aligned, split, traced=[0], epochs=[aligned.best_epoch]))
    assert {"/routing", "/transport", "/influence"} <= set(answer)
    plain = asked(str(part.ids[2]), aligned.best_epoch, {})
    for place, name in (("/routing", "weight"), ("/transport", "plan"), ("/states", "norm"), ("/prefixes", "answer")):
        assert not np.array_equal(answer[place][name].values, plain[place][name].values), place


@pytest.mark.usefixtures("one_thread")
def test_another_epoch_is_answered_with_its_own_weights_and_without_plan(toy, aligned):
    part = toy["test"]
    other = next(epoch for epoch in aligned.epochs if epoch != aligned.best_epoch)
    answer = mm.trace.what_if(aligned, part)(str(part.ids[0]), other, {})
    trace = mm.trace.record(aligned, part.take([0]), traced=[0], epochs=[other])
    at = list(trace["states"]["epoch"].values).index(other)
    np.testing.assert_array_equal(answer["/states"]["norm"].values[0], trace["states"]["norm"].values[at])
    np.testing.assert_array_equal(answer["/prefixes"]["answer"].values[0], trace["prefixes"]["answer"].values[at])
    assert "plan" not in answer["/transport"]
    assert answer["/transport"]["distance"].shape == (1, 1, 2)


def test_samples_of_different_lengths_and_absent_modalities_are_answered(ragged, ragged_run):
    part = ragged["train"]
    asked = mm.trace.what_if(ragged_run, part)
    for row in range(6):
        answer = asked(str(part.ids[row]), ragged_run.best_epoch, {"light": {"swap": str(part.ids[9])}})
        assert np.isfinite(answer["/prefixes"]["answer"].values).all()
        np.testing.assert_array_equal(answer["/inputs/light"]["value"].values[0], part.inputs["light"][9])


def test_asking_leaves_run_data_and_threads_as_they_were(toy, toy_run):
    part = toy["test"]
    weights = {name: x.clone() for name, x in toy_run.model.state_dict().items()}
    inputs, threads = part.inputs["m1"].copy(), torch.get_num_threads()
    mm.trace.what_if(toy_run, part)(str(part.ids[0]), 0, {"m1": {"noise": 2.0, "mask": True}})
    assert all(torch.equal(x, weights[name]) for name, x in toy_run.model.state_dict().items())
    np.testing.assert_array_equal(part.inputs["m1"], inputs)
    assert torch.get_num_threads() == threads


def test_what_is_not_there_is_refused(toy, toy_run, ragged):
    asked = mm.trace.what_if(toy_run, toy["test"])
    with pytest.raises(ConfigError, match="names sample 'nobody', which is not in the 'test' split"):
        asked("nobody", toy_run.best_epoch, {})
    with pytest.raises(ConfigError, match="epoch 99 was not kept"):
        asked(str(toy["test"].ids[0]), 99, {})
    with pytest.raises(ConfigError, match="what_if: 'ragged' has the modalities sound, light"):
        mm.trace.what_if(toy_run, ragged["test"])
    with pytest.raises(ConfigError, match="text names 'nose'"):
        mm.trace.what_if(toy_run, toy["test"], text={"nose": lambda texts: texts})


def test_text_is_offered_where_an_encoder_is_given(toy, toy_run):
    plain = mm.trace.what_if(toy_run, toy["test"]).offers
    assert set(plain["m1"]) == {"mask", "delay", "noise", "seed", "swap"}
    with_text = mm.trace.what_if(toy_run, toy["test"], text={"m1": lambda texts: texts}).offers
    assert "text" in with_text["m1"]
    assert "text" not in with_text["m2"]
