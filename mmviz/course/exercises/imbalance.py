"""Exercises of notebook 06: Shapley values of two and of three modalities."""

from collections.abc import Mapping

import numpy as np

from mmviz.course.answers import equals, matches_function, matches_value, parse_array, parse_function, parse_number
from mmviz.course.exercise import Exercise, Mistake

Result = Mapping[str, np.ndarray]
NOTHING, SOUND, IMAGE, BOTH = range(4)


def _contributions(scores: np.ndarray) -> np.ndarray:
    """Shapley values (audio, image) of a game of two with scores (nothing, audio, image, both)."""
    sound = (scores[SOUND] - scores[NOTHING] + scores[BOTH] - scores[IMAGE]) / 2
    return np.array([sound, scores[BOTH] - scores[NOTHING] - sound])


def _changes(result: Result) -> np.ndarray:
    before, after = (_contributions(np.asarray(result[name], dtype=np.float64)) for name in ("joint", "ogm_ge"))
    return np.array([after[1] - before[1], before[0] - after[0]])


def _single(result: Result) -> np.ndarray:
    return np.array(
        [result["ogm_ge"][IMAGE] - result["joint"][IMAGE], result["joint"][SOUND] - result["ogm_ge"][SOUND]]
    )


def _marginal(result: Result) -> np.ndarray:
    before, after = result["joint"], result["ogm_ge"]
    gained = (after[BOTH] - after[SOUND]) - (before[BOTH] - before[SOUND])
    return np.array([gained, (before[BOTH] - before[IMAGE]) - (after[BOTH] - after[IMAGE])])


CHANGES = Exercise(
    number="6.5",
    title="which contribution changed",
    hints=(
        "A contribution is a mean over two orders: the modality comes first, or it comes second.",
        "For the image: half of (image − nothing), plus half of (both − sound). Compute it for each strategy, then the difference.",
        "v = np.array([result['joint'], result['ogm_ge']]) has a row for each strategy; v[:, IMAGE] is the score of the image only. "
        "Gained: after minus before. Lost: before minus after.",
    ),
    solution="""
v = np.array([result["joint"], result["ogm_ge"]])
image = (v[:, IMAGE] - v[:, NOTHING] + v[:, BOTH] - v[:, SOUND]) / 2
sound = (v[:, SOUND] - v[:, NOTHING] + v[:, BOTH] - v[:, IMAGE]) / 2
answer = [image[1] - image[0], sound[0] - sound[1]]
""",
    parse=parse_array(2, names=("image", ("sound", "audio"))),
    accepts=matches_value(_changes, decimals=3),
    mistakes=(
        Mistake(
            name="single modality only",
            explanation="these are changes of the unimodal scores: the order in which the modality comes second is missing.",
            matches=matches_value(_single, decimals=3),
        ),
        Mistake(
            name="second only",
            explanation="these are changes of the marginal contribution to the other: the order in which the modality comes first is missing.",
            matches=matches_value(_marginal, decimals=3),
        ),
        Mistake(
            name="sign of the loss",
            explanation="the second number is the *decrease* of the sound: before minus after.",
            matches=matches_value(lambda result: _changes(result) * [1, -1], decimals=3),
        ),
        Mistake(
            name="wrong way round",
            explanation="both have the other sign: the change goes from joint to ogm_ge.",
            matches=matches_value(lambda result: -_changes(result), decimals=3),
        ),
        Mistake(
            name="modalities exchanged",
            explanation="first the image, then the sound.",
            matches=matches_value(lambda result: _changes(result)[::-1], decimals=3),
        ),
    ),
    given=("result",),
)


def _shapley3(scores: np.ndarray, weight: tuple[float, float, float] = (1 / 3, 1 / 6, 1 / 3)) -> np.ndarray:
    """Return Shapley values of three modalities; bit m of a subset's number: modality m is available. ``weight``: by the size of the subset before."""
    phi = np.zeros(3)
    for m in range(3):
        for before in range(8):
            if not before >> m & 1:
                phi[m] += weight[before.bit_count()] * (scores[before | 1 << m] - scores[before])
    return phi


def _backwards(scores: np.ndarray) -> np.ndarray:
    """Bits read from the other end: modality 0 is bit 2."""
    return _shapley3(scores[[int(f"{k:03b}"[::-1], 2) for k in range(8)]])


