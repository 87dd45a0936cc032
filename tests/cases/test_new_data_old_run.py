"""New data under an old run: names decide, order does not matter, what differs is refused, and the Trace states the new data."""

import numpy as np
import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.models import batch_of

N = 60
RNG = np.random.default_rng(0)
CLASSES = ("calm", "happy", "sad")
TARGET = np.arange(N) % 3
INPUTS = {
    "wrist": RNG.normal(size=(N, 6, 3)) + TARGET[:, None, None],
    "voice": RNG.normal(size=(N, 5, 2)) - TARGET[:, None, None],
}
ABOUT = {
    "classes": CLASSES,
    "channels": {"wrist": ["x", "y", "z"], "voice": ["pitch", "energy"]},
    "units": {"wrist": "g", "voice": "dB"},
    "rate_hz": {"wrist": 50.0, "voice": 100.0},
    "name": "training data",
}


def dataset(inputs=None, target=TARGET, *, split=None, **options):
    inputs = INPUTS if inputs is None else inputs
    about = {**ABOUT, **options}
    for key in ("channels", "units", "rate_hz"):
        about[key] = {m: v for m, v in (about[key] or {}).items() if m in inputs}
    return mm.data.from_arrays(inputs, target, split=split or {"test": 1.0}, **about)


def new(inputs=None, target=TARGET, **options):
    return dataset(inputs, target, **{"name": "new recordings", **options})["test"]


@pytest.fixture(scope="module")
def run():
    ds = dataset(split={"train": 0.6, "valid": 0.2, "test": 0.2})
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1)
    return mm.train.fit(model, ds, epochs=2, progress=False)


@pytest.fixture(scope="module")
def same(run):
    """What the run predicts for the same samples under the names it was trained with."""
    return run.predict(new())


def adapted():
    """A user's module that was trained on the same data."""
    ds = dataset(split={"train": 0.6, "valid": 0.2, "test": 0.2})

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.head = torch.nn.Linear(5, 3)

        def forward(self, x):
            return self.head(torch.cat([x["wrist"].mean(1), x["voice"].mean(1)], 1))

    return mm.train.as_run(mm.models.adapt(Net(), ds.spec, missing="mean"))


# ---- order does not matter, names do


def test_modalities_in_another_order_give_the_same_predictions(run, same):
    split = new({name: INPUTS[name] for name in ("voice", "wrist")})
    np.testing.assert_array_equal(run.predict(split), same)
    assert mm.record(run, split).attrs["modalities"] == ["wrist", "voice"]


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 0, 2], [2, 1, 0]])
def test_channels_in_another_order_are_put_back_by_name_and_the_trace_shows_the_data_as_they_are(run, same, order):
    inputs = INPUTS | {"wrist": INPUTS["wrist"][..., order]}
    split = new(
        inputs, channels={"wrist": [ABOUT["channels"]["wrist"][k] for k in order], "voice": ["pitch", "energy"]}
    )
    np.testing.assert_array_equal(run.predict(split), same)
    trace = mm.record(run, split, recorded_samples=[0, 1])
    shown = trace["inputs/wrist"].to_dataset()
    assert shown["feature"].values.tolist() == list(split.spec.modality("wrist").channels)
    np.testing.assert_array_equal(shown["value"].values, split.inputs["wrist"][:2])
    assert any("wrist were put in the order of the model" in note for note in trace.attrs["notes"])
    np.testing.assert_allclose(trace["coalitions/prediction"].values[:, -1], same, rtol=0, atol=1e-6)


def test_attributions_and_edits_of_permuted_channels_belong_to_the_names(run):
    pytest.importorskip("captum")
    order = [2, 0, 1]
    channels = {"wrist": [ABOUT["channels"]["wrist"][k] for k in order], "voice": ["pitch", "energy"]}
    split = new(INPUTS | {"wrist": INPUTS["wrist"][..., order]}, channels=channels)
    first, second = (
        mm.recording.record_attribution(run, part, recorded_samples=[4], steps=4) for part in (new(), split)
    )
    found = second["features/wrist/attribution"]
    assert found["feature"].values.tolist() == ["z", "x", "y"]
    np.testing.assert_allclose(
        found.sel(feature=["x", "y", "z"]).values, first["features/wrist/attribution"].values, rtol=0, atol=1e-6
    )
    name = str(split.ids[4])
    whole = mm.recording.what_if(run, split)(name, run.best_epoch, {})
    np.testing.assert_allclose(whole["/prefixes"]["prediction"].values[0, 0, -1, -1], run.predict(split)[4], atol=1e-6)
    np.testing.assert_array_equal(whole["/inputs/wrist"]["value"].values[0], split.inputs["wrist"][4])


