"""A recipe: a selection in names instead of positions, so that it means the same in a Trace recorded again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mmviz.errors import ConfigError

if TYPE_CHECKING:
    import xarray as xr

FORMAT = 1
_KEYS = (
    "mmviz_recipe",
    "dataset",
    "split",
    "sample",
    "epoch",
    "layer",
    "channel",
    "time",
    "brush",
    "masked",
    "edits",
    "run",
)


def write_recipe(frame: xr.Dataset, selection: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe of a selection: JSON values only; the sample by its id, epoch and layer by their numbers."""
    recipe = {
        "mmviz_recipe": FORMAT,
        "dataset": str(frame.attrs.get("dataset", "")),
        "split": str(frame.attrs.get("split", "")),
        "sample": str(frame["sample_id"].values[selection["sample"]]),
        "epoch": int(frame["epoch"].values[selection["epoch"]]),
        "layer": selection["layer"] + 1,
        **{key: selection[key] for key in ("channel", "time", "brush", "masked", "run")},
        "edits": _swaps(selection["edits"], lambda swap: str(frame["sample_id"].values[swap])),
    }
    return json.loads(json.dumps(recipe))


def read_recipe(frame: xr.Dataset, recipe: object) -> dict[str, Any]:
    """Return the selection a recipe stands for in this frame; indices in it are checked by the caller.

    Raises
    ------
    ConfigError
        Not a recipe, of another format, or its sample or epoch is not in the frame.
    """
    if not isinstance(recipe, Mapping) or recipe.get("mmviz_recipe") != FORMAT:
        raise ConfigError(f"recipe: {recipe!r:.80} is none of format {FORMAT}; take it from Explorer.recipe")
    unknown = [key for key in recipe if key not in _KEYS]
    if unknown:
        raise ConfigError(f"recipe: unknown key {unknown[0]!r:.80}; choose from {', '.join(_KEYS)}")
    out = {key: recipe[key] for key in ("channel", "time", "brush", "masked", "run") if key in recipe}
    ids = [str(i) for i in frame["sample_id"].values]
    if "edits" in recipe:
        out["edits"] = _swaps(recipe["edits"], lambda swap: _place("swapped sample", swap, ids))
    if "sample" in recipe:
        out["sample"] = _place("sample", recipe["sample"], ids)
    if "epoch" in recipe:
        out["epoch"] = _place("epoch", recipe["epoch"], [int(e) for e in frame["epoch"].values])
    if "layer" in recipe:
        layers = list(range(1, frame.sizes.get("layer", 1) + 1))
        out["layer"] = _place("layer", recipe["layer"], layers)
    return out


def _swaps(edits: object, change: Callable[[Any], Any]) -> object:
    """Return the edits with what stands for a sample changed; what is no edit is left for the check to name."""
    if not isinstance(edits, Mapping) or not all(isinstance(one, Mapping) for one in edits.values()):
        return edits
    return {
        name: {kind: change(value) if kind == "swap" and value is not None else value for kind, value in one.items()}
        for name, one in edits.items()
    }


def _place(key: str, wanted: object, known: list[Any]) -> int:
    if isinstance(wanted, bool) or wanted not in known:
        seen = ", ".join(map(str, known[:20])) + (", …" if len(known) > 20 else "")
        raise ConfigError(f"recipe: {key} {wanted!r:.80} was not recorded here; recorded are {seen}")
    return known.index(wanted)
