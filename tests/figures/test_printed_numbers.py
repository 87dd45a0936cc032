"""The papers' numbers are copied right: they give the papers' own headlines."""

import numpy as np

from mmviz.figures.printed_numbers import LENGTHS, MEMORY_GB, MISSING, MOSEI, RATES, TIME_S


def test_memory_and_time_give_the_headlines():
    cross, coupled = (np.array(MEMORY_GB[name]) for name in ("cross-attention", "Coupled Mamba"))
    assert round(100 * (1 - coupled / cross)[LENGTHS.index(500)], 1) == 83.7
    cross, coupled = (np.array(TIME_S[name]) for name in ("cross-attention", "Coupled Mamba"))
    assert round(100 * (1 - coupled / cross).mean(), 2) == 49.05


def test_every_series_has_a_value_for_every_place():
    assert {len(v) for v in (*MEMORY_GB.values(), *TIME_S.values())} == {len(LENGTHS)}
    assert {len(v) for v in MISSING.values()} == {len(RATES)}


def test_the_averages_over_the_missing_rates_are_the_papers():
    for name, printed in (("MMIN", 77.3), ("GCNet", 77.9), ("Coupled Mamba", 79.4)):
        assert abs(np.mean(MISSING[name]) - printed) < 0.15, name


def test_coupled_mamba_leads_where_the_paper_says_so():
    assert min(MOSEI, key=lambda name: MOSEI[name][0]) == "coupled_mamba"
    assert max(MOSEI, key=lambda name: MOSEI[name][3]) == "coupled_mamba"
