"""Data without labels: predicted, recorded, stored and shown; what needs labels refuses in words."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.analysis import coalition_scores, imbalance, interactions, prefix_shapley, shapley, window_shapley
from mmviz.core.errors import ConfigError, DataError
from mmviz.data import from_arrays, from_disk, to_disk
from mmviz.data.formats import read_content
from mmviz.io.content import Content
from mmviz.plots import explorer_frame
from mmviz.train.metrics import score
from mmviz.widgets.compare import common_samples
from mmviz.widgets.readout import readout
from mmviz.widgets.serialize import header

TASKS = ("classification", "regression")


def arrays(n, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6, 3))
    return {"a": x, "b": rng.normal(size=(n, 6, 2))}, (x.mean((1, 2)) > 0).astype(int)


def labelled(task):
    x, y = arrays(40)
    return from_arrays(
        x, y if task == "classification" else y * 2.0 - 1, task=task, split={"train": 0.5, "valid": 0.25, "test": 0.25}
    )


def unlabelled(task="classification", n=12, **options):
    return from_arrays(arrays(n, 1)[0], None, task=task, **options)


@pytest.fixture(scope="module", params=TASKS)
def trained(request):
    ds = labelled(request.param)
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
    return request.param, mm.train.fit(model, ds, epochs=1, progress=False)


@pytest.fixture(scope="module")
def recorded(trained):
    task, run = trained
    split = unlabelled(task)["test"]
    return task, run, split, mm.record(run, split, recorded_samples=3)


def test_arrays_without_labels_are_one_split_to_predict():
    ds = unlabelled()
    assert list(ds.splits) == ["test"]
    assert ds["test"].target is None
    assert len(ds["test"]) == 12
    assert ds["test"].ids.tolist() == [f"sample_{i}" for i in range(12)]
    assert [(f.where, f.count) for f in ds.report.of("unlabelled")] == [("test", 12)]
    assert "no labels" in repr(ds)
    assert ds["test"].take([3, 1]).target is None
    assert ds.fingerprint() == unlabelled().fingerprint()


@pytest.mark.parametrize("empty", [None, [None] * 12, np.full(12, np.nan), np.ma.masked_all(12)])
def test_one_split_of_several_may_have_no_labels(empty):
    x, y = arrays(12)
    ds = from_arrays({"train": x, "new": arrays(12, 2)[0]}, {"train": y, "new": empty}, classes=("no", "yes"))
    assert ds["new"].target is None
    assert ds["train"].target.tolist() == y.tolist()
    assert ds.spec.task.classes == ("no", "yes")
    with pytest.raises(DataError, match=r"score: split 'new' has no labels \(target is None\)"):
        ds["new"].labels("score")


def test_a_model_is_not_built_for_an_unknown_number_of_classes():
    with pytest.raises(ConfigError, match="no labels and no class names"):
        mm.models.build("coupled_mamba", unlabelled().spec)
    assert mm.models.build("coupled_mamba", unlabelled(classes=("a", "b", "c")).spec).spec.task.outputs == 3


def test_unlabelled_data_survive_a_folder_on_disk(tmp_path):
    ds = unlabelled()
    again = from_disk(to_disk(ds, tmp_path / "set"))
    assert again["test"].target is None
    assert again.fingerprint() == ds.fingerprint()
    assert again["test"].take([0, 2]).target is None


def test_a_model_predicts_unlabelled_data_as_it_predicts_the_same_data_with_labels(trained):
    task, run = trained
    x, y = arrays(12, 1)
    without, with_labels = unlabelled(task)["test"], from_arrays({"test": x}, {"test": y}, task=task)["test"]
    assert np.array_equal(run.predict(without), run.predict(with_labels))


@pytest.mark.parametrize("part", ["train", "valid"])
def test_a_split_without_labels_is_not_trained_on(part):
    y = arrays(12)[1]
    target = {"train": y, "valid": y, "test": y} | {part: None}
    ds = from_arrays({s: arrays(12, k)[0] for k, s in enumerate(target)}, target, classes=("no", "yes"))
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
    with pytest.raises(DataError, match=rf"fit: split '{part}' of 'arrays' has no labels"):
        mm.train.fit(model, ds, epochs=1, progress=False)


def test_scores_of_unlabelled_data_are_refused(trained):
    task, run = trained
    split = unlabelled(task)["test"]
    with pytest.raises(DataError, match="score: target is None, the split has no labels"):
        score(run.model.spec.task, run.predict(split), split.target)
    for scores in (mm.recording.subset_scores, mm.recording.missing_scores):
        with pytest.raises(DataError, match="split 'test' has no labels"):
            scores(run, split)
    masked = np.ma.masked_array(np.zeros(12), mask=np.arange(12) == 2)
    with pytest.raises(DataError, match="metrics: 1 values of the target are masked"):
        score(run.model.spec.task, run.predict(split), masked)


def test_a_trace_without_labels_is_marked_and_survives_saving(recorded, tmp_path):
    *_, trace = recorded
    assert np.isnan(trace["samples"]["target"].values).all()
    path = mm.trace.save(trace, tmp_path / "trace.nc")
    again = mm.trace.load(tmp_path / "trace.nc" if path is None else path)
    assert np.isnan(again["samples"]["target"].values).all()
    assert np.allclose(shapley(again)["phi"], shapley(trace)["phi"])


def test_shapley_values_without_labels_explain_the_predicted_class(recorded):
    task, run, split, trace = recorded
    phi = shapley(trace)
    prediction = run.predict(split)
    full = prediction.max(1) if task == "classification" else prediction
    assert np.allclose(phi["full"], full, atol=1e-5)
    assert np.allclose(phi["phi"].sum("modality") + phi["baseline"], full, atol=1e-5)
    words = "probability of the predicted class (no labels)" if task == "classification" else "the predicted value"
    assert phi.attrs["units"] == words
    along = prefix_shapley(trace)
    rows = trace["prefixes"]["recorded_sample"].values
    assert np.allclose(along["full"].sel(epoch=run.best_epoch).isel(time=-1), full[rows], atol=1e-5)
    found = interactions(trace)
    assert all(np.isfinite(v).all() for v in found.data_vars.values() if v.dtype.kind == "f")


def test_an_analysis_that_needs_labels_is_refused_with_the_remedy(recorded):
    task, *_, trace = recorded
    value, way = ("accuracy", "probability") if task == "classification" else ("negative_absolute_error", "output")
    with pytest.raises(DataError, match=r"imbalance: .* recorded without labels; record a labelled split"):
        imbalance(trace)
    for analysis in (lambda t: shapley(t, value=value), coalition_scores):
        with pytest.raises(
            DataError, match=rf"value='{value}' compares .* recorded without labels; choose value='{way}'"
        ):
            analysis(trace)


def test_windows_without_labels_explain_the_predicted_class(trained):
    task, run = trained
    split = unlabelled(task)["test"]
    windows = mm.recording.record_windows(run, split, recorded_samples=2, windows=2)
    found = window_shapley(windows)
    full = run.predict(split)[windows["recorded_sample"].values]
    full = full.max(1) if task == "classification" else full
    total = found["phi"].sum(("modality", "window")) + found["baseline"]
    assert np.allclose(total, full, atol=1e-5)


def test_attribution_without_labels_explains_the_predicted_class(trained):
    pytest.importorskip("captum")
    task, run = trained
    split = unlabelled(task)["test"]
    tree = mm.recording.record_attribution(run, split, recorded_samples=2, steps=8)
    rows = tree["samples"]["recorded_sample"].values
    full = run.predict(split)[rows]
    assert np.allclose(tree["samples"]["prediction"], full.max(1) if task == "classification" else full, atol=1e-5)
    assert np.isnan(tree["samples"]["target"].values).all()


def test_the_explorer_shows_predictions_without_claiming_a_true_class(recorded, tmp_path):
    task, _, _, trace = recorded
    frame = explorer_frame(trace)
    assert frame.attrs["labelled"] == 0
    assert set(frame["listed_target"].values) == {"–"}
    assert np.isnan(frame["listed_correct"].values).all()
    assert mm.widgets.Explorer.from_frame(frame).save(tmp_path / "page.html").stat().st_size > 0
    assert header(frame)["labelled"] is False
    said = readout(frame, {"sample": 0, "epoch": 0, "time": 2, "layer": 0, "masked": []})
    assert "no label" in said
    assert "true" not in said
    assert ("predicted class" in header(frame)["target_name"]) == (task == "classification")


def test_a_trace_without_labels_that_is_written_in_pieces_is_the_same(recorded, tmp_path):
    _, run, split, trace = recorded
    again = mm.record(run, split, recorded_samples=3, path=tmp_path / "trace.nc", chunk=2, progress=False)
    assert np.isnan(again["samples"]["target"].values).all()
    assert np.allclose(shapley(again)["phi"], shapley(trace)["phi"], atol=1e-6)


def test_runs_that_predict_different_classes_of_unlabelled_samples_are_not_compared(recorded):
    task, *_, trace = recorded
    a = explorer_frame(trace)
    b = a.copy()
    assert common_samples(a, b)[0].sizes["recorded_sample"] == 3
    if task == "regression":
        return
    b = b.assign_coords(target=("recorded_sample", 1 - a["target"].values))
    with pytest.raises(
        DataError, match=r"explain different classes of 3 samples .*without labels the predicted class is explained"
    ):
        common_samples(a, b)


def own(**parts):
    rng = np.random.default_rng(0)
    return {
        s: {"a": rng.normal(size=(8, 4, 2)), "ids": [f"{s}{i}" for i in range(8)]} | more for s, more in parts.items()
    }


def mult(**parts):
    rng = np.random.default_rng(0)
    return {
        s: {"text": rng.normal(size=(8, 4, 2)), "id": [f"{s}[{i}]" for i in range(8)]} | more
        for s, more in parts.items()
    }


def mmsa(**parts):
    return {s: p | {"audio": p["text"]} for s, p in mult(**parts).items()}


@pytest.mark.parametrize(
    ("name", "tree"),
    [
        ("named_arrays", own(train={"target": np.arange(8) % 2}, test={})),
        ("named_arrays", own(train={"target": np.arange(8) % 2}, test={"target": np.full(8, np.nan)})),
        ("mult", mult(train={"labels": np.linspace(-2, 2, 8)}, test={})),
        ("mult", mult(train={"labels": np.linspace(-2, 2, 8)}, test={"labels": np.full((8, 1, 1), np.nan)})),
        ("mmsa", mmsa(train={"regression_labels": np.linspace(-2, 2, 8)}, test={})),
        (
            "mmsa",
            mmsa(train={"regression_labels": np.linspace(-2, 2, 8)}, test={"regression_labels": np.full(8, np.nan)}),
        ),
    ],
)
def test_a_split_of_a_file_without_labels_can_be_predicted(name, tree):
    ds = read_content(Content("x.pkl", None, "pickle", tree), name, {})
    assert ds["test"].target is None
    assert len(ds["test"]) == 8
    assert ds["train"].target is not None
    assert [(f.where, f.count) for f in ds.report.of("unlabelled")] == [("test", 8)]
