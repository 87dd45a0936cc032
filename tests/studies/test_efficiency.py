"""The efficiency study: measurements, refusals, the command's table, and the rows as a Dataset."""

import csv
import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from mmkernels.timing.memory import peak_bytes

from mmviz.__main__ import main
from mmviz.core.errors import ConfigError, MmvizError
from mmviz.studies.efficiency import CONTENDERS, MODES, Case, Row, as_dataset, cases, savings, study
from mmviz.studies.efficiency import command_line as commands
from mmviz.studies.efficiency.measurement import case_peak_bytes, fresh, timed
from mmviz.studies.efficiency.sweep import SKIPPED, attention_bytes

MIB = 2**20
linux = pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="peak memory is read on Linux only")  # noqa: PTH110
SMALL = {"width": 16, "layers": 1}


def known_allocation():
    """Hold 64 MiB, give it back, then hold 96 MiB: the peak is 96."""
    first = torch.ones(16 * MIB)
    del first
    second = torch.ones(8 * MIB), torch.ones(16 * MIB)
    return sum(float(part[0]) for part in second)


def peak_of_the_known():
    torch.ones(4 * MIB)  # what is given back before does not hide what comes
    return peak_bytes(known_allocation)[0], peak_bytes(lambda: None)[0]


def exit_at_once():
    os._exit(3)


@linux
def test_peak_bytes_of_a_known_allocation_is_its_size():
    peak, nothing = fresh(peak_of_the_known, threads=1)
    assert abs(peak - 96 * MIB) < 3 * MIB  # pages of libraries that are touched for the first time count too
    assert nothing < 1 * MIB


@linux
def test_peak_memory_contains_the_two_matrices_of_materialised_attention_and_none_of_fused():
    case = Case("cross_attention_materialised", 512, "inference", **SMALL)
    assert attention_bytes(case) == 2 * 8 * 512**2 * 4
    written, fused = (
        fresh(case_peak_bytes, dataclasses.replace(case, contender=f"cross_attention_{kind}"), threads=1)
        for kind in ("materialised", "fused")
    )
    assert attention_bytes(case) < written < attention_bytes(case) + 4 * MIB
    assert fused < 4 * MIB


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", CONTENDERS)
def test_every_contender_passes_its_equality_test(name, mode):
    assert cases.error_of(Case(name, 200, mode, **SMALL)) < cases.TOLERANCE / 5


def test_a_model_that_fails_its_equality_test_is_not_timed(monkeypatch):
    monkeypatch.setattr(cases, "_values", spoilt := lambda case, model, batch: [next(batch_values(batch))])
    case = Case("cross_attention_fused", 24, "inference", **SMALL)
    found = timed([case], rounds=1, seconds=0.1)
    assert callable(spoilt)
    assert found[case.contender]["error"] > cases.TOLERANCE
    assert "time_ms" not in found[case.contender]


def batch_values(batch):
    """Yield something that differs between float32 and float64 by more than rounding."""
    yield next(iter(batch.values.values())).sum()[None] * (1 + (batch.values["m1"].dtype == torch.float32))


