"""What a coupled scan on a GPU costs at least: its exponentials, its memory traffic, its instructions.

The traffic and the counts follow from the algorithm; the rates are measured on the device, but for the issue rate, which is
multiprocessors x 128 lanes x clock.
"""

from dataclasses import dataclass

from bench.problem import Shape

FORWARD_INSTRUCTIONS = 9.6  # per state element, counted in the compiled forward kernel for sm_90
TRAINING_INSTRUCTIONS = 39.6  # with 30 for the backward pass
TRAINING_EXPONENTIALS = 3
CHECKPOINT = 64  # steps between two stored states


@dataclass(frozen=True)
class Rates:
    """Measured: 2**x per second, bytes per second of a copy; and instructions (lanes) issued per second."""

    exponentials: float
    bytes: float
    instructions: float


@dataclass(frozen=True)
class Floors:
    """Milliseconds below which no kernel of this structure can be."""

    exponentials: float
    memory: float
    issue: float

    @property
    def highest(self) -> float:
        """Return the one that counts."""
        return max(self.exponentials, self.memory, self.issue)


def traffic(shape: Shape, *, training: bool, itemsize: int = 4) -> int:
    """Return the bytes that must be read and written once: tensors of x, B and the stored states."""
    wide = shape.M * shape.B * shape.L * shape.E * itemsize
    narrow = shape.M * shape.B * shape.L * shape.N * itemsize
    stored = shape.B * shape.E * shape.N * 4 * shape.L // CHECKPOINT
    forward = 3 * wide + 2 * narrow + stored  # x, dt, y; B, C
    return forward + 5 * wide + 4 * narrow + stored if training else forward  # x, dt, dy, dx, ddt; B, C, dB, dC


def floors(shape: Shape, rates: Rates, *, training: bool, itemsize: int = 4) -> Floors:
    """Return the three floors in milliseconds."""
    n_exp = shape.elements * (TRAINING_EXPONENTIALS if training else 1)
    n_instruction = shape.elements * (TRAINING_INSTRUCTIONS if training else FORWARD_INSTRUCTIONS)
    n_byte = traffic(shape, training=training, itemsize=itemsize)
    return Floors(
        1e3 * n_exp / rates.exponentials, 1e3 * n_byte / rates.bytes, 1e3 * n_instruction / rates.instructions
    )
