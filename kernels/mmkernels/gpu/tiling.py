"""Arguments of the GPU scan kernels: sizes, flags, tiles of channels, segments of time. Pure Python, no Triton.

Tile sizes were chosen by compiling for sm_80, sm_90 and sm_100: the largest tile whose machine code keeps everything in
registers (tests/kernels/gpu/test_triton_machine_code.py). What is not in the table follows a rule with the
same aim.
"""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor


class Tile(NamedTuple):
    """Channels that a program owns, steps whose loads are issued together, and R and HOIST of `coupled_backward`."""

    channels: int
    unroll: int
    fold: int
    hoist: bool


class Case(NamedTuple):
    """What a kernel is compiled for; `uniform`: one shared state; `words`: 32-bit words of a number in registers."""

    modalities: int
    states: int
    uniform: bool
    words: int
    masked: bool = False
    wide: bool = False
    last: bool = False


# (M, states padded to a power of two, uniform): channels forward, backward. 32-bit numbers, 32-bit indices.
TABLE: dict[tuple[int, int, bool], tuple[int, int]] = {
    (1, 16, True): (64, 32),
    (2, 16, True): (64, 32),
    (3, 16, True): (64, 32),
    (1, 16, False): (64, 32),
    (2, 16, False): (32, 16),
    (3, 16, False): (32, 16),
}
# Where that spills on one class of chip: (class, M, states, uniform).
ON_CHIP: dict[tuple[int, int, int, bool], tuple[int, int]] = {
    (80, 3, 16, False): (32, 8),
    (100, 3, 16, True): (32, 32),
}
CLASSES = (80, 90, 100)
FORWARD_REGISTERS, BACKWARD_REGISTERS = 230, 180  # of 255; the rest hold rows and addresses
CHANNELS = (64, 32, 16, 8)


def forward_tile(case: Case, arch: int) -> Tile:
    """Return the tile of the forward kernel on a chip of compute capability `arch` (80, 90, 100, ...)."""
    kept = case.modalities + (1 if case.uniform else case.modalities) + 4
    listed = _listed(case, arch)
    channels = listed[0] if listed else _fit(case, kept, FORWARD_REGISTERS)
    return Tile(channels, 4, 1, hoist=True)


