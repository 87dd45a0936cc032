"""The history in the Trace: one column per entry, one table per entry that every modality has."""

import dataclasses

import numpy as np
import pytest

from mmviz.errors import DataError
from mmviz.trace import validate
from mmviz.trace.samples import history_of


def test_entries_of_modalities_become_one_variable_and_a_missing_one_is_nan(toy, toy_run):
    first, second = toy.spec.names[:2]
    rows = [{**row, "penalty/ot": 1.5} for row in toy_run.history]
    rows[0] |= {f"contribution/{first}": 0.25, f"contribution/{second}": 0.75}
    history = history_of(dataclasses.replace(toy_run, history=rows))
    assert history["contribution"].dims == ("epoch", "modality")
    assert history["contribution"].sel(modality=second).values[0] == 0.75
    assert np.isnan(history["contribution"].values[1]).all()
    assert (history["penalty_ot"].values == 1.5).all()
    assert history["train_loss"].dims == ("epoch",)


def test_a_history_over_other_dimensions_is_refused_by_name(trace):
    odd = trace.copy()
    odd["history"] = trace["history"].to_dataset().assign(strange=("pair", [1.0]))
    with pytest.raises(DataError, match="/history/strange has dimensions"):
        validate(odd)
