"""Hostile and damaged files: one error of mmviz, nothing executed, nothing written, little memory."""

import hashlib
import io
import json
import pickle
import shutil
import struct
import tarfile
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch
import xarray as xr
from hostile_pickles import array, corpus, dtype, number
from readers import trees

import mmviz as mm
from mmviz.core.errors import CheckpointError, DataError, UnsafeFileError
from mmviz.data.formats import read_path
from mmviz.io import pickle_numpy
from mmviz.io.archive import folder_members, tar_members
from mmviz.io.npz import MAX_RATIO, read_npz, write_tree
from mmviz.io.safe_pickle import loads
from mmviz.trace.schema import validate


def _refused(names, tmp_path):
    marker = tmp_path / "ran"
    files = {k: v for k, v in corpus(str(marker)).items() if any(n in k for n in names)}
    assert len(files) >= len(names), sorted(corpus("x"))
    for name, data in files.items():
        path = tmp_path / "file.pkl"
        path.write_bytes(data)
        with pytest.raises(UnsafeFileError, match="nothing in it was run"):
            mm.data.load(path)
        assert not marker.exists(), name
    return files


def test_a_pickle_that_calls_a_command_is_refused(tmp_path):
    _refused(["os.system by GLOBAL", "posix.system by GLOBAL", "eval by GLOBAL"], tmp_path)


def test_a_pickle_that_calls_a_command_through_stack_and_memo_is_refused(tmp_path):
    _refused(["os.system by STACK_GLOBAL", "os.system through the memo"], tmp_path)


def test_opcodes_that_build_objects_or_import_names_are_refused(tmp_path):
    _refused(["by INST", "OBJ", "NEWOBJ", "EXT1", "PERSID", "NEXT_BUFFER"], tmp_path)


def test_the_build_opcode_changes_no_replacement(tmp_path):
    before = {k: v._call for k, v in pickle_numpy.numpy_names(pickle_numpy.ByteBudget(0)).items()}
    _refused(["BUILD on a function", "BUILD on a class", "BUILD with slot state"], tmp_path)
    assert set(before) == set(pickle_numpy.ALLOWED_NAMES)


def test_a_structured_dtype_with_an_object_field_is_refused(tmp_path):
    _refused(["a structured dtype that hides an object"], tmp_path)


def test_a_scalar_with_object_dtype_is_refused(tmp_path):
    _refused(["a scalar with object dtype"], tmp_path)


@pytest.mark.parametrize("how", ["from memory", "from a file"])
def test_a_memo_bomb_of_ten_bytes_takes_no_memory(how, tmp_path):
    data = corpus("unused")["a memo index of 268 million in 10 bytes"]
    path = tmp_path / "bomb.pkl"
    path.write_bytes(data)
    tracemalloc.start()
    with pytest.raises(UnsafeFileError, match="memo index"):
        loads(data) if how == "from memory" else mm.data.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e8


@pytest.mark.parametrize(
    "opcode", [b"B" + struct.pack("<I", 2**32 - 1), b"\x8e" + struct.pack("<Q", 2**40), b"\x95" + b"\xff" * 8]
)
def test_a_length_beyond_the_end_allocates_nothing(opcode, tmp_path):
    path = tmp_path / "long.pkl"
    path.write_bytes(b"\x80\x04" + opcode + b"abc.")
    tracemalloc.start()
    with pytest.raises(UnsafeFileError):
        mm.data.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e7


def test_a_pickle_of_endless_marks_is_refused_quickly(tmp_path):
    path = tmp_path / "marks.pkl"
    path.write_bytes(b"(" * 5_000_000 + b".")
    with pytest.raises(UnsafeFileError, match="opcodes"):
        mm.data.load(path)


@pytest.mark.parametrize("codec", ["idna", "rot13", "utf-8", "zip", "hex"])
def test_a_codec_other_than_latin1_is_refused(codec):
    data = b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX" + struct.pack("<I", len(codec)) + codec.encode() + b"\x86R."
    with pytest.raises(UnsafeFileError, match="codec"):
        loads(data)