def backward_tile(case: Case, arch: int) -> Tile:
    """Return the tile of the backward kernels, as `forward_tile` does."""
    n_state_tile = 1 if case.uniform else case.modalities
    kept = 2 * case.modalities + 3 * n_state_tile + 5 + (0 if case.uniform else case.modalities**2 // 2)
    listed = _listed(case, arch)
    if listed:
        channels = max(8, listed[1] // 2) if case.wide or case.last else listed[1]
    else:
        channels = _fit(case, kept, BACKWARD_REGISTERS)
    held = case.states * channels // 128  # states of one channel in a thread, four neighbouring channels each
    fold = max(1, min(case.states, held)) if case.modalities < 4 else case.states
    return Tile(channels, 1, fold, hoist=arch < 100)


def _listed(case: Case, arch: int) -> tuple[int, int] | None:
    if case.words > 1:
        return None
    key = (case.modalities, case.states, case.uniform)
    chip = max((known for known in CLASSES if known <= arch), default=CLASSES[0])
    return ON_CHIP.get((chip, *key), TABLE.get(key))


def _fit(case: Case, kept: int, registers: int) -> int:
    for channels in CHANNELS:
        if kept * case.words * case.states * channels <= registers * 32:
            return channels
    return CHANNELS[-1]


CHUNK = 16  # steps between two checkpoints
WARPS_PER_PROCESSOR = 8  # programs (of one warp) per multiprocessor from which on time is not split
LEAST_SEGMENT = 4 * CHUNK  # a shorter segment is not worth its passes
MOST_SEGMENTS = 64
INDEX_LIMIT = 2**31 - 2**20  # numbers in a tensor up to which 32-bit indices suffice
ARCH_WITHOUT_GPU = 90  # whose tiles the interpreter uses


class ScanArguments(NamedTuple):
    """The arguments of the scan; D, W and mask may be None."""

    x: Tensor
    dt: Tensor
    A: Tensor
    B: Tensor
    C: Tensor
    D: Tensor | None
    W: Tensor | None
    mask: Tensor | None

    @property
    def uniform(self) -> bool:
        """Return whether the coupling is the mean at every step: then all modalities share one state."""
        return self.W is None and self.mask is None

    @property
    def n_state_tile(self) -> int:
        """Return the number of tiles of a state."""
        return 1 if self.uniform else self.x.shape[0]

    @property
    def real(self) -> torch.dtype:
        """Return the dtype of the states."""
        return torch.float64 if self.x.dtype == torch.float64 else torch.float32

    @property
    def is_empty(self) -> bool:
        """Return whether some size is 0."""
        return self.x.numel() == 0 or self.A.numel() == 0

    @property
    def w_step(self) -> int:
        """Return the distance between the W of two batch elements."""
        return self.x.shape[0] ** 2 if self.W is not None and self.W.ndim == 3 else 0

    def case(self, last: bool = False) -> Case:
        """Return what the kernels are compiled for."""
        n_modality, _, n_time, n_channel = self.x.shape
        n_state = self.A.shape[-1]
        # The largest tensors: the rows of x, the parts of dB (one row per 8 channels at worst), a state per chunk.
        per_step = max(n_channel, n_state * math.ceil(n_channel / 8))
        largest = self.x.numel() // n_channel * max(per_step, math.ceil(n_channel * n_state / min(CHUNK, n_time)))
        return Case(
            modalities=n_modality,
            states=power_of_two(n_state),
            uniform=self.uniform,
            words=2 if self.real == torch.float64 else 1,
            masked=self.mask is not None,
            wide=largest > INDEX_LIMIT,
            last=last,
        )


class Segments(NamedTuple):
    """`number` segments of `length` steps (the last may be shorter)."""

    number: int
    length: int


def power_of_two(number: int) -> int:
    """Return the least power of two that is not less."""
    return 1 << max(0, number - 1).bit_length()


def checkpoint_shape(given: ScanArguments, save: bool) -> tuple[int, ...]:
    """Return the shape of the checkpoints, (B, chunks, K, N, E); no chunks unless `save`."""
    _, n_batch, n_time, n_channel = given.x.shape
    n_chunk = math.ceil(n_time / CHUNK) if save and not given.is_empty else 0
    return (n_batch, n_chunk, given.n_state_tile, given.A.shape[-1], n_channel)


def multiprocessors(device: torch.device) -> tuple[int, int]:
    """Return the multiprocessors and the compute capability (10 times major plus minor) of a device."""
    if device.type != "cuda":
        return 1, ARCH_WITHOUT_GPU
    found = torch.cuda.get_device_properties(device)
    return found.multi_processor_count, 10 * found.major + found.minor


def segments(n_time: int, programs: int, n_processor: int, number: int | None = None) -> Segments:
    """Return how time is split: not at all if `programs` fill the GPU, else so that the segments do.

    Parameters
    ----------
    n_time
        Steps, at least 1.
    programs
        Programs without a split.
    n_processor
        Multiprocessors of the GPU.
    number
        How many segments to aim at; None: choose.
    """
    if number is None:
        number = min(WARPS_PER_PROCESSOR * n_processor // max(1, programs), n_time // LEAST_SEGMENT, MOST_SEGMENTS)
        number = number if number >= 3 else 1  # two passes over half the time gain nothing
    length = CHUNK * math.ceil(n_time / (CHUNK * max(1, number)))
    return Segments(math.ceil(n_time / length), length)


def constants(given: ScanArguments, case: Case, tile: Tile, real: Any) -> dict[str, Any]:
    """Return the constants that all kernels share; `real` is Triton's name of the dtype of the states."""
    n_state, n_channel = given.A.shape[-1], given.x.shape[-1]
    return {
        "N": n_state,
        "NP": case.states,
        "BD": tile.channels,
        "WHOLE": n_state == case.states and n_channel % tile.channels == 0,
        "WIDE": case.wide,
        "REAL": real,
    }
