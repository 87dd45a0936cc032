import json

import numpy as np
import pytest
from explorer_frames import make_frame

from mmviz import plots
from mmviz.core.errors import ConfigError
from mmviz.widgets import Explorer

COLOURS = {"scale": "symmetric log", "range": "layer", "samples": ""}
REST = {
    "channel": 0, "brush": None, "zoom": None, "masked": [], "edits": {}, "run": "A", "section": "sample", "colours": COLOURS,
    "scatter": {"across": "", "up": "", "lassos": []},
}  # fmt: skip
WRONG = [
    ({"epochs": 1}, r"unknown key 'epochs' \(did you mean 'epoch'\?\)"),
    ({"epoch": 5}, "epoch=5; give a whole number from 0 to 4"),
    ({"time": -1}, "time=-1; give"),
    ({"sample": 1.0}, r"sample=1\.0; give"),
    ({"layer": True}, "layer=True; give"),
    ({"time": "3"}, "time='3'; give"),
    ({"time": None}, "time=None; give"),
    ({"channel": 16}, "channel=16; give a whole number from 0 to 15"),
    ({"brush": [3]}, r"brush=\[3\]; give None or"),
    ({"zoom": [3]}, r"zoom=\[3\]; give None or"),
    ({"zoom": [5, 4]}, r"zoom=\[5, 4\]; give the first step before the last"),
    ({"zoom": [0, 50]}, "zoom=50; give"),
    ({"zoom": "all"}, "zoom='all'; give None or"),
    ({"brush": [5, 4]}, r"brush=\[5, 4\]; give the first step before the last"),
    ({"brush": [0, 50]}, "brush=50; give"),
    ({"masked": "gyro"}, "masked='gyro'; give a list"),
    ({"masked": ["nose"]}, "no modality can be masked"),
    ({"edits": {"gyro": {"delay": 1}}}, "edits need a model"),
    ({"edits": []}, r"edits=\[\]; give a dict"),
    ({"run": "B"}, "run='B'; use one of 'A'"),
    ({"run": ["A"]}, "run="),
    ({"section": "notes"}, "section='notes'; use one of 'overview'"),
    ({"section": None}, "section=None"),
    ({"colours": "linear"}, r"colours='linear'; give a dict with any of scale, range, samples"),
    ({"scatter": 3}, "scatter=3; give a dict with any of across, up, lassos"),
    ({"scatter": {"acros": ""}}, r"scatter: key='acros' \(did you mean 'across'\?\)"),
    ({"scatter": {"up": "loss"}}, "up='loss': this view has no scatter plot of samples"),
    ({"scatter": {"lassos": "all"}}, "lassos='all'; give a list of at most 8 outlines"),
    ({"scatter": {"lassos": [{}]}}, "give each outline as a dict with across, up and points, 3 to 100 corners"),
    ({"colours": None}, "colours=None; give a dict"),
    ({"colours": {"scale": "log"}}, "colours: scale='log'; use one of 'symmetric log', 'linear', 'quantile'"),
    ({"colours": {"range": 3}}, "colours: range=3; use one of 'layer'"),
    ({"colours": {"scal": "linear"}}, r"colours: key='scal' \(did you mean 'scale'\?\)"),
    ({"colours": {"samples": "correct"}}, "samples='correct': this view has no samples to colour"),
    ([0, 1, 2, 3], "is a list; give a dict"),
    (None, "is a NoneType"),
]


def test_the_first_selection_is_the_last_step_of_the_last_epoch(frame):
    assert Explorer(frame=frame).selection == {"sample": 0, "epoch": 4, "layer": 0, "time": 49} | REST


def test_the_first_selection_is_at_the_best_epoch_of_the_frame():
    assert Explorer(frame=make_frame(attrs={"best_epoch": 2})).selection["epoch"] == 2


def test_a_partial_selection_keeps_the_other_indices(frame):
    explorer = Explorer(frame=frame, selection={"epoch": 1})
    explorer.selection = {"time": np.int64(7)}
    assert explorer.selection == {"sample": 0, "epoch": 1, "layer": 0, "time": 7} | REST
    assert type(explorer.selection["time"]) is int


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_assigning_an_invalid_selection_raises_a_config_error_and_keeps_the_selection(frame, given, said):
    explorer = Explorer(frame=frame)
    before = dict(explorer.selection)
    with pytest.raises(ConfigError, match=said):
        explorer.selection = given
    assert explorer.selection == before


