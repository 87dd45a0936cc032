"""Files made to hang, to fill memory or to be read wrongly: each is refused with our error, fast, and within bounds."""

import gzip
import io
import json
import os
import shutil
import signal
import struct
import tarfile
import time
import tracemalloc
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import CheckpointError, ConfigError, DataError
from mmviz.io.archive import folder_members, tar_members
from mmviz.io.content import open_content
from mmviz.io.files import parse_json, read_regular
from mmviz.io.hdf5 import open_hdf5
from mmviz.io.mat import read_mat5
from mmviz.io.media import read_wav
from mmviz.io.npz import read_npz, write_npz

HEAD = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"


def refused(read, *, match, seconds=5.0, megabytes=600):
    """Call, and check that our error comes in time and without much memory."""
    tracemalloc.start()
    begin = time.process_time()
    try:
        with pytest.raises(DataError, match=match):
            read()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.process_time() - begin < seconds
    assert peak < megabytes << 20


# ---- MATLAB 5


def element(kind, body):
    return struct.pack("<II", kind, len(body)) + body + b"\0" * (-len(body) % 8)


def variable(name, klass, shape, stored, raw):
    flags = element(6, struct.pack("<II", klass, 0))
    return element(
        14, flags + element(5, struct.pack(f"<{len(shape)}i", *shape)) + element(1, name) + element(stored, raw)
    )


def squeezed(klass, count):
    """A compressed variable of `count` zero bytes, which stand for elements of `klass`."""
    engine = zlib.compressobj(9)
    head = element(6, struct.pack("<II", klass, 0)) + element(5, struct.pack("<2i", 1, count)) + element(1, b"a")
    parts = [engine.compress(struct.pack("<II", 14, len(head) + 8 + count) + head + struct.pack("<II", 2, count))]
    parts += [engine.compress(b"A" * (1 << 20)) for _ in range(count >> 20)]
    body = b"".join(parts) + engine.flush()
    return HEAD + struct.pack("<II", 15, len(body)) + body


@pytest.mark.parametrize(
    ("klass", "count"), [(6, 300 << 20), (6, 200 << 20), (4, 100 << 20)], ids=["inflated", "as float64", "as text"]
)
def test_300_kilobytes_of_matlab_do_not_become_gigabytes(klass, count):
    data = squeezed(klass, count)
    assert len(data) < 400_000
    refused(lambda: read_mat5(data), match="more than .* bytes", megabytes=1200)


def test_the_memory_of_many_small_matlab_variables_is_limited_in_total():
    parts = []
    for i in range(20):
        engine = zlib.compressobj(9)
        n = 8 << 20
        head = element(6, struct.pack("<II", 6, 0)) + element(5, struct.pack("<2i", 1, n)) + element(1, b"v%d" % i)
        body = (
            engine.compress(struct.pack("<II", 14, len(head) + 8 + n) + head + struct.pack("<II", 2, n) + bytes(n))
            + engine.flush()
        )
        parts.append(struct.pack("<II", 15, len(body)) + body)
    refused(lambda: read_mat5(HEAD + b"".join(parts)), match="would take more than")


def test_text_beyond_the_first_65536_signs_is_read_as_utf_16_and_half_a_pair_is_refused():
    word = "a😀ü"
    units = word.encode("utf-16-le")
    assert str(read_mat5(HEAD + variable(b"t", 4, (1, 4), 4, units))["t"]) == word
    assert str(read_mat5(HEAD + variable(b"t", 4, (1, 4), 17, units))["t"]) == word
    assert str(read_mat5(HEAD + variable(b"t", 4, (1, 3), 2, b"abc"))["t"]) == "abc"
    with pytest.raises(DataError, match="damaged"):
        read_mat5(HEAD + variable(b"t", 4, (1, 1), 4, b"\x00\xd8"))


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (variable(b"a", 6, (1, 1), 9, struct.pack("<d", 1)) * 2, "two variables are named 'a'"),
        (variable(b"a", 8, (1, 1), 9, struct.pack("<d", 1e300)), "int8 does not hold"),
        (variable(b"a", 9, (1, 2), 9, struct.pack("<2d", 1.5, 2)), "uint8 does not hold"),
        (variable(b"a", 12, (1, 1), 9, struct.pack("<d", float("nan"))), "int32 does not hold"),
        (variable(b"a", 6, (-1, -1), 9, struct.pack("<d", 1)), "shape"),
    ],
)
def test_a_matlab_variable_that_would_be_read_wrongly_is_refused(body, match):
    with pytest.raises(DataError, match=match):
        read_mat5(HEAD + body)


