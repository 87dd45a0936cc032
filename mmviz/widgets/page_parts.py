"""Parts of a saved page: scripts, style and data, each compressed where that helps, as text in a data element of its own."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import DataError
from mmviz.io.printable_code import from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

#: first bytes of a stream that is compressed already; it is stored as it is
_GZIP = b"\x1f\x8b"
_ELEMENT = '<script type="application/octet-stream" id="mmviz-part-{name}">{text}</script>\n'


def page_parts(contents: Mapping[str, str | bytes]) -> tuple[dict[str, dict[str, Any]], str]:
    """Return the table of parts for the page's header, and their elements in HTML.

    ``bytes`` is the length of a stored part, ``size`` that of its content, ``packing`` "gzip" or "none". Names are plain ASCII words.
    """
    table, elements = {}, []
    for name, content in contents.items():
        raw = content.encode("utf-8") if isinstance(content, str) else content
        packed = raw if raw.startswith(_GZIP) else gzip.compress(raw, 9, mtime=0)
        packing = "gzip" if len(packed) < len(raw) else "none"
        stored = packed if packing == "gzip" else raw
        table[name] = {"bytes": len(stored), "size": len(raw), "packing": packing}
        elements.append(_ELEMENT.format(name=name, text=to_text(stored)))
    return table, "".join(elements)


def read_part(entry: Mapping[str, Any], text: str) -> bytes:
    """Return the content of a part from its entry in the table and the text of its element.

    Raises
    ------
    DataError
        Damaged text, or another size than the table says.
    """
    stored = from_text(text, entry["bytes"])
    raw = gzip.decompress(stored) if entry["packing"] == "gzip" else stored
    if len(raw) != entry["size"]:
        raise DataError(f"a part of the page has {len(raw)} bytes, expected {entry['size']}")
    return raw
