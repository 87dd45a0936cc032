"""mm.analysis.end_to_end: contributions add up to the target, for the predicted, the true and a named class, and for a regression."""

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.analysis import end_to_end
from mmviz.core.errors import ConfigError, DataError

CLASSES = ["no", "maybe", "yes"]


def made(kind="classification", seed=0):
    """A Trace of numbers that are drawn: 2 samples, 3 outputs, 2 modalities, 4 steps."""
    rng = np.random.default_rng(seed)
    labels = CLASSES if kind == "classification" else ["value"]
    K, blocks = len(labels), [0, 1, 2, 3]
    share, prefix = rng.normal(size=(2, K, 2, 4)), rng.normal(size=(2, K, 4, 2, 4))
    prefix[:, :, -1] = share
    bias, prefix_bias = rng.normal(size=(2, K)), rng.normal(size=(2, K, 4))
    prefix_bias[:, :, -1] = bias
    pair = ("target_modality", "target_block", "source_modality", "source_block")
    group = xr.Dataset(
        {
            "share": (("recorded_sample", "output", "modality", "time"), share),
            "share_of_mean": (("recorded_sample", "output", "modality", "time"), share / 3),
            "bias": (("recorded_sample", "output"), bias),
            "logit": (("recorded_sample", "output"), bias + share.sum((2, 3))),
            "conservation_error": (("recorded_sample", "output"), np.zeros((2, K))),
            "stream": (("recorded_sample", *pair), rng.uniform(size=(2, 2, 4, 2, 4))),
            "prefix": (("recorded_sample", "output", "time", *pair[2:]), prefix),
            "prefix_bias": (("recorded_sample", "output", "time"), prefix_bias),
        },
        coords={"recorded_sample": [1, 4], "output": labels, "modality": ["a", "b"], "source_block": blocks}
        | {"target_block": blocks, "target_modality": ["a", "b"], "source_modality": ["a", "b"]},
        attrs={"rule": "frozen", "steps_per_block": 1, "label": "end-to-end attribution", "description": "made"},
    )
    target = np.array([0, 2, 1, 1, 0]) if kind == "classification" else rng.normal(size=5)
    trace = xr.DataTree.from_dict({"/attribution": group, "/samples": xr.Dataset({"target": ("sample", target)})})
    trace.attrs = {"dataset": "made", "split": "test", "backend": "none", "best_epoch": 1, "notes": []}
    trace.attrs |= {"model": {"name": "m"}, "train": {"seed": 0}, "modalities": ["a", "b"], "schema": 3}
    trace.attrs["task"] = {"kind": kind, "classes": CLASSES if kind == "classification" else []}
    return trace


def centred(trace, chosen):
    """The logit of a class minus the mean logit, weighted by p."""
    logit = trace["attribution"]["logit"].values
    p = np.exp(logit) / np.exp(logit).sum(1, keepdims=True)
    return logit[np.arange(len(logit)), chosen] - (p * logit).sum(1)


@pytest.mark.parametrize("target", [None, "true", "maybe"])
def test_the_total_is_the_logit_of_the_class_minus_the_weighted_mean_logit_and_the_sum_of_the_parts(target):
    trace = made()
    found = end_to_end(trace, target=target)
    logit = trace["attribution"]["logit"].values
    chosen = {None: logit.argmax(1), "true": np.array([2, 0]), "maybe": np.array([1, 1])}[target]
    np.testing.assert_allclose(found["total"], centred(trace, chosen), atol=1e-12)
    np.testing.assert_allclose(found["bias"] + found["share"].sum(("modality", "time")), found["total"], atol=1e-12)
    np.testing.assert_allclose(found["by_modality"], found["share"].sum("time"), atol=1e-12)
    np.testing.assert_allclose(found["conservation_error"], 0, atol=1e-12)
    assert list(found["target"].values) == [CLASSES[k] for k in chosen]


def test_the_baseline_mean_moves_the_contribution_of_the_mean_step_into_the_bias():
    zero, mean = end_to_end(made()), end_to_end(made(), baseline="mean")
    np.testing.assert_allclose(mean["share"], zero["share"] * 2 / 3, atol=1e-12)
    np.testing.assert_allclose(mean["bias"] + mean["by_modality"].sum("modality"), zero["total"], atol=1e-12)
    np.testing.assert_allclose(mean["prefix"], zero["prefix"])