@pytest.mark.parametrize("order", [[1, 2, 0], [2, 1, 0], [0, 2, 1]])
def test_classes_in_another_order_are_matched_by_name_everywhere(run, same, order):
    names = [CLASSES[k] for k in order]
    target = np.array([names.index(CLASSES[k]) for k in TARGET])
    split = new(target=target, classes=names)
    found = run.predict(split)
    np.testing.assert_array_equal(found, same[:, order])
    trace, plain = mm.record(run, split, recorded_samples=[0]), mm.record(run, new(), recorded_samples=[0])
    assert trace.attrs["task"]["classes"] == names
    assert trace["coalitions/prediction"]["output"].values.tolist() == names
    assert np.array_equal(trace["samples/target"].values, target)
    for value in ("probability", "accuracy"):
        ours, theirs = (mm.analysis.shapley(each, value=value)["phi"].values for each in (trace, plain))
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    ours, theirs = (mm.analysis.prefix_shapley(each)["phi"].values for each in (trace, plain))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    ours, theirs = (mm.recording.subset_scores(run, each, resamples=2)["score"].values for each in (split, new()))
    np.testing.assert_allclose(ours, theirs)
    windows = [mm.recording.record_windows(run, each, recorded_samples=[3], windows=2) for each in (split, new())]
    ours, theirs = (mm.analysis.window_shapley(each)["phi"].values for each in windows)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    assert any("order of these data" in note for note in trace.attrs["notes"])


def test_data_with_some_of_the_classes_keep_their_numbers_and_the_others_come_last(run, same):
    rows = TARGET != 0
    split = new({m: x[rows] for m, x in INPUTS.items()}, TARGET[rows] - 1, classes=("happy", "sad"))
    np.testing.assert_allclose(run.predict(split), same[rows][:, [1, 2, 0]], rtol=0, atol=1e-6)
    assert mm.record(run, split).attrs["task"]["classes"] == ["happy", "sad", "calm"]


def test_unnamed_classes_and_channels_are_taken_in_the_order_of_the_run(run, same):
    split = new(classes=None, channels=None, units=None, rate_hz=None)
    np.testing.assert_array_equal(run.predict(split), same)
    trace = mm.record(run, split)
    assert trace.attrs["task"]["classes"] == list(CLASSES)
    assert trace["inputs/wrist"]["feature"].values.tolist() == ["x", "y", "z"]
    assert trace["inputs/wrist"].attrs["rate_hz"] is None, "an unknown rate is not the rate of the training data"


def test_new_data_without_labels_are_predicted(run, same):
    split = new(target=None)
    np.testing.assert_array_equal(run.predict(split), same)


def test_a_split_put_together_by_hand_is_matched_by_modality(run, same):
    split = new()
    bare = mm.data.Split(
        "mine", dict(reversed(split.inputs.items())), split.valid, split.target, split.ids, split.group
    )
    np.testing.assert_array_equal(run.predict(bare), same)
    del bare.inputs["voice"]
    assert run.predict(bare).shape == same.shape
    bare.inputs["wrist"] = bare.inputs["wrist"][..., :2]
    with pytest.raises(ConfigError, match="'wrist' has 2 features in the data, the model was built for 3"):
        run.predict(bare)


# ---- what differs is refused, everywhere with the same words

