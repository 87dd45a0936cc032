"""A data set on disk is the one in memory, bit for bit, and refuses to be read when it was damaged."""

import json
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

import mmviz as mm
from mmviz.__main__ import main
from mmviz.core.errors import ConfigError, DataError
from mmviz.data import Dataset, Split, from_arrays
from mmviz.data.disk import Ragged, from_disk, to_disk, write

TINY = {"width": 8, "layers": 1, "state": 4}


@pytest.fixture(scope="module")
def ds():
    """Padding at both ends, holes, absent modalities, odd ids, extras."""
    rng = np.random.default_rng(0)
    inputs, valid, target, ids, extras = {}, {}, {}, {}, {}
    for split, n in {"train": 30, "valid": 6, "test": 9}.items():
        inputs[split] = {"sound": rng.normal(size=(n, 11, 3)), "a/b".replace("/", " "): rng.normal(size=(n, 5, 2))}
        valid[split] = {m: rng.random(x.shape[:2]) < 0.6 for m, x in inputs[split].items()}
        valid[split]["sound"][2] = False
        target[split] = np.arange(n) % 3
        ids[split] = [f"{split} {i} \ud800\u202e../x" for i in range(n)]
        extras[split] = {"raw_text": [f"so {i}" for i in range(n)], "weight": rng.normal(size=n)}
    return from_arrays(inputs, target, valid=valid, ids=ids, extras=extras, rate_hz={"sound": 16.5}, name="odd")


@pytest.fixture(scope="module")
def folder(ds, tmp_path_factory):
    return to_disk(ds, tmp_path_factory.mktemp("sets") / "odd")


@pytest.fixture
def copied(ds, tmp_path):
    return to_disk(ds, tmp_path / "copy")


def test_a_stored_data_set_equals_the_original_bit_for_bit(ds, folder):
    back = from_disk(folder)
    assert back.fingerprint() == ds.fingerprint()
    assert repr(back["train"]) == repr(ds["train"])
    assert list(back.report) == list(ds.report)
    assert repr(back.spec) == repr(ds.spec)
    for name, split in ds.splits.items():
        assert back[name].group.dtype == split.group.dtype
        assert back[name].extras["raw_text"].tolist() == split.extras["raw_text"].tolist()
        assert np.array_equal(back[name].extras["weight"], split.extras["weight"])


def test_padding_is_not_stored_on_disk(ds, folder):
    listed = json.loads((folder / "dataset.json").read_text())["splits"][0]["modalities"]["sound"]
    stored = load_file(folder / listed["file"])  # the library reads what we wrote
    valid = ds["train"].valid["sound"]
    assert stored["values"].shape[0] < valid.size
    assert stored["real"].sum() == valid.sum()
    assert np.array_equal(stored["values"][stored["real"]], ds["train"].inputs["sound"][valid])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_indexing_values_on_disk_equals_indexing_an_array(ds, folder, data):
    array, lazy = ds["train"].inputs["sound"], from_disk(folder, verify=False)["train"].inputs["sound"]
    n = len(array)
    rows = data.draw(
        st.one_of(
            st.integers(-n, n - 1),
            st.slices(n),
            st.lists(st.integers(-n, n - 1), max_size=5).map(lambda v: np.array(v, np.int64)),
            st.lists(st.booleans(), min_size=n, max_size=n).map(np.array),
        )
    )
    key = data.draw(
        st.sampled_from([rows, (rows,), (rows, slice(2, 5)), (rows, slice(None), 1), (rows, 3), (rows, ..., 0), ...])
    )
    found = lazy[key]
    assert type(found) is np.ndarray
    assert found.dtype == np.float32
    assert np.array_equal(found, array[key])


def test_numpy_reads_all_values_on_disk(ds, folder):
    lazy = from_disk(folder)["test"].inputs["sound"]
    assert np.array_equal(np.asarray(lazy), ds["test"].inputs["sound"])
    assert np.asarray(lazy, np.float64).dtype == np.float64
    assert (len(lazy), lazy.shape, lazy.ndim) == (9, (9, 11, 3), 3)
    assert np.array_equal(np.where(True, lazy, 0), ds["test"].inputs["sound"])
    with pytest.raises(IndexError):
        lazy[9]


def test_values_on_disk_cannot_be_assigned(folder):
    lazy = from_disk(folder)["test"].inputs["sound"]
    before = lazy[0].copy()
    lazy[0][:] = 7
    assert np.array_equal(lazy[0], before)
    with pytest.raises(TypeError):
        lazy[0] = 1


