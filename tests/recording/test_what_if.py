"""What-if edits: each equals the edit made by hand, and the prediction equals the Trace of the edited sample, bit for bit."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.recording.counter_noise import counter_normal
from mmviz.recording.what_if_edits import delayed, edited, noisy

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


def same(found_groups, trace):
    for place, group in found_groups.items():
        kept = trace[place].to_dataset()
        for name, array in group.data_vars.items():
            np.testing.assert_array_equal(array.values, kept[name].values, err_msg=f"{place} {name}")
            assert array.dims == kept[name].dims
            assert array.dtype == kept[name].dtype


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("edits", KINDS, ids=str)
def test_what_if_returns_the_groups_of_the_trace_of_the_edited_sample(toy, toy_run, edits):
    part, row = toy["test"], 4
    found_groups = mm.recording.what_if(toy_run, part)(str(part.ids[row]), toy_run.best_epoch, edits)
    split = edited(part, row, edits, spec=toy.spec)
    same(found_groups, mm.record(toy_run, split, recorded_samples=[0], epochs=[toy_run.best_epoch]))
    assert found_groups["/prefixes"].sizes["coalition"] == 8


@pytest.mark.usefixtures("one_thread")
def test_routing_plan_and_cost_equal_those_of_the_edited_sample(toy, aligned):
    part, edits = toy["test"], {"m2": {"delay": 6}, "m3": {"mask": True}}
    asked = mm.recording.what_if(aligned, part, influence=True)
    found_groups = asked(str(part.ids[2]), aligned.best_epoch, edits)
    split = edited(part, 2, edits, spec=toy.spec)
    same(found_groups, mm.record(aligned, split, recorded_samples=[0], epochs=[aligned.best_epoch]))
    assert {"/routing", "/transport", "/influence"} <= set(found_groups)
    plain = asked(str(part.ids[2]), aligned.best_epoch, {})
    for place, name in (
        ("/routing", "weight"),
        ("/transport", "plan"),
        ("/states", "norm"),
        ("/prefixes", "prediction"),
    ):
        assert not np.array_equal(found_groups[place][name].values, plain[place][name].values), place


@pytest.mark.usefixtures("one_thread")
def test_another_epoch_uses_its_weights_and_has_no_plan(toy, aligned):
    part = toy["test"]
    other = next(epoch for epoch in aligned.epochs if epoch != aligned.best_epoch)
    found_groups = mm.recording.what_if(aligned, part)(str(part.ids[0]), other, {})
    trace = mm.record(aligned, part.take([0]), recorded_samples=[0], epochs=[other])
    at = list(trace["states"]["epoch"].values).index(other)
    np.testing.assert_array_equal(found_groups["/states"]["norm"].values[0], trace["states"]["norm"].values[at])
    np.testing.assert_array_equal(
        found_groups["/prefixes"]["prediction"].values[0], trace["prefixes"]["prediction"].values[at]
    )
    assert "plan" not in found_groups["/transport"]
    assert found_groups["/transport"]["distance"].shape == (1, 1, 2)


def test_samples_of_different_lengths_and_absent_modalities_are_predicted(ragged, ragged_run):
    part = ragged["train"]
    asked = mm.recording.what_if(ragged_run, part)
    for row in range(6):
        found_groups = asked(str(part.ids[row]), ragged_run.best_epoch, {"light": {"swap": str(part.ids[9])}})
        assert np.isfinite(found_groups["/prefixes"]["prediction"].values).all()
        np.testing.assert_array_equal(found_groups["/inputs/light"]["value"].values[0], part.inputs["light"][9])


def test_what_if_leaves_run_data_and_thread_count_unchanged(toy, toy_run):
    part = toy["test"]
    weights = {name: x.clone() for name, x in toy_run.model.state_dict().items()}
    inputs, threads = part.inputs["m1"].copy(), torch.get_num_threads()
    mm.recording.what_if(toy_run, part)(str(part.ids[0]), 0, {"m1": {"noise": 2.0, "mask": True}})
    assert all(torch.equal(x, weights[name]) for name, x in toy_run.model.state_dict().items())
    np.testing.assert_array_equal(part.inputs["m1"], inputs)
    assert torch.get_num_threads() == threads


def test_unknown_samples_epochs_and_modalities_are_refused(toy, toy_run, ragged):
    asked = mm.recording.what_if(toy_run, toy["test"])
    with pytest.raises(ConfigError, match="names sample 'nobody', which is not in the 'test' split"):
        asked("nobody", toy_run.best_epoch, {})
    with pytest.raises(ConfigError, match="epoch=99 is not stored"):
        asked(str(toy["test"].ids[0]), 99, {})
    with pytest.raises(ConfigError, match="what_if: 'ragged' has the modalities sound, light"):
        mm.recording.what_if(toy_run, ragged["test"])
    with pytest.raises(ConfigError, match="text names 'nose'"):
        mm.recording.what_if(toy_run, toy["test"], text={"nose": lambda texts: texts})


def test_text_is_offered_where_an_encoder_is_given(toy, toy_run):
    plain = mm.recording.what_if(toy_run, toy["test"]).offers
    assert set(plain["m1"]) == {"mask", "delay", "amplitude", "noise", "seed", "swap", "window", "state", "cut", "step"}
    with_text = mm.recording.what_if(toy_run, toy["test"], text={"m1": lambda texts: texts}).offers
    assert "text" in with_text["m1"]
    assert "text" not in with_text["m2"]


INTERVENTIONS = [
    ({"m1": {"state": "zero", "step": 6}}, {"state": "m1", "step": 6}),
    ({"m2": {"state": "hold", "step": 3}}, {"state": "m2", "to": "hold", "step": 3}),
    ({"m3": {"cut": "m1", "step": 10}}, {"edge": ("m3", "m1"), "step": 10}),
]


@pytest.mark.parametrize(("edits", "options"), INTERVENTIONS, ids=str)
def test_an_intervention_predicts_what_intervene_returns_and_changes_states_from_its_step_on(
    toy, toy_run, edits, options
):
    part, row = toy["test"], 4
    ask = mm.recording.what_if(toy_run, part, influence=True)
    found_groups, plain = (ask(str(part.ids[row]), toy_run.best_epoch, given) for given in (edits, {}))
    found = mm.intervene(toy_run, part, recorded_samples=[row], **options)
    prediction = found_groups["/prefixes"]["prediction"].values[0, 0]
    np.testing.assert_allclose(prediction[-1, -1], found["intervened"][0], atol=1e-6)
    clean = plain["/prefixes"]["prediction"].values[0, 0]
    np.testing.assert_allclose(clean[-1] - prediction[-1], found["prefix_effect"][0], atol=1e-6)
    name = next(iter(edits))
    alone = 1 << [m.name for m in toy.spec.modalities].index(name)
    other = next(k for k in (1, 2, 4) if k != alone)
    np.testing.assert_allclose(prediction[other], clean[other], atol=1e-6)
    norm, before = found_groups["/states"]["norm"].values[0, 0], plain["/states"]["norm"].values[0, 0]
    step = options["step"]
    np.testing.assert_allclose(norm[:, :, :step], before[:, :, :step], atol=1e-6)
    assert not np.allclose(norm[:, :, step + 1 :], before[:, :, step + 1 :])
    if edits[name].get("state") == "zero":
        m = [m.name for m in toy.spec.modalities].index(name)
        assert not norm[:, m, step:].any()
    assert "/influence" in plain
    assert "/influence" not in found_groups


def test_two_interventions_and_an_edit_of_the_data_apply_together(toy, toy_run):
    part = toy["test"]
    ask = mm.recording.what_if(toy_run, part)
    both = {"m1": {"state": "zero", "step": 6}, "m2": {"cut": "m3", "step": 2}, "m3": {"mask": True}}
    last = {}
    for left_out in (None, "m1", "m3"):
        edits = {name: edit for name, edit in both.items() if name != left_out}
        last[left_out] = ask(str(part.ids[1]), toy_run.best_epoch, edits)["/states"]["norm"].values
    assert not np.allclose(last[None], last["m1"])
    assert not np.allclose(last[None], last["m3"])


def test_interventions_are_offered_where_modalities_have_their_own_coupled_streams(toy, toy_run, aligned):
    assert set(mm.recording.what_if(aligned, toy["test"]).offers["m1"]) == {
        "mask",
        "delay",
        "amplitude",
        "noise",
        "seed",
        "swap",
        "window",
    }
    late = mm.train.fit(mm.models.build("late", toy.spec, width=8, layers=1, state=4), toy, epochs=1, progress=False)
    offers = mm.recording.what_if(late, toy["test"]).offers["m1"]
    assert "state" in offers
    assert "cut" not in offers
    with pytest.raises(ConfigError, match="state of 'm1', but 'alignmamba2' has no such SSM stream"):
        mm.recording.what_if(aligned, toy["test"])(str(toy["test"].ids[0]), 1, {"m1": {"state": "zero"}})
    ask = mm.recording.what_if(toy_run, toy["test"])
    for edit, message in (
        ({"state": "off"}, "state='off'"),
        ({"state": "zero", "step": 24}, "from 0 to 23"),
        ({"cut": "m9"}, "no modality 'm9'"),
    ):
        with pytest.raises(ConfigError, match=message):
            ask(str(toy["test"].ids[0]), toy_run.best_epoch, {"m1": edit})


@pytest.fixture
def part(ragged):
    return ragged["train"]


def edit(ragged, row, **edits):
    return edited(ragged["train"], row, edits, spec=ragged.spec)


def test_no_edit_is_the_sample_itself_and_shares_nothing(ragged, part):
    one = edit(ragged, 5)
    assert one.ids.tolist() == [part.ids[5]]
    for name in ragged.spec.names:
        np.testing.assert_array_equal(one.inputs[name][0], part.inputs[name][5])
        np.testing.assert_array_equal(one.valid[name][0], part.valid[name][5])
        assert not np.shares_memory(one.inputs[name], part.inputs[name])


def test_a_mask_leaves_no_step_and_touches_no_other_modality(ragged, part):
    one = edit(ragged, 5, sound={"mask": True})
    assert not one.valid["sound"].any()
    np.testing.assert_array_equal(one.valid["light"][0], part.valid["light"][5])
    np.testing.assert_array_equal(one.inputs["light"][0], part.inputs["light"][5])


@pytest.mark.parametrize("delay", [0, 1, 3, -2, 14, -14])
def test_a_delay_moves_the_recorded_steps_and_holds_the_nearest_at_the_open_end(ragged, part, delay):
    n = int(part.valid["sound"][5].sum())
    x = part.inputs["sound"][5]
    by_hand = x.copy()
    for i in range(n):  # padding stands at the end here
        by_hand[i] = x[min(max(i - delay, 0), n - 1)]
    one = edit(ragged, 5, sound={"delay": delay})
    np.testing.assert_array_equal(one.inputs["sound"][0], by_hand)
    np.testing.assert_array_equal(one.valid["sound"][0], part.valid["sound"][5])


def test_a_delay_passes_over_gaps_and_never_reads_padding():
    x = np.arange(6.0)[:, None]
    valid = np.array([False, True, True, False, True, False])
    assert delayed(x, valid, 1)[:, 0].tolist() == [0, 1, 1, 3, 2, 5]


def test_noise_is_the_seeded_normal_draw_times_the_share_of_the_training_sd(ragged, part):
    valid = part.valid["light"][5]
    drawn = counter_normal(7, 1, 3 * len(valid)).reshape(-1, 3)[valid]
    by_hand = part.inputs["light"][5].copy()
    by_hand[valid] += (drawn * (0.25 * ragged.spec.modalities[1].std)).astype("f4")
    one = edit(ragged, 5, light={"noise": 0.25, "seed": 7})
    np.testing.assert_allclose(one.inputs["light"][0], by_hand, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(one.inputs["light"][0][~valid], part.inputs["light"][5][~valid])
    assert not np.array_equal(edit(ragged, 5, light={"noise": 0.25, "seed": 8}).inputs["light"], one.inputs["light"])


def test_noise_has_the_given_standard_deviation():
    x = np.zeros((20_000, 2), np.float32)
    out = noisy(x, np.ones(20_000, bool), np.array([0.5, 2.0]), seed=0)
    np.testing.assert_allclose(out.std(0), [0.5, 2.0], rtol=0.02)


def test_the_amplitude_multiplies_recorded_values_and_no_padding(ragged, part):
    x, valid = part.inputs["light"][5], part.valid["light"][5]
    one = edit(ragged, 5, light={"amplitude": 1.5})
    np.testing.assert_array_equal(one.inputs["light"][0][valid], x[valid] * np.float32(1.5))
    np.testing.assert_array_equal(one.inputs["light"][0][~valid], x[~valid])
    np.testing.assert_array_equal(edit(ragged, 5, light={"amplitude": 1}).inputs["light"][0], x)


def test_a_window_masks_its_frames_and_keeps_the_values(ragged, part):
    x, valid = part.inputs["sound"][5], part.valid["sound"][5]
    one = edit(ragged, 5, sound={"window": [1, 2]})
    expected = valid.copy()
    expected[1:3] = False
    assert valid[1:3].any()
    np.testing.assert_array_equal(one.valid["sound"][0], expected)
    np.testing.assert_array_equal(one.inputs["sound"][0], x)


def test_a_delay_and_a_window_mask_the_given_frames_after_the_delay(ragged, part):
    both = edit(ragged, 5, sound={"window": [0, 1], "delay": 2})
    np.testing.assert_array_equal(both.inputs["sound"], edit(ragged, 5, sound={"delay": 2}).inputs["sound"])
    np.testing.assert_array_equal(both.valid["sound"], edit(ragged, 5, sound={"window": [0, 1]}).valid["sound"])


def test_a_swap_takes_values_and_mask_of_the_other_sample(ragged, part):
    one = edit(ragged, 5, sound={"swap": str(part.ids[8])})
    np.testing.assert_array_equal(one.inputs["sound"][0], part.inputs["sound"][8])
    np.testing.assert_array_equal(one.valid["sound"][0], part.valid["sound"][8])
    np.testing.assert_array_equal(one.inputs["light"][0], part.inputs["light"][5])
    assert one.target[0] == part.target[5]


def test_swap_is_applied_before_delay_and_noise_in_any_order_given(ragged, part):
    asked = {"noise": 0.5, "seed": 2, "delay": 2, "swap": str(part.ids[8])}
    x, valid = part.inputs["sound"][8], part.valid["sound"][8]
    sd = 0.5 * ragged.spec.modalities[0].std
    by_hand = noisy(delayed(x, valid, 2), valid, sd, seed=2, stream=0)
    for order in (asked, dict(reversed(asked.items()))):
        np.testing.assert_array_equal(edit(ragged, 5, sound=order).inputs["sound"][0], by_hand)


def test_a_text_becomes_the_steps_its_encoder_gives(ragged):
    def letters(texts):
        return [np.array([[ord(c), i, 1] for i, c in enumerate(t)], np.float32).reshape(-1, 3) for t in texts]

    one = edited(ragged["train"], 5, {"light": {"text": "abc"}}, spec=ragged.spec, text={"light": letters})
    assert one.inputs["light"][0, :4].tolist() == [[97, 0, 1], [98, 1, 1], [99, 2, 1], [0, 0, 0]]
    assert one.valid["light"][0].tolist() == [True] * 3 + [False] * (len(one.valid["light"][0]) - 3)
    with pytest.raises(ConfigError, match="shorten the text"):
        edited(ragged["train"], 5, {"light": {"text": "a" * 99}}, spec=ragged.spec, text={"light": letters})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"nose": {"mask": True}}, "edits name 'nose', which is not one of sound, light"),
        ({"sound": {"pitch": 1}}, "unknown edit 'pitch'"),
        ({"sound": {"delay": 1.5}}, "delay is 1.5, expected a whole number"),
        ({"sound": {"delay": True}}, "delay is True"),
        ({"sound": {"noise": -0.1}}, "noise=-0.1; give a finite number"),
        ({"sound": {"noise": float("nan")}}, "noise=nan"),
        ({"sound": {"noise": 0.1, "seed": -1}}, "seed is -1"),
        ({"sound": {"noise": 0.1, "seed": 2**32}}, "seed is 4294967296, expected a whole number from 0 to 4294967295"),
        ({"sound": {"amplitude": 11}}, "amplitude=11; give a finite number"),
        ({"sound": {"window": [2]}}, "window is .2., expected .first frame, last frame."),
        ({"sound": {"window": [3, 2]}}, "window is .3, 2., expected 0 <= first frame <= last frame"),
        ({"sound": {"window": [0, 9999]}}, "window is .0, 9999., and the last frame is"),
        ({"sound": {"mask": 1}}, "mask is 1"),
        ({"sound": {"swap": "nobody"}}, "swap of 'sound' names sample 'nobody'"),
        ({"sound": {"swap": 3}}, "names sample 3"),
        ({"sound": {"text": "hello"}}, "no encoder is given"),
        ({"sound": {"text": "hello", "swap": "x"}}, "both swap and text"),
    ],
)
def test_impossible_edits_are_refused_with_the_edit_named(ragged, asked, said):
    with pytest.raises(ConfigError, match=said):
        edited(ragged["train"], 5, asked, spec=ragged.spec)


@pytest.mark.parametrize("kind", ["delay", "noise", "amplitude"])
def test_delay_noise_and_amplitude_of_an_absent_modality_are_refused(ragged, part, kind):
    assert not part.valid["sound"][1].any()
    with pytest.raises(ConfigError, match=f"{kind} of 'sound', which has no recorded step"):
        edit(ragged, 1, sound={kind: 2})
    swapped = edit(ragged, 1, sound={kind: 2, "swap": str(part.ids[8])})
    assert swapped.valid["sound"].any()
