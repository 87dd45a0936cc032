"""Which coalitions of modalities the training met: observed, stored, recorded, and stated by every analysis of coalitions."""

import warnings

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.train.met_coalitions import MetCoalitions
from mmviz.train.strategies.base import Strategy, Update

ALL, SINGLE = [7], [1, 2, 4]
SMALL = {"width": 8, "layers": 1, "state": 4}


def fitted(ds, strategy, *, model="coupled_mamba", epochs=1, **options):
    built = mm.models.build(model, ds.spec, **SMALL)
    return mm.train.fit(
        built, ds, epochs=epochs, strategy=strategy, strategy_options=options or None, progress=False, seed=0
    )


@pytest.mark.parametrize(
    ("strategy", "options", "met"),
    [
        ("joint", {}, ALL),
        ("ogm_ge", {}, ALL),
        ("unimodal", {}, SINGLE),
        ("unimodal", {"modality": "m2"}, [2]),
        ("mla", {}, SINGLE),
        ("g_blend", {"super_epoch": 1}, SINGLE + ALL),
        ("modality_dropout", {"rate": 0.5}, [1, 2, 3, 4, 5, 6, 7]),
        ("modality_dropout", {"rate": 0.0}, ALL),
        ("mmpareto", {}, SINGLE + ALL),
        ("agm", {}, ALL),
        ("pmr", {}, ALL),
        ("cml", {}, [1, 2, 3, 4, 5, 6, 7]),
        ("lfm", {}, SINGLE + ALL),
        ("shapley_alternating", {}, SINGLE + ALL),
        ("shapley_alternating", {"joint_update": False}, SINGLE),
    ],
)
def test_a_training_stores_the_coalitions_that_its_updates_met(toy, strategy, options, met):
    run = fitted(toy, strategy, **options)
    assert run.info["trained_coalitions"] == met


def test_modalities_that_are_absent_in_the_training_data_are_coalitions_that_training_met(ragged, ragged_run):
    valid = ragged["train"].valid
    present = np.stack([valid[name].any(1) for name in ragged.spec.names], 1)
    assert ragged_run.info["trained_coalitions"] == sorted(set((present @ [1, 2]).tolist()))
    assert len(ragged_run.info["trained_coalitions"]) > 1


def test_a_resumed_training_remembers_what_it_met_before(toy, tmp_path):
    model = mm.models.build("coupled_mamba", toy.spec, **SMALL)
    options = {"strategy": "modality_dropout", "strategy_options": {"rate": 0.5}, "progress": False}
    run = mm.train.fit(model, toy, epochs=1, out=tmp_path / "run", **options)
    assert mm.train.load(tmp_path / "run").info["trained_coalitions"] == run.info["trained_coalitions"]
    observer = MetCoalitions(3)
    observer.restore([1, 6])
    observer.add(torch.tensor([[True], [False], [True]]))
    observer.after_update()
    assert observer.numbers(mm.train.devices.Devices()) == [1, 5, 6]
    observer.restore(None)
    assert observer.numbers(mm.train.devices.Devices()) is None


class OwnPasses(Strategy):
    """A user's strategy whose passes are not observed."""

    name = "own_passes"

    def updates(self, batch, rows):
        training = self.training
        yield Update(training.loss(training.model.fuse(training.model.encode(batch)), batch.required_target))


def test_a_strategy_that_makes_unobserved_passes_leaves_the_coalitions_unknown_instead_of_wrong(toy):
    run = fitted(toy, OwnPasses())
    assert run.info["trained_coalitions"] is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace = mm.record(run, toy["test"], recorded_samples=1)
    assert "trained" not in trace["coalitions"]
    assert "untrained" not in mm.analysis.shapley(trace).attrs


def test_record_warns_once_of_a_joint_training_and_marks_the_coalitions(toy, toy_run):
    with pytest.warns(
        UserWarning, match=r"strategy 'joint'.*never met 6 of 7 non-empty subsets.*modality_dropout"
    ) as seen:
        trace = mm.record(toy_run, toy["test"], recorded_samples=1)
    assert len(seen) == 1
    assert trace["coalitions"]["trained"].values.tolist() == [False] * 7 + [True]
    assert "exactly this coalition" in trace["coalitions"]["trained"].attrs["description"]


def test_record_does_not_warn_after_modality_dropout_and_without_coalitions(toy, toy_run, tmp_path):
    run = fitted(toy, "modality_dropout", rate=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mm.record(toy_run, toy["test"], recorded_samples=1, coalitions=False)
        trace = mm.record(run, toy["test"], recorded_samples=1)
        in_chunks = mm.record(run, toy["test"], recorded_samples=1, path=tmp_path / "t.nc", chunk=5, progress=False)
    assert trace["coalitions"]["trained"].values.tolist() == [False] + [True] * 7
    assert in_chunks["coalitions"]["trained"].values.tolist() == [False] + [True] * 7
    assert mm.analysis.shapley(trace).attrs["untrained"] == ""
    again = mm.trace.load(mm.trace.save(trace, tmp_path / "saved.nc"))
    assert again["coalitions"]["trained"].equals(trace["coalitions"]["trained"])


def test_every_analysis_of_coalitions_states_how_many_training_did_not_meet(recorded):
    expected = "6 of 7 subsets were not met in training: their values are out of distribution"
    results = [
        mm.analysis.shapley(recorded),
        mm.analysis.prefix_shapley(recorded),
        mm.analysis.shapley_by_class(recorded),
        mm.analysis.interactions(recorded),
        mm.analysis.coalition_scores(recorded),
        mm.analysis.imbalance(recorded),
    ]
    for result in results:
        assert result.attrs["untrained"] == expected
        assert "m1 + m2" in result.attrs["untrained_subsets"]
    assert results[4]["trained"].values.tolist() == [False] * 7 + [True]
    assert mm.plots.subsets_frame(results[4])["trained"].values.sum() == 1
    assert mm.plots.shapley_frame(results[0]).attrs["untrained"] == expected


def test_a_trace_of_an_older_run_without_the_information_has_no_mark_and_is_valid(recorded):
    older = recorded.copy(deep=True)
    older["coalitions"] = older["coalitions"].to_dataset().drop_vars("trained")
    mm.trace.validate(older)
    assert "untrained" not in mm.analysis.shapley(older).attrs
    assert "trained" not in mm.analysis.coalition_scores(older)


def test_a_mark_of_another_type_is_refused(recorded):
    wrong = recorded.copy(deep=True)
    wrong["coalitions"] = wrong["coalitions"].to_dataset().assign(trained=("coalition", np.zeros(8)))
    with pytest.raises(mm.core.errors.DataError, match="/coalitions/trained has type float64"):
        mm.trace.validate(wrong)


def test_passes_without_a_gradient_do_not_count():
    observer = MetCoalitions(2)
    with torch.no_grad():
        observer.add(torch.tensor([[True], [False]]))
    observer.add(torch.tensor([[True, False], [True, False]]))
    observer.after_update()
    assert observer.numbers(mm.train.devices.Devices()) == [0, 3]
