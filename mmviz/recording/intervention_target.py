"""What an intervention changes: state, increment, layer output or coupling edge, its steps and new values, checked against a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest, require_known, whole
from mmviz.models.ssm.blocks import CoupledBlock
from mmviz.recording.edited_layers import scan_layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.models.base import FusionModel
    from mmviz.models.ssm.blocks import SelectiveCore

JOINT, TOKENS = "joint", "tokens"
#: what can be changed -> its name in a sentence
COMPONENTS = {
    "state": "hidden state",
    "increment": "increment Δ·B·x",
    "output": "layer output",
    "edge": "coupling weight W",
}


@dataclass(frozen=True)
class Target:
    """A checked intervention.

    Attributes
    ----------
    component
        One of :data:`COMPONENTS`.
    streams
        Positions of the changed streams or, for tokens, modalities; for ``edge`` the targets.
    edges
        (target, source) of each changed coupling weight.
    layers
        Positions of the changed layers.
    start, stop
        Changed steps start..stop-1.
    channels
        Positions of the changed channels; None for all.
    value
        New value; None for ``hold`` and for values of another sample.
    sentence
        The intervention in words.
    """

    component: str
    streams: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]
    layers: tuple[int, ...]
    start: int
    stop: int
    channels: tuple[int, ...] | None
    value: np.ndarray | None
    sentence: str


def state_names(model: FusionModel) -> tuple[str, ...]:
    """Return the names of the SSM streams: the modalities, or one name where all modalities share one stream."""
    layers = scan_layers(model)
    if layers and isinstance(layers[0], CoupledBlock):
        return model.spec.names if len(layers[0].D) > 1 or len(model.spec.names) == 1 else (JOINT,)
    return (TOKENS,)


def place_names(model: FusionModel) -> tuple[str, ...]:
    """Return the names of the rows of a layer's output: as :func:`state_names`, but the modalities where the streams are tokens."""
    names = state_names(model)
    return model.spec.names if names == (TOKENS,) else names


def chosen_component(given: dict[str, Any]) -> tuple[str, Any]:
    """Return the component that is given, and its name(s); ConfigError unless there is exactly one."""
    chosen = {key: names for key, names in given.items() if names is not None}
    if len(chosen) != 1:
        raise ConfigError(
            f"intervene: {' and '.join(chosen) or 'nothing'} given, expected exactly one of {', '.join(COMPONENTS)}"
        )
    return next(iter(chosen.items()))


def target_of(
    model: FusionModel,
    name: str,
    given: dict[str, Any],
    *,
    to: Any,
    donor: bool,
    layer: Any,
    step: Any,
    stop: Any,
    channels: Any,
) -> Target:
    """Return the checked intervention.

    Parameters
    ----------
    model, name
        The model, and its name for errors.
    given
        Component to its name(s); None where it was not given.
    to, donor, layer, step, stop, channels
        As in :func:`mmviz.intervene`; ``donor``: whether one was given.

    Raises
    ------
    ConfigError
        A model without a scan; none or several components; an unknown name, layer, step, channel or value.
    """
    layers = scan_layers(model)
    if not layers:
        raise ConfigError(
            f"intervene: the fusion {name!r} has no selective scan, so there is no hidden state to change; use one that has a scan, such as "
            "coupled_mamba, late, early or alignmamba2, or edit the inputs with mmviz.recording.what_if"
        )
    component, names = chosen_component(given)
    start = whole(step, f"intervene: step (the model has {model.steps} steps)", low=0, high=model.steps - 1)
    end = model.steps if stop is None else whole(stop, "intervene: stop", low=start + 1, high=model.steps)
    depth = (
        tuple(range(len(layers))) if layer is None else (whole(layer, "intervene: layer", low=0, high=len(layers) - 1),)
    )
    edges: tuple[tuple[int, int], ...] = ()
    if component == "edge":
        edges, words = _edges(model, name, names)
        streams = tuple(sorted({to for to, _ in edges}))
        if channels is not None:
            raise ConfigError(EDGE_CHANNELS)
    else:
        streams, words = _streams(model, component, names)
    inner, states = _sizes(model)
    count = model.config.width if component == "output" else inner
    picked = None if channels is None else channel_positions(component, channels, count)
    value = new_value(component, to, donor=donor, channels=count if picked is None else len(picked), states=states)
    where = "every layer" if layer is None else f"layer {depth[0] + 1}"
    sentence = in_words(component, words, where, picked, value, donor=donor, steps=(start, end, model.steps))
    return Target(component, streams, edges, depth, start, end, picked, value, sentence)


#: channels were given with an edge
EDGE_CHANNELS = "intervene: channels were given with an edge, whose weight serves all channels; leave them out"


def in_words(
    component: str,
    words: str,
    where: str,
    channels: tuple[int, ...] | None,
    value: np.ndarray | None,
    *,
    donor: bool,
    steps: tuple[int, int, int],
) -> str:
    """Return an intervention in a sentence; ``steps``: first, one past the last, and their number."""
    start, stop, length = steps
    action = "replaced by another sample's" if donor else "held" if value is None else f"set to {_shown(value)}"
    until = "on" if stop == length else f"to step {stop - 1}"
    some = "" if channels is None else f", {len(channels)} of its channels"
    return f"{COMPONENTS[component]} of {words}{some}, {where}: {action} from step {start} {until}"


