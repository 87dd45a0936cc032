"""What tells two runs apart, in words: the settings in which they differ, else their folders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mmviz.plots.escape import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xarray as xr

#: what a heading has room for
_MOST = 3
#: where it ran, which changes no more than rounding
_LEFT_OUT = ("backend", "accelerator")


def names_of(a: xr.Dataset, b: xr.Dataset) -> tuple[str, str]:
    """Return a name for each of two frames of :func:`mmviz.plots.explorer_frame`, such as "coupling softmax" and "coupling identity".

    They name data set, split and model where these differ, then settings of model and training that both have and that differ, at most
    three and how many more; where nothing differs, the folders of the runs; where those are not known or the same, "".
    """
    seen = [(label, x, y) for label, x, y in _of_frames(a, b) if x != y]
    if not seen:
        folders = [visible(frame.attrs.get("run") or "") for frame in (a, b)]
        return (folders[0], folders[1]) if all(folders) and folders[0] != folders[1] else ("", "")
    more = f" and {len(seen) - _MOST} more" if len(seen) > _MOST else ""
    first = seen[:_MOST]
    names = [", ".join(f"{label} {values[k]}".strip() for label, *values in first) + more for k in (0, 1)]
    return names[0], names[1]


def _of_frames(a: xr.Dataset, b: xr.Dataset) -> Iterator[tuple[str, str, str]]:
    for key, label in (("dataset", ""), ("split", "split"), ("model", "")):
        yield label, _word(a.attrs.get(key, "")), _word(b.attrs.get(key, ""))
    settings = [json.loads(frame.attrs.get("settings") or "{}") for frame in (a, b)]
    yield from _apart(settings[0], settings[1])


def _apart(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in (key for key in a if key in b and key not in _LEFT_OUT):
        if isinstance(a[key], dict) and isinstance(b[key], dict):
            yield from _apart(a[key], b[key])
        elif a[key] != b[key]:
            yield visible(key).replace("_", " "), _word(a[key]), _word(b[key])


def _word(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else visible(value)
