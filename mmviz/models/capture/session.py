"""Capture of the selective scans of any module: ``with mm.models.capture(module) as scans``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from mmkernels.transforms import is_transformed
from torch import nn

from mmviz.core.errors import ConfigError, NothingCapturedError, ScanDiffersError
from mmviz.core.options import one_of
from mmviz.models.capture.bindings import DECODE, FUSED, SCAN, Site, sites
from mmviz.models.capture.edits import checked_edits, run_edited
from mmviz.models.capture.layouts import LAYOUTS, NAMES, NotAScanError, fitting_layouts, read, to_operator
from mmviz.models.capture.patches import Patches
from mmviz.models.capture.recorded import Recorded
from mmviz.models.capture.recurrent_modules import RecurrentModule, recurrent_modules
from mmviz.models.capture.replay import output_and_state, run_scan
from mmviz.models.capture.scan_table import CapturedScans, RefusedCall
from mmviz.models.capture.scans import CapturedScan

if TYPE_CHECKING:
    import inspect
    from types import FrameType

    from torch import Tensor

    from mmviz.models.capture.edits import AnyEdit
    from mmviz.models.capture.layouts import Arguments

Scan = Callable[..., Any]
KERNELS = ("original", "mmkernels")


@contextmanager
def capture(
    module: nn.Module,
    *,
    edits: Mapping[str, AnyEdit | Sequence[AnyEdit]] | None = None,
    scan: Scan | Sequence[Scan] | Mapping[Scan, Mapping[str, str]] | None = None,
    layout: str | None = None,
    kernel: str = "original",
    check: bool = False,
) -> Iterator[CapturedScans]:
    """Capture every selective scan that a module computes while the context is open.

    The functions that compute a scan are found by their argument names (A, B, C, dt or delta, and x, u or hidden_states) in the code of
    the module's classes, replaced while the context is open, and restored at its end, also after an error. The module's code and results are
    unchanged. Known to work: Mamba-1 and Mamba-2 of transformers and the models built on them, mamba_ssm, mambapy, and any module that calls
    ``selective_scan_fn``, ``selective_scan_ref``, ``mamba_chunk_scan_combined`` or ``mmkernels.coupled_scan``.

    Parameters
    ----------
    module
        Any module. Calls of other models in the same process, and calls in other threads, are not captured.
    edits
        Interventions by site, see :class:`mmviz.models.Edit`: ``"encoders.0.mixer"`` for every call of that module, ``"encoders.0.mixer#2"``
        for its second call. The module then receives the output of the edited scan.
    scan
        Functions that are scans and are not found by their argument names; they must be held by a file, class, instance, closure or default
        argument of the model. With other argument names a mapping, ``{function: {"x": "signal", "dt": "step"}}``.
    layout
        Axes of x: ``batch channel step`` (Mamba-1), ``batch step channel``, ``batch step head channel`` (Mamba-2) or ``stream batch step channel``
        (``coupled_scan``). None: the layouts that agree with the shapes; if there are several, the one with the smallest replay error.
    kernel
        ``original``: the module's own function computes. ``mmkernels``: ``mmkernels.coupled_scan`` computes in its place, for example where
        the function needs a GPU and there is none; then there is nothing to compare with.
    check
        Replay each call at once. Otherwise a scan is replayed when one of its values is read for the first time.

    Yields
    ------
    CapturedScans
        The scans in the order of their calls.

    Raises
    ------
    ConfigError
        If an option is wrong, a function of ``scan`` is not found in the model's code, or an edit names no module.
    NothingCapturedError
        At the end, if no scan was captured, or none at a site of ``edits``. The message lists the modules that look recurrent, and why they
        were not captured.
    ScanDiffersError
        When a value of a scan is read (with ``check``: in the call) whose replay by ``mmkernels.coupled_scan`` differs from the function's output by
        more than the accepted error of the dtype (1e-5 of the largest output in float32).

    Notes
    -----
    Proof by replay: each captured call is run again by ``mmkernels.coupled_scan`` from the captured tensors and compared with what the
    function returned. This is done before any value of the scan is handed out, so a value that can be read has been proved; a scan that is
    never read has not. Until then only references are kept: the activations of the pass stay in memory. A tensor changed in place
    after the call is detected and refused; ``check=True`` avoids that.

    Not captured, and listed under ``scans.missed``: decoding steps of one position (``selective_state_update``), recurrences that are no diagonal scan
    (gated delta rule, LSTM, GRU), packed sequences (``seq_idx``), complex A. Fused kernels that contain the scan are switched off while the
    context is open (``mamba_inner_fn``, ``mamba2_split_conv1d_scan_combined`` of transformers; ``use_fast_path``, ``use_mem_eff_path`` of mamba_ssm): on a GPU
    results then differ by rounding. ``torch.compile`` breaks its graph at a captured function; with ``fullgraph=True`` it raises.

    Examples
    --------
    >>> import mmviz as mm
    >>> ds = mm.data.load("watch")
    >>> model = mm.models.build("coupled_mamba", ds.spec, width=8)
    >>> with mm.models.capture(model) as scans:
    ...     logits = model(mm.models.batch_of(ds["test"].take([0])))
    >>> scans[0].half_life().shape
    torch.Size([2, 1, 16, 16])
    """
    if not isinstance(module, nn.Module):
        raise ConfigError(f"capture: module must be a torch.nn.Module; it is a {type(module).__name__}")
    one_of(kernel, KERNELS, "capture: kernel")
    if layout is not None:
        one_of(layout, LAYOUTS, "capture: layout")
    session = _Session(module, checked_edits(edits), _functions_of(scan), layout, kernel, check)
    session.open()
    try:
        yield session.scans
    finally:
        session.close()
    session.finish()


def _functions_of(
    scan: Scan | Sequence[Scan] | Mapping[Scan, Mapping[str, str]] | None,
) -> dict[Scan, Mapping[str, str]]:
    if scan is None:
        return {}
    found: dict[Scan, Mapping[str, str]]
    if isinstance(scan, Mapping):
        found = dict(scan)
    else:
        found = {one: {} for one in (scan if isinstance(scan, Sequence) else [scan])}
    for function, names in found.items():
        if not callable(function):
            raise ConfigError(
                f"capture: scan must be a function, a list of functions or a mapping; {function!r} cannot be called"
            )
        for ours in names:
            one_of(ours, tuple(NAMES), f"capture: scan, argument names of {getattr(function, '__name__', function)}")
    return found


class _Session:
    """An open capture."""

    def __init__(
        self,
        module: nn.Module,
        edits: Mapping[str, tuple[AnyEdit, ...]],
        given: Mapping[Scan, Mapping[str, str]],
        layout: str | None,
        kernel: str,
        check: bool,
    ) -> None:
        self.module, self.given, self.layout, self.kernel, self.check = module, given, layout, kernel, check
        self.names = {
            one: ".".join(part for part in name.split(".") if part != "_orig_mod")  # of torch.compile
            for name, one in module.named_modules()
        }
        self.paths = {id(one): path for one, path in self.names.items()}
        self.edits = dict(edits)
        paths = set(self.names.values())
        for site in self.edits:
            if site.partition("#")[0] not in paths:
                raise ConfigError(
                    f"capture: edits names {site!r}, which is no module of {type(module).__name__}; scans.sites lists the sites"
                )
        self.scans = CapturedScans(type(getattr(module, "_orig_mod", module)).__name__)
        self.decoded: dict[str, int] = {}
        self.edited: set[str] = set()
        self.functions: list[str] = []
        self.thread = threading.get_ident()
        self.patches = Patches(self)

    def open(self) -> None:
        """Replace the functions."""
        found = sites(self.module, tuple(self.given))
        self.functions = sorted({site.label for site in found if site.role == SCAN})
        held = [getattr(site.function, "func", site.function) for site in found]
        for function in self.given:
            if not any(one is function for one in held):
                name = getattr(function, "__qualname__", repr(function))
                raise ConfigError(
                    f"capture: scan={name} is held by no file, class, instance, closure or default argument of {type(self.module).__name__}; pass the "
                    "function object that the model's code calls"
                )
        handlers = {SCAN: _captured_call, DECODE: _decoding_step, FUSED: _fused_call}
        try:
            for site in found:
                self.patches.intercept(site, handlers[site.role])
            for one in self.names:
                self.patches.switch_off_fused(one)
        except BaseException:
            self.patches.close()
            raise

    def close(self) -> None:
        """Restore the functions, and list what was not captured."""
        self.patches.close()
        self.scans.ended = self._missed

    def _missed(self) -> list[RecurrentModule]:
        captured = {scan.site.partition("#")[0] for scan in self.scans}
        refused = {one.site.partition("#")[0]: f"{one.function}: {one.reason}" for one in self.scans.refused}
        return recurrent_modules(self.names, captured, refused, self.decoded)

    def finish(self) -> None:
        """Raise NothingCapturedError if there is no scan, or no scan at a site of the edits."""
        unused = sorted(set(self.edits) - self.edited)
        if len(self.scans) and not unused:
            return
        missed = {one.path for one in self.scans.missed}
        lost = [f"{one.path or 'the model'} ({one.kind}): {one.reason}" for one in self.scans.missed]
        refused = [one for one in self.scans.refused if one.site not in missed]
        lost += dict.fromkeys(f"{one.site or 'the model'}: {one.function}: {one.reason}" for one in refused)
        listed = "; ".join(lost[:12]) + (f"; and {len(lost) - 12} more" if len(lost) > 12 else "")
        what = (
            f"capture: no selective scan of {self.scans.model} was captured"
            if not len(self.scans)
            else "capture: no scan was captured at " + ", ".join(map(repr, unused))
        )
        found = f"captured sites: {', '.join(map(repr, self.scans.sites[:12]))}. " if len(self.scans) else ""
        if not len(self.scans) and self.functions:
            found = f"Its code holds {', '.join(self.functions)}, which was not called: run the model in this block and thread. "
        if listed:
            raise NothingCapturedError(f"{what}. {found}Modules that look recurrent: {listed}")
        if found:
            raise NothingCapturedError(f"{what}. {found.rstrip()}")
        raise NothingCapturedError(
            f"{what}. No module looks recurrent: either the model has no state space layer, or its scan function has other argument names than x, dt, A, "
            "B, C (pass capture(..., scan=function))"
        )

    def running_module(self) -> str | None:
        """Return the path of the innermost module of the model that runs in this thread; None if none runs."""
        if threading.get_ident() != self.thread:
            return None
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            for value in _first_arguments(frame):
                if id(value) in self.paths and isinstance(value, nn.Module):
                    return self.paths[id(value)]
            frame = frame.f_back
        return None

    def edits_at(self, path: str, site: str) -> tuple[Any, ...]:
        """Return the edits of one call."""
        call = site if "#" in site else f"{site}#1"
        keys = [key for key in (path, call) if key in self.edits]
        self.edited.update(keys)
        return tuple(edit for key in keys for edit in self.edits[key])


def _first_arguments(frame: FrameType) -> Iterator[Any]:
    """Yield the first argument of a frame; of a frame that torch.compile resumed all of its variables."""
    code = frame.f_code
    if code.co_name.startswith("torch_dynamo_resume"):
        yield from frame.f_locals.values()
    elif code.co_argcount:
        yield frame.f_locals.get(code.co_varnames[0])


def _captured_call(
    site: Site,
    signature: inspect.Signature,
    users: list[tuple[_Session, str]],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Return the result of one call of a scan function, and record it in the open captures."""
    replaced = any(user.kernel == "mmkernels" for user, _ in users)
    try:
        call, layouts = _arguments(site, signature, users, args, kwargs, one=replaced)
    except NotAScanError as error:
        if replaced:
            raise ConfigError(
                f"capture: mmkernels cannot compute {site.label} at {users[-1][1] or 'the model'}: {error}"
            ) from error
        for user, path in users:
            user.scans.refused.append(RefusedCall(path, site.label, str(error)))
        return site.function(*args, **kwargs)
    recorded = Recorded(
        call, layouts, compared=not replaced
    )  # before the call, which may change an initial state in place
    output = _by_mmkernels(call, layouts[0]) if replaced else _by_function(site, args, kwargs)
    recorded.set_output(output)
    named = [(user, user.scans.next_site(path), path) for user, path in users]
    edits = tuple(edit for user, name, path in named for edit in user.edits_at(path, name))
    replayed, edited_y = None, None
    if edits:
        proved = CapturedScan(named[-1][1], site.label, recorded, replaced=replaced)
        replayed = proved.check().replayed
        output, edited_y = _edited(call, replayed.operator.layout, edits, named[-1][1], output)
    for user, name, _ in named:
        scan = CapturedScan(name, site.label, recorded, edits=edits, replaced=replaced, replayed=replayed)
        if edited_y is not None:
            scan.set_edited(edited_y, output)
        user.scans.add(scan.check() if user.check else scan)
    return output


