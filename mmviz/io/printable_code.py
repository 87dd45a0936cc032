"""Bytes as printable ASCII text: 13 bits in two of 91 characters, 1.23 characters per byte (base64: 1.33)."""

from __future__ import annotations

import numpy as np

from mmviz.core.errors import DataError

#: printable ASCII without ``<``, ``&`` and ``/``: in a data element of HTML the text can neither close it nor contain an address
ALPHABET = "".join(chr(code) for code in range(33, 127) if chr(code) not in "<&/")
_BITS, _BASE = 13, len(ALPHABET)
_CODES = np.frombuffer(ALPHABET.encode("ascii"), np.uint8)
_VALUES = np.full(256, 255, np.uint8)
_VALUES[_CODES] = np.arange(_BASE)
_WEIGHTS = 1 << np.arange(_BITS)


def length_of(count: int) -> int:
    """Return the number of characters for ``count`` bytes."""
    return 2 * -(-8 * count // _BITS)


def to_text(raw: bytes) -> str:
    """Return the text of some bytes. Bits are taken from the least significant one; the first character of a pair is the remainder by 91."""
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")
    groups = np.concatenate([bits, np.zeros(-len(bits) % _BITS, np.uint8)]).reshape(-1, _BITS) @ _WEIGHTS
    return _CODES[np.stack([groups % _BASE, groups // _BASE], axis=1)].tobytes().decode("ascii")


def from_text(text: str, count: int) -> bytes:
    """Return the ``count`` bytes of a text.

    Raises
    ------
    DataError
        Another length, or a character or pair that does not occur.
    """
    if len(text) != length_of(count):
        raise DataError(f"{len(text)} characters are given for {count} bytes, expected {length_of(count)}")
    values = _VALUES[np.frombuffer(text.encode("latin-1", "replace"), np.uint8)].astype(np.int64).reshape(-1, 2)
    groups = values[:, 0] + _BASE * values[:, 1]
    if (values >= _BASE).any() or (groups >> _BITS).any():
        raise DataError("the text has a character that does not belong to it")
    bits = (groups[:, None] >> np.arange(_BITS) & 1).astype(np.uint8).reshape(-1)
    return np.packbits(bits[: 8 * count], bitorder="little").tobytes()
