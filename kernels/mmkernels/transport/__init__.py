"""Optimal transport between sequences, batched and masked: the mathematics is in README.md beside this file."""

from mmkernels.transport import backends as _  # noqa: F401 - registers the backends
from mmkernels.transport.arguments import check_transport
from mmkernels.transport.costs import pairwise_cost
from mmkernels.transport.entropic import EntropicPlan, entropic_plan, unbalanced_plan
from mmkernels.transport.entropic_value import EntropicValue, entropic_value
from mmkernels.transport.exact import ExactPlan, exact_plan
from mmkernels.transport.relaxed import RelaxedPlan, relaxed_plan

__all__ = [
    "EntropicPlan",
    "EntropicValue",
    "ExactPlan",
    "RelaxedPlan",
    "check_transport",
    "entropic_plan",
    "entropic_value",
    "exact_plan",
    "pairwise_cost",
    "relaxed_plan",
    "unbalanced_plan",
]
