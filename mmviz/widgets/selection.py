"""Selection of the Explorer: a dict of JSON values, validated key by key; what-if edits; recipes, which use names instead of indices."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible

if TYPE_CHECKING:
    import xarray as xr


#: edits of a modality beside masking it, in the order they are written
KINDS = ("delay", "noise", "seed", "swap", "text")
LOUDEST = 10.0
LONGEST = 10_000


@dataclass(frozen=True)
class Editable:
    """What can be edited: nothing where no callable was given."""

    #: modality to the kinds its callable offers
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: modality to how many steps of its own were recorded at most
    frames: Mapping[str, int] = field(default_factory=dict)
    #: how many samples there are to swap with
    samples: int = 0


def check_edits(given: object, editable: Editable) -> dict[str, dict[str, Any]]:
    """Return the edits in the order of the modalities, without those that change nothing.

    Parameters
    ----------
    given
        Modality name to a mapping from ``delay`` (whole steps of the modality, positive: later), ``noise`` (share of the sd, 0 to 10), ``seed`` (of the
        noise), ``swap`` (index of a recorded sample) and ``text`` to a value; None stands for "not edited".

    Raises
    ------
    ConfigError
        Not such a mapping, or an edit that is not offered; edits where no callable was given.
    """
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: edits is {given!r:.80}, expected a dict from modality to edits")
    if given and not editable.offers:
        raise ConfigError(
            "selection: edits need a model; give Explorer(trace, what_if=mmviz.recording.what_if(run, part)), and no other run beside it"
        )
    wrong = [name for name in given if name not in editable.offers]
    if wrong:
        raise ConfigError(
            f"selection: edits names {wrong[0]!r:.80}, which is not one of {', '.join(map(str, editable.offers))}"
        )
    found = {name: _one(name, given[name], editable) for name in editable.offers if name in given}
    return {name: edits for name, edits in found.items() if edits}


def edit_words(edits: Mapping[str, Mapping[str, Any]], samples: Sequence[str]) -> str:
    """Return the edits in words; ``view/what_if.js`` writes the same."""
    return "; ".join(f"{name} {', '.join(_words(one, samples))}" for name, one in edits.items())


def _words(one: Mapping[str, Any], samples: Sequence[str]) -> list[str]:
    out = []
    if "swap" in one:
        out.append(f"of {samples[one['swap']]}")
    if "text" in one:
        out.append("of another text")
    if "delay" in one:
        steps = abs(one["delay"])
        out.append(f"{steps} step{'' if steps == 1 else 's'} {'later' if one['delay'] > 0 else 'earlier'}")
    if "noise" in one:
        out.append(f"with noise of {one['noise']:.2f} sd")
    return out


def _one(name: str, given: object, editable: Editable) -> dict[str, Any]:
    place = f"selection: edits of {visible(name)}"
    if not isinstance(given, Mapping):
        raise ConfigError(f"{place} are {given!r:.80}, expected a dict with {', '.join(KINDS)}")
    for kind in given:
        if kind not in KINDS:
            raise ConfigError(
                f"{place}: unknown edit {kind!r:.80}; choose from {', '.join(KINDS)} (and masked for a mask)"
            )
        if given[kind] is not None and kind not in editable.offers[name]:
            raise ConfigError(
                f"{place}: {kind} is not offered by what_if; it offers {', '.join(editable.offers[name])}"
            )
    out: dict[str, Any] = {}
    most = max(0, editable.frames[name] - 1)
    if delay := _whole(given.get("delay") or 0, -most, most, f"{place}: delay"):
        out["delay"] = delay
    if noise := _share(given.get("noise") or 0.0, place):
        out |= {"noise": noise, "seed": _whole(given.get("seed") or 0, 0, 2**32 - 1, f"{place}: seed")}
    if given.get("swap") is not None:
        out["swap"] = _whole(given["swap"], 0, editable.samples - 1, f"{place}: swap")
    text = given.get("text")
    if text is not None and (not isinstance(text, str) or len(text) > LONGEST):
        raise ConfigError(f"{place}: text is {text!r:.80}, expected at most {LONGEST} characters")
    if text:
        out["text"] = text
    if "swap" in out and "text" in out:
        raise ConfigError(f"{place}: both swap and text given; give one of them")
    return out


def _whole(value: object, low: int, high: int, place: str) -> int:
    expected = f"expected a whole number from {low} to {high}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigError(f"{place} is {value!r:.80}, {expected}")
    number = operator.index(value)
    if not low <= number <= high:
        raise ConfigError(f"{place} is {number}, {expected}")
    return number


def _share(value: object, place: str) -> float:
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not known or not 0 <= float(value) <= LOUDEST:  # type: ignore[arg-type]
        raise ConfigError(f"{place}: noise is {value!r:.80}, expected a share of the sd from 0 to {LOUDEST:g}")
    return float(value)  # type: ignore[arg-type]


RUNS = ("A", "B", "both")


@dataclass(frozen=True)
class Choices:
    """What there is to choose from."""

    #: how many samples, epochs, layers, channels and time steps
    sizes: Mapping[str, int]
    modalities: Sequence[str]
    #: the runs that can be shown: "A" alone, or "A", "B" and "both"
    runs: Sequence[str] = ("A",)
    #: what can be edited
    editable: Editable = field(default_factory=Editable)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a selection."""
        return (*self.sizes, "brush", "masked", "edits", "run")