def _streams(model: FusionModel, component: str, names: Any) -> tuple[tuple[int, ...], str]:
    """Return the positions of the named streams among the rows that the component has, and their names in a sentence."""
    tokens = state_names(model) == (TOKENS,)
    known = state_names(model) if component == "state" else place_names(model)
    wanted = (names,) if isinstance(names, str) else tuple(names)
    if tokens and component == "increment" and wanted == (TOKENS,):
        wanted = known
    if not wanted:
        raise ConfigError(f"intervene: {component}={names!r} names no stream; there is {', '.join(known)}")
    unknown = [n for n in wanted if n not in known]
    if unknown:
        shared = ""
        if len(known) == 1 and unknown[0] in model.spec.names:
            shared = "; this fusion has one SSM stream for all modalities"
            shared += ", and increments of single modalities (increment=)" if tokens else ""
        raise ConfigError(
            f"intervene: no {component} {unknown[0]!r}{nearest(unknown[0], known)}; there is {', '.join(map(repr, known))}{shared}"
        )
    return tuple(known.index(n) for n in wanted), " and ".join(repr(n) for n in wanted)


def _edges(model: FusionModel, name: str, names: Any) -> tuple[tuple[tuple[int, int], ...], str]:
    """Return (target, source) of each edge, and the edges in a sentence."""
    known = state_names(model)
    if len(known) < 2:
        raise ConfigError(f"intervene: {name!r} has one SSM stream and therefore no edge; change its state instead")
    pairs = [names] if isinstance(names, (tuple, list)) and all(isinstance(n, str) for n in names) else names
    if isinstance(pairs, str) or not pairs or not all(isinstance(p, (tuple, list)) and len(p) == 2 for p in pairs):
        raise ConfigError(
            f"intervene: edge={names!r:.80}, expected (target, source), two of {', '.join(known)}, or a list of such pairs"
        )
    for pair in pairs:
        require_known(pair, known, "intervene: edge")
    edges = tuple((known.index(to), known.index(source)) for to, source in pairs)
    return edges, ", ".join(f"{to!r} ← {source!r}" for to, source in pairs)


def channel_positions(component: str, channels: Sequence[int] | int, count: int) -> tuple[int, ...]:
    """Return the checked positions of channels, of ``count`` that there are."""
    given = [channels] if isinstance(channels, (int, np.integer)) else list(channels)
    found = tuple(whole(c, f"intervene: channels ({component})", low=0, high=count - 1) for c in given)
    if not found or len(set(found)) < len(found):
        raise ConfigError(f"intervene: channels={channels!r}, expected different channels from 0 to {count - 1}")
    return found


def _sizes(model: FusionModel) -> tuple[int, int]:
    """Return the inner channels and the states per channel of the first layer's scan."""
    layer = scan_layers(model)[0]
    core = layer if isinstance(layer, CoupledBlock) else cast("SelectiveCore", layer.mixer.cores[0])
    _, channels, states = core.A_log.shape
    return channels, states


def new_value(component: str, to: Any, *, donor: bool, channels: int, states: int) -> np.ndarray | None:
    """Return the new value, a number or an array over the changed channels and all states; None for ``hold`` or a donor."""
    if donor:
        if component == "edge":
            raise ConfigError(
                "intervene: donor was given with an edge, whose weight is a parameter; give a number: to=0.5"
            )
        if not (isinstance(to, str) and to == "zero"):
            raise ConfigError(f"intervene: to={to!r} and a donor were given; leave one out")
        return None
    if isinstance(to, str):
        if to == "zero":
            return np.zeros(())
        if to == "hold" and component == "state":
            return None
        raise ConfigError(
            f"intervene: to={to!r} for {component}{nearest(to, ('zero', 'hold'))}; use 'zero', 'hold' (only for state), a number or an array, or donor="
        )
    try:
        value = np.asarray(to, dtype=np.float64)
    except (TypeError, ValueError):
        raise ConfigError(f"intervene: to={to!r:.80} is neither text nor a number nor an array") from None
    shape = {"edge": (), "output": (channels,)}.get(component, (channels, states))
    if not np.isfinite(value).all() or isinstance(to, bool):
        raise ConfigError(f"intervene: to={to!r:.80}, expected finite numbers")
    if value.shape not in ((), shape):
        raise ConfigError(
            f"intervene: to has shape {value.shape}, expected a number" + (f" or shape {shape}" if shape else "")
        )
    return value


def _shown(value: np.ndarray) -> str:
    return f"{float(value):g}" if value.ndim == 0 else "the given values"


def channel_mask(channels: tuple[int, ...] | None, count: int) -> torch.Tensor:
    """Return which of ``count`` channels are changed."""
    mask = torch.zeros(count, dtype=torch.bool)
    mask[list(range(count) if channels is None else channels)] = True
    return mask
