"""Controls of a Trace, a frame or a spec: values as the plots take them, functions around them, and the link with an Explorer."""

import ipywidgets
import pytest
from explorer_frames import make_frame

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.widgets import Explorer, controls, link


@pytest.fixture
def frame():
    return make_frame(every_view=True, steps=20, frames=40)


def test_controls_of_a_trace_have_its_modalities_epochs_samples_and_layers(trace):
    made = controls(trace, coupling=1.0)
    assert list(made.widgets) == ["available", "epoch", "sample", "layer", "coupling"]
    epochs = [int(e) for e in trace["prefixes"]["epoch"].values]
    assert [value for _, value in made["epoch"].options] == epochs
    assert made.values == {
        "available": ("m1", "m2", "m3"),
        "epoch": trace.attrs["best_epoch"],
        "sample": 0,
        "layer": 0,
        "coupling": 1.0,
    }
    ids = trace["samples"]["id"].values[trace["prefixes"]["recorded_sample"].values]
    assert [text for text, _ in made["sample"].options] == list(ids)


def test_controls_of_a_spec_have_the_modalities_only(toy):
    assert list(controls(toy.spec).widgets) == ["available"]


def test_a_plot_of_the_trace_follows_epoch_sample_and_layer(trace):
    summary = mm.analysis.states(trace)
    seen = []

    def plot(sample, epoch, layer):
        seen.append((sample, epoch, layer))
        return mm.plots.plot_states(summary, sample=sample, epoch=epoch, layer=layer)

    made = controls(trace)
    shown = made.around(plot)
    assert shown.children[0] is made
    made.set(epoch=0, sample=2)
    made["layer"].value = 1
    assert seen[-1] == (2, 0, 1)
    seen.clear()
    made["available"].boxes["m1"].value = False  # not a parameter of the function
    assert seen == []


def test_the_widgets_can_be_used_with_interactive_output_and_linked_with_other_widgets(trace):
    made, seen = controls(trace, include=["available", "epoch"]), []
    ipywidgets.interactive_output(lambda **values: seen.append(values), made.widgets)
    play = ipywidgets.Play(max=len(made["epoch"].options) - 1)
    ipywidgets.link((play, "value"), (made["epoch"], "index"))
    play.value = 1
    assert seen[-1]["epoch"] == made["epoch"].options[1][1]
    ipywidgets.jslink((made["available"].boxes["m1"], "value"), (ipywidgets.Checkbox(), "value"))


def test_checkboxes_give_the_subset_and_the_last_one_stays_checked(trace):
    choice = controls(trace)["available"]
    choice.boxes["m2"].value = False
    assert choice.value == ("m1", "m3")
    choice.value = ("m3", "m2")
    assert choice.value == ("m2", "m3")
    assert not choice.boxes["m1"].value
    choice.boxes["m2"].value = False
    choice.boxes["m3"].value = False
    assert choice.value == ("m3",)
    assert choice.boxes["m3"].value
    with pytest.raises(ConfigError, match="keep at least one modality"):
        choice.value = ()
    with pytest.raises(ConfigError, match="no modality 'm9'"):
        choice.value = ("m9",)


def test_a_coupling_knob_drives_predictions_of_the_run(trace, toy, toy_run):
    made, seen = controls(trace, coupling=1.0, include=["coupling", "available"]), []
    predict = mm.recording.coupling_scale(toy_run, toy["test"])

    def scored(coupling, available):
        seen.append(predict(coupling, available=available))

    made.around(scored)
    made.set(coupling=0.0)
    assert seen[-1].attrs["scale"] == 0.0
    assert float(abs(seen[-1]["prediction"] - seen[0]["prediction"]).max()) > 1e-5
    made["available"].value = ("m1",)
    assert seen[-1].attrs["available"] == ["m1"]


def test_a_linked_explorer_follows_the_controls_and_they_follow_it(frame):
    explorer = Explorer(frame=frame)
    made = controls(frame)
    linked = link(made, explorer)
    epochs = [int(e) for e in frame["epoch"].values]
    names = [str(n) for n in frame["modality"].values]
    assert made.values["epoch"] == epochs[explorer.selection["epoch"]]
    made.set(epoch=epochs[0], sample=1, available=tuple(names[1:]))
    assert explorer.selection["epoch"] == 0
    assert explorer.selection["sample"] == 1
    assert explorer.selection["masked"] == [names[0]]
    explorer.selection = {"epoch": 1, "masked": [], "sample": 0}
    assert made.values["epoch"] == epochs[1]
    assert made.values["available"] == tuple(names)
    explorer.set_state({"selection": {**explorer.selection, "sample": 1}})  # as the browser does
    assert made.values["sample"] == 1
    linked.unlink()
    made.set(epoch=epochs[0])
    assert explorer.selection["epoch"] == 1
    explorer.close()


def test_an_explorer_with_every_modality_masked_leaves_the_subset_of_the_controls(frame):
    explorer, made = Explorer(frame=frame), controls(frame)
    link(made, explorer)
    before = made.values["available"]
    explorer.selection = {"masked": [str(n) for n in frame["modality"].values]}
    assert made.values["available"] == before
    explorer.close()


def test_a_link_of_other_samples_or_of_something_else_is_refused(frame, trace):
    explorer = Explorer(frame=frame)
    with pytest.raises(ConfigError, match="make both from one Trace"):
        link(controls(trace, include=["sample"]), explorer)
    with pytest.raises(ConfigError, match=r"give mmviz\.widgets\.controls"):
        link(controls(trace), trace)
    with pytest.raises(ConfigError, match="no control of coupling belongs"):
        link(controls(trace, coupling=1.0, include=["coupling"]), explorer)
    explorer.close()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"include": ["epochs"]}, "did you mean 'epoch'"),
        ({"include": "coupling"}, "has no coupling; it has available, epoch, sample, layer; give coupling=1.0"),
        ({"coupling": 2}, "coupling=2; give a finite number of at least 0 and at most 1"),
        ({"epoch": 99}, "epoch: no value 99"),
        ({"brush": 1}, "no control 'brush'"),
    ],
)
def test_an_unknown_control_or_value_is_refused(trace, given, message):
    with pytest.raises(ConfigError, match=message):
        controls(trace, **given)


def test_other_sources_and_functions_without_a_control_are_refused(trace):
    with pytest.raises(ConfigError, match="source is a dict; give a Trace"):
        controls({})
    with pytest.raises(ConfigError, match="takes none of"):
        controls(trace).around(lambda: None)
    with pytest.raises(ConfigError, match="no control 'colour'"):
        controls(trace).around(lambda colour: None)