# scores of the subsets 0 … 7: nothing, a, b, ab, c, ac, bc, abc
_PROBES = ((np.array([0.1, 0.9, 0.3, 1.0, 0.2, 0.8, 0.5, 0.95]),), (np.random.default_rng(6).uniform(size=8),))

THREE = Exercise(
    number="6.6",
    title="Shapley values of three modalities",
    hints=(
        "Three modalities can come in six orders. In each order a modality adds: score with it, minus score before it.",
        "The subset before modality m is empty (two of the six orders), one of the others (one order each), or both (two orders).",
        "Loop over m and over the subsets k without it, k >> m & 1 == 0; with it the subset is k | 1 << m. "
        "The weight is 1/3, 1/6 or 1/3, by how many bits k has.",
    ),
    solution="""
def answer(v):
    weight, phi = (1 / 3, 1 / 6, 1 / 3), np.zeros(3)
    for m in range(3):
        for k in (k for k in range(8) if not k >> m & 1):
            phi[m] += weight[k.bit_count()] * (v[k | 1 << m] - v[k])
    return phi
""",
    parse=parse_function(*_PROBES),
    accepts=matches_function(_shapley3, *_PROBES),
    mistakes=(
        Mistake(
            name="equal weights",
            explanation="all subsets have equal weights here; but a modality is first in two of the six orders, and follows one given other modality in only one.",
            matches=matches_function(lambda v: _shapley3(v, (1 / 4, 1 / 4, 1 / 4)), *_PROBES),
        ),
        Mistake(
            name="single modality only",
            explanation="these are the unimodal scores minus v(∅): the marginal contributions to the other subsets are missing.",
            matches=matches_function(lambda v: v[[1, 2, 4]] - v[0], *_PROBES),
        ),
        Mistake(
            name="last only",
            explanation="this is the loss when a modality is removed from all: the orders in which it comes first or second are missing.",
            matches=matches_function(lambda v: v[7] - v[[6, 5, 3]], *_PROBES),
        ),
        Mistake(
            name="first and last",
            explanation="coming first and coming last are averaged; with three modalities one can also come second.",
            matches=matches_function(lambda v: _shapley3(v, (1 / 2, 0.0, 1 / 2)), *_PROBES),
        ),
        Mistake(
            name="bits backwards",
            explanation="modality 0 is the lowest bit: subset 1 is modality 0, subset 4 is modality 2.",
            matches=matches_function(_backwards, *_PROBES),
        ),
        Mistake(
            name="shares",
            explanation="these are shares that sum to one; Shapley values sum to v(all) − v(∅).",
            matches=matches_function(lambda v: _shapley3(v) / _shapley3(v).sum(), *_PROBES),
        ),
    ),
)

GAP = Exercise(
    number="6.1",
    title="where is the gap?",
    hints=(
        "All three are differences of two of the five scores; a loss is positive.",
        "The first compares two models on their own predictions. The other two need the probes.",
        "The untrained probe is a control, and in none of the three. Each of the others is the first score named in the text minus the second.",
    ),
    solution="""
answer = [0.64 - 0.30, 0.63 - 0.61, 0.61 - 0.30]
""",
    parse=parse_array(3, names=("gap", "representation", "head")),
    accepts=matches_value(lambda: [0.34, 0.02, 0.31]),
    mistakes=(
        Mistake(
            name="signs",
            explanation="all three have the other sign: a loss is positive.",
            matches=equals([-0.34, -0.02, -0.31], decimals=3),
        ),
        Mistake(
            name="untrained",
            explanation="the representation is compared with the untrained one; here compare the model of this modality alone with the joint model.",
            matches=equals([0.34, 0.01, 0.31], decimals=3),
        ),
        Mistake(
            name="retrained minus probe",
            explanation="the head's loss belongs to the joint model: the probe of its features against its own masked score.",
            matches=equals([0.34, 0.02, 0.03], decimals=3),
        ),
        Mistake(
            name="head from the model alone",
            explanation="the head's loss uses the probe of the joint model's features, not that of the model alone.",
            matches=equals([0.34, 0.02, 0.33], decimals=3),
        ),
        Mistake(
            name="representation and head exchanged",
            explanation="first the representation, then the head.",
            matches=equals([0.34, 0.31, 0.02], decimals=3),
        ),
    ),
)

