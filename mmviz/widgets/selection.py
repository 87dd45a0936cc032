"""Selection of the Explorer: a dict of JSON values, validated key by key; what-if edits; recipes, which use names instead of indices."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError
from mmviz.core.escape import visible
from mmviz.core.options import nearest, number, one_of, whole
from mmviz.widgets.sample_colours import scatter_axes

if TYPE_CHECKING:
    import xarray as xr

RUNS = ("A", "B", "both")
#: sections of the page; "all" shows them one after the other
SECTIONS = ("overview", "sample", "explanation", "training", "all")
#: colour scales of the maps of hidden states and influence, and of what their end is the largest value
COLOUR_SCALES = ("symmetric log", "linear", "quantile")
COLOUR_RANGES = ("layer", "channel", "shared")
#: what-if edits of a modality beside masking it, in the order in which they are written
EDIT_KINDS = ("delay", "amplitude", "noise", "seed", "swap", "text", "window", "state", "cut", "step")
STATE_EDITS = ("zero", "hold")
MAX_NOISE = 10.0
MAX_AMPLITUDE = 10.0
MAX_TEXT_LENGTH = 10_000
#: outlines in the scatter plot, and corners of one
MAX_LASSOS = 8
MAX_LASSO_POINTS = 100
RECIPE_FORMAT = 1
_BY_NAME = ("sample", "epoch", "layer", "edits")
_BY_VALUE = ("channel", "time", "zoom", "brush", "masked", "run", "section", "colours", "scatter")
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
    #: number of recorded samples; None: all. Others are shown at ``model_epoch`` alone, the index of the epoch of the model in the page
    recorded: int | None = None
    model_epoch: int = 0
    #: what can colour the dots of samples, the default first; empty without an overview
    sample_colours: Sequence[str] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a selection."""
        return (*self.sizes, "brush", "zoom", "masked", "edits", "run", "section", "colours", "scatter")


