"""What a file looks like from its first bytes, for error messages that name the mistake."""

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself (run `git lfs pull`)"),
    (b"PK\x03\x04", "a ZIP archive (an .npz or a torch checkpoint)"),
    (b"\x1f\x8b", "a gzip file (decompress it first)"),
    (b"\x93NUMPY", "a .npy file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 or netCDF file"),
    (b"BZh", "a bzip2 file (decompress it first)"),
    (b"\xfd7zXZ", "an xz file (decompress it first)"),
    (b"%PDF", "a PDF document"),
)


def looks_like(data: bytes) -> str:
    """Name the kind of file that starts with `data`.

    Parameters
    ----------
    data
        The first bytes of a file; 64 suffice.

    Returns
    -------
    str
        A short phrase such as ``"a ZIP archive (an .npz or a torch checkpoint)"``, or "an unknown kind of file".
    """
    if not data:
        return "an empty file"
    for magic, kind in _KINDS:
        if data.startswith(magic):
            return kind
    start = data[:64].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head")):
        return "an HTML or XML page (an error page saved as a file?)"
    if data[:1] == b"\x80" and len(data) > 1 and data[1] <= 5:
        return f"a pickle of protocol {data[1]}"
    return "an unknown kind of file"
