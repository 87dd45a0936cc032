"""The course of a training: the columns of the history, aligned by epoch; EDM where contributions were noted."""

import numpy as np
import pytest
import xarray as xr

from mmviz.analysis import imbalance_e1, imbalance_e2, training
from mmviz.core.errors import ConfigError, DataError


def with_history(trace, **columns):
    out = trace.copy()
    epochs = len(next(iter(columns.values())))
    data = {n: (("epoch", "modality")[: np.ndim(v)], np.asarray(v)) for n, v in columns.items()}
    out["history"] = xr.DataTree(xr.Dataset(data, coords={"epoch": range(epochs)}))
    return out


def test_training_returns_the_columns_of_the_history(trace):
    curves = training(trace)
    history = trace["history"].to_dataset()
    assert curves.sizes["run"] == 1
    for name in history.data_vars:
        np.testing.assert_array_equal(curves[name][0], history[name])
    assert curves["best_epoch"].values.tolist() == [trace.attrs["best_epoch"]]


def test_runs_with_other_lengths_and_columns_are_padded_with_nan(trace):
    curves = training(
        {
            "a": with_history(trace, loss=[3.0, 2.0]),
            "b": with_history(trace, loss=[5.0, 4.0, 1.0], extra=[1.0, 2.0, 3.0]),
        }
    )
    np.testing.assert_array_equal(curves["loss"], [[3, 2, np.nan], [5, 4, 1]])
    np.testing.assert_array_equal(curves["extra"], [[np.nan] * 3, [1, 2, 3]])
    assert curves["run"].values.tolist() == ["a", "b"]


def test_a_history_with_shapley_values_has_imbalance_e1_and_e2(trace):
    phi = np.array([[0.1, 0.2, 0.3], [0.0, 0.0, 1.0], [-1.0, -1.0, -1.0]])
    curves = training(with_history(trace, contribution=phi))
    np.testing.assert_array_equal(curves["E1"][0], imbalance_e1(phi))
    np.testing.assert_array_equal(curves["E2"][0], imbalance_e2(phi))
    assert np.isnan(curves["E1"][0, 2])
    assert "our interpretation" in curves["E1"].attrs["interpretation"]


def test_what_cannot_be_compared_is_refused(trace):
    other = trace.copy()
    other.attrs = {**trace.attrs, "modalities": ["a", "b", "c"]}
    with pytest.raises(DataError, match="run 'two'"):
        training({"one": trace, "two": other})
    with pytest.raises(ConfigError, match="no Trace"):
        training({})
    with pytest.raises(ConfigError, match=r"traces\['x'\] is a int"):
        training({"x": 3})
    empty = trace.copy()
    empty["history"] = xr.DataTree(xr.Dataset())
    with pytest.raises(DataError, match="empty"):
        training(empty)
