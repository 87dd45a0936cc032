"""Modules of a model that look recurrent, and why their recurrence was not captured."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_CLASS = re.compile(
    r"mamba|ssm|ssd|s[4-6](?![0-9])|ss2d|selectivescan|statespace|delta|kda|rwkv|retnet|retention|gla(?![a-z])|lru|hyena|lstm|gru|recurren|linearattention",
    re.IGNORECASE,
)
_PARTS = re.compile(r"norm|embed|mlp|feedforward|expert|router|head|rotary|conv|dropout|cache", re.IGNORECASE)
_WEIGHTS = ("A_log", "A_logs", "dt_proj", "dt_bias", "dt_projs_weight")

DELTA_RULE = (
    "gated delta rule: each step multiplies the state by I − β k kᵀ, which is no diagonal scan (x, dt, A, B, C)"
)
_KINDS = (
    (re.compile(r"delta|kda", re.IGNORECASE), DELTA_RULE),
    (re.compile(r"rwkv", re.IGNORECASE), "RWKV recurrence; it has another form than x, dt, A, B, C"),
    (re.compile(r"[sm]lstm|xlstm", re.IGNORECASE), "xLSTM recurrence; it has another form than x, dt, A, B, C"),
    (
        re.compile(r"rglru|lru|recurrentgemma|hyena|retnet|retention|longconv", re.IGNORECASE),
        "recurrence without x, dt, A, B, C",
    ),
    (re.compile(r"gla(?![a-z])|linear_?attention", re.IGNORECASE), "linear attention without dt and A"),
)


class RecurrentModule(NamedTuple):
    """A module that looks recurrent and of which no scan was captured."""

    path: str
    kind: str
    reason: str


def recurrent_modules(
    names: Mapping[nn.Module, str], captured: Collection[str], refused: Mapping[str, str], decoded: Mapping[str, int]
) -> list[RecurrentModule]:
    """Return the modules that look recurrent and have no captured scan, in them or in the modules inside them.

    Parameters
    ----------
    names
        Path of every module of the model.
    captured
        Paths of the modules of which a scan was captured.
    refused
        Path to the reason why a call of a scan function was not captured.
    decoded
        Path to the number of single decoding steps.
    """
    found: list[RecurrentModule] = []
    for module, path in names.items():
        kind = type(module).__name__
        inside = [other for other in captured if other == path or other.startswith(f"{path}.") or path == ""]
        if inside or not looks_recurrent(module):
            continue
        if path in refused:
            reason = refused[path]
        elif path in decoded:
            reason = f"{decoded[path]} decoding steps of one position each, which update the state in place and are not captured; run the whole sequence"
        elif isinstance(module, nn.RNNBase | nn.RNNCellBase):
            reason = "nonlinear recurrence, no scan"
        else:
            reason = (
                next((text for pattern, text in _KINDS if pattern.search(kind)), "")
                or _delta_rule_of(module)
                or (
                    "no call of a scan function was seen: it did not run in this block, it runs a fused kernel, or its function has "
                    "other argument names than x, dt, A, B, C (pass capture(..., scan=function))"
                )
            )
        found.append(RecurrentModule(path, kind, reason))
    # of nested modules only the innermost: it holds the recurrence
    return [
        one for one in found if not any(other.path != one.path and _inside(other.path, one.path) for other in found)
    ]


def _inside(path: str, parent: str) -> bool:
    return parent == "" or path.startswith(f"{parent}.")


def looks_recurrent(module: nn.Module) -> bool:
    """Return whether a module's class name or weights are those of a recurrent layer."""
    if isinstance(module, nn.RNNBase | nn.RNNCellBase):
        return True
    own = {name for name, _ in module.named_parameters(recurse=False)} | {name for name, _ in module.named_children()}
    if not own.isdisjoint(_WEIGHTS):
        return True
    if type(module).__module__.partition(".")[0] == "torch":
        return False
    name = type(module).__name__.replace("_", "")
    return bool(_CLASS.search(name)) and not _PARTS.search(name) and any(True for _ in module.parameters())


def _delta_rule_of(module: nn.Module) -> str:
    """Return the reason of a module whose code calls a delta rule function, else ""."""
    home = sys.modules.get(type(module).__module__)
    forward = getattr(type(module).forward, "__wrapped__", type(module).forward)
    used = set(getattr(getattr(forward, "__code__", None), "co_names", ()))
    called = [name for name in used if "delta_rule" in name and hasattr(home, name)]
    return DELTA_RULE if called else ""
