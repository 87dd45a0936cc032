"""Comparison of two runs in one Explorer: names that distinguish them, common samples, and the corresponding selection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import DataError
from mmviz.core.escape import visible

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


def paired(a: xr.Dataset, b: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return both frames restricted to the samples both were recorded for, in the order of the first.

    Raises
    ------
    DataError
        Different modalities, task or classes, different classes explained of a sample, or no sample in common; says what was found.
    """
    for what in ("modality", "output"):
        seen = [frame[what].values.tolist() for frame in (a, b)]
        if seen[0] != seen[1]:
            raise DataError(
                f"Explorer: {what} of other is {seen[1]}, expected {seen[0]}; compare runs on the same data"
            )
    if a.attrs["task"] != b.attrs["task"]:
        raise DataError(
            f"Explorer: other is a {b.attrs['task']}, expected a {a.attrs['task']}; compare runs on the same task"
        )
    ids = [[str(i) for i in frame["sample_id"].values] for frame in (a, b)]
    common = [i for i in ids[0] if i in ids[1]]
    if not common:
        raise DataError(
            f"Explorer: trace and other have no recorded sample in common: {', '.join(ids[0][:5])} and {', '.join(ids[1][:5])}; "
            "record both with the same recorded_samples=[...]"
        )
    if a.attrs["task"] == "classification":
        _same_classes(a, b, [(ids[0].index(i), ids[1].index(i)) for i in common])
    if ("game" in a) != ("game" in b):  # modalities are masked in both runs or in none
        a, b = (frame.drop_vars("game", errors="ignore") for frame in (a, b))
    return tuple(  # type: ignore[return-value]
        _only(frame, [seen.index(i) for i in common]) for frame, seen in ((a, ids[0]), (b, ids[1]))
    )


def _same_classes(a: xr.Dataset, b: xr.Dataset, places: list[tuple[int, int]]) -> None:
    """Refuse frames that explain different classes of a sample: their contributions have no difference."""
    classes = list(map(str, a["output"].values))
    differ = [(i, j) for i, j in places if a["target"].values[i] != b["target"].values[j]]
    if not differ:
        return
    i, j = differ[0]
    seen = f"{classes[int(a['target'].values[i])]!r} and {classes[int(b['target'].values[j])]!r}"
    why = (
        "the true classes differ; compare runs on the same data"
        if a.attrs.get("labelled", 1) and b.attrs.get("labelled", 1)
        else "without labels the predicted class is explained, and the runs predict different ones; record recorded_samples=[...] of samples on "
        "which they agree, or labelled data"
    )
    raise DataError(
        f"Explorer: trace and other explain different classes of {len(differ)} samples (first: sample "
        f"{str(a['sample_id'].values[i])!r}: {seen}): {why}"
    )


def _only(frame: xr.Dataset, kept: list[int]) -> xr.Dataset:
    """Return the frame with these recorded samples; the list of samples to choose from knows their new positions."""
    out = frame.isel(recorded_sample=kept)
    if "listed_traced" in out:
        place = {old: new for new, old in enumerate(kept)}
        moved = [place.get(int(old), -1) for old in frame["listed_traced"].values]
        out["listed_traced"] = ("listed", np.asarray(moved, np.float32))
    return out


def in_other(a: xr.Dataset, b: xr.Dataset, selection: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a selection of ``a`` means in ``b``: the last epoch not after it, the same share of the sequence.

    ``view/view.js`` does the same in the browser.
    """
    number = a["epoch"].values[selection["epoch"]]
    earlier = np.flatnonzero(b["epoch"].values <= number)
    steps = a.sizes["time"], b.sizes["time"]
    brush = selection["brush"]
    return {
        **selection,
        "epoch": int(earlier[-1]) if len(earlier) else 0,
        "layer": min(selection["layer"], b.sizes.get("layer", 1) - 1),
        "channel": min(selection["channel"], b.sizes.get("channel", 1) - 1),
        "time": _step(selection["time"], *steps),
        "brush": brush and [_step(end, *steps) for end in brush],
    }


def _step(time: int, of: int, to: int) -> int:
    return max(0, -(-(time + 1) * to // of) - 1)
