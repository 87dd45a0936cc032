"""A Trace file of schema version 2, written by the code before the renaming, is read with the current names and the same numbers."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import DataError
from mmviz.trace.version_2 import RENAMED

HERE = Path(__file__).parent
ANALYSES = {
    "shapley": mm.analysis.shapley,
    "prefix": mm.analysis.prefix_shapley,
    "coalitions": mm.analysis.coalition_scores,
    "interactions": mm.analysis.interactions,
    "influence": mm.analysis.influence,
    "states": mm.analysis.states,
    "routing": mm.analysis.routing,
    "alignment": mm.analysis.alignment,
    "training": mm.analysis.training,
    "equilibrium": mm.analysis.imbalance,
    "trajectories": mm.analysis.trajectories,
    "by_class": mm.analysis.shapley_by_class,
    "transport": lambda trace: mm.analysis.transport(
        trace, *(str(trace["transport"][k].values[0]) for k in ("source", "anchor"))
    ),
}


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "old.nc"
    path.write_bytes(gzip.decompress((HERE / "trace_version_2.nc.gz").read_bytes()))
    return path


def test_a_version_2_file_is_loaded_as_a_valid_trace_of_the_current_version(stored):
    trace = mm.trace.load(stored)
    mm.trace.validate(trace)
    assert trace.attrs["schema"] == mm.trace.SCHEMA_VERSION == 3
    names = {str(name) for node in trace.subtree for name in (*node.dims, *node.variables)}
    assert not names & {"answer", "traced", "owner", "block"}
    assert trace["states"]["coupling"].dims == ("epoch", "layer", "target_modality", "source_modality")


@pytest.mark.parametrize("chunks", [None, 1])
@pytest.mark.parametrize("name", ANALYSES)
def test_analyses_of_a_version_2_file_have_the_numbers_that_the_old_code_computed(stored, name, chunks):
    trace = mm.trace.load(stored, chunks=chunks)
    found = ANALYSES[name](trace)
    expected = {
        k.split(".", 1)[1]: v
        for k, v in json.loads((HERE / "trace_version_2_values.json").read_text()).items()
        if k.startswith(f"{name}.")
    }
    assert expected
    for variable, (shape, total, missing) in expected.items():
        values = found[RENAMED["history"].get(variable, variable) if name == "training" else variable].values.astype(
            float
        )
        assert list(values.shape) == shape
        assert int(np.isnan(values).sum()) == missing
        assert np.nansum(values) == pytest.approx(total, rel=1e-12)
    trace.close()


def test_a_version_2_trace_in_memory_is_refused_with_the_way_out(stored):
    trace = mm.trace.load(stored)
    trace.attrs["schema"] = 2
    with pytest.raises(DataError, match=r"schema version 2, .*mmviz\.trace\.load"):
        mm.trace.validate(trace)
