"""Rows of a study as named arrays: each figure in its place, NaN where there is none."""

from dataclasses import replace

import numpy as np
import pytest

from mmviz.efficiency import Case, Row, as_dataset
from mmviz.efficiency.sweep import SKIPPED
from mmviz.errors import ConfigError

TIME = {"median": 3.0, "q1": 2.0, "q3": 5.0, "least": 1.5, "cpu": 1.0, "samples": 4}


def row(contender, length, factor=1.0, **changed):
    time = {name: value * factor for name, value in TIME.items()}
    case = Case(contender, length, "inference", 64, 1)
    return replace(Row(case, 1, error=1e-7, parameters=10, time_ms=time, peak_bytes=int(factor * 2**20)), **changed)


def test_every_figure_is_in_its_place():
    rows = [row("cross_attention_fused", 200, 4), row("coupled_mamba", 200, 2), row("coupled_mamba", 100)]
    data = as_dataset(rows)
    assert data["model"].values.tolist() == ["cross_attention_fused", "coupled_mamba"]
    assert data["length"].values.tolist() == [100, 200]
    for name, value in {"milliseconds": 3, "low": 2, "high": 5, "cpu": 1, "mebibytes": 1}.items():
        np.testing.assert_array_equal(data[name], [[np.nan, 4 * value], [value, 2 * value]])
    assert {data.attrs[name] for name in ("mode", "width", "layers", "batch", "threads")} == {"inference", 64, 1}
    assert data.attrs["machine"]


def test_what_was_not_measured_is_nan_and_not_zero():
    skipped = row("coupled_mamba", 100, status=SKIPPED, time_ms=None, peak_bytes=None, error=None)
    blind = row("coupled_mamba", 200, peak_bytes=None)
    data = as_dataset([skipped, blind])
    assert np.isnan(data.isel(length=0).to_array()).all()
    assert float(data["milliseconds"][0, 1]) == 3
    assert np.isnan(data["mebibytes"][0, 1])


def test_rows_that_cannot_be_compared_are_refused():
    one = row("coupled_mamba", 100)
    with pytest.raises(ConfigError, match="no rows"):
        as_dataset([])
    with pytest.raises(ConfigError, match=r"rows differ in width \(64, 128\)"):
        as_dataset([one, replace(one, case=replace(one.case, length=200, width=128))])
    with pytest.raises(ConfigError, match="rows differ in threads"):
        as_dataset([one, row("coupled_mamba", 200, threads=2)])
    with pytest.raises(ConfigError, match="two rows of the same model and length"):
        as_dataset([one, one])