DIFFERENT = {
    "another unit": ({"units": {"wrist": "m/s²", "voice": "dB"}}, r"'wrist' is in 'm/s²'.*trained on 'g'"),
    "another rate": ({"rate_hz": {"wrist": 25.0, "voice": 100.0}}, "'wrist' has 25 steps per second.*trained on 50"),
    "another channel": (
        {"channels": {"wrist": ["x", "y", "w"], "voice": ["pitch", "energy"]}},
        "'wrist' is missing the channels 'z'.*unknown to the model: 'w'",
    ),
    "a channel twice": (
        {"channels": {"wrist": ["x", "y", "x"], "voice": ["pitch", "energy"]}},
        "missing the channels 'z'",
    ),
    "another class": ({"classes": ("calm", "happy", "angry")}, "has the class 'angry', which the model does not have"),
    "more classes without names": (
        {"classes": None, "target": np.arange(N) % 4},
        r"has 4 classes.*trained with 3.*classes=\['calm', 'happy', 'sad'\]",
    ),
    "fewer classes without names": (
        {"classes": None, "target": np.arange(N) % 2},
        r"has 2 classes.*trained with 3.*classes=\['calm', 'happy', 'sad'\]",
    ),
    "another task": (
        {"classes": None, "task": "regression", "target": TARGET.astype(float)},
        "is a regression, the model was trained for a classification",
    ),
}
DOORS = {
    "predict": lambda run, split: run.predict(split),
    "record": lambda run, split: mm.record(run, split),
    "estimate": lambda run, split: mm.recording.estimate(run, split),
    "record_windows": lambda run, split: mm.recording.record_windows(run, split, windows=2),
    "record_attribution": lambda run, split: mm.recording.record_attribution(run, split),
    "what_if": lambda run, split: mm.recording.what_if(run, split),
    "subset_predictions": lambda run, split: mm.recording.subset_scores(run, split),
    "encoded": lambda run, split: mm.recording.encoded(run, split),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", DIFFERENT)
def test_data_that_differ_are_refused_by_name_at_every_door(run, kind, door):
    options, message = DIFFERENT[kind]
    with pytest.raises(ConfigError, match=f"{door}: 'new recordings'.*{message}"):
        DOORS[door](run, new(**options))


def test_fewer_and_more_features_are_refused_with_what_is_missing_and_what_to_keep(run, same):
    channels = {"wrist": ["x", "z"], "voice": ["pitch", "energy"]}
    with pytest.raises(ConfigError, match="'wrist' is missing the channels 'y'"):
        run.predict(new(INPUTS | {"wrist": INPUTS["wrist"][..., [0, 2]]}, channels=channels))
    wide = np.concatenate([np.ones((N, 6, 1)), INPUTS["wrist"]], 2)
    channels = {"wrist": ["t", "x", "y", "z"], "voice": ["pitch", "energy"]}
    with pytest.raises(ConfigError, match=r"channels 't', which the model does not have.*x\[\.\.\., \[1, 2, 3\]\]"):
        run.predict(new(INPUTS | {"wrist": wide}, channels=channels))
    np.testing.assert_array_equal(run.predict(new(INPUTS | {"wrist": wide[..., [1, 2, 3]]})), same)
    with pytest.raises(ConfigError, match=r"'wrist' has 4 features.*the model was built for 3"):
        run.predict(new(INPUTS | {"wrist": wide}, channels=None))


def test_a_new_sensor_is_refused_with_a_remedy_that_works(run, same):
    ds = dataset(INPUTS | {"heart": RNG.normal(size=(N, 4, 1))}, name="new recordings")
    with pytest.raises(ConfigError, match=r"modality 'heart'.*select_modalities\(ds, \['wrist', 'voice'\]\)"):
        run.predict(ds["test"])
    np.testing.assert_array_equal(run.predict(mm.data.select_modalities(ds, ["wrist", "voice"])["test"]), same)


def test_data_of_other_modalities_altogether_are_refused(run):
    with pytest.raises(ConfigError, match="has the modalities heart, the model was built for wrist, voice"):
        run.predict(new({"heart": RNG.normal(size=(N, 4, 1))}))


# ---- a sensor that was not recorded


def without(name, way):
    """Return recordings without one sensor: left out, of length 0, or masked in every step."""
    if way == "left out":
        return new({m: x for m, x in INPUTS.items() if m != name})
    if way == "of length 0":
        return new(lengths={name: np.zeros(N, int)})
    return new(valid={name: np.zeros(INPUTS[name].shape[:2], bool)})


@pytest.mark.parametrize("way", ["left out", "of length 0", "masked"])
@pytest.mark.parametrize("name", ["wrist", "voice"])
@pytest.mark.parametrize("whose", ["ours", "a user's"])
def test_a_sensor_that_was_not_recorded_gives_the_prediction_of_the_others(run, name, way, whose):
    trained = run if whose == "ours" else adapted()
    split = without(name, way)
    trace = mm.record(trained, new(), recorded_samples=[0])
    left = [k for k in ("wrist", "voice") if k != name]
    row = trace["coalitions/members"].values.tolist().index([k in left for k in ("wrist", "voice")])
    np.testing.assert_allclose(trained.predict(split), trace["coalitions/prediction"].values[:, row], rtol=0, atol=1e-6)
    absent = mm.record(trained, split, recorded_samples=[0, 1])
    assert not absent[f"inputs/{name}"]["valid"].values.any()
    phi = mm.analysis.shapley(absent)["phi"]
    assert (phi.sel(modality=name).values == 0).all()
    assert (phi.sel(modality=left[0]).values != 0).any()
    page = mm.widgets.Explorer(absent)
    assert not page.frame[f"signal_valid_{name}"].values.any()
    answer = mm.recording.what_if(trained, split)(str(split.ids[0]), trained.best_epoch, {left[0]: {"delay": 1}})
    assert not answer[f"/inputs/{name}"]["valid"].values.any()


def test_a_batch_without_a_modality_is_completed(run):
    batch = batch_of(new())
    del batch.values["voice"], batch.valid["voice"]
    np.testing.assert_allclose(run.predict(batch), run.predict(without("voice", "left out")), rtol=0, atol=1e-6)
    batch.values["heart"], batch.valid["heart"] = batch.values["wrist"], batch.valid["wrist"]
    with pytest.raises(DataError, match="modality 'heart' is not in the model's spec"):
        run.predict(batch)


def test_a_modality_that_is_absent_in_training_is_refused_by_from_arrays_and_by_fit():
    with pytest.raises(DataError, match="train voice: absent for every sample"):
        dataset(lengths={"voice": np.zeros(N, int)}, split={"train": 0.5, "test": 0.5})
    ds = dataset(lengths={"voice": np.zeros(N, int)})
    assert any(f.kind == "absent" and f.level == "warning" for f in ds.report.findings)
    with pytest.raises(ConfigError, match=r"'voice' is absent in every sample.*select_modalities\(ds, \['wrist'\]\)"):
        mm.train.fit(mm.models.build("concat", ds.spec, width=4), ds, train="test", epochs=1, progress=False)


# ---- the Trace, the page and the figures state the new data


def test_trace_page_and_figures_name_the_new_data_and_the_data_of_the_training(run):
    trace = mm.record(run, new(notes=["recorded at home"], source="us"), recorded_samples=[0])
    assert trace.attrs["dataset"] == "new recordings"
    assert trace.attrs["trained_on"] == "training data"
    assert trace.attrs["source"] == "us"
    assert "recorded at home" in trace.attrs["notes"]
    page = mm.widgets.Explorer(trace)
    assert page.frame.attrs["title"].endswith("new recordings")
    assert "trained on training data" in page.data["meta"]
    assert "new recordings" in mm.plots.plot_shapley(mm.analysis.shapley(trace)).layout.title.text
    assert mm.recording.subset_scores(run, new(), resamples=2).attrs["dataset"] == "new recordings"
    assert mm.recording.encoded(run, new()).attrs["dataset"] == "new recordings"


def test_a_saved_run_is_matched_with_new_data_as_the_run_in_memory(run, same, tmp_path):
    ds = dataset(split={"train": 0.6, "valid": 0.2, "test": 0.2})
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1)
    mm.train.fit(model, ds, epochs=2, progress=False, out=tmp_path / "run")
    loaded = mm.train.load(tmp_path / "run")
    order = [2, 0, 1]
    split = new(
        INPUTS | {"wrist": INPUTS["wrist"][..., order]},
        channels={"wrist": ["z", "x", "y"], "voice": ["pitch", "energy"]},
    )
    np.testing.assert_array_equal(loaded.predict(split), same)
    with pytest.raises(ConfigError, match="'wrist' is in 'mm'"):
        loaded.predict(new(units={"wrist": "mm"}))


