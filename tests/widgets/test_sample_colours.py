"""Colours of a view: part of the selection and of the recipe, validated."""

import pytest
from explorer_frames import make_frame

from mmviz.core.errors import ConfigError
from mmviz.widgets import Explorer
from mmviz.widgets.sample_colours import sample_colours


@pytest.fixture
def every():
    return make_frame(every_view=True)


def test_a_classification_offers_correctness_first_and_a_regression_its_values(every):
    names = [str(name) for name in every["modality"].values]
    parts = [f"φ {name}" for name in names] + [f"masked {name}" for name in names]
    assert sample_colours(every) == [
        "correct", "true class", "predicted class", "group", "confidence", "p", "loss", *parts,
    ]  # fmt: skip
    values = sample_colours(make_frame(every_view=True, task="regression"))
    assert values == ["group", "target", "value", "residual", "error", *parts]
    assert sample_colours(make_frame()) == []


def test_colours_given_in_part_keep_the_others_and_survive_a_recipe(every):
    explorer = Explorer(frame=every, selection={"colours": {"scale": "quantile"}})
    explorer.selection = {"colours": {"samples": "loss"}}
    assert explorer.selection["colours"] == {"scale": "quantile", "range": "layer", "samples": "loss"}
    assert Explorer(frame=every, recipe=explorer.recipe).selection == explorer.selection
    explorer.selection = {"colours": {"samples": ""}}
    assert explorer.selection["colours"]["samples"] == "correct"


def test_a_colour_that_the_samples_do_not_have_is_refused_with_the_ones_that_exist(every):
    explorer = Explorer(frame=every)
    with pytest.raises(ConfigError, match=r"colours: samples='los' \(did you mean 'loss'\?\); use one of 'correct'"):
        explorer.selection = {"colours": {"samples": "los"}}
    assert explorer.selection["colours"]["samples"] == "correct"


def test_colours_from_the_browser_that_do_not_exist_are_refused_with_a_message(every):
    explorer = Explorer(frame=every)
    explorer.set_state({"selection": explorer.selection | {"colours": {"scale": "rainbow"}}})
    assert "colours: scale='rainbow'" in explorer.message
    assert explorer.selection["colours"]["scale"] == "symmetric log"


LASSO = {"across": "φ gyro", "up": "loss", "points": [[-0.5, 0.0], [0.5, 0.0], [0.5, 3.5]]}


def test_axes_and_outlines_of_the_scatter_plot_are_part_of_the_selection_and_of_the_recipe(every):
    explorer = Explorer(frame=every, selection={"scatter": {"across": "φ gyro", "lassos": [LASSO]}})
    assert explorer.selection["scatter"] == {"across": "φ gyro", "up": "", "lassos": [LASSO]}
    explorer.selection = {"scatter": {"up": "loss"}}
    again = Explorer(frame=every, recipe=explorer.recipe)
    assert again.selection == explorer.selection
    assert again.selection["scatter"] == {"across": "φ gyro", "up": "loss", "lassos": [LASSO]}
    explorer.selection = {"scatter": {"lassos": []}}
    assert explorer.selection["scatter"] == {"across": "φ gyro", "up": "loss", "lassos": []}


@pytest.mark.parametrize(
    ("scatter", "message"),
    [
        ({"across": "correct"}, "scatter: across='correct'; use one of"),
        ({"up": "los"}, r"scatter: up='los' \(did you mean 'loss'\?\)"),
        ({"lassos": [LASSO] * 9}, "at most 8 outlines"),
        ({"lassos": [LASSO | {"points": [[0, 0]] * 101}]}, "3 to 100 corners"),
        ({"lassos": [LASSO | {"points": [[0, 0], [1, 1]]}]}, "3 to 100 corners"),
        ({"lassos": [LASSO | {"points": [[0, 0], [1, 1], [2, float("nan")]]}]}, "corner=nan; give a finite number"),
        ({"lassos": [LASSO | {"points": [[0, 0], [1, 1], [2, "3"]]}]}, "corner='3'; give a finite number"),
        ({"lassos": [LASSO | {"up": "group"}]}, "lassos: up='group'"),
        ({"lassos": [LASSO | {"more": 1}]}, "give each outline as a dict"),
    ],
)
def test_a_scatter_plot_that_does_not_exist_is_refused_and_the_selection_stays(every, scatter, message):
    explorer = Explorer(frame=every)
    before = explorer.selection
    with pytest.raises(ConfigError, match=message):
        explorer.selection = {"scatter": scatter}
    assert explorer.selection == before
