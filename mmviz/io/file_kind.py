"""What a file looks like from its first bytes, and how its content gets in, for error messages that name the mistake."""

import re

_ARRAYS = "give the arrays to mmviz.data.from_arrays"
_PACKED = "(decompress it first)"
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself (run `git lfs pull`)"),
    (b"PK\x03\x04", "a ZIP archive (an .npz or a torch checkpoint)"),
    (b"\x1f\x8b", f"a gzip file {_PACKED}"),
    (b"\x93NUMPY", f"a .npy file, one array without names (read it with numpy.load and {_ARRAYS})"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 or netCDF file"),
    (b"BZh", f"a bzip2 file {_PACKED}"),
    (b"\xfd7zXZ", f"an xz file {_PACKED}"),
    (b"\x28\xb5\x2f\xfd", f"a zstandard file {_PACKED}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7z archive {_PACKED}"),
    (b"Rar!\x1a\x07", f"a RAR archive {_PACKED}"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", f"a Parquet table (read it with pandas.read_parquet and {_ARRAYS})"),
    (b"ARROW1", f"an Arrow or Feather table (read it with pandas.read_feather and {_ARRAYS})"),
    (b"FEA1", f"a Feather table (read it with pandas.read_feather and {_ARRAYS})"),
    (b"SQLite format 3", f"a SQLite database (read it with pandas.read_sql and {_ARRAYS})"),
    (b"CDF\x01", f"a netCDF 3 file (read it with xarray.open_dataset and {_ARRAYS})"),
    (b"CDF\x02", f"a netCDF 3 file (read it with xarray.open_dataset and {_ARRAYS})"),
    (b"OggS", f"a sound file (Ogg); compute features of it first and {_ARRAYS}"),
    (b"fLaC", f"a sound file (FLAC); compute features of it first and {_ARRAYS}"),
    (b"ID3", f"a sound file (MP3); compute features of it first and {_ARRAYS}"),
    (b"\xff\xd8\xff", f"a picture (JPEG); decode it first and {_ARRAYS}"),
    (b"\x89PNG", f"a picture (PNG); decode it first and {_ARRAYS}"),
    (b"\x1aE\xdf\xa3", f"a video (Matroska or WebM); compute features of it first and {_ARRAYS}"),
)
_PICKLED = (
    (re.compile(rb"pandas[.\n]"), "a pandas object: save its arrays, such as frame.to_numpy()"),
    (re.compile(rb"torch[._\n]"), "torch tensors: save them as arrays, tensor.numpy(), or read them with torch.load(path, weights_only=True)"),
    (re.compile(rb"numpy\.ma[.\n]"), "masked arrays: save array.filled(numpy.nan), or give them to mmviz.data.from_arrays"),
)  # fmt: skip
_TABLE = re.compile(rb"[\x09\x20-\x7e\x80-\xff]+[,;\t][\x09\x20-\x7e\x80-\xff]*\r?\n?")
_FIRST_LINE = 200


def looks_like(data: bytes) -> str:
    """Name the kind of file that starts with `data`.

    Parameters
    ----------
    data
        The first bytes of a file; 64 suffice.

    Returns
    -------
    str
        A short phrase such as ``"a ZIP archive (an .npz or a torch checkpoint)"``, or "an unknown kind of file"; with the way in where
        this package does not read the kind.
    """
    if not data:
        return "an empty file"
    for magic, kind in _KINDS:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF":
        what = "a sound file (WAV)" if data[8:12] == b"WAVE" else "a RIFF file (AVI or WebP)"
        return f"{what}; compute features of it first and {_ARRAYS}"
    if data[4:8] == b"ftyp":
        return f"a video or sound file (MP4); compute features of it first and {_ARRAYS}"
    if data[8:9] == b"{" and 2 <= int.from_bytes(data[:8], "little") < 1 << 40:
        return f"a safetensors file (read it with safetensors.numpy.load_file and {_ARRAYS})"
    if data[4:8] == b"\0\0\0\0" and int.from_bytes(data[:4], "little") > 0 and data[0] != 0x80:
        return f"a TFRecord file (read it with TensorFlow and {_ARRAYS})"
    start = data[:64].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head")):
        return "an HTML or XML page (an error page saved as a file?)"
    if data[:1] == b"\x80" and len(data) > 1 and data[1] <= 5:
        return f"a pickle of protocol {data[1]}"
    if start.startswith((b"{", b"[")):
        return f"a JSON file (read it with json or pandas.read_json and {_ARRAYS})"
    if _TABLE.match(data[:_FIRST_LINE]):
        return f"a table of text, CSV or TSV (read it with pandas.read_csv and {_ARRAYS})"
    return "an unknown kind of file"


def pickled_objects(data: bytes) -> str:
    """Name the objects that a refused pickle holds and how to save them instead, from its first bytes; "" where unknown."""
    return next((what for pattern, what in _PICKLED if pattern.search(data)), "")