def check_selection(given: object, *, choices: Choices, current: Mapping[str, object]) -> dict[str, object]:
    """Return a complete selection; keys that are not given keep their current value.

    Parameters
    ----------
    given
        Mapping from ``sample``, ``epoch``, ``layer``, ``channel``, ``time`` to an index, 0 ≤ index < size; ``brush`` to None or
        the first and last step of a span; ``masked`` to the names of modalities the model is not to hear; ``edits`` as
        :func:`mmviz.widgets.selection.check_edits` takes them; ``run`` to "A", "B" or "both".
    choices, current
        What there is; what is selected now.

    Raises
    ------
    ConfigError
        Not a mapping, an unknown key, or a value that does not exist.
    """
    keys = ", ".join(choices.keys)
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: {given!r:.80} is a {type(given).__name__}, expected a dict with {keys}")
    complete = dict(current)
    for key, value in given.items():
        if key in choices.sizes:
            complete[key] = _index(key, value, choices.sizes[key])
        elif key == "brush":
            complete[key] = _span(value, choices.sizes["time"])
        elif key == "masked":
            complete[key] = _masked_names(value, choices.modalities)
        elif key == "edits":
            complete[key] = check_edits(value, choices.editable)
        elif key == "run":
            complete[key] = _run(value, choices.runs)
        else:
            raise ConfigError(f"selection: unknown key {key!r:.80}; choose from {keys}")
    return complete


def _index(key: str, value: object, size: int) -> int:
    expected = f"expected a whole number from 0 to {size - 1}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigError(f"selection: {key} is {value!r:.80} ({type(value).__name__}), {expected}")
    index = operator.index(value)
    if not 0 <= index < size:
        raise ConfigError(f"selection: {key} is {index}, {expected}")
    return index


def _span(value: object, size: int) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ConfigError(f"selection: brush is {value!r:.80}, expected None or [first step, last step]")
    first, last = (_index("brush", end, size) for end in value)
    if first > last:
        raise ConfigError(f"selection: brush is [{first}, {last}], expected the first step not after the last")
    return [first, last]


def _masked_names(value: object, known: Sequence[str]) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f"selection: masked is {value!r:.80}, expected a list of modalities: {', '.join(known)}")
    wrong = [name for name in value if name not in known]
    if wrong:
        raise ConfigError(f"selection: masked names {wrong[0]!r:.80}, which is not one of {', '.join(known)}")
    return [name for name in known if name in value]


def _run(value: object, known: Sequence[str]) -> str:
    if value not in known:
        raise ConfigError(f"selection: run is {value!r:.80}, expected one of {', '.join(known)}")
    return str(value)


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
