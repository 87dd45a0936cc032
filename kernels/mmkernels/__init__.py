"""Operators for multimodal state space models: a readable reference and fast, tested backends.

Scan, influence map, transport, MMD, convolution, gate: one module each; `reference`, `cpu`, `gpu` and `peers` hold
the implementations, `wasm` those of the page, `timing` the clock and memory meter of the benchmarks.
"""

from mmkernels.conv import causal_conv
from mmkernels.cpu.processors import respect_quota
from mmkernels.dispatch import (
    Availability,
    Backend,
    BackendSelection,
    BackendUnavailable,
    backends,
    last_backend,
    register_backend,
)
from mmkernels.gate import silu_gate
from mmkernels.influence import Influence, coupled_influence
from mmkernels.mmd import median_bandwidth, mmd_squared
from mmkernels.scan import check, coupled_scan
from mmkernels.transport import (
    EntropicPlan,
    EntropicValue,
    ExactPlan,
    RelaxedPlan,
    check_transport,
    entropic_plan,
    entropic_value,
    exact_plan,
    pairwise_cost,
    relaxed_plan,
    unbalanced_plan,
)

__all__ = [
    "Availability",
    "Backend",
    "BackendSelection",
    "BackendUnavailable",
    "EntropicPlan",
    "EntropicValue",
    "ExactPlan",
    "Influence",
    "RelaxedPlan",
    "backends",
    "causal_conv",
    "check",
    "check_transport",
    "coupled_influence",
    "coupled_scan",
    "entropic_plan",
    "entropic_value",
    "exact_plan",
    "last_backend",
    "median_bandwidth",
    "mmd_squared",
    "pairwise_cost",
    "register_backend",
    "relaxed_plan",
    "silu_gate",
    "unbalanced_plan",
]
__version__ = "0.1.0"

respect_quota()
