"""Selection of the Explorer: a dict of JSON values, validated key by key; what-if edits; recipes, which use names instead of indices."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible
from mmviz.core.options import nearest, number, one_of, whole

if TYPE_CHECKING:
    import xarray as xr

RUNS = ("A", "B", "both")
#: what-if edits of a modality beside masking it, in the order in which they are written
EDIT_KINDS = ("delay", "noise", "seed", "swap", "text", "state", "cut", "step")
STATE_EDITS = ("zero", "hold")
MAX_NOISE = 10.0
MAX_TEXT_LENGTH = 10_000
RECIPE_FORMAT = 1
_BY_NAME = ("sample", "epoch", "layer", "edits")
_BY_VALUE = ("channel", "time", "brush", "masked", "run")
_RECIPE_KEYS = ("mmviz_recipe", "dataset", "split", *_BY_NAME, *_BY_VALUE)


@dataclass(frozen=True)
class EditOptions:
    """The what-if edits that a callable offers; none where no callable was given."""

    #: modality to the kinds of edit that the callable offers
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: modality to its largest number of recorded frames
    frames: Mapping[str, int] = field(default_factory=dict)
    #: number of samples to swap with
    samples: int = 0
    #: number of steps of the model
    steps: int = 1
    #: modality to the reason why its hidden states cannot be edited, where the callable states one
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SelectionOptions:
    """The values that a selection can take."""

    #: number of samples, epochs, layers, channels and time steps
    sizes: Mapping[str, int]
    #: modalities that can be masked
    modalities: Sequence[str]
    #: runs that can be shown: "A" alone, or "A", "B" and "both"
    runs: Sequence[str] = ("A",)
    edits: EditOptions = field(default_factory=EditOptions)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a selection."""
        return (*self.sizes, "brush", "masked", "edits", "run")


def check_selection(given: object, *, options: SelectionOptions, current: Mapping[str, object]) -> dict[str, object]:
    """Return a complete selection; keys that are not given keep their current value.

    Parameters
    ----------
    given
        Mapping from ``sample``, ``epoch``, ``layer``, ``channel``, ``time`` to an index, 0 ≤ index < size; ``brush`` to None or
        the first and last step of a time range; ``masked`` to the names of modalities that are removed from the model's input; ``edits`` as
        :func:`check_edits` takes them; ``run`` to "A", "B" or "both".
    options, current
        The values that exist; the current selection.

    Raises
    ------
    ConfigError
        Not a mapping, an unknown key, or a value that does not exist.
    """
    if not isinstance(given, Mapping):
        raise ConfigError(
            f"selection: {given!r:.80} is a {type(given).__name__}; give a dict with any of {', '.join(options.keys)}"
        )
    checks: dict[str, Callable[[Any], object]] = {
        "brush": lambda value: _time_range(value, options.sizes["time"]),
        "masked": lambda value: _masked(value, options.modalities),
        "edits": lambda value: check_edits(value, options.edits),
        "run": lambda value: _run(value, options.runs),
    }
    complete = dict(current)
    for key, value in given.items():
        if key in options.sizes:
            complete[key] = whole(value, f"selection: {key}", low=0, high=options.sizes[key] - 1)
        elif key in checks:
            complete[key] = checks[key](value)
        else:
            raise ConfigError(
                f"selection: unknown key {key!r:.80}{nearest(key, options.keys)}; use {', '.join(options.keys)}"
            )
    return complete


def _run(value: object, runs: Sequence[str]) -> str:
    one_of(value, runs, "selection: run")
    return str(value)


def _time_range(value: object, size: int) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ConfigError(f"selection: brush={value!r:.80}; give None or [first step, last step]")
    first, last = (whole(end, "selection: brush", low=0, high=size - 1) for end in value)
    if first > last:
        raise ConfigError(f"selection: brush=[{first}, {last}]; give the first step before the last")
    return [first, last]


def _masked(value: object, modalities: Sequence[str]) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise ConfigError(f"selection: masked={value!r:.80}; give a list of modalities: {', '.join(modalities)}")
    if value and not modalities:
        raise ConfigError(
            f"selection: masked={value!r:.80}: no modality can be masked; every run needs the values of all coalitions"
        )
    for name in value:
        one_of(name, modalities, "selection: masked modality")
    return [name for name in modalities if name in value]


def check_edits(given: object, options: EditOptions) -> dict[str, dict[str, Any]]:
    """Return the what-if edits in the order of the modalities, without those that change nothing.

    Parameters
    ----------
    given
        Modality name to a mapping from ``delay`` (whole steps of the modality, positive: later), ``noise`` (fraction of the standard
        deviation, 0 to 10), ``seed`` (of the noise), ``swap`` (index of a recorded sample), ``text``, ``state`` (of the SSM stream: ``zero``
        or ``hold``), ``cut`` (index of the source modality whose edge is cut) and ``step`` (first step of ``state`` or ``cut``) to a value;
        None: not edited.
    options
        The edits that exist.

    Raises
    ------
    ConfigError
        Not such a mapping, or an edit that is not offered; edits where no callable was given.
    """
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: edits={given!r:.80}; give a dict from modality to edits")
    if given and not options.offers:
        raise ConfigError(
            "selection: edits need a model; create the view with Explorer(trace, what_if=mmviz.recording.what_if(run, split)), without other"
        )
    for name in given:
        one_of(name, options.offers, "selection: edited modality")
    found = {name: _edits_of(name, given[name], options) for name in options.offers if name in given}
    return {name: edits for name, edits in found.items() if edits}