TWO = Exercise(
    number="6.2",
    title="two Shapley values by hand",
    hints=(
        "There are two orders: audio first, or image first.",
        "In each order a modality adds the score with it minus the score before it. Average over the orders.",
        "Before the first modality the score is v(∅), before the second it is that of the other modality. The two values must sum to v(both) − v(∅).",
    ),
    solution="""
answer = [(0.7 - 0.2 + 1.0 - 0.4) / 2, (0.4 - 0.2 + 1.0 - 0.7) / 2]
""",
    parse=parse_array(2, names=(("audio", "sound"), "image")),
    accepts=matches_value(lambda: [0.55, 0.25]),
    mistakes=(
        Mistake(
            name="alone",
            explanation="these are the scores of single modalities minus v(∅): the order in which a modality comes second is missing.",
            matches=equals([0.5, 0.2]),
        ),
        Mistake(
            name="last",
            explanation="this is what each adds to the other: the order in which it comes first is missing.",
            matches=equals([0.6, 0.3]),
        ),
        Mistake(
            name="baseline forgotten",
            explanation="v(∅) is not subtracted: before the first modality the score is not 0.",
            matches=equals([0.65, 0.35]),
        ),
        Mistake(
            name="modalities exchanged",
            explanation="first audio, then the image.",
            matches=equals([0.25, 0.55]),
        ),
        Mistake(
            name="shares",
            explanation="these are shares that sum to 1; Shapley values sum to v(both) − v(∅).",
            matches=equals([0.6875, 0.3125]),
        ),
    ),
)

E1 = Exercise(
    number="6.3",
    title="E1 of three modalities",
    hints=(
        "E1 is computed from the shares, not from the contributions.",
        "A negative contribution counts as 0 in the shares; the shares sum to 1.",
        "Take the mean distance of the three shares from 1/M.",
    ),
    solution="""
answer = abs(np.maximum([0.5, 0.3, -0.1], 0) / 0.8 - 1 / 3).mean()
""",
    parse=parse_number,
    accepts=matches_value(lambda: 2 / 9, decimals=3),
    mistakes=(
        Mistake(
            name="negative not clipped",
            explanation="the negative contribution enters the shares; in the formula it counts as 0.",
            matches=equals(0.31746, decimals=3),
        ),
        Mistake(
            name="no shares",
            explanation="these are distances of the contributions from 1/3; divide the contributions by their sum first.",
            matches=equals(0.21111, decimals=3),
        ),
        Mistake(
            name="E2",
            explanation="this is E2, the root of a mean of squares.",
            matches=equals(0.25689, decimals=3),
        ),
        Mistake(
            name="sum, not mean",
            explanation="this is the sum over the modalities, not their mean.",
            matches=equals(2 / 3, decimals=3),
        ),
        Mistake(
            name="absolute values",
            explanation="the shares are made of absolute contributions; a negative one counts as 0.",
            matches=equals(4 / 27, decimals=3),
        ),
    ),
)

_BUDGETS = ((2, 4), (3, 10), (5, 7))  # modalities, epochs

UPDATES = Exercise(
    number="6.4",
    title="equal updates",
    hints=(
        "Count the updates of one batch for both.",
        "The strategy makes one update for each modality, and one more.",
        "With two modalities the notebook gives `joint_long` three times the epochs. Which factor is it with M?",
    ),
    solution="""
answer = lambda M, epochs: (M + 1) * epochs
""",
    parse=parse_function(*_BUDGETS),
    accepts=matches_function(lambda M, epochs: (M + 1) * epochs, *_BUDGETS),
    mistakes=(
        Mistake(
            name="joint update forgotten",
            explanation="the strategy also makes a joint update in every batch.",
            matches=matches_function(lambda M, epochs: M * epochs, *_BUDGETS),
        ),
        Mistake(
            name="upside down",
            explanation="joint training makes fewer updates per batch, so it needs more epochs, not fewer.",
            matches=matches_function(lambda M, epochs: epochs / (M + 1), *_BUDGETS),
        ),
        Mistake(
            name="epochs only",
            explanation="this compares equal passes over the data, which are not equal updates.",
            matches=matches_function(lambda M, epochs: epochs, *_BUDGETS),
        ),
        Mistake(
            name="added",
            explanation="every epoch has so many times as many updates: multiply, do not add.",
            matches=matches_function(lambda M, epochs: M + 1 + epochs, *_BUDGETS),
        ),
    ),
)

EXERCISES = (GAP, TWO, E1, UPDATES, CHANGES, THREE)
