"""Training of every subset of the modalities: equal budgets, the same scores as by hand, resumption, failures, and the Trace group."""

import numpy as np
import pytest
from tiny_studies import TINY

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.studies import worker

MODEL = {"name": "coupled_mamba", "width": 4, "layers": 1, "state": 2}
TRAIN = {"epochs": 2, "batch_size": 16}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("subsets")


@pytest.fixture(scope="module")
def found(store):
    return mm.studies.subsets(TINY, MODEL, out=store, seeds=2, train=TRAIN, progress=False)


@pytest.fixture(scope="module")
def ds():
    return mm.data.load(TINY["name"], **{k: v for k, v in TINY.items() if k != "name"})


def fitted(ds, seed, steps):
    model = mm.models.build("coupled_mamba", ds.spec, width=4, layers=1, state=2, steps=steps, seed=seed)
    return mm.train.fit(model, ds, **TRAIN, seed=seed, progress=False)


def test_every_non_empty_subset_is_trained_once_per_seed_and_the_retrained_value_is_that_of_a_training_by_hand(
    found, store, ds
):
    names = ds.spec.names
    assert len(list((store / "finished").glob("*.parquet"))) == 2 * (2 ** len(names) - 1)
    full = mm.models.build("coupled_mamba", ds.spec, width=4, layers=1, state=2)
    for k in (1, 3, 2 ** len(names) - 1):
        part = mm.data.select_modalities(ds, [n for i, n in enumerate(names) if k >> i & 1])
        run = fitted(part, 1, full.steps)
        right = (run.predict(part["test"]).argmax(1) == part["test"].target).mean()
        assert float(found["value_retrained"].sel(seed=1)[k]) == pytest.approx(right)


def test_the_masked_value_is_the_score_of_the_full_models_coalition(found, ds):
    run = fitted(ds, 1, mm.models.build("coupled_mamba", ds.spec, width=4).steps)
    trace = mm.record(run, ds["test"], recorded_samples=1, epochs=[run.best_epoch], influence=False)
    np.testing.assert_allclose(found["value_masked"].sel(seed=1), mm.analysis.coalition_scores(trace)["score"])


def test_the_empty_subset_is_the_majority_class_of_the_training_labels(found, ds):
    majority = np.bincount(ds["train"].target).argmax()
    assert float(found["value_retrained"][0, 0]) == pytest.approx((ds["test"].target == majority).mean())


def test_probes_are_those_of_the_full_model_its_untrained_copy_and_the_model_of_the_modality_alone(found, ds):
    name, steps = ds.spec.names[1], mm.models.build("coupled_mamba", ds.spec, width=4).steps
    alone = mm.data.select_modalities(ds, [name])
    runs = {"full model": (fitted(ds, 0, steps), ds, None), "untrained copy": (fitted(ds, 0, steps), ds, 0),
            "modality alone": (fitted(alone, 0, steps), alone, None)}  # fmt: skip
    for weights, (run, data, epoch) in runs.items():
        expected = mm.recording.linear_probes(run, data, name, epoch=epoch)
        for representation, values in expected.items():
            seen = found["probe_score"].sel(seed=0, weights=weights, modality=name, representation=representation)
            assert float(seen) == pytest.approx(values.mean())


def test_a_finished_study_is_read_without_training_again(found, store, monkeypatch):
    monkeypatch.setattr(worker, "train_cell", lambda *_, **__: pytest.fail("trained again"))
    again = mm.studies.subsets(TINY, MODEL, out=store, seeds=2, train=TRAIN, progress=False)
    assert again.equals(found)


def test_a_failed_training_is_nan_and_named_and_the_other_seed_counts(tmp_path, monkeypatch, ds):
    name, train = ds.spec.names[0], worker.train_cell

    def fails(cell, data, place=None, **instead):
        if cell.config["modalities"] == [name] and cell.config["seed"] == 1:
            raise DataError("the disk is gone")
        return train(cell, data, place, **instead)

    monkeypatch.setattr(worker, "train_cell", fails)
    found = mm.studies.subsets(TINY, MODEL, out=tmp_path, seeds=2, train={"epochs": 1}, progress=False)
    assert found["failed"].values.sum() == 1
    assert np.isnan(found["value_retrained"].sel(seed=1)[1])
    assert found["retrained"].sel(statistic="mean")[1] == found["value_retrained"].sel(seed=0)[1]
    assert np.isnan(found["retrained"].sel(statistic="low")[1])
    assert "seed 1" in found.attrs["failures"][0]
    assert "the disk is gone" in found.attrs["failures"][0]
    table = mm.studies.subsets_table(found)
    assert table.frame["failed"].tolist() == [0, 1, *[0] * (len(table.frame) - 2)]
    assert "Failed:" in table.note


