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


#: settings named in a heading
_MAX_SETTINGS = 3
#: settings that change results by rounding only
_IGNORED = ("backend", "accelerator")


def distinguishing_names(a: xr.Dataset, b: xr.Dataset) -> tuple[str, str]:
    """Return a name for each of two frames of :func:`mmviz.plots.explorer_frame`, such as "coupling softmax" and "coupling identity".

    The names contain data set, split and model where these differ, then up to three settings of model and training that differ, and the
    number of further ones. Where nothing differs, the folders of the runs; where those are unknown or the same, "".
    """
    seen = [(label, x, y) for label, x, y in _differing(a, b) if x != y]
    if not seen:
        folders = [visible(frame.attrs.get("run") or "") for frame in (a, b)]
        return (folders[0], folders[1]) if all(folders) and folders[0] != folders[1] else ("", "")
    more = f" and {len(seen) - _MAX_SETTINGS} more" if len(seen) > _MAX_SETTINGS else ""
    first = seen[:_MAX_SETTINGS]
    names = [", ".join(f"{label} {values[k]}".strip() for label, *values in first) + more for k in (0, 1)]
    return names[0], names[1]


def title_of_both(a: xr.Dataset, b: xr.Dataset) -> str:
    """Return the title of two frames side by side: that of the first, with both models where they differ and the data set is the same."""
    first, second = (str(frame.attrs.get("title") or "") for frame in (a, b))
    end = f" on {a.attrs.get('dataset', '')}"
    if first == second or not (first.endswith(end) and second.endswith(end)):
        return first
    return f"{first.removesuffix(end)} and {second}"


def _differing(a: xr.Dataset, b: xr.Dataset) -> Iterator[tuple[str, str, str]]:
    for key, label in (("dataset", ""), ("split", "split"), ("model", "")):
        yield label, _text_of(a.attrs.get(key, "")), _text_of(b.attrs.get(key, ""))
    settings = [json.loads(frame.attrs.get("settings") or "{}") for frame in (a, b)]
    yield from _differences(settings[0], settings[1])


def _differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key in (key for key in a if key in b and key not in _IGNORED):
        if isinstance(a[key], dict) and isinstance(b[key], dict):
            yield from _differences(a[key], b[key])
        elif a[key] != b[key]:
            yield visible(key).replace("_", " "), _text_of(a[key]), _text_of(b[key])


def _text_of(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else visible(value)


def common_samples(a: xr.Dataset, b: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return both frames restricted to the samples that were recorded in both, in the order of the first.

    Raises
    ------
    DataError
        Different modalities, task or classes, different explained classes of a sample, or no sample in common.
    """
    for what in ("modality", "output"):
        seen = [frame[what].values.tolist() for frame in (a, b)]
        if seen[0] != seen[1]:
            raise DataError(
                f"Explorer: {what} of other is {seen[1]}, that of trace {seen[0]}; compare runs on the same data"
            )
    if a.attrs["task"] != b.attrs["task"]:
        raise DataError(
            f"Explorer: the task of other is {b.attrs['task']}, that of trace {a.attrs['task']}; compare runs on the same task"
        )
    ids = [[str(i) for i in frame["sample_id"].values] for frame in (a, b)]
    common = [i for i in ids[0] if i in ids[1]]
    if not common:
        raise DataError(
            f"Explorer: trace and other have no recorded sample in common: {', '.join(ids[0][:5])} and {', '.join(ids[1][:5])}; "
            "record both with the same recorded_samples=[...]"
        )
    if a.attrs["task"] == "classification":
        _check_same_classes(a, b, [(ids[0].index(i), ids[1].index(i)) for i in common])
    if ("game" in a) != ("game" in b):  # modalities are masked in both runs or in none
        a, b = (frame.drop_vars("game", errors="ignore") for frame in (a, b))
    return tuple(  # type: ignore[return-value]
        _with_samples(frame, [seen.index(i) for i in common]) for frame, seen in ((a, ids[0]), (b, ids[1]))
    )


def _check_same_classes(a: xr.Dataset, b: xr.Dataset, places: list[tuple[int, int]]) -> None:
    """Raise DataError if the frames explain different classes of a sample: their Shapley values cannot be subtracted."""
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


def _with_samples(frame: xr.Dataset, kept: list[int]) -> xr.Dataset:
    """Return the frame with these recorded samples, and their new indices in the table of samples."""
    out = frame.isel(recorded_sample=kept)
    if "listed_recorded" in out:
        index = {old: new for new, old in enumerate(kept)}
        moved = [index.get(int(old), -1) for old in frame["listed_recorded"].values]
        out["listed_recorded"] = ("listed", np.asarray(moved, np.float32))
    return out


def corresponding_indices(a: xr.Dataset, b: xr.Dataset) -> dict[str, list[int]]:
    """Return, for every epoch, layer, channel and step of ``a``, the index of ``b`` that is shown with it.

    The last epoch of ``b`` not after that of ``a``, the same layer and channel or the last one, the same fraction of the sequence. The page
    looks its selections up in these tables.
    """
    epochs = np.searchsorted(b["epoch"].values, a["epoch"].values, side="right") - 1
    steps = a.sizes["time"], b.sizes["time"]
    return {
        "epoch": np.maximum(epochs, 0).tolist(),
        **{key: [min(i, b.sizes.get(key, 1) - 1) for i in range(a.sizes.get(key, 1))] for key in ("layer", "channel")},
        "time": [max(0, -(-(step + 1) * steps[1] // steps[0]) - 1) for step in range(steps[0])],
    }


def corresponding_selection(a: xr.Dataset, b: xr.Dataset, selection: Mapping[str, Any]) -> dict[str, Any]:
    """Return the selection of ``b`` that is shown with a selection of ``a``, see :func:`corresponding_indices`."""
    table = corresponding_indices(a, b)
    ranges = {key: selection.get(key) for key in ("brush", "zoom")}
    return {
        **selection,
        **{key: table[key][selection[key]] for key in table},
        **{key: span and [table["time"][end] for end in span] for key, span in ranges.items()},
    }
