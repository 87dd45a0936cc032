"""SiLU gate in two PyTorch operations."""

from torch import Tensor
from torch.nn.functional import silu


def silu_gate_reference(x: Tensor, z: Tensor) -> Tensor:
    """Gate; parameters and meaning are those of `mmkernels.silu_gate`; nothing is checked here."""
    return x * silu(z)
