"""HDF5 files: what the inspection lists and refuses, and the rows that are read back; each limit is exact."""

import h5py
import numpy as np
import pytest

from mmviz.core.errors import DataError
from mmviz.io import hdf5, hdf5_probe, netcdf
from mmviz.io.hdf5 import open_hdf5
from mmviz.io.hdf5_probe import RefusedError, checked, inspect, paths_in, texts
from mmviz.io.netcdf import check_netcdf


@pytest.fixture
def file(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as opened:
        yield opened


def cells(file, name, words):
    listed = file.create_dataset(name, (1, len(words)), h5py.ref_dtype)
    for i, word in enumerate(words):
        file[f"#refs#/{name}{i}"] = np.frombuffer(word.encode("utf-16-le"), "<u2")
        listed[0, i] = file[f"#refs#/{name}{i}"].ref
    return listed


def test_rows_shapes_and_texts_come_back(tmp_path):
    values = np.arange(60, dtype=np.int16).reshape(5, 4, 3)
    with h5py.File(tmp_path / "a.h5", "w") as opened:
        opened["values"] = values
        opened["one"] = 2.5
        opened["empty"] = np.zeros((0, 3))
        cells(opened, "words", ["a", "büro"])
    with open_hdf5(tmp_path / "a.h5", ["values", "one", "empty", "words"]) as arrays:
        assert arrays.shape("values") == (5, 4, 3)
        np.testing.assert_array_equal(arrays.rows("values"), values)
        np.testing.assert_array_equal(arrays.rows("values", slice(1, 3)), values[1:3])
        np.testing.assert_array_equal(arrays.rows("values", 4), values[4])
        assert arrays.rows("one").item() == 2.5
        assert arrays.rows("empty").shape == (0, 3)
        assert arrays.texts("words") == ["a", "büro"]
        with pytest.raises(DataError, match=r"a\.h5: 'values': "):
            arrays.rows("values", 9)
        with pytest.raises(DataError, match=r"a\.h5: 'other': "):
            arrays.shape("other")


def test_a_name_that_is_not_there_and_a_file_of_another_kind_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as opened:
        opened["x"], opened["y"] = 1, 2
    with (
        pytest.raises(DataError, match=r"a\.h5: no data set 'z'; it has 'x', 'y'"),
        open_hdf5(tmp_path / "a.h5", ["z"]),
    ):
        pass
    (tmp_path / "b.h5").write_bytes(b"PK\3\4" + bytes(600))
    with pytest.raises(DataError, match=r"b\.h5: not an HDF5 file; it looks like"), open_hdf5(tmp_path / "b.h5", []):
        pass


def test_a_file_is_read_up_to_its_limit(tmp_path, monkeypatch):
    with h5py.File(tmp_path / "a.h5", "w") as opened:
        opened["x"] = 1
    size = (tmp_path / "a.h5").stat().st_size
    monkeypatch.setattr(hdf5, "MAX_BYTES", size)
    with open_hdf5(tmp_path / "a.h5", ["x"]) as arrays:
        assert arrays.rows("x").item() == 1
    monkeypatch.setattr(hdf5, "MAX_BYTES", size - 1)
    with pytest.raises(DataError, match=f"{size} bytes; HDF5 files up to {size - 1}"), open_hdf5(tmp_path / "a.h5", []):
        pass


def test_the_inspection_lists_every_data_set_and_paths_inside_a_group(file, tmp_path):
    file["x"] = np.zeros((2, 3), "<f4")
    file["g/y"] = 1
    file["name"] = "text"
    file.close()
    found = inspect(str(tmp_path / "a.h5"), ["x"])
    assert found["x"] == {"shape": [2, 3], "dtype": "<f4"}
    assert found["g"] == {"refused": "'g' is a group, not an array", "paths": ["y"]}
    assert "only numbers and references are read" in found["name"]["refused"]
    with pytest.raises(RefusedError, match="'g' is a group"):
        inspect(str(tmp_path / "a.h5"), ["g"])


def test_paths_go_three_levels_deep_five_names_wide_and_along_no_link(file):
    file["g/a/b/c/d"] = 1
    file["g/z"] = 1
    file["g/link"] = h5py.SoftLink("/g")
    assert paths_in(file, "g") == ["a", "z", "a/b", "a/b/c"]
    for i in range(8):
        file[f"wide/{i}"] = i
    assert paths_in(file, "wide") == ["0", "1", "2", "3", "4"]
    file["x"] = 1
    file["soft"] = h5py.SoftLink("/g")
    assert paths_in(file, "x") == paths_in(file, "soft") == []


def test_the_number_of_objects_is_limited(file, tmp_path, monkeypatch):
    file["x"], file["y"] = 1, 2
    file.close()
    monkeypatch.setattr(hdf5_probe, "MAX_OBJECTS", 2)
    assert list(inspect(str(tmp_path / "a.h5"), [])) == ["x", "y"]
    monkeypatch.setattr(hdf5_probe, "MAX_OBJECTS", 1)
    with pytest.raises(RefusedError, match="2 objects; at most 1 are read"):
        inspect(str(tmp_path / "a.h5"), [])


def test_data_are_read_in_slabs(file, tmp_path, monkeypatch):
    file["x"] = np.zeros((7, 2))
    file.close()
    read = []
    real = h5py.Dataset.__getitem__
    monkeypatch.setattr(h5py.Dataset, "__getitem__", lambda self, at: read.append(at) or real(self, at))
    for slab, steps in ((48, 3), (1, 1), (1 << 24, 7)):
        read.clear()
        monkeypatch.setattr(hdf5_probe, "SLAB", slab)
        inspect(str(tmp_path / "a.h5"), ["x"])
        rows = [i for at in read for i in range(at.start, min(at.stop, 7))]
        assert rows == list(range(7)), "each row once"
        assert max(min(at.stop, 7) - at.start for at in read) == steps


def test_each_limit_of_texts_is_exact(file, monkeypatch):
    listed = cells(file, "words", ["ab", "cde"])
    for name, limit in (("MAX_TEXTS", 2), ("MAX_TEXT", 3), ("MAX_SIGNS", 5)):
        with monkeypatch.context() as patch:
            patch.setattr(hdf5_probe, name, limit)
            assert texts(file, listed) == ["ab", "cde"]
            patch.setattr(hdf5_probe, name, limit - 1)
            with pytest.raises(RefusedError):
                texts(file, listed)


def test_zeros_in_a_text_are_left_out_and_a_reference_to_numbers_is_refused(file):
    assert texts(file, cells(file, "words", ["a\0b"])) == ["ab"]
    listed = file.create_dataset("others", (1,), h5py.ref_dtype)
    for name, value in (("real", np.zeros(3)), ("signed", np.zeros(3, "i2"))):
        file[name] = value
        listed[0] = file[name].ref
        with pytest.raises(RefusedError, match="refers to something that is no text"):
            texts(file, listed)
    file.create_group("group")
    listed[0] = file["group"].ref
    with pytest.raises(RefusedError, match="refers to something that is no text"):
        texts(file, listed)


def test_which_data_sets_are_admitted(file, monkeypatch):
    file["eight"], file["nine"] = np.zeros((1,) * 8), np.zeros((1,) * 9)
    assert checked(file, "eight", 100).shape == (1,) * 8
    with pytest.raises(RefusedError, match="of shape"):
        checked(file, "nine", 100)
    file["nothing"] = h5py.Empty("f4")
    with pytest.raises(RefusedError, match="of shape None"):
        checked(file, "nothing", 100)
    for kind in ("i1", "u8", "f2", "f8", "?"):
        file[f"kind {kind}"] = np.zeros(2, kind)
        assert checked(file, f"kind {kind}", 100).dtype == np.dtype(kind)
    for name, value in (("complex", np.zeros(2, "c8")), ("text", np.array([b"a"])), ("pair", np.zeros(2, "f4,i4"))):
        file[name] = value
        with pytest.raises(RefusedError, match="only numbers and references are read"):
            checked(file, name, 100)
    file["soft"] = h5py.SoftLink("/eight")
    with pytest.raises(RefusedError, match="a link to elsewhere"):
        checked(file, "soft", 100)
    file["x"] = np.zeros((10, 10))
    monkeypatch.setattr(hdf5_probe, "FREE", 799)
    assert checked(file, "x", 4).size == 100  # 800 bytes, 200 times 4
    with pytest.raises(RefusedError, match=r"'x' of shape \(10, 10\) would need 800 bytes; the file has 3"):
        checked(file, "x", 3)
    monkeypatch.setattr(hdf5_probe, "FREE", 800)
    assert checked(file, "x", 3).size == 100


def test_chunks_may_be_as_large_as_the_limit_or_the_array(file, monkeypatch):
    file.create_dataset(
        "x", (2, 2), "f8", maxshape=(None, None), chunks=(4, 4), compression=1, shuffle=True, fletcher32=True
    )
    monkeypatch.setattr(hdf5_probe, "MAX_CHUNK", 128)
    assert checked(file, "x", 100).shape == (2, 2)
    monkeypatch.setattr(hdf5_probe, "MAX_CHUNK", 127)
    with pytest.raises(RefusedError, match="'x' is stored in chunks of 128 bytes, for 32 bytes in all"):
        checked(file, "x", 100)
    file.create_dataset("full", (4, 4), "f8", chunks=(4, 4))
    assert checked(file, "full", 100).shape == (4, 4)


def netcdf_file(path, fill):
    with h5py.File(path, "w") as opened:
        fill(opened)
    return path


LIMITS = {
    "MAX_GROUPS": (3, lambda f: (f.create_group("a"), f.create_group("b")), "more than 2 groups"),
    "MAX_ARRAYS": (2, lambda f: f.update(x=1, y=2), "more than 1 arrays"),
    "MAX_DEPTH": (2, lambda f: f.create_group("a/b"), "groups nested deeper than 1 at '/a/b'"),
    "MAX_OBJECTS": (3, lambda f: (f.create_group("a"), f.create_group("b")), "more than 2 objects"),
    "MAX_CHUNKS": (
        6,
        lambda f: f.create_dataset("x", (5, 4), "f4", chunks=(2, 3)),
        "'/x' is stored in 6 chunks; at most 5",
    ),
    "MAX_ATTRIBUTES": (2, lambda f: f.attrs.update(a=1, b=2), "'/' has 2 attributes; at most 1"),
    "MAX_ATTRIBUTES_IN_ALL": (
        3,
        lambda f: (f.attrs.update(a=1, b=2), f.create_group("g").attrs.update(c=1)),
        "more than 2 attr",
    ),
    "MAX_ATTRIBUTE": (24, lambda f: f.attrs.update(a=np.zeros(3)), "attributes of more than 23 bytes at '/@a'"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_of_a_netcdf_file_is_exact(name, tmp_path, monkeypatch):
    limit, fill, message = LIMITS[name]
    path = netcdf_file(tmp_path / "a.nc", fill)
    monkeypatch.setattr(netcdf, name, limit)
    check_netcdf(path)
    monkeypatch.setattr(netcdf, name, limit - 1)
    with pytest.raises(DataError, match=message):
        check_netcdf(path)


def test_the_bytes_of_all_arrays_of_a_netcdf_file_are_counted_together(tmp_path, monkeypatch):
    def fill(opened):
        for name, kind in (("x", "f8"), ("y", "i2")):
            opened.create_dataset(name, (1000,), kind)  # nothing is written: the file stays small
        opened.create_dataset("t", (100,), h5py.string_dtype())

    path = netcdf_file(tmp_path / "a.nc", fill)
    total = 8000 + 2000 + 1600  # a text of variable length is listed in 16 bytes
    monkeypatch.setattr(netcdf, "MAX_RATIO", 0)
    monkeypatch.setattr(netcdf, "FREE", total)
    check_netcdf(path)
    monkeypatch.setattr(netcdf, "FREE", total - 1)
    with pytest.raises(DataError, match=f"would need {total} bytes"):
        check_netcdf(path)
    monkeypatch.setattr(netcdf, "MAX_RATIO", total / path.stat().st_size)
    check_netcdf(path)


def test_texts_of_variable_length_count_their_length_and_four_bytes_per_sign_of_the_longest(tmp_path, monkeypatch):
    words = ["a", "bcd", ""]

    def fill(opened):
        opened.create_dataset("plain", data=words, dtype=h5py.string_dtype())
        opened.create_dataset("chunked", data=words, dtype=h5py.string_dtype(), chunks=(2,))

    path = netcdf_file(tmp_path / "a.nc", fill)
    total = 2 * (3 * 16 + 4 + 4 * 3 * 3)
    monkeypatch.setattr(netcdf, "MAX_RATIO", 0)
    monkeypatch.setattr(netcdf, "FREE", total)
    check_netcdf(path)
    monkeypatch.setattr(netcdf, "FREE", total - 1)
    with pytest.raises(DataError, match=f"would need {total} bytes"):
        check_netcdf(path)


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (lambda f: f.__setitem__("x", h5py.SoftLink("/y")), r"'/x' is not in the file itself but a link \(soft\)"),
        (lambda f: f.__setitem__("x", h5py.ExternalLink("b", "/y")), r"a link \(to another file\)"),
        (lambda f: (f.create_dataset("x", data=1), f.__setitem__("y", f["x"])), "'/y' is the same object as '/x'"),
        (lambda f: f.create_dataset("x", data=np.zeros(2, "c8")), "'/x' has the type complex64"),
        (lambda f: f.create_dataset("x", data=np.zeros((1,) * 9)), "'/x' has the shape"),
        (lambda f: f.create_dataset("x", data=h5py.Empty("f4")), "'/x' has the shape None"),
        (lambda f: f.__setitem__("x", np.dtype("f4,i4")), "'/x' is neither a group nor an array"),
        (lambda f: f.attrs.update(a=np.zeros(2, "c8")), "'/@a' has the type complex64"),
        (lambda f: f.attrs.create("a", ["b", "c"], dtype=h5py.string_dtype()), "'/@a' is an array of 2 texts"),
    ],
)
def test_what_netcdf_does_not_need_is_refused_with_its_place(fill, message, tmp_path):
    with pytest.raises(DataError, match=message):
        check_netcdf(netcdf_file(tmp_path / "a.nc", fill))


def test_what_netcdf_needs_passes(tmp_path):
    def fill(opened):
        opened["x"] = np.zeros((1,) * 8)
        opened["group/text"] = "one"
        opened.attrs["text"] = "one"
        opened.attrs["listed"] = np.array([b"a", b"bc"])
        opened["scale"] = np.arange(3)
        opened["scale"].make_scale("s")
        opened["y"] = np.zeros(3)
        opened["y"].dims[0].attach_scale(opened["scale"])

    check_netcdf(netcdf_file(tmp_path / "a.nc", fill))
