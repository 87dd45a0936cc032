"""The gate behind a selective scan."""

from mmkernels.gate.gated import silu_gate

__all__ = ["silu_gate"]
