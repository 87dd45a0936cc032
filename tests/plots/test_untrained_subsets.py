"""Subsets of modalities that training did not contain are marked and named wherever their values are drawn."""

import json

import numpy as np
import pytest

import mmviz as mm
from mmviz import analysis, plots
from mmviz.plots.figure_spec import Points

KNOWN = np.array([False, True, True, True, True, False, True, True])


@pytest.fixture
def partly_trained(trace):
    group = trace["coalitions"].to_dataset()
    trained = group["members"].isel(modality=0, drop=True).copy(data=KNOWN)
    trace["coalitions"] = group.assign(trained=trained)
    return trace


def hollow(spec):
    return [
        mark for mark in spec.panels[0].marks if isinstance(mark, Points) and mark.hollow and "training" in mark.name
    ]


def test_the_figure_of_all_subsets_marks_the_values_of_those_not_met_in_training(partly_trained):
    scores = analysis.coalition_scores(partly_trained)
    frame = plots.subsets_frame(scores)
    spec = plots.coalitions.subsets_spec(frame)
    (marks,) = hollow(spec)
    assert sorted(marks.y.tolist()) == sorted(scores["score"].values[~KNOWN].tolist())
    assert scores.attrs["untrained"] in spec.subtitle
    assert scores.attrs["untrained"]


def test_the_figure_has_no_marks_where_training_contained_every_subset_or_where_that_is_not_known(partly_trained):
    group = partly_trained["coalitions"].to_dataset()
    for change in (group.assign(trained=group["trained"] | True), group.drop_vars("trained")):
        partly_trained["coalitions"] = change
        spec = plots.coalitions.subsets_spec(plots.subsets_frame(analysis.coalition_scores(partly_trained)))
        assert hollow(spec) == []


@pytest.mark.parametrize("name", ["shapley", "interactions", "waterfall", "epochs"])
def test_figures_of_values_of_subsets_name_those_not_met_in_training(partly_trained, name):
    phi, found = analysis.shapley(partly_trained), analysis.interactions(partly_trained)
    drawn = {
        "shapley": lambda: (phi, plots.plot_shapley(phi)),
        "interactions": lambda: (found, plots.plot_interactions(found)),
        "waterfall": lambda: (found, plots.plot_waterfall(found)),
        "epochs": lambda: (phi, plots.plot_shapley_epochs(analysis.prefix_shapley(partly_trained))),
    }
    result, figure = drawn[name]()
    assert result.attrs["untrained"].rstrip(".") in figure.layout.meta["description"]


def test_the_explorer_receives_which_subsets_training_met(partly_trained):
    header = json.loads(mm.widgets.Explorer(partly_trained).data["meta"])
    assert header["trained"] == KNOWN.tolist()
    assert header["untrained"] == analysis.shapley(partly_trained).attrs["untrained"]
