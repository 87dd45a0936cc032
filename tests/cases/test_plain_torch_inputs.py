"""What torch users have at hand enters as it is, or is refused with the place and the way out; nothing raises from deep inside."""

import warnings

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MmvizError

N = 24
TARGET = np.arange(N) % 2
SHARES = {"train": 0.5, "test": 0.5}
PLAIN = np.random.default_rng(0).normal(size=(N, 5, 2)).astype(np.float32).round(1)


def made(values, **options):
    return mm.data.from_arrays({"a": values}, TARGET, **{"split": SHARES, **options})


def quantised():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces that its quantised tensors will move
        return torch.quantize_per_tensor(torch.from_numpy(PLAIN), 0.1, 0, torch.qint8)


TENSORS = {
    "a gradient is required": (lambda: torch.from_numpy(PLAIN.copy()).requires_grad_(), 0),
    "half precision": (lambda: torch.from_numpy(PLAIN).half(), 5e-3),
    "bfloat16": (lambda: torch.from_numpy(PLAIN).bfloat16(), 2e-2),
    "float8": (lambda: torch.from_numpy(PLAIN).to(torch.float8_e4m3fn), 0.2),
    "sparse": (lambda: torch.from_numpy(PLAIN).to_sparse(), 0),
    "quantised": (quantised, 1e-6),
    "a lazily negated view": (lambda: torch.complex(torch.zeros(N, 5, 2), -torch.from_numpy(PLAIN)).conj().imag, 0),
    "a list of tensors": (lambda: list(torch.from_numpy(PLAIN)), 0),
    "a list of tensors with gradients": (lambda: [row.clone().requires_grad_() for row in torch.from_numpy(PLAIN)], 0),
    "an expanded view": (lambda: torch.from_numpy(PLAIN)[:, :1].expand(N, 5, 2), None),
}


@pytest.mark.parametrize("kind", TENSORS)
def test_from_arrays_reads_every_kind_of_tensor_as_the_numbers_it_holds(kind):
    make, near = TENSORS[kind]
    expected = np.repeat(PLAIN[:, :1], 5, 1) if near is None else PLAIN
    found, plain = made(make()), made(expected)
    for split in SHARES:
        np.testing.assert_allclose(found[split].inputs["a"], plain[split].inputs["a"], rtol=0, atol=near or 0)
        assert found[split].inputs["a"].dtype == np.float32