def _arguments(
    site: Site,
    signature: inspect.Signature,
    users: list[tuple[_Session, str]],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    one: bool,
) -> tuple[Arguments, tuple[str, ...]]:
    """Return the arguments of a call, and the layouts that agree with their shapes; with ``one``, refuse several."""
    if is_transformed():
        raise NotAScanError(
            "it runs inside a transform of torch.func (vmap, grad, jvp), whose tensors have no values outside of it"
        )
    functions = (site.function, getattr(site.function, "func", site.function))
    given = next(
        (names for user, _ in users for f, names in user.given.items() if any(f is one for one in functions)), None
    )
    call = read(signature, args, kwargs, given)
    layouts = fitting_layouts(call)
    layout = next((user.layout for user, _ in reversed(users) if user.layout is not None), None)
    if layout is None:
        if one and len(layouts) > 1:
            raise NotAScanError(
                f"the shapes agree with several layouts, {' and '.join(map(repr, layouts))}; choose one by capture(..., layout=)"
            )
        return call, layouts
    if layout not in layouts:
        raise NotAScanError(
            f"layout={layout!r} does not agree with the shapes, which are those of {' or '.join(map(repr, layouts))}"
        )
    return call, (layout,)


def _by_function(site: Site, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return site.function(*args, **kwargs)
    except Exception as error:
        error.add_note(
            f"mmviz: the scan function {site.label} failed. If it needs a GPU that is not there, capture(..., kernel='mmkernels') computes the scan "
            "in its place"
        )
        raise


def _by_mmkernels(call: Arguments, layout: str) -> Any:
    """Return what the function would return, computed by ``mmkernels.coupled_scan``."""
    operator = to_operator(call, layout)
    y, last = operator.returned(*run_scan(operator.inputs, operator.h0))
    y = y.to(call.x.dtype)
    return (y, last) if call.returns_state else y


def _edited(call: Arguments, layout: str, edits: tuple[Any, ...], name: str, plain: Any) -> tuple[Any, Tensor]:
    """Return the result of the edited scan in the form of the plain one, and its y before the gate; both differentiable."""
    operator = to_operator(call, layout)
    y, last = run_edited(operator.inputs, operator.h0, edits, name)
    output, state = operator.returned(y, last)
    first, second = output_and_state(plain)
    output = output.to(call.x.dtype if first is None else first.dtype)
    if isinstance(plain, torch.Tensor):
        return output, y.detach()
    if len(plain) != 2 or second is None or second.shape != state.shape:
        raise ScanDiffersError(
            f"capture: the function at {name or 'the model'} returns more than its output and its last state ({len(plain)} values), so an edited call has "
            "no complete result; leave its edits out"
        )
    return type(plain)((output, state.to(second.dtype))), y.detach()


def _decoding_step(
    site: Site,
    signature: inspect.Signature,
    users: list[tuple[_Session, str]],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Return the result of a decoding step, and count it."""
    for user, path in users:
        user.decoded[path] = user.decoded.get(path, 0) + 1
    return site.function(*args, **kwargs)


def _fused_call(
    site: Site,
    signature: inspect.Signature,
    users: list[tuple[_Session, str]],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Return None in transformers, whose models then compute the scan by itself; elsewhere the result, and record the call as refused."""
    if (getattr(site.function, "__module__", "") or "").partition(".")[0] == "transformers":
        return None
    for user, path in users:
        user.scans.refused.append(
            RefusedCall(path, site.label, "a fused kernel that contains the scan; use the module's path without it")
        )
    return site.function(*args, **kwargs)
