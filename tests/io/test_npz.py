"""Files of arrays: every layout that NumPy writes comes back with its values, and each limit is exact."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest

from mmviz.core.errors import DataError
from mmviz.io import npz
from mmviz.io.npz import read_npz, read_tree, write_npz, write_tree


def zipped(members, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def npy(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def written(header, content=b"", version=1):
    """A .npy member with a header of ours."""
    header = header.rstrip("\n") + "\n"
    size = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + size + header.encode() + content


ARRAYS = {
    "rows": np.arange(24.0).reshape(2, 3, 4),
    "columns": np.asfortranarray(np.arange(6, dtype=np.int32).reshape(2, 3)),
    "columns of three": np.asfortranarray(np.arange(24, dtype=np.int16).reshape(2, 3, 4)),
    "big endian": np.array([[1, 256], [65535, 3]], ">u2"),
    "big columns": np.asfortranarray(np.arange(6, dtype=">f8").reshape(3, 2)),
    "scalar": np.array(2.5, np.float32),
    "truth": np.array([True, False, True]),
    "text": np.array(["a", "äöü", "\U0010ffff"]),
    "big text": np.array(["ab", "c"], ">U2"),
    "bytes": np.array([b"a", b"bcd"]),
    "half": np.array([0.5, -2.0], np.float16),
    "small": np.array([-128, 127], np.int8),
    "empty": np.zeros((0, 5), np.float32),
    "empty text": np.zeros(3, "U0"),
    "eight dimensions": np.arange(4).reshape(1, 2, 1, 1, 2, 1, 1, 1),
}


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)], ids=str)
def test_every_layout_comes_back_with_its_values_type_and_shape(name, compression, version):
    array = ARRAYS[name]
    found = read_npz(zipped({"x.npy": npy(array, version)}, compression))["x"]
    assert (found.shape, found.dtype) == (array.shape, array.dtype)
    np.testing.assert_array_equal(found, array)


def test_what_is_written_is_read_back_by_numpy_and_by_us(tmp_path):
    write_npz(tmp_path / "all.npz", ARRAYS)
    ours = read_npz(tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz", allow_pickle=False) as theirs:
        assert list(ours) == list(ARRAYS) == list(theirs)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(theirs[name], array)
            np.testing.assert_array_equal(ours[name], array)


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        write_npz(tmp_path / name, ARRAYS)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.npz", "b.npz"))
    assert first == second
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0), "no time of writing"


def test_an_array_longer_than_one_piece_comes_back(monkeypatch):
    monkeypatch.setattr(npz, "_PIECE", 7)
    array = np.arange(100, dtype=np.int32).reshape(5, 20, order="F")
    np.testing.assert_array_equal(read_npz(zipped({"x.npy": npy(array)}, zipfile.ZIP_DEFLATED))["x"], array)


def test_names_lose_one_ending_and_the_array_can_be_changed():
    found = read_npz(zipped({"a.npy.npy": npy(np.zeros(3)), "b/c.npy": npy(np.ones(2))}))
    assert list(found) == ["a.npy", "b/c"]
    found["a.npy"][1] = 4
    assert found["a.npy"].tolist() == [0, 4, 0]


HEADER = "{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}"


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (b"\x93NUMPX" + npy(np.zeros(1))[6:], "is not a .npy array"),
        (b"\x93NUMPY\x04\x00" + npy(np.zeros(1))[8:], "is not a .npy array"),
        (b"\x93NUMPY\x00\x00" + npy(np.zeros(1))[8:], "is not a .npy array"),
        (b"\x93NUMPY\x01", "is not a .npy array"),
        (b"", "is not a .npy array"),
        (npy(np.zeros(4))[:-1], "159 bytes for a header of 128 and 4 x 8 bytes"),
        (npy(np.zeros(4)) + b"\0", "161 bytes for a header of 128 and 4 x 8 bytes"),
        (written(HEADER.format("|O", False, "(1,)"), bytes(8)), "object array"),
        (written(HEADER.format("<f16", False, "(1,)"), bytes(16)), "not that of a plain array"),
        (written(HEADER.format("<c16", False, "(1,)"), bytes(16)), "not that of a plain array"),
        (written(HEADER.format("<f8", "maybe", "(1,)"), bytes(8)), "not that of a plain array"),
        (written(HEADER.format("<f8", False, "(-1,)"), bytes(8)), "not that of a plain array"),
        (written(HEADER.format("<i4", False, f"({'1, ' * 9})"), bytes(4)), "9 dimensions; at most 8"),
        (written(HEADER.format("|b1", False, "(2,)"), b"\1\2"), "truth values other than 0 and 1"),
        (written(HEADER.format("<U1", False, "(1,)"), struct.pack("<I", 0x110000)), "invalid code points"),
        (written(HEADER.format(">U1", False, "(1,)"), struct.pack(">I", 0x110000)), "invalid code points"),
    ],
)
def test_a_member_that_is_no_plain_array_is_refused(member, message):
    with pytest.raises(DataError, match=message) as caught:
        read_npz(zipped({"x.npy": member}), where="file.npz")
    assert str(caught.value).startswith("file.npz: 'x'")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_header_of_4096_bytes_is_read_and_a_longer_one_refused(version):
    header = HEADER.format("<i2", True, "(2, 2)")

    def of(length):
        return zipped({"x.npy": written(header.ljust(length - 1) + "\n", np.arange(4, dtype="<i2").tobytes(), version)})

    assert read_npz(of(4096))["x"].tolist() == [[0, 2], [1, 3]]
    with pytest.raises(DataError, match="a header of 4097 bytes"):
        read_npz(of(4097))


def test_each_limit_is_exact(monkeypatch):
    two = zipped({"a.npy": npy(np.zeros(2)), "b.npy": npy(np.zeros(2))})
    assert set(read_npz(two, max_bytes=2 * 144)) == {"a", "b"}  # a header of 128 bytes and 16 of content each
    with pytest.raises(DataError, match=r"would inflate to 288; refused as a zip bomb.*The limits are 287 bytes"):
        read_npz(two, max_bytes=287)
    monkeypatch.setattr(npz, "MAX_MEMBERS", 2)
    assert len(read_npz(two)) == 2
    monkeypatch.setattr(npz, "MAX_MEMBERS", 1)
    with pytest.raises(DataError, match="2 members; at most 1 are read"):
        read_npz(two)


def test_content_beyond_what_is_free_may_be_at_most_so_many_times_the_file(monkeypatch):
    raw = zipped({"a.npy": npy(np.zeros(10_000))}, zipfile.ZIP_DEFLATED)
    total = 128 + 80_000
    ratio = total / len(raw)
    assert read_npz(raw)["a"].size == 10_000, "small files are not looked at"
    monkeypatch.setattr(npz, "_FREE", total - 1)
    monkeypatch.setattr(npz, "MAX_RATIO", ratio)
    assert read_npz(raw)["a"].size == 10_000
    monkeypatch.setattr(npz, "MAX_RATIO", ratio * 0.999)
    with pytest.raises(DataError, match="zip bomb"):
        read_npz(raw)
    monkeypatch.setattr(npz, "_FREE", total)
    assert read_npz(raw)["a"].size == 10_000


def test_the_limits_are_those_of_the_documents():
    assert (npz.MAX_BYTES, npz.MAX_MEMBERS, npz.MAX_RATIO) == (16 * 1024**3, 500_000, 200)


def test_a_name_that_occurs_twice_is_refused():
    raw = zipped({"a.npy": npy(np.zeros(1)), "b.npy": npy(np.ones(1)), "c.npy": npy(np.ones(1))})
    raw = raw.replace(b"b.npy", b"a.npy").replace(b"c.npy", b"a.npy")
    with pytest.raises(DataError, match="2 names occur twice"):
        read_npz(raw)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (zipped({"archive/data.pkl": b""}), r"torch.load\(path, weights_only=True\)"),
        (zipped({"a.txt": b""}), "'a.txt' is not a .npy array"),
        (zipped({"a.npy": npy(np.zeros(99))}, zipfile.ZIP_BZIP2), "compressed in an unusual way"),
        (b"no archive at all", "not a well-formed .npz file"),
        (zipped({"a.npy": npy(np.zeros(99))})[:-30], "not a well-formed .npz file"),
    ],
)
def test_a_file_that_holds_more_than_arrays_is_refused(raw, message, tmp_path):
    (tmp_path / "file.npz").write_bytes(raw)
    for source in (raw, tmp_path / "file.npz"):
        with pytest.raises(DataError, match=message):
            read_npz(source)
    with pytest.raises(DataError, match=r"^file\.npz: "):
        read_npz(tmp_path / "file.npz")
    with pytest.raises(DataError, match=r"^npz file: "):
        read_npz(raw)


def test_an_encrypted_member_and_one_of_two_sizes_are_refused():
    raw = zipped({"a.npy": npy(np.zeros(9))})
    entry = raw.index(b"PK\1\2")
    for at, message in ((entry + 8, "encrypted"), (entry + 20, "contradicts itself about its size")):
        spoilt = bytearray(raw)
        spoilt[at] ^= 1
        with pytest.raises(DataError, match=message):
            read_npz(bytes(spoilt))


def test_a_wrong_checksum_is_noticed():
    raw = bytearray(zipped({"a.npy": npy(np.arange(9.0))}))
    raw[raw.index(struct.pack("<d", 5.0)) + 7] ^= 1
    with pytest.raises(DataError, match="CRC"):
        read_npz(bytes(raw))


def test_objects_are_not_written(tmp_path):
    with pytest.raises(DataError, match="'x' is an object array"):
        write_npz(tmp_path / "a.npz", {"x": np.array([None])})
    assert list(tmp_path.iterdir()) == []


def test_a_tree_comes_back(tmp_path):
    tree = {
        "a": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "list of arrays": [np.arange(i) for i in range(12)],
        "text": "ä",
        "none": None,
        "raw": b"\0\xff",
        "mixed": [1, "b", None],
        "numbers": [1.5, 2.5],
        "ints": [1, 2],
        "too large": [2**70, 1],
        "nan": [float("nan"), "x"],
        "one": 3,
        "true": True,
        "empty": {},
        "no elements": [],
        "deep": {"er": [{"x": 1}, {"y": [b"z", b""]}]},
        "odd/#@%25 name": {"#": 1, "@json": 2},
        "texts": np.array(["p", "q"], object),
    }
    write_tree(tmp_path / "t.npz", tree)
    found = read_tree(tmp_path / "t.npz")
    assert list(found) == list(tree)
    np.testing.assert_array_equal(found["a"], tree["a"])
    assert [x.tolist() for x in found["list of arrays"]] == [list(range(i)) for i in range(12)]
    for name in ("text", "none", "raw", "mixed", "empty", "no elements", "too large"):
        assert found[name] == tree[name], name
    assert found["numbers"].tolist() == [1.5, 2.5]
    assert found["ints"].dtype.kind == "i"
    assert found["ints"].tolist() == [1, 2]
    assert np.isnan(found["nan"][0])
    assert found["nan"][1] == "x"
    assert (found["one"].item(), found["true"].item()) == (3, True)
    assert found["one"].shape == ()
    assert found["deep"]["er"][0]["x"].item() == 1
    assert found["deep"]["er"][1]["y"] == [b"z", b""]
    assert {key: value.item() for key, value in found["odd/#@%25 name"].items()} == {"#": 1, "@json": 2}
    assert found["texts"] == ["p", "q"]


@pytest.mark.parametrize("tree", [[np.zeros(2), "a"], "text", np.arange(3), None, b"raw", 2.5])
def test_a_tree_needs_no_dictionary_at_its_root(tmp_path, tree):
    write_tree(tmp_path / "t.npz", tree)
    found = read_tree(tmp_path / "t.npz")
    if isinstance(tree, list):
        assert found[0].tolist() == [0, 0]
        assert found[1] == "a"
    else:
        assert found == tree if not isinstance(tree, np.ndarray) else found.tolist() == tree.tolist()


def nested(depth):
    tree = np.zeros(1)
    for _ in range(depth):
        tree = {"k": tree}
    return tree


def test_the_depth_of_a_tree_is_limited_in_both_directions(tmp_path):
    write_tree(tmp_path / "t.npz", nested(16))
    found = read_tree(tmp_path / "t.npz")
    for _ in range(16):
        found = found["k"]
    assert found.tolist() == [0]
    with pytest.raises(DataError, match="nested deeper than 16; it cannot be written"):
        write_tree(tmp_path / "u.npz", nested(17))
    assert "k" in read_tree(zipped({"/".join("k" * 17) + ".npy": npy(np.zeros(1))}))
    with pytest.raises(DataError, match="nested deeper than 16"):
        read_tree(zipped({"/".join("k" * 18) + ".npy": npy(np.zeros(1))}))


def text(value):
    return npy(np.frombuffer(json.dumps(value).encode(), np.uint8))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.npy": npy(np.zeros(1)), "a/b.npy": npy(np.zeros(1))}, "lies inside another array"),
        ({"a.npy": npy(np.zeros(1)), "a@json.npy": text(1)}, "occurs twice"),
        ({"#0.npy": npy(np.zeros(1)), "#2.npy": npy(np.zeros(1))}, "elements of a list are missing"),
        ({"#0.npy": npy(np.zeros(1)), "#x.npy": npy(np.zeros(1))}, "elements of a list are missing"),
        ({"#1.npy": npy(np.zeros(1))}, "elements of a list are missing"),
        ({"a@json.npy": npy(np.frombuffer(b"{", np.uint8))}, "damaged text"),
        ({"a@json.npy": npy(np.zeros(2))}, "neither an array nor text of ours"),
        ({"a@json.npy": npy(np.zeros((2, 2), np.uint8))}, "neither an array nor text of ours"),
        ({"a@more.npy": text(1)}, "neither an array nor text of ours"),
    ],
)
def test_names_that_contradict_each_other_are_refused(members, message):
    with pytest.raises(DataError, match=message):
        read_tree(zipped(members))


def test_names_that_only_look_like_elements_of_a_list_stay_names():
    found = read_tree(zipped({"#0.npy": npy(np.zeros(1)), "b.npy": npy(np.ones(1))}))
    assert set(found) == {"#0", "b"}


@pytest.mark.parametrize(
    "value", [{1, 2}, object(), [object()], {"a": 1 + 2j}], ids=["set", "object", "list", "complex"]
)
def test_what_needs_a_pickle_is_not_written(tmp_path, value):
    with pytest.raises(DataError, match="cannot be written without a pickle"):
        write_tree(tmp_path / "t.npz", {"x": value})
    assert list(tmp_path.iterdir()) == []