REFUSED = {
    "complex numbers": (lambda: torch.zeros(N, 5, 2, dtype=torch.complex64), "dtype complex64; give real numbers"),
    "no values": (lambda: torch.zeros(N, 5, 2, device="meta"), "device 'meta' holds no values"),
    "a torch dataset": (lambda: TensorDataset(torch.zeros(N, 5, 2)), r"a torch TensorDataset.*from_torch"),
    "a data loader": (lambda: DataLoader([1, 2]), r"a torch DataLoader.*from_torch"),
    "no axis of steps": (lambda: torch.zeros(N, 2), r"shape \(24, 2\).*x\[:, None, :\]"),
    "a text": (lambda: "audio.npy", "give real numbers"),
    "nothing": (lambda: None, "NoneType"),
    "a module": (lambda: torch.nn.Linear(2, 2), "Linear"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_from_arrays_refuses_objects_that_are_no_arrays_with_the_remedy(kind):
    make, message = REFUSED[kind]
    with pytest.raises(DataError, match=message):
        made(make())


@pytest.mark.parametrize("padded", [False, True])
def test_tensors_of_different_lengths_enter_as_a_list_or_padded_with_lengths(padded):
    rows = [torch.ones(3 + i % 4, 2, requires_grad=True) for i in range(N)]
    values, lengths = mm.data.pad(rows)
    ds = made(values, lengths={"a": lengths}) if padded else made(rows)
    assert ds["train"].valid["a"].sum() + ds["test"].valid["a"].sum() == sum(map(len, rows))


def test_targets_lengths_masks_ids_and_extras_may_be_tensors_too():
    lengths = torch.arange(N) % 5 + 1
    options = {"ids": torch.arange(N), "group": torch.arange(N) % 3, "extras": {"age": torch.arange(N)}}
    ds = mm.data.from_arrays({"a": PLAIN}, torch.tensor(TARGET), lengths={"a": lengths}, split=SHARES, **options)
    split = ds["train"]
    rows = split.ids.astype(int)
    assert np.array_equal(split.valid["a"].sum(1), lengths[rows].numpy())
    assert np.array_equal(split.target, TARGET[rows])
    assert np.array_equal(split.extras["age"], rows)
    assert set(split.group.tolist()) <= {"0", "1", "2"}


def test_a_regression_target_may_require_a_gradient_or_be_bfloat16():
    value = torch.linspace(-1, 1, N)
    for target in (value.clone().requires_grad_(), value.bfloat16()):
        ds = mm.data.from_arrays({"a": PLAIN}, target, task="regression", split=SHARES)
        assert abs(np.sort(np.concatenate([s.target for s in ds.splits.values()])) - value.numpy()).max() < 5e-3


WRONG = {
    "split as a tuple": {"split": (0.5, 0.5)},
    "split as a list": {"split": [0.5, 0.5]},
    "split as a number": {"split": 0.5},
    "split as a text": {"split": "train"},
    "shares as texts": {"split": {"train": "most", "test": "rest"}},
    "shares as None": {"split": {"train": None, "test": 1.0}},
    "one list of lengths": {"lengths": [3] * N},
    "an array as the masks": {"valid": np.ones((N, 5), bool)},
    "lengths as a text": {"lengths": {"a": "five"}},
    "a number of classes": {"classes": 2},
    "classes as one text": {"classes": "ab"},
    "a task nobody knows": {"task": "binary"},
    "no task": {"task": None},
    "no seed": {"seed": None},
    "a seed as text": {"seed": "0"},
    "one rate": {"rate_hz": 100},
    "a rate as text": {"rate_hz": {"a": "100 Hz"}},
    "one unit": {"units": "Pa"},
    "a unit that is no text": {"units": {"a": 3}},
    "channels as one text": {"channels": {"a": "xy"}},
    "channels as a list": {"channels": ["x", "y"]},
    "channels as a number": {"channels": {"a": 2}},
    "notes as one text": {"notes": "recorded at night"},
    "no name": {"name": None},
    "a name that is a number": {"name": 5},
    "extras as a list": {"extras": [1] * N},
    "ids as a number": {"ids": 5},
    "limits as one number": {"task": "regression", "label_range": 3},
    "limits as texts": {"task": "regression", "label_range": ("low", "high")},
    "padding nobody knows": {"padding": "left"},
    "nonfinite as a truth value": {"nonfinite": True},
}


@pytest.mark.parametrize("kind", WRONG)
def test_from_arrays_refuses_an_option_of_the_wrong_type_by_its_name(kind):
    with pytest.raises(MmvizError) as error:
        made(PLAIN, **WRONG[kind])
    assert list(WRONG[kind])[-1] in str(error.value)


def test_lengths_per_split_that_are_no_mapping_are_refused_with_the_split():
    rows = {"train": PLAIN[:12], "test": PLAIN[12:]}
    with pytest.raises(ConfigError, match=r"train lengths=.*give a mapping"):
        mm.data.from_arrays(
            {s: {"a": x} for s, x in rows.items()},
            dict.fromkeys(rows, TARGET[:12]),
            lengths={s: [3] * 12 for s in rows},
        )


@pytest.fixture(scope="module")
def run():
    ds = mm.data.from_arrays({"a": PLAIN, "b": PLAIN}, TARGET, split=SHARES)
    return mm.train.fit(mm.models.build("concat", ds.spec, width=4), ds, epochs=1, progress=False), ds


def no_samples(ds):
    return ds["test"].take(np.array([], dtype=int))


OF_NOTHING = {
    "record": lambda run, split: mm.record(run, split),
    "estimate": lambda run, split: mm.recording.estimate(run, split),
    "record_windows": lambda run, split: mm.recording.record_windows(run, split, windows=2),
    "record_attribution": lambda run, split: mm.recording.record_attribution(run, split),
    "subset_scores": lambda run, split: mm.recording.subset_scores(run, split),
    "missing_scores": lambda run, split: mm.recording.missing_scores(run, split, protocol="independent"),
    "encoded": lambda run, split: mm.recording.encoded(run, split),
    "what_if": lambda run, split: mm.recording.what_if(run, split),
}


@pytest.mark.parametrize("door", OF_NOTHING)
def test_a_split_without_samples_is_refused_by_every_recording_function(door, run):
    with pytest.raises(DataError, match="'test' holds no samples"):
        OF_NOTHING[door](run[0], no_samples(run[1]))


@pytest.mark.parametrize("door", OF_NOTHING)
@pytest.mark.parametrize("given", ["the data set", "an array", "a loader", "nothing"])
def test_an_object_that_is_no_split_is_refused_by_every_recording_function(door, given, run):
    other = {"the data set": run[1], "an array": PLAIN, "a loader": DataLoader([1, 2]), "nothing": None}[given]
    with pytest.raises(ConfigError, match=r"ds\['test'\]"):
        OF_NOTHING[door](run[0], other)


def test_predict_of_no_samples_is_empty_and_of_a_data_set_is_refused(run):
    assert run[0].predict(no_samples(run[1])).shape == (0, 2)
    with pytest.raises(ConfigError, match=r"ds\['test'\]"):
        run[0].predict(run[1])
    assert len(run[1]["test"].take([])) == 0


WRONG_KIND = {
    "fit without a data set": lambda run, ds: mm.train.fit(run.model, ds["train"], epochs=1, progress=False),
    "linear_baseline of a split": lambda run, ds: mm.train.linear_baseline(ds["train"]),
    "load of nothing": lambda run, ds: mm.train.load(None),
    "build from a data set": lambda run, ds: mm.models.build("concat", ds),
    "record of a model": lambda run, ds: mm.record(run.model, ds["test"]),
    "estimate of a model": lambda run, ds: mm.recording.estimate(run.model, ds["test"]),
    "record_windows of nothing": lambda run, ds: mm.recording.record_windows(None, ds["test"]),
    "record_attribution of nothing": lambda run, ds: mm.recording.record_attribution(None, ds["test"]),
    "what_if of a model": lambda run, ds: mm.recording.what_if(run.model, ds["test"]),
    "encoded of nothing": lambda run, ds: mm.recording.encoded(None, ds["test"]),
    "trace.load of a number": lambda run, ds: mm.trace.load(3),
    "trace.save of a run": lambda run, ds: mm.trace.save(run, "trace.nc"),
    "validate of nothing": lambda run, ds: mm.trace.validate(None),
    "shapley of a run": lambda run, ds: mm.analysis.shapley(run),
    "prefix_shapley of nothing": lambda run, ds: mm.analysis.prefix_shapley(None),
    "interactions of an array": lambda run, ds: mm.analysis.interactions(PLAIN),
    "states of nothing": lambda run, ds: mm.analysis.states(None),
    "select_modalities of a split": lambda run, ds: mm.data.select_modalities(ds["test"], ["a"]),
    "drop_modalities of a split": lambda run, ds: mm.data.missing.drop_modalities(ds["test"], 0.1),
    "add_noise to an array": lambda run, ds: mm.data.missing.add_noise(PLAIN, 0.1),
    "to_disk without a folder": lambda run, ds: mm.data.to_disk(ds, None),
    "from_disk of nothing": lambda run, ds: mm.data.from_disk(None),
    "pad of nothing": lambda run, ds: mm.data.pad(None),
    "pad of a text": lambda run, ds: mm.data.pad("audio"),
    "a split by a list": lambda run, ds: ds[["train", "test"]],
    "an array as the task": lambda run, ds: made(PLAIN, task=np.array([0, 1])),
    "Explorer frame of a run": lambda run, ds: mm.plots.explorer_frame(run),
}


@pytest.mark.parametrize("kind", WRONG_KIND)
def test_an_argument_of_the_wrong_kind_is_refused_by_name(kind, run):
    with pytest.raises(MmvizError, match=r"expected|give|no split|use one of"):
        WRONG_KIND[kind](*run)


def test_a_checked_function_keeps_its_signature_and_docstring():
    import inspect

    assert list(inspect.signature(mm.record).parameters)[:3] == ["run", "split", "recorded_samples"]
    assert mm.analysis.shapley.__doc__.startswith("Return")
