"""Tar archives as Python's tarfile writes them, in every format, and what is refused in them."""

import gzip
import io
import tarfile

import pytest

from mmviz.core.errors import DataError
from mmviz.io import archive
from mmviz.io.archive import MAX_EXTENDED, TarMember, TarStream, folder_members, tar_members

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
LONG = "folder/" * 12 + "a name of more than a hundred bytes.wav"  # ustar: in two parts
FILES = {"a.txt": b"abc", "b/c.bin": bytes(512), "b/empty": b"", LONG: bytes(range(256)) * 5, "last": b"x" * 513}


def packed(files, form="pax", *, pax=None, everywhere=None):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=FORMATS[form], pax_headers=everywhere) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1.5 if form == "pax" else 1
            info.pax_headers = (pax or {}).get(name, {})
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def raw_header(name=b"a", size=b"%011o\0" % 3, kind=b"0", *, signed=False, magic=b"ustar\0"):
    """A header with its checksum."""
    block = bytearray(512)
    block[: len(name)], block[124 : 124 + len(size)], block[156:157], block[257 : 257 + len(magic)] = (
        name,
        size,
        kind,
        magic,
    )
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(b - 256 if signed and b > 127 else b for b in block)
    return bytes(block)


def extended(body, size=None):
    size = len(body) if size is None else size
    return raw_header(b"x", b"%011o\0" % size, b"x") + body + bytes(-len(body) % 512)


def record(text):
    """A record with its own length in front."""
    length = len(text) + 3
    length += len(str(length)) - 1
    assert len(f"{length} {text}\n") == length
    return f"{length} {text}\n".encode()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzipped"])
def test_files_come_back_with_names_sizes_and_content(form, zipped, tmp_path):
    raw = packed(FILES, form)
    raw = gzip.compress(raw) if zipped else raw
    (tmp_path / "a.tar").write_bytes(raw)
    for source in (raw, tmp_path / "a.tar"):
        found = tar_members(source)
        assert found.names == sorted(FILES)
        assert {name: found.read(name) for name in found.names} == FILES
        assert LONG in found
        assert "b" not in found
        assert found.named("c.bin") == ["b/c.bin"]
        assert found.named("a") == []
    assert (found.where, tar_members(raw).where) == ("a.tar", "tar archive")


@pytest.mark.parametrize("form", ["gnu", "pax"])
def test_names_that_are_not_ascii_come_back(form):
    name = "äöü/" * 30 + "日本.txt"
    assert tar_members(packed({name: b"1"}, form)).names == [name]


def test_every_record_of_an_extended_header_counts_and_for_the_next_member_only():
    pax = {"a": {"path": "first.txt", "comment": "x" * 300, "mtime": "1.25"}}
    found = list(TarStream(packed({"a": b"12", "b": b"3"}, pax=pax)).members())
    assert found == [TarMember("first.txt", 2, "file"), TarMember("b", 1, "file")]


def test_the_size_of_an_extended_header_holds():
    body = record("size=700")
    raw = (
        extended(body)
        + raw_header(b"a", b"%011o\0" % 3)
        + b"y" * 700
        + bytes(324)
        + raw_header(b"b")
        + b"abc"
        + bytes(509)
    )
    assert tar_members(raw + bytes(1024)).read("a") == b"y" * 700
    assert tar_members(raw + bytes(1024)).read("b") == b"abc"


def test_content_that_is_not_read_is_skipped_and_half_of_it_too():
    stream = TarStream(packed(FILES))
    names = []
    for member in stream.members():
        names.append(member.name)
        if member.name == "b/c.bin":
            assert stream.content(member) == bytes(512)
    assert names == list(FILES)


def test_large_content_is_read_in_pieces(monkeypatch):
    monkeypatch.setattr(archive, "_PIECE", 100)
    assert tar_members(packed(FILES)).read(LONG) == FILES[LONG]
    assert [m.name for m in TarStream(packed(FILES)).members()] == list(FILES)


def test_kinds_of_members():
    kinds = {b"0": "file", b"\0": "file", b"7": "file", b"5": "folder", b"1": "other", b"2": "other", b"3": "other"}
    kinds |= {b"4": "other", b"6": "other"}
    for kind, expected in kinds.items():
        (found,) = TarStream(raw_header(b"a", b"0" * 11 + b"\0", kind)).members()
        assert found == TarMember("a", 0, expected), kind
    (old,) = TarStream(raw_header(b"folder/", b"%011o\0" % 3, b"\0") + bytes(1024)).members()
    assert old == TarMember("folder/", 0, "folder")
    (sparse,) = TarStream(extended(record("GNU.sparse.major=1")) + raw_header(size=b"0")).members()
    assert sparse.kind == "other"