def test_whole_numbers_that_matlab_stores_smaller_come_back_in_their_class():
    assert read_mat5(HEAD + variable(b"a", 6, (1, 3), 2, b"\x01\x02\xff"))["a"].tolist() == [[1.0, 2.0, 255.0]]
    assert read_mat5(HEAD + variable(b"a", 12, (1, 2), 9, struct.pack("<2d", -3, 4)))["a"].tolist() == [[-3, 4]]


# ---- tar


def header(name, size, kind, *, magic=b"ustar\x0000", prefix=b""):
    number = b"%011o\0" % size if 0 <= size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    raw = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + number + b"00000000000\0" + b" " * 8 + kind
    raw = (raw + bytes(100) + magic.ljust(8, b"\0") + bytes(80) + prefix.ljust(155, b"\0")).ljust(512, b"\0")
    return raw[:148] + b"%06o\0 " % sum(raw) + raw[156:]


def padded(body):
    return body + bytes(-len(body) % 512)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_an_extended_header_of_gigabytes_is_refused_at_its_announcement(kind):
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as out:
        out.write(header(b"x", 2000 << 20, kind))
        for _ in range(64):
            out.write(bytes(1 << 20))
    refused(lambda: tar_members(file.getvalue()), match="extended header of", seconds=2, megabytes=20)


@pytest.mark.parametrize(
    "body", [b"1" * 400_000, b"1" * 60_000, b"9 a" * 20_000, b"0 size=1\n" * 50, b"13 size=-512\n", b"99999 a=b\n"]
)
def test_a_damaged_extended_header_is_refused_in_linear_time(body):
    data = header(b"x", len(body), b"x") + padded(body) + header(b"a", 3, b"0") + padded(b"abc") + bytes(1024)
    refused(lambda: tar_members(data), match="extended header", seconds=2, megabytes=50)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (header(b"a", -1 % 256**10, b"0"), r"unpack|truncated"),
        (header(b"a", 600, b"0") + bytes(512), "truncated"),
        (header(b"a", 3, b"0")[:300], "truncated"),
        (b"x" + header(b"a", 3, b"0")[1:] + padded(b"abc"), "checksum"),
        (header(b"a", 3, b"S") + padded(b"abc"), "link or a device"),
        (header(b"a", 3, b"D") + padded(b"abc"), "link or a device"),
        (header(b"g", 12, b"g") + padded(b"12 path=abc\n") + header(b"a", 0, b"0"), "global header"),
    ],
)
def test_a_tar_header_that_contradicts_its_content_is_refused(data, match):
    with pytest.raises(DataError, match=match):
        tar_members(data)