def test_text_with_invalid_code_points_is_refused():
    data = pickle.dumps(np.array(["abcd"]), protocol=4).replace("a".encode("utf-32-le"), b"\xff\xff\xff\x7f")
    with pytest.raises(UnsafeFileError, match="code points"):
        loads(data)
    file = io.BytesIO()
    np.savez(file, a=np.array(["abcd"]))
    raw = file.getvalue().replace("a".encode("utf-32-le") + "b".encode("utf-32-le"), b"\xff\xff\xff\x7fb\0\0\0")
    with pytest.raises(DataError):
        read_npz(raw)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html>404", "HTML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS pointer"),
        (b"PK\x03\x04" + b"\0" * 40, "ZIP archive"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_a_file_of_another_kind_is_named(data, what, tmp_path):
    path = tmp_path / "data.pkl"
    path.write_bytes(data)
    with pytest.raises(DataError, match=what):
        mm.data.load(path)


def test_a_small_file_truncated_at_any_byte_is_refused(tmp_path):
    data = pickle.dumps({"train": {"id": ["a"], "audio": np.zeros((1, 2, 3))}}, protocol=4)
    path = tmp_path / "cut.pkl"
    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(UnsafeFileError):
            mm.data.load(path)


def test_a_pickle_of_python_2_needs_encoding_latin1(tmp_path):
    _, tree = trees()["bclstm"]
    path = tmp_path / "audio.pickle"
    path.write_bytes(b"\x80\x02(" + b"".join(map(_python_2, tree)) + b"t.")
    with pytest.raises(UnsafeFileError, match="encoding='latin1'"):
        mm.data.load(path)
    ds = mm.data.load(path, encoding="latin1")
    np.testing.assert_array_equal(ds["train"].inputs["audio"][0, 0], tree[0][0, 0].astype(np.float32))


def _python_2(value):
    """Write an array, a number or a list as Python 2 did: content as an 8-bit string."""
    if isinstance(value, np.ndarray):
        raw = value.astype("<f8").tobytes()
        return array(dtype("f8"), b"T" + struct.pack("<I", len(raw)) + raw, *value.shape)
    if isinstance(value, list):
        return b"](" + b"".join(map(number, value)) + b"e"
    return number(value)


@pytest.mark.parametrize("protocol", range(6))
def test_every_pickle_protocol_and_numpy_version_gives_equal_data(protocol, tmp_path):
    _, tree = trees()["mult"]
    path = tmp_path / "mosi.pkl"
    prints = set()
    for old in (b"numpy._core", b"numpy.core"):
        data = pickle.dumps(tree, protocol=protocol)
        if old == b"numpy.core":
            if protocol >= 4:
                data = data[:2] + data[11:] if data[2:3] == b"\x95" else data
                data = data.replace(b"\x8c\x16numpy._core.multiarray", b"\x8c\x15numpy.core.multiarray")
                data = data.replace(b"\x8c\x13numpy._core.numeric", b"\x8c\x12numpy.core.numeric")
            data = data.replace(b"cnumpy._core.", b"cnumpy.core.")
        path.write_bytes(data)
        prints.add(mm.data.load(path).fingerprint())
    assert len(prints) == 1


def test_an_object_array_in_an_npz_is_refused(tmp_path):
    np.savez(tmp_path / "o.npz", a=np.array([{}, 1], dtype=object))
    with pytest.raises(DataError, match="object array"):
        mm.data.load(tmp_path / "o.npz")


def test_a_zip_bomb_is_never_inflated(tmp_path):
    path = tmp_path / "bomb.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (400_000_000,)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as file:
        file.write(header.getvalue())
        for _ in range(400):
            file.write(bytes(1_000_000))
    assert path.stat().st_size * MAX_RATIO < 400_000_000
    tracemalloc.start()
    with pytest.raises(DataError, match="zip bomb, nothing was inflated"):
        mm.data.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e7


def test_an_npz_member_whose_size_contradicts_its_header_is_refused():
    file = io.BytesIO()
    np.savez_compressed(file, a=np.zeros(1000))
    raw = bytearray(file.getvalue())
    at = raw.rindex(b"PK\x01\x02") + 24  # the size in the central directory
    raw[at : at + 4] = struct.pack("<I", 2**31)
    with pytest.raises(DataError):
        read_npz(bytes(raw))


def _run_copy(toy_run, tmp_path):
    return shutil.copytree(toy_run.folder, tmp_path / "run")


def _forge(folder, data):
    """Replace every weights file and give the index its right digest."""
    index = json.loads((folder / "run.json").read_text())
    for entry in index["weights"].values():
        (folder / entry["file"]).write_bytes(data)
        entry["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "run.json").write_text(json.dumps(index))


def test_a_checkpoint_with_a_pickled_object_is_refused(toy_run, tmp_path):
    folder, file = _run_copy(toy_run, tmp_path), io.BytesIO()
    torch.save({"x": io.StringIO()}, file)
    _forge(folder, file.getvalue())
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        mm.train.load(folder)


def _safetensors(header, data=b""):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x10", id="truncated"),
        pytest.param(struct.pack("<Q", 2**62) + b"{}", id="header of 2**62 bytes"),
        pytest.param(
            _safetensors({k: {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} for k in "ab"}, b"\0" * 8),
            id="overlap",
        ),
        pytest.param(
            _safetensors({"a": {"dtype": "F32", "shape": [2**62, 8], "data_offsets": [0, 8]}}, b"\0" * 8), id="overflow"
        ),
        pytest.param(
            _safetensors({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"\0" * 99), id="trailing bytes"
        ),
        pytest.param(
            _safetensors({f"t{i}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for i in range(300_000)}),
            id="300 000 tensors",
        ),
    ],
)
def test_a_damaged_safetensors_checkpoint_is_refused(data, toy_run, tmp_path):
    folder = _run_copy(toy_run, tmp_path)
    _forge(folder, data)
    with pytest.raises(CheckpointError):
        mm.train.load(folder)


@pytest.mark.parametrize("what", ["group", "version", "dimension"])
def test_a_trace_without_a_group_or_of_another_version_is_refused(what, trace):
    if what == "group":
        del trace["samples"]
    elif what == "version":
        trace.attrs["schema"] = 99
    else:
        trace["samples"] = xr.DataTree(trace["samples"].to_dataset().rename({"sample": "row"}))
    with pytest.raises(DataError, match="99" if what == "version" else "samples"):
        validate(trace)


def test_trace_attributes_of_every_type_survive_saving(trace, tmp_path):
    trace.attrs |= {"none": None, "yes": True, "nested": {"a": [1, None, False]}}
    back = mm.trace.load(mm.trace.save(trace, tmp_path / "t.nc"))
    assert {k: back.attrs[k] for k in ("none", "yes", "nested")} == {
        "none": None,
        "yes": True,
        "nested": {"a": [1, None, False]},
    }


def test_the_error_of_a_file_with_another_digest_names_both_digests(tmp_path):
    path = tmp_path / "aligned_50.pkl"
    path.write_bytes(pickle.dumps({}))
    expected = "d3994fd25681f9c7ad6e9c6596a6fe9b4beb85ff7d478ba978b124139002e5f9"
    with pytest.raises(DataError) as error:
        read_path(path, sha256=expected)
    assert expected in str(error.value)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in str(error.value)


def _tar(name, *, link=None, kind=tarfile.REGTYPE):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link or "", 0 if link else 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_tar("../../x"), id="leads up"),
        pytest.param(_tar("/etc/x"), id="absolute"),
        pytest.param(_tar("a/../../x"), id="leads up inside"),
        pytest.param(_tar("a", link="/etc/passwd", kind=tarfile.SYMTYPE), id="symbolic link"),
        pytest.param(_tar("a", link="b", kind=tarfile.LNKTYPE), id="hard link"),
        pytest.param(_tar("a", kind=tarfile.CHRTYPE), id="device"),
    ],
)
def test_an_archive_member_with_a_path_outside_is_refused(data, tmp_path):
    path = tmp_path / "inner" / "a.tar.gz"
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(DataError, match="nothing was read or written"):
        mm.data.load(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.tar.gz", "inner"]
    with pytest.raises(DataError):
        tar_members(data)


def test_a_link_out_of_a_folder_is_refused(tmp_path):
    (tmp_path / "secret").write_text("s")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(DataError, match="link out of the folder"):
        folder_members(folder)


def test_converted_files_contain_no_pickle_and_give_equal_data(tmp_path):
    _, tree = trees()["mmsa"]
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(tree))
    write_tree(tmp_path / "a.npz", loads(pickle.dumps(tree)))
    a, b = mm.data.load(tmp_path / "a.pkl"), mm.data.load(tmp_path / "a.npz")
    assert a.fingerprint() == b.fingerprint()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as plain:
        assert all(plain[k].dtype != object for k in plain)
