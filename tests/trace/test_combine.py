"""A combined Trace of several seeds: content, refusals, saving and loading, and lazy values."""

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError


def changed(trace, **attrs):
    out = trace.copy()
    out.attrs = {**trace.attrs, **attrs}
    return out


def with_seed(trace, seed):
    return changed(trace, train={**trace.attrs["train"], "seed": seed})


def test_combine_keeps_every_group_of_every_run_and_names_the_runs_by_their_seed(seed_traces):
    combined = mm.trace.combine(seed_traces[:2])
    assert combined.attrs["runs"] == ["seed 0", "seed 1"]
    assert combined.attrs["seed"] == [0, 1]
    assert combined.attrs["best_epoch"] == [t.attrs["best_epoch"] for t in seed_traces[:2]]
    for name, trace in zip(("seed 0", "seed 1"), seed_traces, strict=False):
        assert mm.trace.runs(combined)[name].identical(trace)


def test_combine_leaves_out_recorded_samples_that_a_run_does_not_have_and_keeps_the_epochs_of_each_run(seed_traces):
    members = mm.trace.runs(mm.trace.combine(seed_traces))
    for name, trace in zip(members, seed_traces, strict=True):
        member = members[name]
        assert member["states"]["recorded_sample"].values.tolist() == [0, 3, 7]
        assert member["inputs"]["m1"]["recorded_sample"].values.tolist() == [0, 3, 7]
        np.testing.assert_array_equal(member["states"]["epoch"], trace["states"]["epoch"])
        expected = trace["states"]["norm"].sel(recorded_sample=[0, 3, 7])
        np.testing.assert_array_equal(member["states"]["norm"], expected)
        np.testing.assert_array_equal(member["coalitions"]["prediction"], trace["coalitions"]["prediction"])


def test_a_generator_of_traces_and_a_single_trace_are_accepted(seed_traces):
    assert mm.trace.combine(trace for trace in seed_traces[:2]).attrs["runs"] == ["seed 0", "seed 1"]
    assert mm.trace.combine(seed_traces[:1]).attrs["runs"] == ["seed 0"]
    assert list(mm.trace.runs(seed_traces[1])) == ["seed 1"]


def test_a_combined_trace_is_saved_and_loaded_in_memory_and_lazily(seed_traces, tmp_path):
    combined = mm.trace.combine(seed_traces, names=["a/b", "second", "third"])
    path = mm.trace.save(combined, tmp_path / "combined.nc")
    assert mm.trace.load(path).identical(combined)
    opened = mm.trace.load(path, chunks="auto")
    for member in mm.trace.runs(opened).values():
        assert member["operator"]["h"].chunks is not None
    opened.close()


def test_combine_of_traces_opened_in_chunks_reads_no_recorded_array(seed_traces, tmp_path):
    paths = [mm.trace.save(trace, tmp_path / f"{k}.nc") for k, trace in enumerate(seed_traces)]
    opened = [mm.trace.load(path, chunks=2) for path in paths]
    combined = mm.trace.combine(opened)
    for name in ("states/norm", "operator/h", "influence/influence", "coalitions/prediction"):
        assert combined[f"runs/2/{name}"].chunks is not None, name
    assert mm.analysis.shapley(combined)["phi"].chunks is not None
    assert mm.analysis.influence(combined)["map"].chunks is not None
    assert mm.analysis.states(combined)["norm"].chunks is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: changed(t, split="valid"), r"split of 'seed 1' is 'valid', that of 'seed 0' is 'test'"),
        (lambda t: changed(t, dataset="other"), r"dataset of 'seed 1' is 'other'"),
        (lambda t: changed(t, task={"kind": "regression", "classes": []}), r"task of 'seed 1' is"),
        (lambda t: changed(t, steps={"count": 12, "align": "pad"}), r"steps of 'seed 1' is"),
        (
            lambda t: changed(t, model={"name": "tfn", "options": t.attrs["model"]["options"]}),
            r"model of 'seed 1' is 'tfn'",
        ),
        (
            lambda t: changed(
                t, model={**t.attrs["model"], "options": {**t.attrs["model"]["options"], "coupling": "identity"}}
            ),
            r"model option 'coupling' of 'seed 1' is 'identity', that of 'seed 0' is 'softmax'",
        ),
        (
            lambda t: changed(t, train={**t.attrs["train"], "learning_rate": 0.5}),
            r"training option 'learning_rate' of 'seed 1' is 0.5",
        ),
    ],
)
def test_combine_names_the_first_difference_between_two_traces(seed_traces, change, message):
    with pytest.raises(DataError, match=message):
        mm.trace.combine([seed_traces[0], change(seed_traces[1])])