def _edits_of(name: str, given: object, options: EditOptions) -> dict[str, Any]:
    place = f"selection: edits of {visible(name)}"
    if not isinstance(given, Mapping):
        raise ConfigError(f"{place}: {given!r:.80}; give a dict with any of {', '.join(EDIT_KINDS)}")
    for kind, value in given.items():
        if kind not in EDIT_KINDS:
            raise ConfigError(
                f"{place}: unknown edit {kind!r:.80}{nearest(kind, EDIT_KINDS)}; use {', '.join(EDIT_KINDS)} (to mask a modality: masked)"
            )
        if value is not None and kind not in options.offers[name]:
            raise ConfigError(f"{place}: what_if does not offer {kind}; it offers {', '.join(options.offers[name])}")
    out: dict[str, Any] = {}
    most = max(0, options.frames[name] - 1)
    if delay := whole(given.get("delay") or 0, f"{place}: delay", low=-most, high=most):
        out["delay"] = delay
    if noise := number(given.get("noise") or 0.0, f"{place}: noise", low=0, high=MAX_NOISE):
        out |= {"noise": noise, "seed": whole(given.get("seed") or 0, f"{place}: seed", low=0, high=2**32 - 1)}
    if given.get("swap") is not None:
        out["swap"] = whole(given["swap"], f"{place}: swap", low=0, high=options.samples - 1)
    text = given.get("text")
    if text is not None and (not isinstance(text, str) or len(text) > MAX_TEXT_LENGTH):
        raise ConfigError(f"{place}: text={text!r:.80}; give a text of at most {MAX_TEXT_LENGTH} characters")
    if text:
        out["text"] = text
    if "swap" in out and "text" in out:
        raise ConfigError(f"{place}: both swap and text given; give one of them")
    return out | _intervention(place, given, name, options)


def _intervention(place: str, given: Mapping[str, Any], name: str, options: EditOptions) -> dict[str, Any]:
    """Return the intervention on a modality's SSM stream or one of its edges, {} without one."""
    state, cut = given.get("state"), given.get("cut")
    if state is None and cut is None:
        return {}
    if state is not None and cut is not None:
        raise ConfigError(f"{place}: both state and cut given; give one of them")
    step = {"step": whole(given.get("step") or 0, f"{place}: step", low=0, high=options.steps - 1)}
    if state is not None:
        one_of(state, STATE_EDITS, f"{place}: state")
        return {"state": state, **step}
    names = list(options.offers)
    source = whole(cut, f"{place}: cut", low=0, high=len(names) - 1)
    if names[source] == name:
        raise ConfigError(f"{place}: cut={source} is {name} itself; give the index of another modality")
    return {"cut": source, **step}


def write_recipe(frame: xr.Dataset, selection: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe of a selection: JSON values only; samples by their ids, epoch and layer by their numbers."""
    recipe = {
        "mmviz_recipe": RECIPE_FORMAT,
        "dataset": str(frame.attrs.get("dataset", "")),
        "split": str(frame.attrs.get("split", "")),
        "sample": str(frame["sample_id"].values[selection["sample"]]),
        "epoch": int(frame["epoch"].values[selection["epoch"]]),
        "layer": selection["layer"] + 1,
        **{key: selection[key] for key in _BY_VALUE},
        "edits": _with_references(
            selection["edits"],
            lambda swap: str(frame["sample_id"].values[swap]),
            lambda cut: str(frame["modality"].values[cut]),
        ),
    }
    return json.loads(json.dumps(recipe))


def read_recipe(frame: xr.Dataset, recipe: object) -> dict[str, Any]:
    """Return the selection of a recipe in this frame; its indices are validated by :func:`check_selection`.

    Raises
    ------
    ConfigError
        Not a recipe, of another format, or its sample, epoch or layer is not in the frame.
    """
    if not isinstance(recipe, Mapping) or recipe.get("mmviz_recipe") != RECIPE_FORMAT:
        raise ConfigError(
            f"recipe: {recipe!r:.80} is not a recipe of format {RECIPE_FORMAT}; take it from Explorer.recipe"
        )
    for key in recipe:
        one_of(key, _RECIPE_KEYS, "recipe: key")
    out = {key: recipe[key] for key in _BY_VALUE if key in recipe}
    ids = [str(i) for i in frame["sample_id"].values]
    if "edits" in recipe:
        names = [str(name) for name in frame["modality"].values]
        out["edits"] = _with_references(
            recipe["edits"],
            lambda swap: _index_of("swapped sample", swap, ids),
            lambda cut: _index_of("source of a cut edge", cut, names),
        )
    recorded: dict[str, list[Any]] = {
        "sample": ids,
        "epoch": [int(epoch) for epoch in frame["epoch"].values],
        "layer": list(range(1, frame.sizes.get("layer", 1) + 1)),
    }
    return out | {key: _index_of(key, recipe[key], values) for key, values in recorded.items() if key in recipe}


def _with_references(edits: object, sample: Callable[[Any], Any], modality: Callable[[Any], Any]) -> object:
    """Return the edits with the samples of swaps and the sources of cut edges changed; anything malformed is left for :func:`check_edits` to refuse."""
    if not isinstance(edits, Mapping) or not all(isinstance(one, Mapping) for one in edits.values()):
        return edits
    change = {"swap": sample, "cut": modality}
    return {
        name: {
            kind: change[kind](value) if kind in change and value is not None else value for kind, value in one.items()
        }
        for name, one in edits.items()
    }


def _index_of(key: str, value: object, recorded: list[Any]) -> int:
    if isinstance(value, bool) or value not in recorded:
        names = ", ".join(map(str, recorded[:20])) + (", …" if len(recorded) > 20 else "")
        raise ConfigError(f"recipe: {key} {value!r:.80} was not recorded here; use one of {names}")
    return recorded.index(value)