def test_a_worker_process_that_exits_raises_an_error_with_its_name():
    with pytest.raises(MmvizError, match=r"for exit_at_once exited unexpectedly, possibly out of memory"):
        fresh(exit_at_once, threads=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"models": ["mulT"]}, "choose from coupled_mamba"),
        ({"modes": ["test"]}, "inference or training"),
        ({"lengths": [3]}, "length=3, expected an integer ≥ 24"),
        ({"width": 12}, "multiple of 8"),
        ({"threads": 0}, "threads=0"),
        ({"device": "tpu"}, "choose cpu or cuda"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_measured(options, message):
    with pytest.raises(ConfigError, match=message):
        study(**options, on_row=lambda row: pytest.fail("measured"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_device_cuda_without_a_gpu_is_refused_before_anything_is_measured(capsys):
    assert main(["efficiency", "--device", "cuda"]) == 1
    assert "nothing was measured" in capsys.readouterr().err


def test_a_case_whose_attention_matrices_exceed_the_free_memory_is_skipped_with_a_note(monkeypatch):
    monkeypatch.setattr("mmviz.studies.efficiency.sweep.available_bytes", lambda device: 1_000_000)
    (row,) = study(lengths=[512], models=["transformer_materialised"], modes=["training"], **SMALL)
    assert (row.status, row.time_ms, row.peak_bytes) == ("skipped", None, None)
    assert "GiB are free" in commands.line_of(row)


def row(contender, length, median, peak, mode="inference"):
    time_ms = {"median": median, "q1": median, "q3": median, "least": median, "cpu": median, "samples": 1}
    return Row(Case(contender, length, mode), 1, time_ms=time_ms, peak_bytes=peak, parameters=1)


def test_a_promise_is_tested_only_on_rows_of_its_length_and_mode():
    def verdicts(ours, theirs, length=2000, mode="inference"):
        rows = [row("alignmamba2", length, *ours, mode), row("cross_attention_materialised", length, *theirs, mode)]
        return [(s.memory, s.time, s.met) for s in savings(rows)]

    assert verdicts((40, 30), (100, 100)) == [(0.7, 0.6, True)]
    assert verdicts((41, 30), (100, 100))[0][2] is False
    assert verdicts((40, 31), (100, 100))[0][2] is False
    assert verdicts((40, None), (100, 100)) == [(None, 0.6, None)]
    assert verdicts((40, 30), (100, 100), length=500)[0][2] is None
    assert verdicts((40, 30), (100, 100), mode="training")[0][2] is None


@linux
def test_the_command_prints_a_table_and_writes_json_and_csv_with_the_machine(tmp_path):
    words = (
        "efficiency --lengths 32 --modes inference --models coupled_mamba cross_attention_fused --width 16 --layers 1"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mmviz", *words.split(), "--rounds", "2", "--seconds", "0.2", "--out", tmp_path / "new"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    stored = json.loads((tmp_path / "new" / "efficiency.json").read_text())
    assert stored["versions"]["torch"] == torch.__version__
    assert stored["machine"]["processor"]
    assert "gpu" not in stored["machine"]
    assert [line["contender"] for line in stored["rows"]] == ["coupled_mamba", "cross_attention_fused"]
    with (tmp_path / "new" / "efficiency.csv").open() as file:
        lines = list(csv.DictReader(file))
    for line, kept in zip(lines, stored["rows"], strict=True):
        assert line["status"] == "measured"
        assert float(line["median_ms"]) == kept["median_ms"] > 0
        assert f"{kept['median_ms']:.1f}" in done.stdout
    (saving,) = stored["savings"]
    assert saving["time"] == pytest.approx(1 - stored["rows"][0]["median_ms"] / stored["rows"][1]["median_ms"])


TIME = {"median": 3.0, "q1": 2.0, "q3": 5.0, "least": 1.5, "cpu": 1.0, "samples": 4}


def measured_row(contender, length, factor=1.0, **changed):
    time = {name: value * factor for name, value in TIME.items()}
    case = Case(contender, length, "inference", 64, 1)
    return replace(Row(case, 1, error=1e-7, parameters=10, time_ms=time, peak_bytes=int(factor * 2**20)), **changed)


def test_as_dataset_puts_every_number_at_its_model_and_length():
    rows = [
        measured_row("cross_attention_fused", 200, 4),
        measured_row("coupled_mamba", 200, 2),
        measured_row("coupled_mamba", 100),
    ]
    data = as_dataset(rows)
    assert data["model"].values.tolist() == ["cross_attention_fused", "coupled_mamba"]
    assert data["length"].values.tolist() == [100, 200]
    for name, value in {"milliseconds": 3, "low": 2, "high": 5, "cpu": 1, "mebibytes": 1}.items():
        np.testing.assert_array_equal(data[name], [[np.nan, 4 * value], [value, 2 * value]])
    assert {data.attrs[name] for name in ("mode", "width", "layers", "batch", "threads")} == {"inference", 64, 1}
    assert data.attrs["machine"]


def test_as_dataset_has_nan_where_nothing_was_measured():
    skipped = measured_row("coupled_mamba", 100, status=SKIPPED, time_ms=None, peak_bytes=None, error=None)
    blind = measured_row("coupled_mamba", 200, peak_bytes=None)
    data = as_dataset([skipped, blind])
    assert np.isnan(data.isel(length=0).to_array()).all()
    assert float(data["milliseconds"][0, 1]) == 3
    assert np.isnan(data["mebibytes"][0, 1])


def test_as_dataset_refuses_rows_that_differ_in_width_or_threads_or_occur_twice():
    one = measured_row("coupled_mamba", 100)
    with pytest.raises(ConfigError, match="no rows"):
        as_dataset([])
    with pytest.raises(ConfigError, match=r"rows differ in width \(64, 128\)"):
        as_dataset([one, replace(one, case=replace(one.case, length=200, width=128))])
    with pytest.raises(ConfigError, match="rows differ in threads"):
        as_dataset([one, measured_row("coupled_mamba", 200, threads=2)])
    with pytest.raises(ConfigError, match="two rows of the same model and length"):
        as_dataset([one, one])
