"""Partial information decomposition: tasks whose parts are known, identities, the bound of the solver, the null, and the coverage of the intervals."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmviz.core.errors import ConfigError, DataError
from mmviz.metrics import decompose, partial_information

BITS = list(itertools.product((0, 1), repeat=2))
AND = (3 * np.log2(3) - 4) * 0.75 / 3  # I(X1; Y) of AND, all of it redundant


def table_of(rows):
    """Return the joint distribution of equally likely (x1, x2, y)."""
    values = [sorted({row[k] for row in rows}) for k in range(3)]
    table = np.zeros([len(v) for v in values])
    for row in rows:
        table[tuple(v.index(x) for v, x in zip(values, row, strict=True))] += 1 / len(rows)
    return table


KNOWN = {
    "XOR": ([(a, b, a ^ b) for a, b in BITS], (0, 0, 0, 1)),
    "first only": ([(a, b, a) for a, b in BITS], (0, 1, 0, 0)),
    "second only": ([(a, b, b) for a, b in BITS], (0, 0, 1, 0)),
    "duplicate": ([(a, a, a) for a in (0, 1)], (1, 0, 0, 0)),
    "both bits": ([(a, b, (a, b)) for a, b in BITS], (0, 1, 1, 0)),
    "AND": ([(a, b, a & b) for a, b in BITS], (0.3113, 0, 0, 0.5)),
    "SUM": ([(a, b, a + b) for a, b in BITS], (0.5, 0, 0, 1)),
    "shared bit and XOR": (
        [((r, a), (r, b), (r, a ^ b)) for r, (a, b) in itertools.product((0, 1), BITS)],
        (1, 0, 0, 1),
    ),
}


@pytest.mark.parametrize("task", KNOWN)
def test_the_parts_of_a_known_task_are_found_within_the_stated_bound(task):
    rows, expected = KNOWN[task]
    parts, gap = decompose(table_of(rows))
    assert gap <= 1.001e-4
    np.testing.assert_allclose(parts, expected, atol=gap + 5e-5)


@pytest.mark.parametrize("task", KNOWN)
def test_samples_of_a_known_task_give_its_parts_within_002_bits(task):
    rows, expected = KNOWN[task]
    drawn = np.random.default_rng(0).integers(len(rows), size=4000)
    x1, x2, y = (
        np.array([rows[i][k] if np.ndim(rows[i][k]) == 0 else 2 * rows[i][k][0] + rows[i][k][1] for i in drawn])
        for k in range(3)
    )
    found = partial_information(x1, x2, y, permutations=20, resamples=50)
    np.testing.assert_allclose(found.bits, expected, atol=0.02)
    assert np.all(found.bits[np.array(expected) == 0] <= found.null_high[np.array(expected) == 0] + 0.002)


def entropy(p, *axes):
    q = p.sum(axes).ravel()
    return -(q[q > 0] * np.log2(q[q > 0])).sum()


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 4), st.integers(2, 4), st.integers(2, 4), st.floats(0.05, 3), st.integers(0, 10**6))
def test_identities_hold_for_any_table(i, j, k, concentration, seed):
    p = np.random.default_rng(seed).dirichlet(np.full(i * j * k, concentration)).reshape(i, j, k)
    (r, u1, u2, s), gap = decompose(p)
    one, two = (
        entropy(p, 1, 2) + entropy(p, 0, 1) - entropy(p, 1),
        entropy(p, 0, 2) + entropy(p, 0, 1) - entropy(p, 0),
    )
    both = entropy(p, 2) + entropy(p, 0, 1) - entropy(p)
    np.testing.assert_allclose([r + u1, r + u2, r + u1 + u2 + s], [one, two, both], atol=1e-9)
    assert min(r, u1, u2, s) >= -gap - 1e-9
    swapped = decompose(p.transpose(1, 0, 2))[0]
    np.testing.assert_allclose(swapped[[0, 2, 1, 3]], (r, u1, u2, s), atol=3e-4)
    renamed = decompose(p[::-1, :, ::-1])[0]
    np.testing.assert_allclose(renamed, (r, u1, u2, s), atol=3e-4)


def test_the_bound_holds_against_a_much_finer_solution():
    draw = np.random.default_rng(5)
    p = draw.dirichlet(np.full(3 * 3 * 4, 0.3), size=20).reshape(20, 3, 3, 4)
    fine, fine_gap = decompose(p, tolerance=1e-7)
    coarse, gap = decompose(p, tolerance=1e-2)
    off = coarse[:, 3] - fine[:, 3]  # less synergy than the exact one: the least information is over-estimated
    assert np.all(-off <= gap + 1e-9)
    assert np.all(off <= fine_gap + 1e-9)
    assert np.abs(off).max() > 1e-4, "the coarse solution is coarse, so that the bound is tested"


def test_tables_are_solved_together_as_alone():
    p = np.random.default_rng(2).dirichlet(np.ones(12), size=(2, 3)).reshape(2, 3, 2, 3, 2)
    together = decompose(p)[0]
    assert together.shape == (2, 3, 4)
    np.testing.assert_allclose(together[1, 2], decompose(p[1, 2])[0], atol=1e-12)


def test_counts_and_probabilities_give_the_same():
    counts = np.random.default_rng(3).integers(0, 9, (3, 2, 4))
    np.testing.assert_array_equal(decompose(counts)[0], decompose(counts / counts.sum())[0])


@pytest.mark.parametrize("levels", [2, 3])
def test_independent_variables_have_no_part_above_their_null(levels):
    """The plug-in synergy of independent data is far above 0: without the null it would be reported as synergy."""
    draw = np.random.default_rng(0)
    above, plain = np.zeros(4), np.zeros(4)
    for seed in range(40):
        x1, x2, y = draw.integers(levels, size=(3, 200))
        found = partial_information(x1, x2, y, permutations=60, resamples=50, seed=seed)
        above += found.bits > found.null_high
        plain += found.bits
    assert np.all(above <= 6), above  # expected 2 of 40; more than 6 has a probability below 0.4 %
    assert plain[3] / 40 > {2: 0.003, 3: 0.015}[levels]


def mixture(levels, first, second, synergy):
    """Return P(x1, x2, y): each source repeats y with a probability, or both together give it."""
    y, i, j = np.ogrid[:levels, :levels, :levels]
    alone = (first * (i == y) + (1 - first) / levels) * (second * (j == y) + (1 - second) / levels)
    p1 = first * (i == y) + (1 - first) / levels
    joint = (1 - synergy) * alone + synergy * p1 * ((i + j) % levels == y)
    return (joint / levels).transpose(1, 2, 0)


@pytest.mark.parametrize(
    ("levels", "n", "first", "second", "synergy"),
    [(2, 200, 0.6, 0.4, 0), (2, 100, 0.3, 0.6, 0.2), (3, 300, 0.5, 0.3, 0.4)],
)
def test_intervals_cover_the_truth(levels, n, first, second, synergy):
    p = mixture(levels, first, second, synergy)
    p /= p.sum()
    truth = decompose(p, tolerance=1e-6)[0]
    draw, covered, runs = np.random.default_rng(1), np.zeros(4), 80
    for seed in range(runs):
        cell = draw.choice(p.size, n, p=p.ravel())
        found = partial_information(*np.unravel_index(cell, p.shape), permutations=20, resamples=100, seed=seed)
        covered += (found.low <= truth + 1e-3) & (truth - 1e-3 <= found.high)
    assert np.all(covered / runs >= 0.88), covered / runs  # nominal 0.95; 80 runs: below 0.88 has a probability of 1 %


def test_intervals_over_groups_are_wider_where_groups_differ_and_cover_the_truth():
    """Within a recording the source is right or random throughout: samples are not independent."""
    p = mixture(2, 0.5, 0.5, 0)
    draw, covered, plain, runs = np.random.default_rng(4), np.zeros(4), np.zeros(4), 60
    truth = decompose(p / p.sum(), tolerance=1e-6)[0]
    group = np.repeat(np.arange(30), 10).astype(str)
    for seed in range(runs):
        y = draw.integers(2, size=300)
        sources = [np.where(np.repeat(draw.random(30) < 0.5, 10), y, draw.integers(2, size=300)) for _ in range(2)]
        found = partial_information(*sources, y, group=group, permutations=20, resamples=50, seed=seed)
        alone = partial_information(*sources, y, permutations=20, resamples=50, seed=seed)
        covered += (found.low <= truth + 1e-3) & (truth - 1e-3 <= found.high)
        plain += (alone.low <= truth + 1e-3) & (truth - 1e-3 <= alone.high)
    assert "300 samples in 30 groups" in found.interval
    assert np.all(covered / runs >= 0.9), covered / runs
    assert plain[1] / runs < covered[1] / runs, "as independent samples the interval is too narrow"


def test_the_null_keeps_the_dependence_within_groups():
    """A target that is constant in each group: permuting single samples would call chance a finding."""
    draw, above, group = np.random.default_rng(0), 0, np.repeat(np.arange(12), 25).astype(str)
    for seed in range(40):
        y = np.repeat(draw.integers(2, size=12), 25)
        x1, x2 = (np.repeat(draw.integers(2, size=12), 25) for _ in range(2))
        if len(np.unique(y)) < 2 or len(np.unique(x1)) < 2 or len(np.unique(x2)) < 2:
            continue
        found = partial_information(x1, x2, y, group=group, permutations=60, resamples=50, seed=seed)
        above += bool(found.bits.sum() > found.null_high.sum())
    assert above <= 6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first": [0, 1]}, "one of each per sample"),
        ({"first": np.zeros((4, 2))}, "shape"),
        ({"target": [0, 1, np.nan, 1]}, "not finite"),
        ({"first": [], "second": [], "target": []}, "shape"),
        ({"permutations": 3}, "permutations"),
        ({"resamples": 0}, "resamples"),
        ({"group": ["a"]}, "group"),
    ],
)
def test_wrong_arguments_are_refused(change, said):
    given = {"first": [0, 1, 0, 1], "second": [0, 0, 0, 0], "target": [0, 1, 1, 0]} | change
    with pytest.raises(ConfigError, match=said):
        partial_information(**given)


def test_fewer_samples_than_cells_are_refused_and_few_have_no_interval():
    draw = np.random.default_rng(0)
    with pytest.raises(DataError, match="1000 cells"):
        partial_information(*draw.integers(10, size=(3, 200)))
    found = partial_information(*draw.integers(4, size=(3, 200)), permutations=20, resamples=50)
    assert np.isnan(found.low).all()
    assert "no interval: 200 samples in 64 cells" in found.interval
    one = partial_information(*draw.integers(2, size=(3, 100)), group=["a"] * 100, permutations=20, resamples=50)
    assert np.isnan(one.high).all()


def test_a_source_or_target_with_one_value_tells_nothing():
    draw = np.random.default_rng(0)
    y = draw.integers(2, size=100)
    found = partial_information(np.zeros(100), y, y, permutations=20, resamples=50)
    np.testing.assert_allclose(found.bits, [0, 0, found.information[1], 0], atol=1e-9)
    none = partial_information(y, y, np.zeros(100), permutations=20, resamples=50)
    np.testing.assert_allclose(none.bits, 0, atol=1e-9)


@pytest.mark.parametrize("bad", [np.zeros((2, 2, 2)), np.full((2, 2, 2), np.nan), -np.ones((2, 2, 2)), np.ones((2, 2))])
def test_a_table_that_is_none_is_refused(bad):
    with pytest.raises(ConfigError, match="decompose"):
        decompose(bad)