@pytest.mark.parametrize("kind", ["another unit", "another rate", "another class", "channels permuted"])
def test_fit_refuses_a_model_that_was_built_from_another_spec(kind):
    ds = dataset(split={"train": 0.6, "test": 0.4})
    options = {"channels": {"wrist": ["z", "x", "y"], "voice": ["pitch", "energy"]}}
    options = DIFFERENT[kind][0] if kind in DIFFERENT else options
    other = dataset(split={"train": 0.6, "test": 0.4}, **options)
    with pytest.raises(ConfigError, match=r"fit: .*build the model from ds\.spec"):
        mm.train.fit(mm.models.build("concat", ds.spec, width=4), other, epochs=1, progress=False)


# ---- what stands for a missing modality is said where the number is printed

RULES = {
    "zeros": ("zeros", "zeros in every frame"),
    "mean": ("mean", "the mean of the training data in every frame"),
    "callable": (lambda name, values, valid: torch.ones(1), "returns"),
    "by modality": ({"wrist": "mean", "voice": "zeros"}, "wrist by the mean of the training data"),
}


@pytest.mark.parametrize("kind", RULES)
def test_the_imputation_is_stated_by_every_analysis_figure_and_page(kind, tmp_path, saved_page):
    rule, words = RULES[kind]
    ds = dataset(split={"train": 0.6, "valid": 0.2, "test": 0.2})
    net = torch.nn.Linear(5, 3)
    call = lambda m, x: m(torch.cat([x["wrist"].mean(1), x["voice"].mean(1)], 1))  # noqa: E731
    run = mm.train.as_run(mm.models.adapt(net, ds.spec, missing=rule, call=call))
    trace = mm.record(run, ds["test"], recorded_samples=[0, 1])
    trace = mm.trace.load(mm.trace.save(trace, tmp_path / "trace.nc"))
    _assert_stated(run, trace, ds["test"], words, tmp_path, saved_page)


