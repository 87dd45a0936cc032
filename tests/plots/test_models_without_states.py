"""Models without a scan have no hidden states: figures of states raise an error with a remedy, all others are drawn."""

import numpy as np
import pytest

import mmviz as mm
from mmviz import analysis, plots
from mmviz.core.errors import DataError
from mmviz.models import available


@pytest.fixture(scope="module")
def small_set():
    return mm.data.synthetic(n=40, steps=16, seed=0, task="classification")


@pytest.fixture(scope="module", params=available())
def recorded_model(request, small_set):
    model = mm.models.build(request.param, small_set.spec, width=8)
    run = mm.train.fit(model, small_set, epochs=1, progress=False)
    trace = mm.record(run, small_set["test"], recorded_samples=2)
    return request.param, trace


def drawings_of_states(trace):
    return {
        "states": lambda: plots.plot_states(analysis.states(trace)),
        "half_life": lambda: plots.plot_half_life(analysis.states(trace)),
        "coupling": lambda: plots.plot_coupling(analysis.states(trace)),
        "trajectories": lambda: plots.plot_trajectories(analysis.trajectories(trace)),
    }


@pytest.mark.parametrize("kind", ["states", "half_life", "coupling", "trajectories"])
def test_figures_of_states_are_drawn_or_name_a_model_that_has_states(recorded_model, kind):
    _, trace = recorded_model
    draw = drawings_of_states(trace)[kind]
    if kind == "coupling" and trace["states"].sizes["layer"] and np.isnan(trace["states"]["coupling"]).all():
        with pytest.raises(DataError, match=r"one SSM stream.*coupled_mamba"):
            draw()
    elif trace["states"].sizes["layer"]:
        assert draw().data
    else:
        with pytest.raises(DataError, match=r"no scan.*coupled_mamba"):
            draw()


def test_the_influence_figure_is_drawn_or_names_the_option_to_record_it(recorded_model):
    name, trace = recorded_model
    if "influence" in trace.children:
        assert plots.plot_influence(analysis.influence(trace)).data
    else:
        with pytest.raises(DataError, match=rf"influence=True.*{name}"):
            analysis.influence(trace)


def test_figures_without_states_are_drawn_for_every_model(recorded_model):
    _, trace = recorded_model
    found = analysis.interactions(trace)
    for figure in (
        plots.plot_shapley(analysis.shapley(trace)),
        plots.plot_shapley_epochs(analysis.prefix_shapley(trace)),
        plots.plot_waterfall(found),
        plots.plot_interactions(found),
        plots.plot_subsets(analysis.coalition_scores(trace)),
        plots.plot_training(analysis.training(trace)),
        plots.plot_imbalance(analysis.imbalance(trace, per_epoch=True)),
    ):
        assert figure.data


def test_a_missing_trace_group_is_named_with_the_model(recorded_model):
    name, trace = recorded_model
    first, second = trace.attrs["modalities"][:2]
    for group, draw in (
        ("routing", lambda: plots.plot_routing(analysis.routing(trace))),
        ("transport", lambda: analysis.transport(trace, second, first)),
        ("alignment", lambda: plots.plot_alignment(analysis.alignment(trace))),
    ):
        if group not in trace.children:
            with pytest.raises(DataError, match=rf"/{group}.*{name}"):
                draw()