def test_combine_names_the_sample_that_differs(seed_traces):
    other = seed_traces[1].copy()
    samples = other["samples"].to_dataset()
    target = samples["target"].values.copy()
    target[4] = 1 - target[4]
    other["samples"] = xr.DataTree(samples.assign(target=("sample", target)))
    with pytest.raises(DataError, match=r"target of sample 4 is \S+ in 'seed 1'"):
        mm.trace.combine([seed_traces[0], other])
    other["samples"] = xr.DataTree(samples.isel(sample=slice(0, 5)))
    with pytest.raises(DataError, match=r"'seed 1' has 5 samples, 'seed 0' has"):
        mm.trace.combine([seed_traces[0], other])


def test_combine_refuses_runs_without_a_common_recorded_sample(seed_traces):
    def only(trace, row):
        out = trace.map_over_datasets(lambda d: d.isel(recorded_sample=[row]) if "recorded_sample" in d.dims else d)
        out.attrs = trace.attrs
        return out

    with pytest.raises(DataError, match=r"'seed 0' recorded the samples \[0\], 'seed 1' \[3\], none in common"):
        mm.trace.combine([only(seed_traces[0], 0), only(seed_traces[1], 1)])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda t: [t[0], t[1], t[0]], r"traces\[0\].*traces\[2\].*are one object"),
        (lambda t: [t[0], t[0].copy()], r"have equal predictions, so they are of one training"),
        (lambda t: [with_seed(t[0], None), with_seed(t[0], None)], r"'run 1'.*'run 2'.*equal predictions"),
        (lambda t: [t[0], with_seed(t[0], 9)], r"have equal predictions"),
        (lambda t: [], r"traces is empty"),
        (lambda t: t[0], r"traces is a DataTree; give a list"),
        (lambda t: {"a": t[0]}, r"traces is a dict"),
        (lambda t: [t[0], 3], r"traces\[1\] is a int"),
        (lambda t: [mm.trace.combine(t[:2])], r"traces\[0\] is a combined Trace"),
    ],
)
def test_combine_refuses_what_is_no_list_of_different_traces(seed_traces, given, message):
    with pytest.raises(ConfigError, match=message):
        mm.trace.combine(given(seed_traces))


@pytest.mark.parametrize("names", [["a"], ["a", "a"], "ab"])
def test_combine_refuses_names_that_are_not_one_per_trace(seed_traces, names):
    with pytest.raises(ConfigError, match="names"):
        mm.trace.combine(seed_traces[:2], names=names)


def test_validate_names_the_run_that_is_invalid_and_refuses_a_wrong_list_of_runs(seed_traces):
    combined = mm.trace.combine(seed_traces[:2])
    del combined["runs/1"].children["states"]["norm"]
    with pytest.raises(DataError, match=r"run 'seed 1': Trace: variable /states/norm is missing"):
        mm.trace.validate(combined)
    combined = mm.trace.combine(seed_traces[:2])
    with pytest.raises(DataError, match=r"attribute 'runs' is \['x'\]"):
        mm.trace.validate(changed(combined, runs=["x"]))
    with pytest.raises(DataError, match=r"'seed' has 1 entries for 2 runs"):
        mm.trace.validate(changed(combined, seed=[0]))


def test_an_analysis_that_a_run_cannot_give_names_the_run(seed_traces):
    other = seed_traces[1].copy()
    del other["influence"]
    with pytest.raises(DataError, match=r"run 'seed 1': Trace: group /influence is missing"):
        mm.analysis.influence(mm.trace.combine([seed_traces[0], other]))


def test_runs_of_one_training_seed_with_other_initial_weights_are_combined_under_different_names(seed_traces):
    combined = mm.trace.combine([seed_traces[0], with_seed(seed_traces[1], 0)])
    assert combined.attrs["runs"] == ["run 1", "run 2"]
    assert combined.attrs["seed"] == [0, 0]


def test_a_training_that_is_given_twice_is_refused_without_predictions_of_subsets_too(seed_traces):
    def without(trace):
        out = trace.copy()
        for name in ("coalitions", "prefixes"):
            del out[name]
        return out

    assert mm.trace.combine([without(seed_traces[0]), without(seed_traces[1])]).attrs["runs"] == ["seed 0", "seed 1"]
    with pytest.raises(ConfigError, match="of one training"):
        mm.trace.combine([without(seed_traces[0]), with_seed(without(seed_traces[0]), 5)])