def test_no_finished_full_model_is_an_error_with_the_reason(tmp_path, monkeypatch):
    def fails(*_, **__):
        raise DataError("no weights")

    monkeypatch.setattr(worker, "train_cell", fails)
    with pytest.raises(DataError, match=r"no training of the full model finished.*no weights"):
        mm.studies.subsets(TINY, MODEL, out=tmp_path, seeds=1, train={"epochs": 1}, progress=False)


def test_one_modality_and_one_seed_give_values_without_intervals_and_say_so(tmp_path, ds):
    one = mm.data.select_modalities(ds, [ds.spec.names[0]])
    folder = mm.data.to_disk(one, tmp_path / "data")
    found = mm.studies.subsets(folder, MODEL, out=tmp_path / "store", seeds=1, train={"epochs": 1}, progress=False)
    assert found.sizes["coalition"] == 2
    assert found.attrs["harm"] == "not applicable"
    assert "one seed, so no interval" in found.attrs["interval"]
    assert float(found["gap"].sel(statistic="mean")[0]) == 0
    assert np.isfinite(found["probe"].sel(statistic="mean")).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train": {"patience": 2}}, "patience=2 ends trainings after different numbers of updates"),
        ({"train": {"monitor": True}}, "monitor= holds out samples"),
        ({"train": {"valid": "test"}}, "'test' is scored"),
        ({"strategy": "mla"}, "strategy 'mla' has another number of updates.*joint, modality_dropout, ogm_ge"),
        ({"strategy": "shapley_alternating"}, "another number of updates"),
        ({"seeds": 0}, "seeds=0"),
        ({"seeds": [1, 1]}, "give each seed once"),
        ({"level": 1.5}, "level=1.5"),
    ],
)
def test_options_that_make_budgets_differ_are_refused_before_any_training(tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.studies.subsets(TINY, MODEL, out=tmp_path / "store", progress=False, **options)
    assert not (tmp_path / "store").exists()


def test_the_table_has_a_row_per_subset_and_states_harm_budget_and_diagnosis(found, ds):
    table = mm.studies.subsets_table(found)
    assert table.frame["subset"].tolist()[:3] == ["none", ds.spec.names[0], ds.spec.names[1]]
    np.testing.assert_allclose(table.frame["masked"], found["masked"].sel(statistic="mean"))
    np.testing.assert_allclose(table.frame["excess_high"], found["excess"].sel(statistic="high"))
    for text in (
        found.attrs["harm_text"],
        found.attrs["budget"],
        found.attrs["interval"],
        *found["explanation"].values,
    ):
        assert text in table.note


def test_a_trace_holds_the_value_by_retraining_through_saving_and_loading(found, ds, tmp_path):
    run = fitted(ds, 0, 0)
    trace = mm.record(run, ds["test"], recorded_samples=2, epochs=[run.best_epoch], influence=False)
    with pytest.raises(DataError, match="group /retrained is missing"):
        mm.analysis.retraining(trace)
    whole = mm.trace.with_retrained(trace, found)
    assert "retrained" not in trace.children
    again = mm.trace.load(mm.trace.save(whole, tmp_path / "trace.nc"))
    seen = mm.analysis.retraining(again)
    for name in ("retrained", "masked", "gap", "probe", "explanation", "value_retrained"):
        np.testing.assert_array_equal(seen[name].values, found[name].values)
    assert seen.attrs["harm_text"] == found.attrs["harm_text"]
    np.testing.assert_array_equal(mm.analysis.imbalance(again)["gap"], found["gap"].sel(statistic="mean"))
    assert list(mm.analysis.imbalance(again))[:2] == ["v", "gap"]
    other = mm.record(fitted(ds, 1, 0), ds["test"], recorded_samples=2, epochs=[run.best_epoch], influence=False)
    both = mm.trace.combine([again, mm.trace.with_retrained(other, found)], names=["a", "b"])
    np.testing.assert_array_equal(mm.analysis.retraining(both)["gap"].sel(run="b").values, found["gap"].values)
    with pytest.raises(DataError, match="this is a combined Trace; add the result to each"):
        mm.trace.with_retrained(both, found)


def test_a_result_of_other_data_or_modalities_is_refused_with_both(found, ds):
    run = fitted(ds, 0, 0)
    trace = mm.record(run, ds["test"], recorded_samples=1, epochs=[run.best_epoch], influence=False)
    with pytest.raises(DataError, match="has dataset 'elsewhere', the Trace"):
        mm.trace.with_retrained(trace, found.assign_attrs(dataset="elsewhere"))
    with pytest.raises(DataError, match="in the order"):
        mm.trace.with_retrained(trace, found.isel(modality=slice(None, None, -1)))
    with pytest.raises(DataError, match=r"variable 'members' is missing; give the result of mmviz.studies.subsets"):
        mm.trace.with_retrained(trace, found.drop_vars("members"))