@pytest.mark.parametrize("style", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_what_tarfile_writes_is_read_as_tarfile_reads_it(style, mode):
    contents = {"a/b.txt": b"x" * 1000, "empty": b"", f"{'d' * 90}/{'f' * 90}.wav": bytes(range(256)) * 10}
    if style != tarfile.USTAR_FORMAT:
        contents |= {"long/" + "n" * 200: b"1", "ünï/文.txt": b"2"}
    file = io.BytesIO()
    with tarfile.open(
        fileobj=file,
        mode=mode,
        format=style,
        pax_headers={"comment": "made by hand"} if style == tarfile.PAX_FORMAT else None,
    ) as out:
        root = tarfile.TarInfo("./")
        root.type = tarfile.DIRTYPE
        out.addfile(root)
        for name, body in contents.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(body), 1.5
            out.addfile(info, io.BytesIO(body))
    members = tar_members(file.getvalue())
    assert {name: members.read(name) for name in members.names} == contents


# ---- pipes, devices, links, names


def odd_paths(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    return {
        "a pipe": tmp_path / "fifo",
        "a device": "/dev/zero",
        "a link to itself": tmp_path / "loop",
        "a name of 300 characters": tmp_path / ("x" * 300),
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
@pytest.mark.parametrize("kind", ["a pipe", "a device", "a link to itself", "a name of 300 characters"])
def test_a_path_that_is_no_regular_file_is_refused_by_every_reader_and_does_not_block(kind, tmp_path):
    path = Path(odd_paths(tmp_path)[kind])
    arrays = (read_npz, lambda p: open_hdf5(p, []).__enter__())
    for read in (
        *arrays,
        mm.data.load,
        open_content,
        tar_members,
        mm.trace.load,
        lambda p: read_regular(p, max_bytes=10),
    ):
        refused(lambda read=read: read(path), match=r"pipe|device|link|loop|name|cannot be opened|levels", seconds=2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
@pytest.mark.parametrize("name", ["run.json", "weights"])
def test_a_pipe_in_a_run_folder_is_named_and_does_not_block(toy_run, tmp_path, name):
    folder = shutil.copytree(toy_run.folder, tmp_path / "copy")
    path = folder / "run.json" if name == "run.json" else next((folder / "weights").glob("epoch-0000*"))
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CheckpointError, match="named pipe"):
        mm.train.load(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_in_place_of_the_lock_file_does_not_block_the_loading_of_a_folder(tmp_path):
    os.mkfifo(tmp_path / ".lock")
    before = signal.signal(signal.SIGALRM, lambda *_: pytest.fail("reading the pipe blocks"))
    signal.alarm(20)
    try:
        with pytest.raises(CheckpointError, match="is not there"):
            mm.train.load(tmp_path)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_or_a_link_in_a_data_set_on_disk_is_named_and_does_not_block(toy, tmp_path):
    for change in ("pipe", "link", "index"):
        folder = mm.data.to_disk(toy, tmp_path / change)
        path = folder / "dataset.json" if change == "index" else next(folder.glob("*.safetensors"))
        kept = path.rename(tmp_path / f"{change}.kept")
        path.symlink_to(kept) if change == "link" else os.mkfifo(path)
        with pytest.raises(DataError, match=r"pipe|not a regular file|bytes, the index has"):
            mm.data.from_disk(folder)


def test_links_to_themselves_in_a_folder_are_named(tmp_path):
    (tmp_path / "x").symlink_to("x")
    with pytest.raises(DataError, match="'x' is a link"):
        folder_members(tmp_path)


def test_a_file_without_a_defined_size_is_refused():
    with pytest.raises(DataError, match="has no defined size"):
        read_regular("/proc/self/environ", max_bytes=1 << 20)


@pytest.mark.parametrize(
    ("name", "error", "match"),
    [
        ("x" * 300, ConfigError, r"fit: out=.* is too long"),
        ("x" * 300 + "/run", ConfigError, r"fit: out=.* is too long"),
        ("a\0b", ConfigError, "fit: out=.* contains a NUL character"),
        ("file/run", CheckpointError, r"cannot be written|no run"),
    ],
)
@pytest.mark.parametrize("options", [{}, {"overwrite": True}, {"resume": True}])
def test_a_training_into_a_path_that_cannot_exist_is_refused_before_it_starts(
    toy, toy_run, tmp_path, name, error, match, options
):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(error, match=match):
        mm.train.fit(toy_run.model, toy, out=tmp_path / name, epochs=1, progress=False, **options)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


# ---- JSON and what it describes


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[" * 200_000, "nested deeper"),
        ('{"a":' * 100_000, "nested deeper"),
        ("[" * 65 + "]" * 65, "nested deeper"),
        ('{"a": 1, "b": 2, "a": 3}', "'a' occurs twice"),
        ("9" * 5_000_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("", "not JSON"),
    ],
)
def test_json_nested_too_deep_or_with_duplicate_keys_is_refused(text, match):
    refused(lambda: parse_json(text, where="here"), match=rf"here.*{match}", seconds=3)


def test_json_of_64_levels_is_read():
    assert parse_json("[" * 64 + "]" * 64, where="here")


def changed(folder, change, name="run.json"):
    index = json.loads((folder / name).read_text())
    change(index)
    (folder / name).write_text(json.dumps(index))


@pytest.mark.parametrize(
    "options", [{"layers": 10**6}, {"width": 30_000}, {"width": 2**62}, {"state": 10**8}, {"width": 2**70}], ids=str
)
def test_a_run_that_describes_a_model_far_larger_than_its_weights_is_refused_before_it_is_built(
    toy_run, tmp_path, options
):
    folder = shutil.copytree(toy_run.folder, tmp_path / "copy")
    changed(folder, lambda i: i["info"]["model"]["options"].update(options))
    begin = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError, match=r"run\.json"):
            mm.train.load(folder)
        assert tracemalloc.get_traced_memory()[1] < 300 << 20
    finally:
        tracemalloc.stop()
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"format": 1, "format": 1}', '{"format": 1, "spec": "\\u0000"}', " " * 100]
)
def test_a_hostile_run_index_is_refused(toy_run, tmp_path, text):
    folder = shutil.copytree(toy_run.folder, tmp_path / "copy")
    (folder / "run.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"run\.json"):
        mm.train.load(folder)


def test_a_data_set_index_that_declares_gigabytes_is_refused(toy, tmp_path):
    folder = mm.data.to_disk(toy, tmp_path / "set")
    m = toy.spec.modalities[0].name
    changed(folder, lambda i: i["splits"][0]["modalities"][m].update(steps=10**8), "dataset.json")
    refused(lambda: mm.data.from_disk(folder), match="bytes for their mask", megabytes=100)


def test_an_index_that_names_one_file_many_times_is_refused(toy, toy_run, tmp_path):
    folder = shutil.copytree(toy_run.folder, tmp_path / "run")
    changed(folder, lambda i: i["weights"].update({str(k): i["weights"]["0"] for k in range(100, 1100)}))
    with pytest.raises(CheckpointError, match="one file for several epochs"):
        mm.train.load(folder)
    folder = mm.data.to_disk(toy, tmp_path / "set")
    changed(
        folder, lambda i: i["splits"].extend(i["splits"][0] | {"name": f"s{k}"} for k in range(1000)), "dataset.json"
    )
    with pytest.raises(DataError, match="one file twice"):
        mm.data.from_disk(folder)


def matlab73(path, **arrays):
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in arrays.items():
            value(file, name) if callable(value) else file.create_dataset(name, data=value)
    raw = bytearray(path.read_bytes())
    raw[:128] = b"MATLAB 7.3".ljust(124) + b"\x00\x02IM"
    path.write_bytes(raw)
    return path


def cells_of_text(length, count, **options):
    def make(file, name):
        target = file.create_dataset("#refs#/a", (length,), "u2", **options)
        listed = file.create_dataset(name, (1, count), h5py.ref_dtype)
        listed[0] = np.array([target.ref] * count, dtype=h5py.ref_dtype)

    return make


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (cells_of_text(60, 4, external=[("/etc/passwd", 0, 120)]), "another file"),
        (cells_of_text(10_000, 5000), "more than 20000000 signs"),
        (
            lambda f, k: f.create_dataset(
                k, (4, 4), "u1", maxshape=(None, None), chunks=(60_000, 60_000), compression=1
            ),
            "chunks of",
        ),
        (lambda f, k: f.create_dataset(k, (4, 4), "u1", compression="lzf"), "filters"),
        (lambda f, k: f.__setitem__(k, h5py.SoftLink("/elsewhere")), "link"),
        (lambda f, k: f.__setitem__(k, h5py.ExternalLink("/etc/passwd", "/x")), "link"),
    ],
    ids=["a text in another file", "5000 times one text", "chunks", "a filter", "a soft link", "an external link"],
)
def test_a_matlab_73_file_with_external_content_or_huge_arrays_is_refused(make, match, tmp_path):
    path = matlab73(tmp_path / "x.mat", sceneTypes=make)
    with pytest.raises(DataError, match=match), open_hdf5(path, ["sceneTypes"]) as arrays:
        arrays.texts("sceneTypes")


