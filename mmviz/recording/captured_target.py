"""What an intervention changes in the captured scans of a user's module: streams of scans, found by modality and layer, or by site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest, require_known, whole
from mmviz.recording.captured_states import layers_of, scan_step_at
from mmviz.recording.intervention_target import (
    EDGE_CHANNELS,
    channel_positions,
    chosen_component,
    in_words,
    new_value,
)

if TYPE_CHECKING:
    from jaxtyping import Bool
    from torch import Tensor

    from mmviz.models.base import ScanInputs
    from mmviz.models.batch import Steps
    from mmviz.models.user_module.model import Adapted


@dataclass(frozen=True)
class ScanStreams:
    """Streams of one captured scan that are changed.

    Attributes
    ----------
    site
        Position in ``model.sites``.
    streams
        Positions of the changed streams; for ``edge`` the targets.
    edges
        (target, source) of each changed coupling weight.
    """

    site: int
    streams: tuple[int, ...]
    edges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class CapturedTarget:
    """A checked intervention on captured scans.

    Attributes
    ----------
    component
        ``state``, ``increment`` or ``edge``.
    places
        The changed streams, one entry per scan.
    own_steps
        Whether the steps are those of the scan (a site was named) and not those of the model.
    start, stop
        Changed steps start..stop-1; the last step includes what comes after it in the scan.
    channels, value, sentence
        As in :class:`mmviz.recording.intervention_target.Target`.
    """

    component: str
    places: tuple[ScanStreams, ...]
    own_steps: bool
    start: int
    stop: int
    channels: tuple[int, ...] | None
    value: np.ndarray | None
    sentence: str


def captured_target(
    model: Adapted,
    given: dict[str, Any],
    *,
    to: Any = "zero",
    donor: bool = False,
    layer: Any = None,
    step: Any = 0,
    stop: Any = None,
    channels: Any = None,
) -> CapturedTarget:
    """Return the checked intervention; parameters as in :func:`mmviz.recording.intervention_target.target_of`.

    Raises
    ------
    ConfigError
        A module without captured scans; a layer output, which is unknown; and as in that function.
    """
    name = model.config.name
    if not model.sites:
        raise ConfigError(
            f"intervene: {name} is a user's module without captured scans, so there is no hidden state to change; give adapt(..., scans='auto'), or edit "
            "the inputs with mmviz.recording.what_if"
        )
    component, names = chosen_component(given)
    if component == "output":
        raise ConfigError(
            f"intervene: the layer outputs of {name}, a user's module, are unknown; change the state, the increment or an edge of a captured scan"
        )
    if component == "edge":
        if channels is not None:
            raise ConfigError(EDGE_CHANNELS)
        places, words = _edges(model, names, layer)
        own_steps = False
    else:
        places, words, own_steps = _streams(model, component, names, layer)
    length = min(model.sites[place.site].steps for place in places) if own_steps else model.steps
    owner = "scan" if own_steps else "model"
    start = whole(step, f"intervene: step (the {owner} has {length} steps)", low=0, high=length - 1)
    end = length if stop is None else whole(stop, "intervene: stop", low=start + 1, high=length)
    sizes = {(model.sites[place.site].channels, model.sites[place.site].states) for place in places}
    fewest = min(count for count, _ in sizes)
    picked = None if channels is None else channel_positions(component, channels, fewest)
    count = fewest if picked is None else len(picked)
    value = new_value(component, to, donor=donor, channels=count, states=min(states for _, states in sizes))
    if value is not None and value.ndim and len(sizes) > 1:
        raise ConfigError(
            f"intervene: to has shape {value.shape}, but the chosen scans have different sizes (channels, states): {sorted(sizes)}; give a number, or name one scan"
        )
    where = "every scan" if layer is None else f"layer {layer + 1}"
    sentence = in_words(component, words, where, picked, value, donor=donor, steps=(start, end, length))
    return CapturedTarget(component, places, own_steps, start, end, picked, value, sentence)


def layer_count(model: Adapted, layer: Any) -> range:
    """Return the chosen layers: layer k is the k-th captured scan of each modality; None: all."""
    count = len(layers_of(model))
    if layer is None:
        return range(count)
    if not count:
        raise ConfigError(
            "intervene: layer was given, and no captured scan belongs to one modality; name a site instead of a modality and leave the layer out"
        )
    one = whole(layer, "intervene: layer", low=0, high=count - 1)
    return range(one, one + 1)


def _streams(model: Adapted, component: str, names: Any, layer: Any) -> tuple[tuple[ScanStreams, ...], str, bool]:
    """Return the changed streams, their names in a sentence, and whether they were found by site."""
    wanted = (names,) if isinstance(names, str) else tuple(names)
    by_site = {one.site: k for k, one in enumerate(model.sites)}
    labels = {one.label: k for k, one in enumerate(model.sites) if one.label not in model.spec.names}
    by_site = labels | by_site
    layers = layers_of(model)
    modalities = [name for name in model.spec.names if any(row[model.spec.names.index(name)] for row in layers)]
    if not wanted:
        raise ConfigError(f"intervene: {component}={names!r} names no stream; there is {_there(modalities, by_site)}")
    for name in wanted:
        if name in model.spec.names and name not in modalities:
            raise ConfigError(
                f"intervene: no captured scan of {model.config.name} is known to belong to {name!r} alone and to follow its frames; name the site of a scan "
                f"instead: {', '.join(map(repr, by_site))}"
            )
        if name not in modalities and name not in by_site:
            known = [*modalities, *by_site]
            raise ConfigError(
                f"intervene: no {component} {name!r}{nearest(name, known)}; there is {_there(modalities, by_site)}"
            )
    own = [name not in modalities for name in wanted]
    if any(own) and not all(own):
        raise ConfigError(
            f"intervene: {component}={names!r} names modalities and sites; the steps of a modality are the model's, those of a site the scan's: use two calls"
        )
    words = " and ".join(repr(name) for name in wanted)
    if all(own):
        if layer is not None:
            raise ConfigError("intervene: a site is one scan and has no layer; leave the layer out")
        sites = [by_site[name] for name in wanted]
        return tuple(ScanStreams(k, tuple(range(model.sites[k].streams))) for k in sites), words, True
    found: dict[int, list[int]] = {}
    for y in layer_count(model, layer):
        for m, cell in enumerate(layers[y]):
            if cell is not None and model.spec.names[m] in wanted:
                found.setdefault(cell.site, []).extend(cell.streams)
    if not found:
        raise ConfigError(
            f"intervene: {words} has no captured scan in layer {layer}; there is a smaller number of layers"
        )
    return tuple(ScanStreams(k, tuple(streams)) for k, streams in found.items()), words, False


def _there(modalities: list[str], sites: dict[str, int]) -> str:
    return f"{', '.join(map(repr, modalities)) or 'no modality'} and the scans {', '.join(map(repr, sites))}"


def _edges(model: Adapted, names: Any, layer: Any) -> tuple[tuple[ScanStreams, ...], str]:
    """Return the changed coupling weights of every scan, and the edges in a sentence."""
    known = model.spec.names
    pairs = [names] if isinstance(names, (tuple, list)) and all(isinstance(n, str) for n in names) else names
    if isinstance(pairs, str) or not pairs or not all(isinstance(p, (tuple, list)) and len(p) == 2 for p in pairs):
        raise ConfigError(
            f"intervene: edge={names!r:.80}, expected (target, source), two of {', '.join(known)}, or a list of such pairs"
        )
    for pair in pairs:
        require_known(pair, known, "intervene: edge")
    found: dict[int, list[tuple[int, int]]] = {}
    for y in layer_count(model, layer):
        for target, source in pairs:
            edge = edge_of(model, y, target, source)
            if edge is not None:
                found.setdefault(edge[0], []).append(edge[1:])
    if not found:
        raise ConfigError(
            f"intervene: {model.config.name} has no coupling edge {', '.join(f'{to!r} ← {source!r}' for to, source in pairs)}: these modalities have no streams in "
            "one captured scan; change a state instead"
        )
    places = tuple(ScanStreams(k, tuple(sorted({to for to, _ in e})), tuple(e)) for k, e in found.items())
    return places, ", ".join(f"{to!r} ← {source!r}" for to, source in pairs)


def edge_of(model: Adapted, layer: int, target: str, source: str) -> tuple[int, int, int] | None:
    """Return (site, target stream, source stream) of a coupling edge of one layer; None: the two have no streams in one scan."""
    names = model.spec.names
    to, of = (layers_of(model)[layer][names.index(name)] for name in (target, source))
    if to is None or of is None or to.site != of.site or len(to.streams) != 1 or len(of.streams) != 1:
        return None
    return to.site, to.streams[0], of.streams[0]


def changed_positions(
    model: Adapted, place: ScanStreams, steps: Steps, target: tuple[int, int], inputs: ScanInputs, *, own_steps: bool
) -> Bool[Tensor, "stream batch position"]:
    """Return the positions of a scan that are changed.

    Parameters
    ----------
    model, place
        The streams.
    steps
        Of the samples; one sample serves all rows of the scan.
    target
        First changed step, and one past the last.
    inputs
        Of the scan.
    own_steps
        Whether the steps are the scan's; otherwise those of the model, whose step t holds the scan steps whose last frame lies in it.
    """
    start, stop = target
    streams, batch, length = inputs.x.shape[:3]
    where = torch.zeros(streams, batch, length, dtype=torch.bool)
    position = torch.arange(length)
    for stream in place.streams:
        if own_steps:
            where[stream] = (position >= start) & (position < stop)
            continue
        last = torch.as_tensor(scan_step_at(model, place.site, stream, steps))  # sample, step
        first = last[:, start - 1] + 1 if start else torch.zeros(len(last), dtype=torch.long)
        end = last[:, stop - 1] + 1 if stop < model.steps else torch.full((len(last),), length)
        where[stream] = (position >= first[:, None]) & (position < end[:, None])
    return where.to(inputs.x.device)
