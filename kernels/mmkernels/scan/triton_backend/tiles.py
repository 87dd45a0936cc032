"""Tile sizes: how many channels a program owns, in a table written down once, not searched for.

The entries were chosen by compiling for sm_80, sm_90 and sm_100: the largest tile whose machine code keeps everything in
registers (tests/kernels/triton_backend/test_triton_machine_code.py). What is not in the table follows a rule with the
same aim.
"""

from typing import NamedTuple


class Tile(NamedTuple):
    """Channels that a program owns, steps whose loads are issued together, and R and HOIST of `coupled_backward`."""

    channels: int
    unroll: int
    fold: int
    hoist: bool


class Case(NamedTuple):
    """What a kernel is compiled for; `one`: a single chain; `words`: 32-bit words of a number in registers."""

    modalities: int
    states: int
    one: bool
    words: int
    masked: bool = False
    wide: bool = False
    last: bool = False


# (M, states padded to a power of two, one chain): channels forward, backward. 32-bit numbers, 32-bit indices.
TABLE: dict[tuple[int, int, bool], tuple[int, int]] = {
    (1, 16, True): (64, 32),
    (2, 16, True): (64, 32),
    (3, 16, True): (64, 32),
    (1, 16, False): (64, 32),
    (2, 16, False): (32, 16),
    (3, 16, False): (32, 16),
}
# Where that spills on one class of chip: (class, M, states, one chain).
ON_CHIP: dict[tuple[int, int, int, bool], tuple[int, int]] = {
    (80, 3, 16, False): (32, 8),
    (100, 3, 16, True): (32, 32),
}
CLASSES = (80, 90, 100)
FORWARD_REGISTERS, BACKWARD_REGISTERS = 230, 180  # of 255; the rest hold rows and addresses
CHANNELS = (64, 32, 16, 8)


def forward_tile(case: Case, arch: int) -> Tile:
    """Return the tile of the forward kernel on a chip of compute capability `arch` (80, 90, 100, ...)."""
    kept = case.modalities + (1 if case.one else case.modalities) + 4
    listed = _listed(case, arch)
    channels = listed[0] if listed else _fit(case, kept, FORWARD_REGISTERS)
    return Tile(channels, 4, 1, hoist=True)


def backward_tile(case: Case, arch: int) -> Tile:
    """Return the tile of the backward kernels, as `forward_tile` does."""
    chains = 1 if case.one else case.modalities
    kept = 2 * case.modalities + 3 * chains + 5 + (0 if case.one else case.modalities**2 // 2)
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
    key = (case.modalities, case.states, case.one)
    chip = max((known for known in CLASSES if known <= arch), default=CLASSES[0])
    return ON_CHIP.get((chip, *key), TABLE.get(key))


def _fit(case: Case, kept: int, registers: int) -> int:
    for channels in CHANNELS:
        if kept * case.words * case.states * channels <= registers * 32:
            return channels
    return CHANNELS[-1]
