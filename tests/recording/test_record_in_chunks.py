"""Recording in chunks: the content of one recorded at once, complete or absent, sized before, within the memory bound."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MmvizError
from mmviz.recording import recorder

OPTIONS = {
    "coupled_mamba": {"width": 8, "layers": 2, "state": 4},
    "alignmamba2": {"width": 8, "layers": 1, "state": 4, "ot": 0.01},
    "alignmamba": {"width": 8, "layers": 1, "state": 4},
    "tfn": {"width": 4},
}
FIXED = {"created"}


def trained(name, data):
    model = mm.models.build(name, data.spec, **OPTIONS[name])
    return mm.train.fit(model, data, epochs=1, progress=False, batch_size=64)


@pytest.fixture(scope="module", params=OPTIONS)
def any_run(request, ragged):
    return trained(request.param, ragged)


def same(a, b, atol=1e-6):
    assert {n.path for n in a.subtree} == {n.path for n in b.subtree}
    assert {k: v for k, v in a.attrs.items() if k not in FIXED} == {k: v for k, v in b.attrs.items() if k not in FIXED}
    for node in a.subtree:
        other = b[node.path].to_dataset()
        assert node.path == "/" or node.to_dataset().attrs == other.attrs, node.path
        assert set(node.variables) == set(other.variables), node.path
        for name, variable in node.variables.items():
            assert variable.dims == other[name].dims
            assert variable.dtype == other[name].dtype, f"{node.path}/{name}"
            assert variable.attrs == other[name].attrs, f"{node.path}/{name}"
            if variable.dtype.kind == "f":
                np.testing.assert_allclose(variable, other[name], rtol=1e-5, atol=atol, err_msg=f"{node.path}/{name}")
            else:
                np.testing.assert_array_equal(variable, other[name], err_msg=f"{node.path}/{name}")


@pytest.mark.parametrize("chunk", [2, 100])
def test_recording_in_chunks_gives_the_content_of_one_recorded_at_once(any_run, ragged, tmp_path, chunk):
    chosen = [5, 0, 1, 4, 2, 9, 8]
    whole = mm.record(any_run, ragged["test"], recorded_samples=chosen, alignment=True)
    lazy = mm.record(
        any_run,
        ragged["test"],
        recorded_samples=chosen,
        alignment=True,
        path=tmp_path / "t.nc",
        chunk=chunk,
        progress=False,
    )
    lazy.close()
    same(mm.trace.load(tmp_path / "t.nc"), whole)
    assert [p.name for p in tmp_path.iterdir()] == ["t.nc"]


def test_a_trace_without_coalitions_is_written_in_chunks(toy, toy_run, tmp_path):
    chosen = {"recorded_samples": [4, 2, 7], "coalitions": False, "influence": False}
    whole = mm.record(toy_run, toy["test"], **chosen)
    mm.record(toy_run, toy["test"], **chosen, path=tmp_path / "t.nc", chunk=2, progress=False).close()
    same(mm.trace.load(tmp_path / "t.nc"), whole)


def test_record_with_path_returns_a_lazy_trace(toy, toy_run, tmp_path):
    lazy = mm.record(toy_run, toy["test"], recorded_samples=5, path=tmp_path / "t.nc", chunk=2, progress=False)
    assert lazy["states"]["norm"].chunks is not None
    assert lazy["coalitions"]["prediction"].chunks is not None
    assert lazy["history"]["train_loss"].chunks is None
    mm.trace.validate(lazy)
    lazy.close()


@pytest.mark.parametrize("chunks", [1, 3, "auto"])
def test_a_lazy_trace_equals_the_loaded_one(trace, tmp_path, chunks):
    path = mm.trace.save(trace, tmp_path / "trace.nc")
    lazy = mm.trace.load(path, chunks=chunks)
    sizes = lazy["states"]["norm"].chunksizes
    assert max(sizes["epoch"]) == 1
    assert chunks == "auto" or max(sizes["recorded_sample"]) == min(chunks, trace["states"].sizes["recorded_sample"])
    assert lazy.load().identical(trace)
    lazy.close()


@pytest.mark.parametrize("chunks", [0, -1, True, 2.0, "big", {"sample": 3}])
def test_load_refuses_invalid_chunks(trace, tmp_path, chunks):
    path = mm.trace.save(trace, tmp_path / "trace.nc")
    with pytest.raises(ConfigError, match="chunks="):
        mm.trace.load(path, chunks=chunks)


def test_without_dask_load_with_chunks_says_what_to_install(trace, tmp_path, monkeypatch):
    path = mm.trace.save(trace, tmp_path / "trace.nc")
    monkeypatch.setattr("mmviz.trace.store.find_spec", lambda _: None)
    with pytest.raises(mm.core.errors.MissingDependencyError, match=r"mmviz\[scale\]"):
        mm.trace.load(path, chunks=2)
    assert mm.trace.load(path).identical(trace)


@pytest.mark.parametrize("chunk", [0, -3, 2.5, True])
def test_record_refuses_an_invalid_chunk(toy, toy_run, tmp_path, chunk):
    with pytest.raises(ConfigError, match="chunk="):
        mm.record(toy_run, toy["test"], path=tmp_path / "t.nc", chunk=chunk)
    assert list(tmp_path.iterdir()) == []


def test_record_refuses_chunk_without_path(toy, toy_run):
    with pytest.raises(ConfigError, match="together with path="):
        mm.record(toy_run, toy["test"], chunk=2)


def test_an_interrupted_recording_leaves_no_file_and_keeps_the_older_one(toy, toy_run, tmp_path, monkeypatch):
    target = tmp_path / "t.nc"
    mm.record(toy_run, toy["test"], recorded_samples=2, path=target, progress=False).close()
    before = target.read_bytes()
    seen = []

    def fail(self, groups, dim, start):
        seen.append(start)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return original(self, groups, dim, start)

    original = recorder.NetcdfAppender.write
    monkeypatch.setattr(recorder.NetcdfAppender, "write", fail)
    with pytest.raises(KeyboardInterrupt):
        mm.record(toy_run, toy["test"], recorded_samples=6, path=target, chunk=2, progress=False)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.nc"]


def test_a_missing_chunk_is_an_error_and_leaves_no_file(toy, toy_run, tmp_path, monkeypatch):
    original = recorder.NetcdfAppender.write
    monkeypatch.setattr(
        recorder.NetcdfAppender,
        "write",
        lambda self, *a: None if a[1:] == ("recorded_sample", 4) else original(self, *a),
    )
    with pytest.raises(DataError, match="were not written"):
        mm.record(toy_run, toy["test"], recorded_samples=6, path=tmp_path / "t.nc", chunk=2, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_refused_before_the_model_runs(toy, toy_run, tmp_path, monkeypatch):
    monkeypatch.setattr(type(toy_run.model), "observe", lambda *_: pytest.fail("the model was run"))
    with pytest.raises(DataError, match="cannot be written"):
        mm.record(toy_run, toy["test"], path=tmp_path / "none" / "t.nc", progress=False)


def test_a_read_only_folder_is_refused_before_the_model_runs(toy, toy_run, tmp_path, monkeypatch):
    monkeypatch.setattr(type(toy_run.model), "observe", lambda *_: pytest.fail("the model was run"))

    def refuse(self, *_args, **_options):
        raise PermissionError(13, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(DataError, match=r"cannot be written .*Read-only.*Choose a writable folder"):
        mm.record(toy_run, toy["test"], path=tmp_path / "t.nc", progress=False)


def test_a_disk_with_too_little_space_is_refused_before_the_model_runs(toy, toy_run, tmp_path, monkeypatch):
    monkeypatch.setattr(type(toy_run.model), "observe", lambda *_: pytest.fail("the model was run"))
    usage = type("Usage", (), {"free": 1 << 15})
    monkeypatch.setattr(recorder.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DataError, match=r"may take .* MiB, and the disk of .* has 0 MiB free"):
        mm.record(toy_run, toy["test"], path=tmp_path / "t.nc", progress=False)
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, sys, mmviz as mm
ds = mm.data.synthetic(n=120, steps=24, seed=0, task="classification")
run = mm.train.load(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    mm.record(run, ds["test"], recorded_samples=12, path=sys.argv[2], chunk=2, progress=False)
except mm.core.errors.DataError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="file size limits stand for a full disk")
@pytest.mark.parametrize("room", [100_000])
def test_a_disk_that_fills_up_gives_one_clear_error(toy_run, tmp_path, room):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(toy_run.folder), str(tmp_path / "t.nc"), str(room)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_chunk_larger_than_the_limit_is_refused(toy, toy_run, tmp_path):
    with pytest.raises(MmvizError, match=r"a chunk of 6 samples would take .*a smaller chunk"):
        mm.record(toy_run, toy["test"], path=tmp_path / "t.nc", chunk=6, limit_bytes=400_000)
    assert list(tmp_path.iterdir()) == []


def test_limit_bytes_bounds_memory_and_not_the_file(toy, toy_run, tmp_path):
    sizes = mm.recording.estimate(toy_run, toy["test"], recorded_samples=8)
    limit = sum(sizes.values()) // 3
    with pytest.raises(MmvizError, match="limit_bytes"):
        mm.record(toy_run, toy["test"], recorded_samples=8, limit_bytes=limit)
    mm.record(
        toy_run, toy["test"], recorded_samples=8, limit_bytes=limit, path=tmp_path / "t.nc", chunk=1, progress=False
    ).close()


@pytest.mark.parametrize("alignment", [None, True])
def test_every_group_of_every_kind_of_model_is_estimated(any_run, ragged, alignment):
    trace = mm.record(any_run, ragged["test"], recorded_samples=4, alignment=alignment)
    sizes = mm.recording.estimate(any_run, ragged["test"], recorded_samples=4, alignment=alignment)
    held = {
        group: sum(v.nbytes for n in trace[group].subtree for v in n.data_vars.values() if v.dtype.kind in "fb")
        for group in trace.children
    }
    held = {group: size for group, size in held.items() if size and group not in ("samples", "history")}
    assert set(held) == {group for group, size in sizes.items() if size}
    for group, size in held.items():
        assert abs(sizes[group] - size) <= 0.02 * size, group


def test_the_estimate_of_a_wrapped_model_is_that_of_its_base(toy):
    model = mm.models.build(
        "equilibrium", toy.spec, base="alignmamba2", width=8, base_options={"layers": 1, "state": 4}
    )
    run = mm.train.fit(model, toy, epochs=1, progress=False)
    trace = mm.record(run, toy["test"], recorded_samples=2)
    sizes = mm.recording.estimate(run, toy["test"], recorded_samples=2)
    for group in ("routing", "transport", "influence"):
        assert sizes[group] == sum(v.nbytes for v in trace[group].data_vars.values() if v.dtype.kind == "f")


def test_the_file_stores_samples_in_chunks(toy, toy_run, tmp_path):
    mm.record(toy_run, toy["test"], recorded_samples=8, path=tmp_path / "t.nc", chunk=4, progress=False).close()
    with xr.open_datatree(tmp_path / "t.nc", engine="h5netcdf") as opened:
        norm = opened["states"]["norm"].encoding
        assert norm["chunksizes"][:2] == (1, 4)
        assert norm["zlib"]
        assert json.loads(opened.attrs["best_epoch"]) == toy_run.best_epoch


SCRIPT = Path(__file__).parents[1] / "bars" / "memory.py"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no peak of resident memory to ask for")
def test_every_stage_stays_within_its_memory_bound(tmp_path):
    out = tmp_path / "memory.json"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick", "--folder", str(tmp_path), "--out", str(out)],
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    assert list(found["stages"]) == ["write", "train", "record", "analyse"]
    for name, stage in found["stages"].items():
        assert stage["met"], f"{name}: {stage['peak_bytes'] / 1e9:.2f} GB"
    assert found["stages"]["train"]["status"] == "finished"
    assert np.isfinite(list(found["stages"]["analyse"]["means"].values())).all()
    assert [p.name for p in tmp_path.iterdir()] == ["memory.json"]


def test_the_stored_measurements_are_of_the_full_size_and_within_the_bound():
    stored = json.loads(SCRIPT.with_suffix(".json").read_text())
    assert not stored["quick"]
    assert stored["sizes"]["train"] == 16326
    assert stored["sizes"]["samples"] == 100_000
    assert stored["stages"]["train"]["peak_bytes"] <= 3e9
    assert stored["stages"]["record"]["bytes_in_memory"] > stored["stages"]["record"]["bar_bytes"]