def test_a_model_of_ours_states_that_missing_modalities_are_masked(run, tmp_path, saved_page):
    trace = mm.record(run, new(), recorded_samples=[0, 1])
    _assert_stated(run, trace, new(), "masked, as if they had not been recorded", tmp_path, saved_page)


def _assert_stated(run, trace, split, words, folder, saved_page):
    a, p = mm.analysis, mm.plots
    windows = a.window_shapley(mm.recording.record_windows(run, split, recorded_samples=[0], windows=2))
    found = {
        "shapley": (a.shapley(trace), p.plot_shapley),
        "epochs": (a.prefix_shapley(trace), p.plot_shapley_epochs),
        "subsets": (a.coalition_scores(trace), p.plot_subsets),
        "interactions": (a.interactions(trace), p.plot_interactions),
        "waterfall": (a.interactions(trace), p.plot_waterfall),
        "equilibrium": (a.imbalance(trace, per_epoch=True), p.plot_imbalance),
    }
    for name, (result, plot) in found.items():
        figure = plot(result)
        assert words in result.attrs["imputation"], name
        assert words in figure.layout.meta["description"], name
        assert words in figure.layout.title.text.replace("<br>", " "), name
    assert words in windows.attrs["imputation"]
    scores = mm.recording.missing_scores(run, split, protocol="independent", draws=1, rates=[0.2])
    assert words in scores.attrs["imputation"]
    page = mm.widgets.Explorer(trace)
    page.save(folder / "page.html")
    parts = saved_page.parts_of((folder / "page.html").read_text(encoding="utf-8"))
    assert any(words.encode() in part for part in parts.values())
    assert words in page._repr_mimebundle_()[0]["text/html"]
    table = p.latex_table(
        [{"modality": "wrist", "phi": 0.1}],
        file=folder / "table.tex",
        caption="Shapley values",
        data="ours",
        seeds=[0],
        commit="abc",
        imputation=found["shapley"][0].attrs["imputation"],
    )
    assert words in table.read_text(encoding="utf-8")