def test_cells_of_text_of_matlab_73_are_read(tmp_path):
    def make(file, name):
        listed = file.create_dataset(name, (1, 3), h5py.ref_dtype)
        for i, word in enumerate(("kitchen", "office", "büro")):
            file[f"#refs#/{i}"] = np.frombuffer(word.encode("utf-16-le"), "<u2")
            listed[0, i] = file[f"#refs#/{i}"].ref

    with open_hdf5(matlab73(tmp_path / "x.mat", sceneTypes=make), ["sceneTypes"]) as arrays:
        assert arrays.texts("sceneTypes") == ["kitchen", "office", "büro"]


def test_a_data_set_index_with_two_splits_of_one_name_is_refused(toy, tmp_path):
    folder = mm.data.to_disk(toy, tmp_path / "set")
    changed(folder, lambda i: i["splits"][1].update(name=i["splits"][0]["name"]), "dataset.json")
    with pytest.raises(DataError, match="two splits have one name"):
        mm.data.from_disk(folder)


def test_a_data_set_index_with_columns_of_a_million_characters_for_short_texts_is_refused(toy, tmp_path):
    folder = mm.data.to_disk(toy, tmp_path / "set")
    changed(folder, lambda i: i["splits"][0]["ids"].update(dtype=f"<U{1 << 20}"), "dataset.json")
    refused(lambda: mm.data.from_disk(folder), match="short texts", megabytes=100)


