"""Exercises of notebook 08: bytes of attention weights, length limit, operation counts."""

from collections.abc import Sequence

import numpy as np

from mmviz.course.answers import matches_function, parse_function, parse_number
from mmviz.course.exercise import Exercise, Mistake

SETTINGS = ((100, 8, 1), (2000, 8, 1), (500, 4, 32))  # length, heads, batch

BYTES = Exercise(
    number="8.1",
    title="bytes of one attention",
    hints=(
        "How many entries does the matrix of one head have, for one sample? Each query has a weight for each key.",
        "length × length for each head and each sample. The width of the model does not matter.",
        "A float32 has 32 bits, and a byte has 8 of them: 4 bytes for each number.",
    ),
    solution="""
answer = lambda length, heads, batch: 4 * batch * heads * length**2
""",
    parse=parse_function(*SETTINGS),
    accepts=matches_function(lambda length, heads, batch: 4 * batch * heads * length**2, *SETTINGS),
    mistakes=(
        Mistake(
            name="numbers, not bytes",
            explanation="this counts the numbers; each of them takes several bytes.",
            matches=matches_function(lambda length, heads, batch: batch * heads * length**2, *SETTINGS),
        ),
        Mistake(
            name="bits",
            explanation="this is in bits, or too wide a type: eight bits are one byte.",
            matches=matches_function(lambda length, heads, batch: 32 * batch * heads * length**2, *SETTINGS),
        ),
        Mistake(
            name="float64",
            explanation="this counts numbers of double precision; the models compute in float32.",
            matches=matches_function(lambda length, heads, batch: 8 * batch * heads * length**2, *SETTINGS),
        ),
        Mistake(
            name="one head",
            explanation="every head has its own matrix.",
            matches=matches_function(lambda length, heads, batch: 4 * batch * length**2, *SETTINGS),
        ),
        Mistake(
            name="one sample",
            explanation="every sample of the batch has its own matrices.",
            matches=matches_function(lambda length, heads, batch: 4 * heads * length**2, *SETTINGS),
        ),
        Mistake(
            name="linear",
            explanation="this grows with the length, not with its square: every query has a weight for every key.",
            matches=matches_function(lambda length, heads, batch: 4 * batch * heads * length, *SETTINGS),
        ),
        Mistake(
            name="half of it",
            explanation="half of the weights of causal attention are 0, but in a materialised matrix they are stored too.",
            matches=matches_function(lambda length, heads, batch: 2 * batch * heads * length**2, *SETTINGS),
        ),
    ),
)


def _full(lengths: Sequence[int], peak: Sequence[float], memory: float) -> float:
    """Return the length at which quadratic growth from the longest measured one fills the memory."""
    return float(lengths[-1] * np.sqrt(memory / peak[-1]))


def _within(factor: float, low: float, high: float) -> bool:
    return low <= factor <= high


FULL = Exercise(
    number="8.2",
    title="when the memory is full",
    hints=(
        "Twice the length, how many times the memory? Look at the exponent of section 3.",
        "It grows with the square. If the memory may grow by a factor r, the length may grow by the root of r.",
        "Start from the longest length that was measured, lengths[-1]. There r is the memory of the machine relative to the last peak.",
    ),
    solution="""
answer = lengths[-1] * np.sqrt(memory / peak[-1])
""",
    parse=parse_number,
    # other ways, such as a fit to all lengths, come out somewhat different
    accepts=lambda answer, **given: _within(answer / _full(**given), 0.75, 1.3),
    mistakes=(
        Mistake(
            name="linear growth",
            explanation="this assumes that the memory grows with the length. It grows with its square, so the limit is much shorter.",
            matches=lambda answer, lengths, peak, memory: _within(
                answer / (lengths[-1] * memory / peak[-1]), 0.75, 1.3
            ),
        ),
        Mistake(
            name="kibibytes",
            explanation="memory and peak are both in bytes; this is off by the root of 1024, as if one of them were in KiB.",
            matches=lambda answer, **given: (
                _within(answer / _full(**given), 24, 42) or _within(_full(**given) / answer if answer else 0.0, 24, 42)
            ),
        ),
        Mistake(
            name="a factor, not a length",
            explanation="this is the factor by which the length may grow; multiply it by a measured length.",
            matches=lambda answer, lengths, peak, memory: _within(answer / np.sqrt(memory / peak[-1]), 0.75, 1.3),
        ),
        Mistake(
            name="from the shortest",
            explanation="this starts from the shortest length, where the rest of the model takes as much memory as the matrices. Start from the longest.",
            matches=lambda answer, lengths, peak, memory: _within(
                answer / (lengths[0] * np.sqrt(memory / peak[0])), 0.9, 1.1
            ),
        ),
    ),
    given=("lengths", "peak", "memory"),
    describe=lambda answer, lengths, peak, memory: (
        f"at a length of {answer:.4g}, quadratic growth from the longest measured length needs "
        f"{peak[-1] * (answer / lengths[-1]) ** 2 / memory:.2g} times the memory."
    ),
)

SIZES = ((3, 128, 256, 16), (3, 64, 128, 16), (2, 32, 64, 8))  # modalities, width, inner channels, states


def _crossing(M: int, D: int, E: int, N: int) -> float:
    return (M + 1) * E * N / (2 * (M - 1) * D)


CROSSING = Exercise(
    number="8.3",
    title="where the multiplications cross",
    hints=(
        "Set the two counts equal. Both contain the length: one with its square.",
        "Of the attention: M (M − 1) pairs, two products, D L² each. Divide both sides by L and by M.",
        "2 (M − 1) D L = (M + 1) E N. Solve for L.",
    ),
    solution="""
answer = lambda M, D, E, N: (M + 1) * E * N / (2 * (M - 1) * D)
""",
    parse=parse_function(*SIZES),
    accepts=matches_function(_crossing, *SIZES),
    mistakes=(
        Mistake(
            name="half of the attention",
            explanation="this counts half of the attention: it has two products (queries with keys, weights with values), and audio → image and image → audio are two ordered pairs.",
            matches=matches_function(lambda M, D, E, N: 2 * _crossing(M, D, E, N), *SIZES),
        ),
        Mistake(
            name="one pair",
            explanation="there is one attention for each ordered pair of modalities.",
            matches=matches_function(lambda M, D, E, N: M * (M + 1) * E * N / (2 * D), *SIZES),
        ),
        Mistake(
            name="without coupling",
            explanation="this counts M independent streams; W h needs M² further multiplications for each channel and state.",
            matches=matches_function(lambda M, D, E, N: E * N / (2 * (M - 1) * D), *SIZES),
        ),
        Mistake(
            name="upside down",
            explanation="the other way round: more states increase the cost of the scan, so attention is cheaper up to a longer length.",
            matches=matches_function(lambda M, D, E, N: 1 / _crossing(M, D, E, N), *SIZES),
        ),
    ),
)

EXERCISES = (BYTES, FULL, CROSSING)