@pytest.mark.parametrize(("given", "said"), WRONG[:-1])
def test_an_explorer_with_an_invalid_first_selection_raises_a_config_error(frame, given, said):
    with pytest.raises(ConfigError, match=said):
        Explorer(frame=frame, selection=given)


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_an_invalid_selection_from_the_browser_is_refused_and_the_message_names_it(frame, given, said, monkeypatch):
    explorer = Explorer(frame=frame)
    before, sent = dict(explorer.selection), []
    monkeypatch.setattr(explorer, "send_state", lambda key=None: sent.append(key))
    explorer.set_state({"selection": given})
    assert explorer.selection == before
    assert "selection" in sent
    assert explorer.message.startswith("selection")


def test_a_valid_selection_from_the_browser_is_applied_and_clears_the_message(frame):
    explorer = Explorer(frame=frame)
    explorer.set_state({"selection": {"epoch": 99}})
    assert "epoch=99" in explorer.message
    explorer.set_state({"selection": {"sample": 1, "epoch": 2, "layer": 1, "time": 3}})
    assert explorer.selection == {"sample": 1, "epoch": 2, "layer": 1, "time": 3} | REST
    assert explorer.message == ""


def test_the_browser_can_change_neither_data_nor_message(frame):
    explorer = Explorer(frame=frame)
    meta = explorer.data["meta"]
    explorer.set_state({"data": {"meta": "{}"}, "message": "hello"})
    assert explorer.data["meta"] == meta
    assert explorer.message == ""


def test_observers_are_called_for_a_selection_from_the_browser(frame):
    explorer, heard = Explorer(frame=frame), []
    explorer.observe(lambda change: heard.append(change["new"]["time"]), names="selection")
    explorer.set_state({"selection": {"time": 11}})
    assert heard == [11]


def test_an_explorer_of_a_trace_computes_its_frame_with_explorer_frame(frame, monkeypatch):
    trace, asked = object(), []
    monkeypatch.setattr(plots, "explorer_frame", lambda given: asked.append(given) or frame)
    assert Explorer(trace).frame is frame
    assert asked == [trace]


@pytest.mark.parametrize("both", [True, False])
def test_an_explorer_needs_exactly_one_of_trace_and_frame(frame, both):
    arguments = ({}, {"frame": frame})[both]
    with pytest.raises(ConfigError, match="both of" if both else "neither of"):
        Explorer(object() if both else None, **arguments)


def test_from_frame_is_the_same_view(frame):
    assert Explorer.from_frame(frame, selection={"time": 4}).data == Explorer(frame=frame).data


def test_the_mime_bundle_contains_the_readout_as_plain_text(frame):
    bundle = Explorer(frame=frame, selection={"epoch": 3, "time": 22})._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "epoch 3 of 4, t = 1.84 s: predicts " in bundle["text/plain"]


def test_a_recipe_is_json_in_names_and_reproduces_the_view(frame):
    explorer = Explorer(frame=frame, selection={"sample": 2, "epoch": 3, "layer": 1, "channel": 5, "brush": [4, 9]})
    recipe = json.loads(json.dumps(explorer.recipe))
    assert (recipe["sample"], recipe["epoch"], recipe["layer"]) == (str(frame["sample_id"].values[2]), 3, 2)
    assert Explorer(frame=frame, recipe=recipe).selection == explorer.selection


def test_a_recipe_finds_its_sample_in_another_recording(frame):
    recipe = Explorer(frame=frame, selection={"sample": 2, "epoch": 3}).recipe
    other = frame.isel(recorded_sample=[2, 1], epoch=[1, 3])
    assert Explorer(frame=other, recipe=recipe).selection["sample"] == 0
    assert Explorer(frame=other, recipe=recipe).selection["epoch"] == 1
    with pytest.raises(ConfigError, match="sample 's2_r7_w2' was not recorded here; use one of"):
        Explorer(frame=frame.isel(recorded_sample=[0, 1]), recipe=recipe)


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({}, "not a recipe of format 1"),
        ([], "not a recipe of format 1"),
        ({"mmviz_recipe": 2}, "not a recipe of format 1"),
        ({"mmviz_recipe": 1, "nose": 3}, "key='nose'"),
        ({"mmviz_recipe": 1, "epoch": True}, "epoch True was not recorded"),
        ({"mmviz_recipe": 1, "time": 400}, "time=400"),
    ],
)
def test_an_invalid_recipe_raises_a_config_error(frame, recipe, said):
    with pytest.raises(ConfigError, match=said):
        Explorer(frame=frame, recipe=recipe)


def test_an_explorer_with_selection_and_recipe_raises_a_config_error(frame):
    with pytest.raises(ConfigError, match="both of selection and recipe"):
        Explorer(frame=frame, selection={}, recipe=Explorer(frame=frame).recipe)