# ---- WAV


def wav(*, channels=1, width=2, data=bytes(16000), block=None, size=None, tail=b""):
    form = struct.pack(
        "<HHIIHH", 1, channels, 8000, 8000 * channels * width, channels * width if block is None else block, width * 8
    )
    body = (
        b"WAVEfmt "
        + struct.pack("<I", len(form))
        + form
        + b"data"
        + struct.pack("<I", len(data) if size is None else size)
    )
    return b"RIFF" + struct.pack("<I", len(body) + len(data) + len(tail)) + body + data + tail


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (wav(data=bytes(15999)), "no whole number of steps"),
        (wav(channels=2, data=bytes(15998)), "no whole number of steps"),
        (wav(block=1), "announces 1 bytes a step"),
        (wav(size=100), "no chunk of a WAV file"),
        (wav(tail=b"\x01\x02\x03\x04garbage!"), "no chunk of a WAV file"),
    ],
)
def test_a_wav_file_of_which_a_part_would_be_lost_is_refused(data, match):
    with pytest.raises(DataError, match=match):
        read_wav(data)


def test_a_wav_file_with_other_chunks_around_its_samples_is_read():
    notes = b"LIST" + struct.pack("<I", 5) + b"INFOx" + b"\0"
    samples, rate = read_wav(wav(data=np.arange(8, dtype="<i2").tobytes(), tail=notes))
    assert (samples.shape, rate) == ((8, 1), 8000)


# ---- .npz


@pytest.mark.parametrize("dtype", ["<f4", ">i2", "<U3", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_an_npz_file_has_the_values_that_numpy_wrote_in_either_memory_order(dtype, order, tmp_path):
    given = np.arange(24).reshape(2, 3, 4)
    array = np.array(given % 2 if dtype == "?" else given, dtype, order=order)
    np.savez(tmp_path / "numpy.npz", a=array)
    write_npz(tmp_path / "own.npz", {"a": array})
    for name in ("numpy.npz", "own.npz"):
        found = read_npz(tmp_path / name)["a"]
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)