@pytest.mark.parametrize(
    ("field", "size"),
    [
        (b"%011o\0" % 1234, 1234),
        (b" 10 \0", 8),
        (b"", 0),
        (b"777777777777", 8**12 - 1),
        (b"\x80" + (513).to_bytes(11, "big"), 513),
    ],
)
def test_sizes_are_octal_or_big_endian(field, size):
    stream = TarStream(raw_header(b"a", field)).members()
    assert next(stream).size == size


@pytest.mark.parametrize("field", [b"8", b"-1", b"0x1", b"\x81" + bytes(11), b"1.5"])
def test_a_size_that_is_no_number_is_refused(field):
    with pytest.raises(DataError, match="a header with the number"):
        list(TarStream(raw_header(b"a", field)).members())


def test_old_programs_sum_signed_bytes_and_another_sum_is_refused():
    name = "é".encode("latin1") * 3
    for signed in (False, True):
        (found,) = TarStream(raw_header(name, b"0", signed=signed)).members()
        assert found.name.encode("utf-8", "surrogateescape") == name
    spoilt = bytearray(raw_header())
    spoilt[0] += 1
    with pytest.raises(DataError, match="checksum is wrong"):
        list(TarStream(bytes(spoilt)).members())


def test_a_prefix_belongs_to_the_name_only_in_ustar():
    for magic, expected in ((b"ustar\0", "p/a"), (b"ustar ", "a")):
        block = bytearray(raw_header(b"a", b"0", magic=magic))
        block[345:346] = b"p"
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        assert [m.name for m in TarStream(bytes(block)).members()] == [expected]


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (record("path=b") + b"8 path=b\n", 9),  # it has nine bytes
        (b"10 path=bb", 0),  # no line end
        (b"99 path=b\n", 0),
        (b"path=b\n", 0),
        (b"7 path=\n", 0),
        (record("comment=" + "c" * 40) + record("path=b")[1:], len(record("comment=" + "c" * 40))),
    ],
)
def test_a_damaged_record_is_named_with_its_place(body, at):
    with pytest.raises(DataError, match=f"damaged at its byte {at}$"):
        list(TarStream(extended(body) + raw_header() + bytes(512)).members())


def test_the_longest_key_of_a_record_has_255_bytes():
    good, bad = (record("k" * length + "=v") for length in (255, 256))
    assert len(list(TarStream(extended(good) + raw_header(size=b"0")).members())) == 1
    with pytest.raises(DataError, match="damaged at its byte 0"):
        list(TarStream(extended(bad) + raw_header(size=b"0")).members())


def test_the_largest_extended_header_is_exact():
    long = record("comment=" + "c" * (MAX_EXTENDED - len(record("comment=" + "c" * 1_048_000)) + 1_048_000))
    assert len(long) == MAX_EXTENDED == 1_048_576
    (found,) = TarStream(extended(long) + raw_header(size=b"0")).members()
    assert found.name == "a"
    with pytest.raises(DataError, match="an extended header of 1048577 bytes; at most 1048576"):
        list(TarStream(extended(long, size=MAX_EXTENDED + 1) + bytes(1024)).members())


@pytest.mark.parametrize("key", ["path", "size", "linkpath"])
def test_a_global_header_may_not_name_members(key):
    with pytest.raises(DataError, match=f"a global header that sets '{key}'"):
        tar_members(packed({"a": b""}, everywhere={key: "1"}))
    assert tar_members(packed({"a": b""}, everywhere={"comment": "x"})).names == ["a"]


@pytest.mark.parametrize("text", ["-1", "1.5", "1" * 19, "x"])
def test_an_extended_size_that_is_no_number_is_refused(text):
    with pytest.raises(DataError, match="an extended header with the size"):
        list(TarStream(extended(record(f"size={text}")) + raw_header() + bytes(512)).members())