def test_values_on_disk_are_pickled_by_path(folder):
    lazy = from_disk(folder)["train"].inputs["sound"]
    sent = pickle.dumps(lazy)
    assert len(sent) < 3000
    assert np.array_equal(pickle.loads(sent)[3], lazy[3])  # noqa: S301


def test_training_from_disk_equals_training_from_memory(ds, folder):
    runs = [
        mm.train.fit(mm.models.build("coupled_mamba", d.spec, seed=0, **TINY), d, epochs=2, progress=False)
        for d in (ds, from_disk(folder))
    ]
    a, b = (r.model.state_dict() for r in runs)
    assert all(bool((a[k] == b[k]).all()) for k in a)
    assert np.array_equal(runs[0].predict(ds["test"]), runs[1].predict(from_disk(folder)["test"]))
    assert mm.record(runs[1], from_disk(folder)["test"]).groups == mm.record(runs[0], ds["test"]).groups


def test_a_data_set_on_disk_can_be_masked_and_written_again(ds, folder, tmp_path):
    changed = mm.data.missing.drop_frames(from_disk(folder), 0.5)
    again = from_disk(to_disk(changed, tmp_path / "again"))
    assert again.fingerprint() == mm.data.missing.drop_frames(ds, 0.5).fingerprint()


def test_writing_holds_one_chunk_in_memory_at_a_time(ds, tmp_path, monkeypatch):
    seen = []

    class Source:
        """Stands for values that are not in memory: remembers the largest piece asked for."""

        def __init__(self, x):
            self.x, self.shape = x, x.shape

        def __getitem__(self, rows):
            seen.append(self.x[rows].nbytes)
            return self.x[rows]

    monkeypatch.setattr(write, "_CHUNK", 4 * 11 * 3 * 4)
    s = ds["train"]
    lazy = Split(s.name, {m: Source(x) for m, x in s.inputs.items()}, s.valid, s.target, s.ids, s.group)
    back = from_disk(to_disk(Dataset(ds.spec, {"train": lazy}, ds.report), tmp_path / "x"))
    assert max(seen) <= write._CHUNK
    assert np.array_equal(np.asarray(back["train"].inputs["sound"]), s.inputs["sound"])


def test_a_folder_is_overwritten_only_on_request_and_keeps_no_old_files(ds, copied):
    with pytest.raises(ConfigError, match="already holds a data set"):
        to_disk(ds, copied)
    reader = from_disk(copied)
    before = len(list(copied.iterdir()))
    to_disk(reader, copied, overwrite=True)  # from itself
    assert len(list(copied.iterdir())) == before
    assert from_disk(copied).fingerprint() == ds.fingerprint()


def test_a_failure_leaves_the_old_set_as_it_was(ds, copied):
    bad = ds["train"].take(range(10))
    at = np.argwhere(~bad.valid["sound"])[0]
    bad.inputs["sound"][at[0], at[1], 0] = 1
    with pytest.raises(DataError, match=rf"train sound: sample .*, step {at[1]} is not real and holds values"):
        to_disk(Dataset(ds.spec, {"train": bad}, ds.report), copied, overwrite=True)
    assert from_disk(copied).fingerprint() == ds.fingerprint()
    assert not list(copied.glob(".*.part*"))


def test_extras_that_cannot_be_stored_are_counted(ds, tmp_path):
    s = ds["train"]
    odd = np.empty(len(s), object)
    odd[:] = [{1, 2}] * len(s)
    split = Split(s.name, s.inputs, s.valid, s.target, s.ids, s.group, {"sets": odd})
    back = from_disk(to_disk(Dataset(ds.spec, {"train": split}, ds.report), tmp_path / "x"))
    assert back.report.count("extras") == len(s)
    assert "extras" not in [f.kind for f in ds.report]
    assert "sets" not in back["train"].extras


def _index(folder, change):
    path = folder / "dataset.json"
    index = json.loads(path.read_text())
    change(index)
    path.write_text(json.dumps(index))


def _bytes(folder, change):
    entry = json.loads((folder / "dataset.json").read_text())["splits"][0]["modalities"]["sound"]
    path = folder / entry["file"]
    path.write_bytes(change(path.read_bytes()))