def check_selection(given: object, *, options: SelectionOptions, current: Mapping[str, object]) -> dict[str, object]:
    """Return a complete selection; keys that are not given keep their current value.

    Parameters
    ----------
    given
        Mapping from ``sample``, ``epoch``, ``layer``, ``channel``, ``time`` to an index, 0 ≤ index < size; ``brush`` to None or
        the first and last step of a time range; ``zoom`` to None or the first and last step that the time axes show; ``masked`` to the names of modalities that are removed from the model's input; ``edits`` as
        :func:`check_edits` takes them; ``run`` to "A", "B" or "both"; ``section`` to "overview", "sample",
        "explanation", "training" or "all"; ``colours`` as :func:`check_colours` takes it; ``scatter`` as :func:`check_scatter` takes it.
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
        "brush": lambda value: _time_range(value, options.sizes["time"], "selection: brush"),
        "zoom": lambda value: _time_range(value, options.sizes["time"], "selection: zoom"),
        "masked": lambda value: _masked(value, options.modalities),
        "edits": lambda value: check_edits(value, options.edits),
        "run": lambda value: _run(value, options.runs),
        "section": _section,
        "colours": lambda value: check_colours(value, options.sample_colours, current.get("colours")),
        "scatter": lambda value: check_scatter(value, scatter_axes(options.sample_colours), current.get("scatter")),
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
    sample = complete["sample"]
    if options.recorded is not None and isinstance(sample, int) and sample >= options.recorded:
        if "epoch" in given and complete["epoch"] != options.model_epoch:
            raise ConfigError(
                f"selection: sample {sample} was not recorded, so its epoch is {options.model_epoch}, that of the model in the page; got {complete['epoch']!r}"
            )
        complete["epoch"] = options.model_epoch
    return complete


def _run(value: object, runs: Sequence[str]) -> str:
    one_of(value, runs, "selection: run")
    return str(value)


def _section(value: object) -> str:
    one_of(value, SECTIONS, "selection: section")
    return str(value)


def check_colours(given: object, samples: Sequence[str] = (), current: object = None) -> dict[str, str]:
    """Return the colours of a view; keys that are not given keep their current value.

    Parameters
    ----------
    given
        Mapping from ``scale`` to "symmetric log", "linear" or "quantile"; ``range`` (of what the end of a scale is the largest value) to "layer", "channel" or
        "shared"; ``samples`` to what colours the dots of samples.
    samples
        The values of ``samples`` that exist, the default first.
    current
        The current colours; None: the defaults, "symmetric log", "layer", and the first of ``samples``.

    Raises
    ------
    ConfigError
        Not a mapping, an unknown key, or a value that does not exist.
    """
    out = {"scale": COLOUR_SCALES[0], "range": COLOUR_RANGES[0], "samples": samples[0] if samples else ""}
    out |= current if isinstance(current, dict) else {}
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: colours={given!r:.80}; give a dict with any of {', '.join(out)}")
    known = {"scale": COLOUR_SCALES, "range": COLOUR_RANGES, "samples": samples}
    for key, value in given.items():
        one_of(key, tuple(known), "selection: colours: key")
        if key == "samples" and value == "":  # the default
            out[key] = samples[0] if samples else ""
            continue
        if not known[key]:
            raise ConfigError(
                f"selection: colours: samples={value!r:.80}: this view has no samples to colour; leave it out"
            )
        one_of(value, known[key], f"selection: colours: {key}")
        out[key] = str(value)
    return out


def check_scatter(given: object, axes: Sequence[str] = (), current: object = None) -> dict[str, Any]:
    """Return the scatter plot of the samples; keys that are not given keep their current value.

    Parameters
    ----------
    given
        Mapping from ``across`` and ``up`` to what these axes show, "" for those that the page chooses; ``lassos`` to a list of at most
        ``MAX_LASSOS`` outlines that select samples, each a mapping with ``across``, ``up`` and ``points``: 3 to ``MAX_LASSO_POINTS`` corners
        [x, y] in values of its axes.
    axes
        What an axis can show, see :func:`mmviz.widgets.sample_colours.scatter_axes`.
    current
        The current scatter plot; None: the axes that the page chooses, no outline.

    Raises
    ------
    ConfigError
        Not a mapping, an unknown key, or a value that does not exist.
    """
    out: dict[str, Any] = {"across": "", "up": "", "lassos": []}
    out |= current if isinstance(current, dict) else {}
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: scatter={given!r:.80}; give a dict with any of {', '.join(out)}")
    for key, value in given.items():
        one_of(key, tuple(out), "selection: scatter: key")
        if key != "lassos":
            out[key] = "" if value == "" else _scatter_axis(value, axes, f"selection: scatter: {key}")
            continue
        if not isinstance(value, (list, tuple)) or len(value) > MAX_LASSOS:
            raise ConfigError(f"selection: scatter: lassos={value!r:.80}; give a list of at most {MAX_LASSOS} outlines")
        out[key] = [_lasso(one, axes) for one in value]
    return out


def _scatter_axis(value: object, axes: Sequence[str], place: str) -> str:
    if not axes:
        raise ConfigError(f"{place}={value!r:.80}: this view has no scatter plot of samples; leave it out")
    one_of(value, axes, place)
    return str(value)


def _lasso(given: object, axes: Sequence[str]) -> dict[str, Any]:
    place = "selection: scatter: lassos"
    points = given.get("points") if isinstance(given, Mapping) and set(given) == {"across", "up", "points"} else None
    if (
        not isinstance(given, Mapping)
        or not isinstance(points, (list, tuple))
        or not 3 <= len(points) <= MAX_LASSO_POINTS
        or not all(isinstance(point, (list, tuple)) and len(point) == 2 for point in points)
    ):
        raise ConfigError(
            f"{place}: {given!r:.80}; give each outline as a dict with across, up and points, 3 to {MAX_LASSO_POINTS} corners [x, y]"
        )
    return {
        **{key: _scatter_axis(given[key], axes, f"{place}: {key}") for key in ("across", "up")},
        "points": [[number(v, f"{place}: corner", low=-1e300, high=1e300) for v in point] for point in points],
    }


def _time_range(value: object, size: int, place: str) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ConfigError(f"{place}={value!r:.80}; give None or [first step, last step]")
    first, last = (whole(end, place, low=0, high=size - 1) for end in value)
    if first > last:
        raise ConfigError(f"{place}=[{first}, {last}]; give the first step before the last")
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
        Modality name to a mapping from ``delay`` (whole steps of the modality, positive: later), ``amplitude`` (factor of the recorded
        values, 0 to 10), ``noise`` (fraction of the standard deviation, 0 to 10), ``seed`` (of the noise), ``swap`` (index of a sample), ``text``,
        ``window`` ([first, last] masked frame of the modality), ``state`` (of the SSM stream: ``zero``
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
            "selection: edits need a model; create the view with Explorer(trace, model=mmviz.recording.export_model(run, split)) or "
            "Explorer(trace, what_if=mmviz.recording.what_if(run, split)), without other"
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
    amplitude = number(
        1.0 if given.get("amplitude") is None else given["amplitude"], f"{place}: amplitude", low=0, high=MAX_AMPLITUDE
    )
    if amplitude != 1:
        out["amplitude"] = amplitude
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
    if (window := _time_range(given.get("window"), options.frames[name], f"{place}: window")) is not None:
        out["window"] = window
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


def write_recipe(
    frame: xr.Dataset, selection: Mapping[str, Any], *, ids: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return the recipe of a selection: JSON values only; samples by their ids, epoch and layer by their numbers.

    ``ids`` are those of all samples that can be selected; None: of the recorded ones.
    """
    known = [str(i) for i in frame["sample_id"].values] if ids is None else ids
    recipe = {
        "mmviz_recipe": RECIPE_FORMAT,
        "dataset": str(frame.attrs.get("dataset", "")),
        "split": str(frame.attrs.get("split", "")),
        "sample": known[selection["sample"]],
        "epoch": int(frame["epoch"].values[selection["epoch"]]),
        "layer": selection["layer"] + 1,
        **{key: selection[key] for key in _BY_VALUE if key in selection},
        "edits": _with_references(
            selection["edits"],
            lambda swap: known[swap],
            lambda cut: str(frame["modality"].values[cut]),
        ),
    }
    return json.loads(json.dumps(recipe))


def read_recipe(frame: xr.Dataset, recipe: object, *, ids: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the selection of a recipe in this frame; its indices are validated by :func:`check_selection`.

    ``ids`` are those of all samples that can be selected; None: of the recorded ones.

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
    ids = [str(i) for i in frame["sample_id"].values] if ids is None else list(ids)
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
