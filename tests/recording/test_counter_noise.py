"""Noise by counter: distribution, independence of seeds and streams, and fixed values that the page must reproduce."""

import numpy as np
import pytest
from scipy import stats

from mmviz.recording.counter_noise import counter_normal, mixed


def test_the_hash_is_bijective_on_a_sample_of_words_and_changes_half_of_the_bits():
    words = np.arange(1 << 16, dtype=np.uint32)
    assert len(np.unique(mixed(words))) == len(words)
    changed = np.unpackbits((mixed(words) ^ mixed(words ^ np.uint32(1))).view(np.uint8)).mean()
    assert changed == pytest.approx(0.5, abs=0.005)


def test_values_are_fixed_by_seed_and_stream_and_a_longer_sequence_begins_with_the_shorter():
    np.testing.assert_allclose(
        counter_normal(0, 0, 3), [1.0461215038501304, -1.399915542562462, 0.29001370534727067], rtol=1e-14
    )
    np.testing.assert_allclose(
        counter_normal(2**32 - 1, 2, 2), [-0.44599991608444506, -0.26452218493353685], rtol=1e-14
    )
    np.testing.assert_array_equal(counter_normal(5, 1, 100)[:7], counter_normal(5, 1, 7))


def test_mean_sd_and_shape_are_those_of_a_standard_normal():
    x = counter_normal(3, 0, 200_000)
    assert abs(x.mean()) < 4 / np.sqrt(len(x))
    assert x.std() == pytest.approx(1, abs=4 / np.sqrt(2 * len(x)))
    assert stats.kstest(x, "norm").pvalue > 1e-3
    assert stats.kurtosis(x) == pytest.approx(0, abs=0.05)


def test_neighbours_seeds_and_streams_are_uncorrelated():
    n, drawn = 4000, []
    for seed in range(12):
        drawn += [counter_normal(seed, stream, n) for stream in range(3)]
    drawn.append(np.r_[drawn[0][1:], 0.0])
    drawn.append(np.r_[drawn[0][9:], np.zeros(9)])  # the next frame of nine channels
    z = np.corrcoef(drawn)[np.triu_indices(len(drawn), 1)] * np.sqrt(n)
    assert np.abs(z).max() < 5
    assert z.std() == pytest.approx(1, abs=0.12)
