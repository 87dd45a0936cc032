"""Every analysis of a Trace that stays in its file gives the numbers of the same Trace in memory."""

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.analysis.blockwise import median, sample_chunks

FUSIONS = {
    "coupled_mamba": {"width": 8, "layers": 2, "state": 4},
    "alignmamba2": {"width": 8, "layers": 1, "state": 4, "ot": 0.01},
    "tfn": {"width": 4},
}
ANALYSES = {
    "shapley": mm.analysis.shapley,
    "likelihood": lambda t: mm.analysis.shapley(t, value="log_likelihood"),
    "accuracy": lambda t: mm.analysis.shapley(t, value="accuracy"),
    "prefix_shapley": mm.analysis.prefix_shapley,
    "coalition_scores": mm.analysis.coalition_scores,
    "interactions": mm.analysis.interactions,
    "equilibrium": mm.analysis.imbalance,
    "equilibrium per epoch": lambda t: mm.analysis.imbalance(t, per_epoch=True),
    "training": mm.analysis.training,
    "states": lambda t: mm.analysis.states(t, channels=5),
    "influence": mm.analysis.influence,
    "effect": lambda t: mm.analysis.influence(t, kind="effect"),
    "trajectories": mm.analysis.trajectories,
    "routing": mm.analysis.routing,
    "transport": lambda t: mm.analysis.transport(t, "light", "sound"),
    "alignment": mm.analysis.alignment,
}
LAZY = {"shapley", "likelihood", "accuracy", "prefix_shapley"}
OF_STATES = {"states", "influence", "effect", "trajectories"}


@pytest.fixture(scope="module", params=FUSIONS)
def fusion(request):
    return request.param


@pytest.fixture(scope="module")
def stored(fusion, ragged, tmp_path_factory):
    model = mm.models.build(fusion, ragged.spec, **FUSIONS[fusion])
    run = mm.train.fit(model, ragged, epochs=2, progress=False)
    path = tmp_path_factory.mktemp("trace") / "trace.nc"
    trace = mm.record(run, ragged["test"], recorded_samples=[5, 0, 1, 4, 2, 9, 8], alignment=True)
    trace["coalitions"]["prediction"][6, 3, 0] = np.nan
    return mm.trace.save(trace, path)


@pytest.fixture(scope="module")
def in_memory(stored):
    return mm.trace.load(stored)


@pytest.fixture(scope="module", params=[2, 50])
def opened(request, stored):
    return mm.trace.load(stored, chunks=request.param)


@pytest.mark.parametrize("name", ANALYSES)
def test_every_analysis_of_a_lazy_trace_equals_the_one_in_memory(in_memory, opened, fusion, name):
    if (name == "routing" and fusion != "alignmamba2") or (name == "transport" and fusion == "coupled_mamba"):
        pytest.skip("nothing of the kind in this model")
    if fusion == "tfn" and name in {*OF_STATES, "transport"}:
        pytest.skip("no scan in this model")
    whole, lazy = ANALYSES[name](in_memory), ANALYSES[name](opened)
    if name in LAZY:
        assert lazy["phi"].chunks is not None
    xr.testing.assert_allclose(lazy.compute(), whole, rtol=1e-9, atol=1e-12)
    assert lazy.attrs == whole.attrs
    for variable in whole.variables:
        assert lazy[variable].dtype == whole[variable].dtype, variable
        assert lazy[variable].attrs == whole[variable].attrs, variable


def test_results_of_the_size_of_the_trace_stay_lazy(stored, fusion):
    if fusion != "alignmamba2":
        pytest.skip("one model with states, experts and plans will do")
    trace = mm.trace.load(stored, chunks=2)
    for dataset, names in (
        (mm.analysis.states(trace), ("norm", "size")),
        (mm.analysis.routing(trace), ("weight",)),
        (mm.analysis.influence(trace), ("map",)),
        (mm.analysis.transport(trace, "light", "sound"), ("plan", "cost")),
    ):
        for variable in names:
            assert dataset[variable].chunks is not None, variable


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_the_median_in_blocks_is_exact(seed, count):
    rng = np.random.default_rng(seed)
    values = (rng.standard_normal((count, 5, 3)) * 10.0 ** rng.integers(-30, 30, (count, 5, 3))).astype(np.float32)
    values[rng.random(values.shape) < 0.2] = np.nan
    values[rng.random(values.shape) < 0.1] = rng.choice([0.0, -0.0, 1.5, np.inf, -np.inf])
    values[..., 0] = 2.5 if seed else np.nan
    array = xr.DataArray(values, dims=("recorded_sample", "time", "channel"))
    with np.errstate(all="ignore"):
        expected = array.astype(np.float64).median(("recorded_sample", "time"))
        found = median(array.chunk(recorded_sample=3), over=("recorded_sample", "time"))
    np.testing.assert_array_equal(found, expected)


def test_sample_chunks_concatenated_are_the_array():
    array = xr.DataArray(np.arange(14.0).reshape(7, 2), dims=("recorded_sample", "time"))
    other = xr.DataArray(np.arange(2.0), dims="time")
    parts = list(sample_chunks(array.chunk(recorded_sample=3), other, dim="recorded_sample"))
    assert [len(a) for a, _ in parts] == [3, 3, 1]
    assert all(b.identical(other) for _, b in parts)
    xr.testing.assert_identical(xr.concat([a for a, _ in parts], "recorded_sample"), array)
    assert len(list(sample_chunks(array, dim="recorded_sample"))) == 1