def test_an_unknown_baseline_and_a_trace_without_the_mean_are_refused():
    with pytest.raises(ConfigError, match=r"end_to_end: baseline='median'"):
        end_to_end(made(), baseline="median")
    trace = made()
    trace["attribution"] = xr.DataTree(trace["attribution"].to_dataset().drop_vars("share_of_mean"))
    with pytest.raises(DataError, match="record the Trace again"):
        end_to_end(trace, baseline="mean")


def test_the_share_is_the_derivative_of_log_p_along_the_shares_of_the_logits():
    trace = made()
    share, logit = trace["attribution"]["share"].values, trace["attribution"]["logit"].values
    found = end_to_end(trace, target="yes")["share"].values
    step = 1e-6

    def log_p(z):
        return z[:, 2] - np.log(np.exp(z).sum(1))

    slope = (log_p(logit + step * share[:, :, 1, 2]) - log_p(logit - step * share[:, :, 1, 2])) / (2 * step)
    np.testing.assert_allclose(found[:, 1, 2], slope, atol=1e-7)


def test_prefixes_add_up_and_the_last_one_is_the_whole_sequence():
    found = end_to_end(made())
    total = found["prefix_bias"] + found["prefix"].sum(("source_modality", "source_block"))
    np.testing.assert_allclose(total, found["prefix_total"], atol=1e-12)
    np.testing.assert_allclose(found["prefix_total"].isel(time=-1), found["total"], atol=1e-12)
    np.testing.assert_allclose(found["prefix"].isel(time=-1), found["share"], atol=1e-12)


def test_a_regression_keeps_its_shares_and_takes_no_class():
    trace = made("regression")
    found = end_to_end(trace)
    np.testing.assert_allclose(found["share"], trace["attribution"]["share"].isel(output=0))
    np.testing.assert_allclose(found["total"], trace["attribution"]["logit"].isel(output=0))
    with pytest.raises(ConfigError, match="target='true' of a regression"):
        end_to_end(trace, target="true")


def test_the_mean_by_lag_is_that_of_the_pairs_so_far_apart():
    trace = made()
    stream = trace["attribution"]["stream"].values
    expected = np.mean([stream[0, 1, t, 0, t - 2] for t in (2, 3)])
    assert float(end_to_end(trace)["stream_by_lag"][0, 1, 0].sel(lag=2)) == pytest.approx(expected)


def test_a_constant_output_gives_shares_of_zero_and_a_total_equal_to_the_bias():
    trace = made()
    group = trace["attribution"].to_dataset()
    group["share"] = group["share"] * 0
    group["logit"] = group["bias"]
    trace["attribution"] = xr.DataTree(group)
    found = end_to_end(trace)
    assert not found["share"].any()
    np.testing.assert_allclose(found["total"], found["bias"])


def test_an_error_of_conservation_is_that_of_the_target():
    trace = made()
    group = trace["attribution"].to_dataset()
    group["bias"] = group["bias"] + xr.DataArray([0.5, 0.0, 0.0], dims="output")
    trace["attribution"] = xr.DataTree(group)
    logit = group["logit"].values
    p = np.exp(logit) / np.exp(logit).sum(1, keepdims=True)
    np.testing.assert_allclose(end_to_end(trace, target="no")["conservation_error"], 0.5 * (1 - p[:, 0]), atol=1e-12)


def test_a_class_that_the_data_do_not_have_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match=r"target='mabye' is unknown.*did you mean 'maybe'"):
        end_to_end(made(), target="mabye")


def test_the_true_class_of_data_without_labels_is_refused():
    trace = made()
    trace["samples"] = xr.DataTree(xr.Dataset({"target": ("sample", np.full(5, np.nan))}))
    with pytest.raises(DataError, match="the Trace has no labels"):
        end_to_end(trace, target="true")
    assert end_to_end(trace)["share"].shape == (2, 2, 4)


def test_predictions_that_are_not_finite_give_nan():
    trace = made()
    group = trace["attribution"].to_dataset()
    group["logit"] = group["logit"].where(group["recorded_sample"] == 4)
    trace["attribution"] = xr.DataTree(group)
    found = end_to_end(trace)
    assert np.isnan(found["total"].values[0])
    assert np.isfinite(found["total"].values[1])


def test_runs_of_a_combined_trace_are_analysed_one_by_one(seed_traces):
    together = end_to_end(mm.trace.combine(seed_traces))
    assert together["share"].dims[0] == "run"
    alone = end_to_end(seed_traces[1])["share"].sel(recorded_sample=together["recorded_sample"])
    np.testing.assert_array_equal(together["share"][1], alone)
