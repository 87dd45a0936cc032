"""The coupled selective scan and its neighbours."""

from mmkernels.conv import causal_conv
from mmkernels.dispatch import (
    Availability,
    BackendUnavailable,
    Choice,
    backends,
    last_backend,
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
    "BackendUnavailable",
    "Choice",
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
    "relaxed_plan",
    "silu_gate",
    "unbalanced_plan",
]
__version__ = "0.1.0"
