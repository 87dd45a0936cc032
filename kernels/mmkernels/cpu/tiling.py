"""Arguments of the CPU scan kernels, and how channels and time are cut into tasks, tiles and chunks."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from mmkernels.cpu import layout
from mmkernels.cpu.exponential import terms_address
from mmkernels.cpu.lane_sums import folded_size
from mmkernels.cpu.vectors import HAS_AVX512, VECTOR_BYTES, Kind, kind_of

LOG2_E = math.log2(math.e)
CHUNK = 64  # steps between two checkpoints; their states cost little memory, the scratch of a chunk some cache
TILE_BYTES = 1 << 17  # states and rates of one forward task: they stay in a second-level cache
TASKS_PER_THREAD = 8  # with so many, one more or less hardly matters
UNEVEN = 1 + 1 / TASKS_PER_THREAD  # largest load of a thread relative to an even split
GROUP_TASKS = 16  # a backward task is one batch element unless the batch has fewer than this

Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


@dataclass(eq=False)
class ScanArguments:
    """The arguments of the scan. `W` None: uniform coupling, every W[m, n] is `weight`, and there is no mask."""

    x: Tensor
    dt: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    D: Tensor | None
    W: Tensor | None
    h0: Tensor | None
    mask: Tensor | None
    weight: float

    @cached_property
    def kind(self) -> Kind:
        """Return what the kernels are compiled for."""
        return kind_for(self.x)

    @property
    def terms(self) -> int:
        """Return the address of the constants of 2**x."""
        return terms_address(single=self.x.dtype == torch.float32)

    @cached_property
    def sizes(self) -> tuple[int, int, int, int]:
        """Return B, L, E and N."""
        _, n_batch, n_time, n_channel = self.x.shape
        return n_batch, n_time, n_channel, self.A.shape[-1]

    @cached_property
    def n_vector(self) -> int:
        """Return the number of vectors that the channels fill."""
        return -(-self.x.shape[3] // self.kind.lanes)


def kind_for(x: Tensor) -> Kind:
    """Return what the kernels for (M, B, L, E) are compiled for.

    One modality takes its channels two vectors at a time: they share B, C and the sums over channels. More
    modalities need the registers themselves, and with AVX-512 single vectors are faster.
    """
    n_modality, pair = x.shape[0], 2 * VECTOR_BYTES // x.element_size()
    registers = 2 if n_modality == 1 and x.shape[3] % pair == 0 and not HAS_AVX512 else 1
    return kind_of(n_modality, single=x.dtype == torch.float32, registers=registers)


def addresses(tensors: Iterable[Tensor | None]) -> tuple[int, ...]:
    """Return the addresses of the data; 0 for None."""
    return tuple(0 if tensor is None else tensor.data_ptr() for tensor in tensors)


def rate_of(given: ScanArguments) -> Tensor:
    """Return A packed, (V, N, M, lanes), times log2 e."""
    return layout.pack(given.A, given.kind.lanes, LOG2_E)


def checkpoint_shape(x: Tensor, n_state: int, *, save: bool, uniform: bool) -> tuple[int, ...]:
    """Return the shape of the checkpoints, (B, chunks - 1, V, N, M or 1, lanes); none unless `save`.

    None before the first chunk: that is h0.
    V and lanes are counted in vectors of one register, whatever the kernels take at a time: sizes may be symbols here.
    """
    n_modality, n_batch, n_time, n_channel = x.shape
    lanes = VECTOR_BYTES // x.element_size()
    n_kept = (n_time - (n_time > 0)) // CHUNK if save else 0
    return (n_batch, n_kept, -(-n_channel // lanes), n_state, 1 if uniform else n_modality, lanes)


def tile_of(given: ScanArguments, vectors_per_state: int) -> int:
    """Return how many vectors of channels a forward task holds; each has so many vectors per state.

    Long rows of x, dt and y are read fastest, so a tile is as large as balanced threads allow; a power of
    two, so that two tasks share no cache line. A result does not depend on it.
    """
    n_batch, _, _, n_state = given.sizes
    bytes_each = max(1, n_state) * vectors_per_state * given.kind.lanes * given.x.element_size()
    tile = 1 << max(1, TILE_BYTES // bytes_each).bit_length() - 1
    tile = min(tile, 1 << max(1, given.n_vector - 1).bit_length())
    n_thread = torch.get_num_threads()
    while tile > 2:
        n_task = n_batch * math.ceil(given.n_vector / tile)
        most = math.ceil(n_task / n_thread) * min(tile, given.n_vector)
        if n_task >= TASKS_PER_THREAD * n_thread or most * n_thread <= UNEVEN * n_batch * given.n_vector:
            break
        tile //= 2
    return tile


def group_of(given: ScanArguments) -> int:
    """Return how many vectors of channels a backward task holds.

    By shapes alone, never by threads: the sums over channels must not depend on the machine's load.
    """
    n_batch = given.x.shape[1]
    return max(1, math.ceil(given.n_vector / math.ceil(GROUP_TASKS / max(1, n_batch))))


def row_lengths(given: ScanArguments, steps: int, n_state: int | None = None) -> tuple[int, int, int]:
    """Return the lengths of the scratch for dB and dC of a chunk of so many steps: sums, rows_u and small; N from A unless given."""
    kind, n_state = given.kind, given.A.shape[-1] if n_state is None else n_state
    width = kind.lanes // kind.registers
    rows, n_sum = steps * kind.n_modality, 2 * kind.n_modality
    return steps * n_state * folded_size(n_sum, width), rows * width, steps * n_state * n_sum


def sum_of_batch(packed: Tensor, n_channel: int) -> Tensor:
    """Return the sum of (B, V, ..., M, lanes) over the batch, in float64, unpacked to (M, E, ...).

    By numpy: PyTorch first copies to float64 all that it is to sum. A NaN passes without a warning, as in PyTorch.
    """
    with np.errstate(all="ignore"):
        total = np.add.reduce(packed.numpy(), axis=0, dtype=np.float64)
    return layout.unpack(torch.from_numpy(total).to(packed.dtype), n_channel)