@pytest.mark.parametrize("kept", [100, 512 + 100, 512 + 512 + 3])
def test_a_truncated_archive_is_refused(kept):
    raw = raw_header(b"a", b"%011o\0" % 600) + b"y" * 1024 + raw_header(b"b")
    with pytest.raises(DataError, match="truncated"):
        list(TarStream(raw[:kept]).members())
    with pytest.raises(DataError, match=r"a\.tar: .*truncated.*; fetch the archive again"):
        tar_members(raw[:kept], where="a.tar")


def test_damaged_compression_is_refused():
    raw = gzip.compress(packed(FILES))
    with pytest.raises(DataError, match=r"damaged compression \(EOFError"):
        tar_members(raw[: len(raw) // 2])


@pytest.mark.parametrize("name", ["/a", "../a", "a/../../b", "a\\b", "a/..", "."])
def test_a_name_that_leads_outside_is_refused(name):
    with pytest.raises(DataError, match="leads outside the archive"):
        tar_members(raw_header(name.encode(), b"0"))


def test_the_root_of_an_archive_is_a_folder_and_a_file_in_it_loses_the_dot():
    raw = raw_header(b"./", b"0", b"5") + raw_header(b"./a", b"0") + raw_header(b"b//c", b"0")
    assert tar_members(raw).names == ["a", "b/c"]


def test_links_and_names_that_occur_twice_are_refused():
    with pytest.raises(DataError, match="'a' is a link or a device"):
        tar_members(raw_header(b"a", b"0", b"2"))
    with pytest.raises(DataError, match="'a' occurs twice"):
        tar_members(raw_header(b"a", b"0") + raw_header(b"./a", b"0"))


def test_each_limit_of_an_archive_is_exact(monkeypatch):
    raw = packed({"a": b"12345", "b": b"678"})
    monkeypatch.setattr(archive, "MAX_TOTAL", 8)
    assert tar_members(raw).names == ["a", "b"]
    monkeypatch.setattr(archive, "MAX_TOTAL", 7)
    with pytest.raises(DataError, match="would unpack to more than 8; refused"):
        tar_members(raw)
    monkeypatch.setattr(archive, "MAX_TOTAL", 100)
    monkeypatch.setattr(archive, "_FREE", 7)
    monkeypatch.setattr(archive, "MAX_RATIO", 8 / len(raw))
    assert tar_members(raw).names == ["a", "b"]
    monkeypatch.setattr(archive, "MAX_RATIO", 7.9 / len(raw))
    with pytest.raises(DataError, match="refused"):
        tar_members(raw)
    monkeypatch.setattr(archive, "_FREE", 8)
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    assert tar_members(raw).names == ["a", "b"]
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1)
    with pytest.raises(DataError, match="more than 1 members"):
        tar_members(raw)


def test_a_file_is_read_up_to_the_size_that_is_asked_for():
    found = tar_members(packed({"a": b"12345"}), where="z.tar")
    assert found.read("a", max_bytes=5) == b"12345"
    with pytest.raises(DataError, match=r"z\.tar: 'a' has 5 bytes; at most 4 are read"):
        found.read("a", max_bytes=4)
    with pytest.raises(DataError, match=r"z\.tar: no file 'b'"):
        found.read("b")


def test_files_of_a_folder_without_what_is_hidden(tmp_path, monkeypatch):
    for name in ("a.txt", "b/c.txt", ".hidden", ".git/config", "b/.d/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = folder_members(tmp_path)
    assert found.names == ["a.txt", "b/c.txt"]
    assert found.read("b/c.txt") == b"b/c.txt"
    assert found.where == tmp_path.name
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    assert folder_members(tmp_path).names == ["a.txt", "b/c.txt"]
    monkeypatch.setattr(archive, "MAX_FILES", 1)
    with pytest.raises(DataError, match="more than 1 files"):
        folder_members(tmp_path)


def test_links_inside_a_folder_are_followed_and_links_out_of_it_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out.txt").write_bytes(b"out")
    (tmp_path / "in/a.txt").write_bytes(b"in")
    try:
        (tmp_path / "in/link.txt").symlink_to("a.txt")
    except OSError:
        pytest.skip("this system allows no symbolic links here")
    assert folder_members(tmp_path / "in").read("link.txt") == b"in"
    (tmp_path / "in/away.txt").symlink_to(tmp_path / "out.txt")
    with pytest.raises(DataError, match=r"'away\.txt' is a link out of the folder"):
        folder_members(tmp_path / "in")