def _sound(index):
    return index["splits"][0]["modalities"]["sound"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "dataset.json").unlink(), "is not there; give a folder"),
        (lambda f: (f / "dataset.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "dataset.json").write_text("[]"), "format 'list', this mmviz reads 1"),
        (lambda f: (f / "dataset.json").write_text("[" * 100_000), "cannot be read"),
        (lambda f: _index(f, lambda i: i.update(format=9)), "format 9"),
        (lambda f: _index(f, lambda i: i.pop("spec")), "not one of a data set"),
        (lambda f: _index(f, lambda i: _sound(i).update(file="../../x.safetensors")), "not a file of this folder"),
        (lambda f: _index(f, lambda i: _sound(i).update(file="/etc/passwd")), "not a file of this folder"),
        (lambda f: _index(f, lambda i: _sound(i).update(file="gone.safetensors")), "incomplete"),
        (lambda f: _index(f, lambda i: _sound(i).update(steps=2)), "do not fit 2 steps"),
        (lambda f: _index(f, lambda i: i["splits"][0].update(count=5)), r"offsets is I64 \[31\], expected int64 \[6\]"),
        (lambda f: _index(f, lambda i: i["splits"][0]["ids"].update(values=["a"])), "1 values for 30 samples"),
        (lambda f: _index(f, lambda i: i["splits"][0]["ids"].update(dtype="<U99999999")), "at most 1048576 characters"),
        (lambda f: _index(f, lambda i: i["splits"][0]["ids"].update(dtype="<f8")), "expected text"),
        (lambda f: _index(f, lambda i: _sound(i).update(steps=1 << 60)), "bytes for their mask"),
        (lambda f: _index(f, lambda i: i["splits"][0]["modalities"].pop("sound")), "no modality 'sound'"),
        (lambda f: _bytes(f, lambda b: b[:-1]), "bytes, the index has"),
        (lambda f: _bytes(f, lambda b: b[:-1] + bytes([b[-1] ^ 1])), "has sha256 .*, the index has"),
    ],
)
def test_the_error_of_a_damaged_folder_names_the_damage(damage, message, copied):
    damage(copied)
    with pytest.raises(DataError, match=message):
        from_disk(copied)


@pytest.mark.parametrize(
    "change",
    [
        lambda b: struct.pack("<Q", 1 << 62) + b[8:],
        lambda b: struct.pack("<Q", len(b)) + b[8:],
        lambda b: b[:8] + b"x" * 40 + b[48:],
        lambda b: b.replace(b'"data_offsets": [0,', b'"data_offsets": [8,'),
    ],
)
def test_a_damaged_header_is_refused_even_unverified(change, copied):
    _bytes(copied, change)
    with pytest.raises(DataError, match="not a safetensors file"):
        from_disk(copied, verify=False)


def test_leaving_out_the_checksums_is_reported(folder):
    assert from_disk(folder, verify=False).report.count("checksums") == 3
    assert from_disk(folder).report.count("checksums") == 0


def test_only_the_indexed_rows_are_read_from_disk(folder, monkeypatch):
    asked = []
    gather = Ragged.gather
    monkeypatch.setattr(Ragged, "gather", lambda self, rows, *a: asked.append(len(rows)) or gather(self, rows, *a))
    split = from_disk(folder)["train"]
    split.take([1, 2])
    assert asked == [2, 2]


def test_load_opens_a_stored_folder_and_refuses_options_other_than_verify(ds, folder):
    for path in (folder, str(folder)):
        back = mm.data.load(path)
        assert back.fingerprint() == ds.fingerprint()
        assert isinstance(back["train"].inputs["sound"], Ragged)
    assert any("not compared" in f.action for f in mm.data.load(folder, verify=False).report)
    with pytest.raises(ConfigError, match="no option 'nonfinite'; the folder was written by to_disk"):
        mm.data.load(folder, nonfinite="zero")


def test_the_command_line_checks_a_stored_folder_and_refuses_to_convert_it(folder, copied, tmp_path, capsys):
    assert main(["data", "check", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "written by mmviz.data.to_disk" in shown
    assert "train: 30 samples" in shown
    assert main(["data", "check", str(folder), "--set", "nonfinite=zero"]) == 1
    assert "takes no --set" in capsys.readouterr().err
    assert main(["data", "convert", str(folder), str(tmp_path / "new.npz")]) == 1
    assert "there is no pickle to convert" in capsys.readouterr().err
    stored = next(copied.glob("*.safetensors"))
    raw = bytearray(stored.read_bytes())
    raw[-1] ^= 1
    stored.write_bytes(raw)
    assert main(["data", "check", str(copied)]) == 1
    assert "sha256" in capsys.readouterr().err
