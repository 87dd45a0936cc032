"""Captured scans of a user's module: which modality each belongs to, and which frames its steps contain, measured by changing inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from mmviz.core.errors import ConfigError, NothingCapturedError, ScanDiffersError
from mmviz.core.options import nearest
from mmviz.models.user_module.step_frames import StepFrames, frames_of_steps, given_frames, unknown_frames

if TYPE_CHECKING:
    from jaxtyping import Bool
    from torch import Tensor

    from mmviz.data.spec import Modality
    from mmviz.models.base import ScanInputs
    from mmviz.models.batch import Batch
    from mmviz.models.capture import CapturedScan, CapturedScans
    from mmviz.models.user_module.imputation import Values
    from mmviz.models.user_module.model import Adapted

    Scans = str | Mapping[str, Any] | None

#: frames of a modality that are changed, one at a time, as shares of its length
_TESTED = (0.25, 0.5, 0.75, 1.0)
#: a change of less than this many units of rounding of the largest magnitude counts as none
_ROUNDING = 16
_ENTRIES = ("site", "modalities", "frames")
#: beginning of the note of a module without any captured scan
NO_SCANS = "No captured scans"
#: modules without a captured scan that the notes list
_LISTED = 4


@dataclass(frozen=True)
class ScanSite:
    """One state space scan that a user's module calls, as found by one pass over two samples.

    Attributes
    ----------
    site
        Path of the module that calls the scan; a further call of one module has a suffix such as ``#2``.
    function
        The function that was called.
    label
        Name that the user gave in ``scans=``, else the site.
    modality
        The modality that the scan belongs to; "" for none or several.
    modalities
        The modality of each stream, "" where it is none.
    depends_on
        Modalities whose frames change x, Δ, B or C.
    streams, steps, channels, states
        Shape of the scan in the operator's names.
    heads
        Channels per head with equal Δ and A; 1 where every channel has its own.
    replay_error
        max |y by our operator − output of the function| / max |output|, for the two samples.
    frames
        Which frames the steps of each stream contain.
    mixed
        Whether each stream depends on several modalities, and its name is that of the stream of an earlier scan.
    """

    site: str
    function: str
    label: str
    modality: str
    modalities: tuple[str, ...]
    depends_on: tuple[str, ...]
    streams: int
    steps: int
    channels: int
    states: int
    heads: int
    replay_error: float
    frames: tuple[StepFrames, ...]
    mixed: bool = False

    def streams_of(self, modality: str) -> list[int]:
        """Return the streams of a modality whose steps follow its frames from the first to the last."""
        return [
            s
            for s, (name, held) in enumerate(zip(self.modalities, self.frames, strict=True))
            if name == modality and held.known and not held.backward
        ]

    def describe(self) -> list[str]:
        """Return for each stream how its steps correspond to the frames of its modality."""
        return [held.text(name) for name, held in zip(self.modalities, self.frames, strict=True)]


class FoundScans(NamedTuple):
    """The scans of a module, and notes on what was not captured."""

    sites: tuple[ScanSite, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Wanted:
    """One entry of ``scans=``: a site, its label, and what the user stated about its streams."""

    site: str
    label: str
    modalities: tuple[str, ...] | None = None
    frames: Sequence[int] | None = None


@torch.no_grad()
def scan_sites(model: Adapted, batch: Batch, scans: Scans) -> FoundScans:
    """Return the scans that one pass of a user's module calls, with the modality and the frames of every stream, and what was not captured.

    A stream belongs to the modality whose frames change its x, Δ, B or C by more than rounding, where that is exactly one. Where every stream
    of a coupled scan depends on several modalities, as above the first layer, its streams keep the names of those of an earlier scan of the
    same function and number of streams.

    Parameters
    ----------
    model
        In evaluation mode.
    batch
        Two samples that differ.
    scans
        As in :func:`mmviz.models.adapt`; not None.

    Raises
    ------
    ConfigError
        Another value; or a site that the module does not call (those that it calls are listed).
    NothingCapturedError
        If sites were named, and no scan was captured.
    ScanDiffersError
        If a named scan is not reproduced by the operator; with ``"auto"`` it is left out, and named in the notes.
    """
    wanted = _wanted(model, scans)
    inputs = model.inputs(model.encode(batch))
    try:
        captured, differing = _proved_pass(model, inputs)
    except NothingCapturedError as error:
        if wanted is not None:
            raise
        return FoundScans((), (f"{NO_SCANS}: {error}",))
    found = {one.site: one for one in captured}
    if wanted is None:
        wanted = [_Wanted(site, site) for site in found if site not in differing]
    for one in wanted:
        if one.site not in found:
            raise ConfigError(
                f"adapt: scans names the site {one.site!r}{nearest(one.site, list(found))}, and no scan was captured there; captured: "
                f"{', '.join(map(repr, found))}"
            )
        if one.site in differing:
            raise differing[one.site]
    tests = _Tests(model, inputs, [one.site for one in wanted])
    sites: list[ScanSite] = []
    for one in wanted:
        sites.append(_site(model, one, found[one.site], tests, sites))
    notes = [
        f"The scan at {site!r} is not reproduced by the operator, and left out: {error}"
        for site, error in differing.items()
    ]
    missed = [f"{one.path or 'the module'} ({one.kind}: {one.reason})" for one in captured.missed]
    if missed:
        more = f"; and {len(missed) - _LISTED} more" if len(missed) > _LISTED else ""
        notes.append(f"Not captured: {'; '.join(missed[:_LISTED])}{more}")
    if not sites:
        notes.insert(0, f"{NO_SCANS} that the operator reproduces")
    return FoundScans(tuple(sites), tuple(notes))


def _proved_pass(model: Adapted, inputs: tuple[Values, ...]) -> tuple[CapturedScans, dict[str, ScanDiffersError]]:
    """Return the scans of one pass, and the error of each that is not reproduced.

    A module that overwrites the arguments of a scan is captured with a replay in the call; the model then keeps that option.
    """
    captured, differing = _pass(model, inputs), {}
    for one in captured:
        try:
            one.check()
        except ScanDiffersError as error:
            differing[one.site] = error
    if differing:
        model.replays_in_the_call = True
        try:
            return _pass(model, inputs), {}
        except ScanDiffersError:
            model.replays_in_the_call = False
    return captured, differing


def _pass(model: Adapted, inputs: tuple[Values, ...]) -> CapturedScans:
    with model.capture() as captured:
        model.call_module(_copied(inputs))
    return captured


def _wanted(model: Adapted, scans: Scans) -> list[_Wanted] | None:
    """Return the entries of ``scans=``; None for ``"auto"``."""
    if scans == "auto":
        return None
    expected = (
        "expected 'auto', None, or a mapping from a modality (or another name) to a site such as 'encoders.0.mixer', a list of sites, or "
        "{'site': ..., 'modalities': [one per stream], 'frames': [last frame of each step]}"
    )
    if not isinstance(scans, Mapping) or not scans:
        raise ConfigError(f"adapt: scans={scans!r:.80}, {expected}")
    out = []
    for name, value in scans.items():
        entries = [value] if isinstance(value, (str, Mapping)) else value
        if not isinstance(name, str) or not isinstance(entries, (list, tuple)) or not entries:
            raise ConfigError(f"adapt: scans[{name!r}]={value!r:.80}, {expected}")
        for entry in entries:
            given: Any = {"site": entry} if isinstance(entry, str) else entry
            unknown = [key for key in given if key not in _ENTRIES] if isinstance(given, Mapping) else [entry]
            if unknown or not isinstance(given.get("site"), str):
                raise ConfigError(f"adapt: scans[{name!r}]={value!r:.80}, {expected}")
            named = given.get("modalities")
            if isinstance(named, str) or (named is None and name in model.spec.names):
                named = (name if named is None else named,)
            for each in named or ():
                if each not in ("", *model.spec.names):
                    raise ConfigError(
                        f"adapt: scans[{name!r}] names the modality {each!r}{nearest(str(each), list(model.spec.names))}, the data have "
                        f"{', '.join(map(repr, model.spec.names))}"
                    )
            out.append(_Wanted(given["site"], name, None if named is None else tuple(named), given.get("frames")))
    repeated = [one.site for k, one in enumerate(out) if one.site in [other.site for other in out[:k]]]
    if repeated:
        raise ConfigError(f"adapt: scans names the site {repeated[0]!r} twice; give each site once")
    return out


def _site(model: Adapted, one: _Wanted, scan: CapturedScan, tests: _Tests, before: list[ScanSite]) -> ScanSite:
    streams, _, steps, channels = scan.inputs.x.shape
    names = model.spec.names
    dependent = torch.stack([tests.of_modality(name)[scan.site].any(1) for name in names], 1)  # stream, modality
    depends_on = tuple(name for m, name in enumerate(names) if bool(dependent[:, m].any()))
    mixed = False
    if one.modalities is not None:
        modalities = one.modalities * streams if len(one.modalities) == 1 else one.modalities
        if len(modalities) != streams:
            raise ConfigError(
                f"adapt: scans[{one.label!r}] names {len(modalities)} modalities, the scan at {scan.site!r} has {streams} streams; give one, "
                "or one for each stream"
            )
    else:
        modalities = tuple(names[int(row.int().argmax())] if int(row.sum()) == 1 else "" for row in dependent)
        like = next((s for s in reversed(before) if _continues(s, scan)), None)
        if streams > 1 and like is not None and not any(modalities) and len(depends_on) > 1:
            modalities, mixed = like.modalities, True
    held = tuple(
        _frames(model.spec.modality(name), one, scan, tests, stream) if name else unknown_frames(steps)
        for stream, name in enumerate(modalities)
    )
    whole = modalities[0] if len(set(modalities)) == 1 else ""
    return ScanSite(
        site=scan.site,
        function=scan.function,
        label=one.label,
        modality=whole,
        modalities=modalities,
        depends_on=depends_on,
        streams=streams,
        steps=steps,
        channels=channels,
        states=scan.inputs.A.shape[-1],
        heads=scan.heads,
        replay_error=float(scan.replay_error),
        frames=held,
        mixed=mixed,
    )


def _continues(site: ScanSite, scan: CapturedScan) -> bool:
    """Return whether a scan has the streams of an earlier one, one for each modality."""
    distinct = len({name for name in site.modalities if name}) == site.streams
    return site.function == scan.function and site.streams == scan.inputs.x.shape[0] and distinct


def _frames(modality: Modality, one: _Wanted, scan: CapturedScan, tests: _Tests, stream: int) -> StepFrames:
    steps = scan.inputs.x.shape[2]
    if one.frames is not None:
        return given_frames(one.frames, steps, modality.steps, f"adapt: scans[{one.label!r}]['frames']")
    changed = {frame: where[scan.site][stream].numpy() for frame, where in tests.of_frames(modality.name).items()}
    return frames_of_steps(changed, steps, modality.steps)


class _Tests:
    """Passes of the module with a changed modality or a changed frame, and where each scan's inputs change."""

    def __init__(self, model: Adapted, inputs: tuple[Values, ...], sites: list[str]) -> None:
        self._model, self._inputs, self._sites = model, inputs, sites
        self._reference = self._scans(inputs)
        self._by_modality: dict[str, dict[str, Tensor]] = {}
        self._by_frame: dict[str, dict[int, dict[str, Tensor]]] = {}

    def of_modality(self, name: str) -> dict[str, Bool[Tensor, "stream step"]]:
        """Return for each site where its inputs change when the modality changes in every frame."""
        if name not in self._by_modality:
            self._by_modality[name] = self._changes(name, slice(None))
        return self._by_modality[name]

    def of_frames(self, name: str) -> dict[int, dict[str, Bool[Tensor, "stream step"]]]:
        """Return the same for single changed frames."""
        if name not in self._by_frame:
            differs = (self._changed_values(name) != self._inputs[0][name]).flatten(2).any(2).any(0)
            places = torch.where(differs)[0].tolist()
            ends = [places[round(share * (len(places) - 1))] for share in _TESTED] if places else []
            self._by_frame[name] = {
                frame: self._changes(name, slice(frame, frame + 1)) for frame in dict.fromkeys(ends)
            }
        return self._by_frame[name]

    def _changed_values(self, name: str) -> Tensor:
        """Return the values of a modality exchanged between the two samples; where that changes nothing, plus 1, except for token ids."""
        x = self._inputs[0][name]
        swapped = x.flip(0)
        if name in self._model.config.tokens:
            return swapped
        return torch.where((swapped == x).all(-1, keepdim=True), x + 1, swapped)

    def _changes(self, name: str, frames: slice) -> dict[str, Tensor]:
        values = dict(self._inputs[0])
        values[name] = values[name].clone()
        values[name][:, frames] = self._changed_values(name)[:, frames]
        after = self._scans((values, *self._inputs[1:]))
        return {site: differences(self._reference[site], after[site], self._model.dtype) for site in self._sites}

    def _scans(self, inputs: tuple[Values, ...]) -> dict[str, ScanInputs]:
        found = _pass(self._model, inputs)
        return {site: found[site].inputs for site in self._sites}


def differences(a: ScanInputs, b: ScanInputs, dtype: torch.dtype) -> Bool[Tensor, "stream step"]:
    """Return where x, Δ, B or C of two passes differ by more than rounding in any sample, channel or state."""
    out = torch.zeros(a.x.shape[0], a.x.shape[2], dtype=torch.bool)
    for name in ("x", "dt", "B", "C"):
        one, two = getattr(a, name).float().cpu(), getattr(b, name).float().cpu()
        limit = _ROUNDING * torch.finfo(dtype).eps * float(one.abs().max()) if dtype.is_floating_point else 0.0
        out |= ((one - two).abs() > limit).any(-1).any(1)
    return out


def _copied(inputs: tuple[Values, ...]) -> tuple[Values, ...]:
    return tuple({name: x.clone() for name, x in part.items()} for part in inputs)


def frame_table(site: ScanSite) -> np.ndarray:
    """Return the last frame that every step of every stream contains, int32 (stream, step); -1: none, or unknown."""
    rows = [np.where(held.last_frame < held.frames, held.last_frame, -1) for held in site.frames]
    return np.stack(rows).astype(np.int32)
