"""Scores of the subsets of modalities, with Wilson's interval for accuracies."""

import numpy as np
import pytest
from scipy.stats import binomtest

from mmviz.analysis import coalition_scores, shapley
from mmviz.errors import ConfigError, DataError


def test_the_score_of_a_subset_is_its_accuracy_with_wilsons_interval(trace):
    found = coalition_scores(trace)
    right = trace["coalitions"]["answer"].values.argmax(-1) == trace["samples"]["target"].values[:, None]
    np.testing.assert_allclose(found["score"], right.mean(0), rtol=1e-14)
    for k in range(right.shape[1]):
        expected = binomtest(int(right[:, k].sum()), len(right)).proportion_ci(method="wilson")
        np.testing.assert_allclose([found["low"][k], found["high"][k]], [expected.low, expected.high], atol=1e-9)


def test_all_and_nothing_are_those_of_the_contributions(trace):
    found, phi = coalition_scores(trace, value="probability"), shapley(trace)
    np.testing.assert_allclose(found["score"][-1], phi["full"].mean(), rtol=1e-12)
    np.testing.assert_allclose(found["score"][0], phi["baseline"].mean(), rtol=1e-12)


def test_a_sample_with_a_broken_answer_is_left_out_and_counted(trace):
    broken = trace.copy(deep=True)
    broken["coalitions"]["answer"].values[0, 1] = np.nan
    assert coalition_scores(broken).attrs["n_samples"] == trace["samples"].sizes["sample"] - 1


def test_what_cannot_be_is_refused(trace):
    with pytest.raises(ConfigError, match="output"):
        coalition_scores(trace, value="output")
    poor = trace.copy()
    del poor["coalitions"]
    with pytest.raises(DataError, match="coalitions=True"):
        coalition_scores(poor)
