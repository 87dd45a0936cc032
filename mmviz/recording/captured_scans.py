"""Group /scans: every captured scan of a user's module at full resolution, each with its own sizes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr
from mmkernels import coupled_influence

from mmviz.models.capture.edits import sample_states
from mmviz.models.ssm.hidden_states import states_of
from mmviz.models.user_module.scan_sites import frame_table
from mmviz.recording.hidden_states import whole
from mmviz.recording.influence import steps_per_block
from mmviz.recording.samples import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxtyping import Bool, Float
    from torch import Tensor

    from mmviz.models.base import ScanInputs
    from mmviz.models.batch import Steps
    from mmviz.models.capture import CapturedScan
    from mmviz.models.user_module.model import Adapted
    from mmviz.models.user_module.scan_sites import ScanSite

#: steps whose states are in memory at once
_BLOCK = 64
#: most multiply-adds of the map of one sample; above it the mean is over fewer channels
MAP_OPERATIONS = 4e9
_FEWER_CHANNELS = 32
#: most streams of a scan whose map is recorded
MAP_STREAMS = 16
DESCRIPTION = (
    "A captured scan of the module: hidden-state magnitude, step size, half-life by the state's own decay, and |K|, the effect of a unit input of the scan "
    "on its output with the gates held fixed. It is one operation inside the module and no attribution of the prediction."
)


@torch.no_grad()
def norms_of(
    scan: ScanInputs, h0: Float[Tensor, "stream batch channel state"] | None = None
) -> Float[Tensor, "stream batch time channel"]:
    """Return ‖h‖₂ over the states after every step; a block of steps is in memory at a time."""
    parts, h = [], h0
    for start in range(0, scan.x.shape[2], _BLOCK):
        cut = slice(start, start + _BLOCK)
        along = {name: getattr(scan, name)[:, :, cut] for name in ("x", "dt", "B", "C")}
        mask = None if scan.mask is None else scan.mask[:, :, cut]
        states = states_of(scan._replace(**along, mask=mask), h)
        parts.append(states.norm(dim=-1))
        h = states[:, :, -1]
    return torch.cat(parts, 2)


def of_sample(scan: ScanInputs, sample: int) -> ScanInputs:
    """Return the scan of one sample, float32 on the CPU, with a batch axis of length 1."""
    one = slice(sample, sample + 1)
    along = {name: getattr(scan, name)[:, one].cpu() for name in ("x", "dt", "B", "C")}
    mask = None if scan.mask is None else scan.mask[:, one].cpu()
    return whole(scan._replace(**along, A=scan.A.cpu(), D=scan.D.cpu(), W=scan.W[one].cpu(), mask=mask))


def initial_state(one: CapturedScan, sample: int) -> Float[Tensor, "stream 1 channel state"] | None:
    """Return the state of one sample before the first step; None: zero."""
    return None if one.h0 is None else one.h0[:, sample : sample + 1].float().cpu()


def real_steps(
    model: Adapted, site: ScanSite, steps: Steps, mask: Bool[Tensor, "stream batch step"] | None
) -> Bool[np.ndarray, "recorded_sample stream step"]:
    """Return the scan steps that contain a recorded frame; all of a stream whose frames are unknown, except those that its scan masks."""
    _, valid = model.frames.unpack(steps)
    out = np.ones((steps.x.shape[1], site.streams, site.steps), bool)
    for stream, (name, held) in enumerate(zip(site.modalities, site.frames, strict=True)):
        if not held.known:
            continue
        recorded = valid[name].cpu().numpy()
        last, ordered = held.last_frame, held.last_frame[::-1] if held.backward else held.last_frame
        before = np.concatenate([[-1], ordered[:-1]])
        first = np.minimum(before + 1, ordered)
        first = first[::-1] if held.backward else first
        total = np.pad(recorded.cumsum(1), ((0, 0), (1, 0)))
        inside = (last >= 0) & (last < held.frames)
        at = np.where(inside, last, 0), np.where(inside, first, 0)
        out[:, stream] = ~inside | (total[:, at[0] + 1] > total[:, at[1]])
    return out if mask is None else out & mask.movedim(1, 0).cpu().numpy()


def half_life(
    dt: Float[np.ndarray, "stream step channel"], A: Float[np.ndarray, "stream channel state"], valid: np.ndarray
) -> Float[np.ndarray, "stream channel"]:
    """Return ln 2 / (-Δ·A) in scan steps: median Δ over the valid steps, median over the states; NaN without a valid step."""
    out = np.full((len(dt), dt.shape[2]), np.nan, np.float32)
    for stream in range(len(dt)):
        if valid[stream].any():
            typical = np.median(dt[stream][valid[stream]].astype(np.float64), 0)
            with np.errstate(divide="ignore"):
                out[stream] = np.median(np.log(2) / (-A[stream].astype(np.float64) * typical[:, None]), -1)
    return out


def map_channels(site: ScanSite) -> list[int] | None:
    """Return the channels whose maps are averaged: one per head where they are equal, all, or fewer in a large scan; None: no map."""
    if site.streams > MAP_STREAMS:
        return None
    every = list(range(0, site.channels, max(1, site.heads)))
    each = site.states * site.steps**2 * site.streams**2
    if len(every) * each <= MAP_OPERATIONS:
        return every
    fewer = [every[k] for k in np.linspace(0, len(every) - 1, min(_FEWER_CHANNELS, len(every))).round().astype(int)]
    return fewer if len(fewer) * each <= 4 * MAP_OPERATIONS else None


def influence_map(
    scan: ScanInputs,
    width: int,
    channels: Sequence[int] | None = None,
    x: Float[Tensor, "stream 1 step channel"] | None = None,
) -> Float[np.ndarray, "stream target source_stream source"]:
    """Return mean |K| of one sample over channels and pairs of steps of two blocks, or mean |K·x|; streams without coupling are computed one by one."""
    W = scan.W[0]
    S, _, L, _ = scan.x.shape
    blocks = math.ceil(L / width)
    apart = bool((torch.eye(S) == W).all())
    out = np.zeros((S, blocks, S, blocks), np.float32)
    for part in [slice(s, s + 1) for s in range(S)] if apart else [slice(None)]:
        step, decay, write, read = (
            each[part].contiguous() for each in (scan.dt[:, 0], scan.A, scan.B[:, 0], scan.C[:, 0])
        )
        mask = None if scan.mask is None else scan.mask[part, 0].contiguous()
        given = None if x is None else x[part, 0].contiguous()
        coupling = W[part, part].contiguous()
        found = coupled_influence(
            step, decay, write, read, W=coupling, x=given, mask=mask, bin_steps=width, channels=channels
        )
        out[part, :, part] = array(found.of_inputs)
    return out


_UNITS = {"norm": "1", "dt": "1", "half_life": "scan steps", "A": "1", "W": "1", "influence": "1"}
_MEANING = {
    "norm": "hidden-state magnitude ‖h‖₂ of a channel",
    "dt": "step size Δ",
    "half_life": "half-life of a channel by its own decay, median over its states",
    "A": "decay rate A of a state",
    "W": "coupling weight W (row = target stream, column = source stream)",
    "influence": "mean |K| over channels: effect of a unit input of the scan on its output",
    "frame": "last frame of the modality that the step contains; -1: none, or unknown",
}


def captured_groups(
    model: Adapted, captured: Sequence[CapturedScan], steps: Steps, chosen: np.ndarray, *, influence: bool
) -> dict[str, xr.Dataset]:
    """Return the groups ``/scans/0``, ``/scans/1``, ... of the recorded samples, in the order of the sites."""
    return {
        f"/scans/{k}": _group(model, site, one, steps, chosen, influence=influence)
        for k, (site, one) in enumerate(zip(model.sites, captured, strict=True))
    }


def _group(
    model: Adapted, site: ScanSite, one: CapturedScan, steps: Steps, chosen: np.ndarray, *, influence: bool
) -> xr.Dataset:
    valid = real_steps(model, site, steps, one.inputs.mask)
    width, channels = steps_per_block(site.steps), map_channels(site) if influence else None
    norm, dt, lives, maps = [], [], [], []
    for sample in range(len(chosen)):
        scan = of_sample(one.inputs, sample)
        edited = (
            sample_states(one, sample).norm(dim=-1) if one.edits else norms_of(scan, initial_state(one, sample))[:, 0]
        )
        norm.append(array(edited))
        dt.append(array(scan.dt[:, 0]))
        lives.append(half_life(dt[-1], array(scan.A), valid[sample]))
        if channels is not None:
            maps.append(influence_map(scan, width, channels))
    sampled = ("recorded_sample", "scan_stream")
    data = xr.Dataset(
        {
            "norm": ((*sampled, "scan_step", "scan_channel"), np.stack(norm)),
            "dt": ((*sampled, "scan_step", "scan_channel"), np.stack(dt)),
            "half_life": ((*sampled, "scan_channel"), np.stack(lives)),
            "A": (("scan_stream", "scan_channel", "scan_state"), array(one.inputs.A)),
            "W": ((*sampled, "scan_source"), array(one.inputs.W)),
            "valid": ((*sampled, "scan_step"), valid),
            "frame": (("scan_stream", "scan_step"), frame_table(site)),
        },
        coords={"recorded_sample": chosen},
        attrs=attributes(model, site, one, width, channels),
    )
    if maps:
        first = np.arange(0, site.steps, width)
        data["influence"] = ((*sampled, "target_step_block", "scan_source", "source_step_block"), np.stack(maps))
        data = data.assign_coords(target_step_block=first, source_step_block=first)
    for name, meaning in _MEANING.items():
        if name in data:
            data[name].attrs = {"long_name": meaning, "units": _UNITS.get(name, "1")}
    return data


def attributes(
    model: Adapted, site: ScanSite, one: CapturedScan, width: int, channels: Sequence[int] | None
) -> dict[str, object]:
    """Return the attributes of a captured scan: where it is, what it belongs to, and how far it is known."""
    if channels is None:
        averaged = ""
    elif len(channels) == site.channels:
        averaged = f"mean over all {site.channels} channels"
    elif len(channels) == len(range(0, site.channels, max(1, site.heads))):
        averaged = f"mean over {len(channels)} heads, whose channels are equal"
    else:
        averaged = f"mean over {len(channels)} of {site.channels} channels, evenly spaced, because the scan is large"
    return {
        "site": site.site,
        "function": site.function,
        "label": site.label,
        "modality": site.modality,
        "modalities": list(site.modalities),
        "depends_on": list(site.depends_on),
        "mixed": site.mixed,
        "heads": site.heads,
        "replay_error": float(one.replay_error),
        "alignment": site.describe(),
        "in_states": any(site.streams_of(name) for name in model.spec.names),
        "steps_per_block": width,
        "influence_channels": averaged,
        "description": DESCRIPTION,
    }


def scan_bytes(site: ScanSite, *, influence: bool) -> tuple[int, int]:
    """Return the bytes of the group of one captured scan: of a recorded sample, and once."""
    S, L, E, N = site.streams, site.steps, site.channels, site.states
    each = 4 * (2 * S * L * E + S * E + S * S) + S * L
    if influence and map_channels(site) is not None:
        each += 4 * (S * math.ceil(L / steps_per_block(L))) ** 2
    return each, 4 * (S * E * N + S * L)
