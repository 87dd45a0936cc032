"""The what-if studio's kernel side: from a selection to a question, from the callable's answer to what the browser draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mmviz.errors import ConfigError, MmvizError
from mmviz.plots.escape import visible
from mmviz.widgets.edits import KINDS, Editable
from mmviz.widgets.payload import pack_edited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr

    Callback = Callable[[str, int, Mapping[str, Mapping[str, Any]]], Mapping[str, xr.Dataset]]

_ALWAYS = ("mask", "delay", "noise", "seed", "swap")


class Answered(NamedTuple):
    """An edited sample: what was asked, its frame, and what travels to the browser."""

    asked: Mapping[str, Any]
    frame: xr.Dataset
    sent: dict[str, Any]


def editable_of(frame: xr.Dataset, what_if: Callback | None) -> Editable:
    """Return what the callable offers (its attribute ``offers``; all edits but of text where it has none).

    Raises
    ------
    ConfigError
        Not a callable, or its offers are for other modalities.
    """
    if what_if is None:
        return Editable()
    if not callable(what_if):
        raise ConfigError(
            f"Explorer: what_if is a {type(what_if).__name__}, expected a callable such as mmviz.trace.what_if(run, part)"
        )
    names = [str(name) for name in frame["modality"].values]
    offers = getattr(what_if, "offers", dict.fromkeys(names, _ALWAYS))
    if set(offers) != set(names):
        raise ConfigError(
            f"Explorer: what_if edits {', '.join(map(str, offers))}, the Trace has {', '.join(names)}; "
            "give the one made from the run and the part that were recorded"
        )
    return Editable(
        {visible(name): tuple(kind for kind in offers[name] if kind != "mask" or "game" in frame) for name in names},
        {visible(name): frame.sizes[f"frame_{name}"] for name in names},
        frame.sizes["traced"],
    )


def described(editable: Editable) -> dict[str, Any]:
    """Return for the browser: what is offered and how many steps there are, in the order of the modalities."""
    if not editable.offers:
        return {}
    offers = [[kind for kind in ("mask", *KINDS) if kind in kinds] for kinds in editable.offers.values()]
    return {"offers": offers, "frames": list(editable.frames.values())}


def question(selection: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the part of a selection that the model is asked about; None where nothing is edited."""
    if not selection["edits"] and not selection["masked"]:
        return None
    return {key: selection[key] for key in ("sample", "epoch", "masked", "edits")}


def answered(what_if: Callback, frame: xr.Dataset, asked: Mapping[str, Any]) -> Answered:
    """Ask the callable and return what is shown."""
    from mmviz.plots import edited_frame  # only an edit needs it

    ids = [str(i) for i in frame["sample_id"].values]
    edits: dict[str, dict[str, Any]] = {}
    for name in map(str, frame["modality"].values):
        one = dict(asked["edits"].get(visible(name), {}))
        if "swap" in one:
            one["swap"] = ids[one["swap"]]
        if visible(name) in asked["masked"]:
            one["mask"] = True
        if one:
            edits[name] = one
    epoch = int(frame["epoch"].values[asked["epoch"]])
    edited = edited_frame(what_if(ids[asked["sample"]], epoch, edits), frame)
    return Answered(asked, edited, pack_edited(edited))


def sentence(error: BaseException) -> str:
    """Return an exception as one plain sentence, its markup harmless."""
    said = str(error).strip().split("\n")[0] or "it gave no reason"
    named = said if isinstance(error, MmvizError) else f"{type(error).__name__}: {said}"
    return visible(named, longest=400)
