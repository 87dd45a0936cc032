"""Demonstrations of the lessons: small computations whose parameters a reader changes with controls, ``mm.course.play(name)``.

Every function computes with the kernels in float64 and returns a figure of :mod:`mmviz.course.figures`; none takes longer than a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.course import figures

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from mmviz.widgets import Play

NAMES = ("audio", "image", "text")


def softmax_rows(theta: float, streams: int = 3) -> np.ndarray:
    """Return W (streams, streams) whose rows are softmax(θ I)."""
    weight = np.exp(theta * np.eye(streams))
    return weight / weight.sum(1, keepdims=True)


def _scan(x: np.ndarray, dt: np.ndarray, rate: float, weight: np.ndarray) -> np.ndarray:
    """Return the outputs (stream, sample, step) of a coupled scan with one state for each stream and B = C = 1."""
    import torch
    from mmkernels import coupled_scan

    given = torch.from_numpy(np.ascontiguousarray(x[..., None]))
    gates = torch.from_numpy(np.array(np.broadcast_to(dt[..., None], given.shape)))
    ones = torch.ones_like(given)
    A = torch.full((len(x), 1, 1), rate, dtype=torch.float64)
    return np.asarray(coupled_scan(given, gates, A, ones, ones, W=torch.from_numpy(weight))[..., 0])


def two_pulses(theta: float = 2.0, decay: float = 0.93, image_step: int = 20) -> go.Figure:
    """Return the states of three coupled streams: a pulse of audio at step 5, one of image at ``image_step``, no input of text."""
    x = np.zeros((3, 1, 50))
    x[0, 0, 5], x[1, 0, image_step] = 1, 1
    weight = softmax_rows(theta)
    states = _scan(x, np.ones_like(x), float(np.log(decay)), weight)[:, 0]
    note = f"pulses of audio at step 5 and of image at step {image_step}; a decay of {decay:g} a step"
    return figures.coupled_states(weight, states, NAMES, note=note, span=(-0.03, 1.4))


def eigenvalues(row_sum: float = 1.0, decay: float = 0.93, own_share: float = 0.2) -> go.Figure:
    """Return the eigenvalues of diag(S) W for equal decays S and three kinds of W with one row sum: identity, cycle, equal rows."""
    cycle = own_share * np.eye(3) + (1 - own_share) * np.roll(np.eye(3), 1, axis=0)
    kinds = {"identity": np.eye(3), "cycle": cycle, "equal rows": np.full((3, 3), 1 / 3)}
    return figures.unit_disc({kind: decay * row_sum * weight for kind, weight in kinds.items()})


def literal_sum(row_sum: float = 3.0, longest_half_life: float = 700.0) -> go.Figure:
    """Return growth and spectral radii of 1024 states of three streams with equal weights, from one input at the first step.

    ``longest_half_life``: in steps; the half-lives lie evenly, on a logarithmic scale, between half a step and this.
    """
    half_life = np.geomspace(0.5, longest_half_life, 1024)
    radius = row_sum * 0.5 ** (1 / half_life)  # equal decays: ρ = row sum · decay
    with np.errstate(over="ignore"):
        size = radius.max() ** np.arange(100.0)
    return figures.stability(np.clip(size, 1e-300, 1e300), radius, span=(1e-2, 1e46))


def one_kernel(spread: float = 0.3, theta: float = 1.0) -> go.Figure:
    """Return the responses to the same pulse of audio at four steps where Δ varies from step to step by exp(spread · noise)."""
    starts = (4, 14, 24, 34)
    drawn = np.random.default_rng(0).standard_normal((3, 1, 64))
    x = np.zeros((3, len(starts), 64))
    x[0, range(len(starts)), starts] = 1
    y = _scan(x, np.repeat(0.15 * np.exp(spread * drawn), len(starts), 1), -1.0, softmax_rows(theta))
    responses = np.stack([y[:2, k, start : start + 30] for k, start in enumerate(starts)], 1)
    note = "input: a pulse of audio; Δ = 0.15 exp(spread · noise)"
    return figures.pulse_responses(responses, starts, NAMES[:2], note=note)


def influence_of_lag(theta: float = 2.0, decay: float = 0.93) -> go.Figure:
    """Return the influence of an input by lag, with constant gates: decay^k times the powers of W."""
    lags, weight = np.arange(41), softmax_rows(theta)
    power = np.stack([decay**k * np.linalg.matrix_power(weight, int(k)) for k in lags])[:, :, 0]
    second = weight[0, 0] - weight[0, 1]
    note = f"second eigenvalue of W {second:.2f}: the lead of the source falls by {decay * second:.2f} a step, the sum by {decay:g}"
    return figures.influence_by_lag(power[:, 0], power[:, 1], power.sum(1), note=note)


def frozen_gates(increase: float = 0.5, gate_slope: float = 3.0) -> go.Figure:
    """Return output and change of a stream whose gate grows with its input, Δ = softplus(slope · x − 2), where one input increases."""
    x = np.zeros((1, 2, 40))
    x[0, :, 5], x[0, :, 20] = 3, 0.5
    x[0, 1, 20] += increase
    free = np.logaddexp(0, gate_slope * x - 2)
    kept, alone = np.repeat(free[:, :1], 2, 1), np.ones((1, 1))
    frozen, found = (_scan(x, gates, -0.2, alone)[0] for gates in (kept, free))
    return figures.frozen_and_free(frozen[0], frozen[1] - frozen[0], found[1] - frozen[0])


def shapley_of_two(nothing: float = 0.1, audio: float = 0.7, image: float = 0.3, both: float = 0.8) -> go.Figure:
    """Return the contributions of two modalities, from the scores of the four subsets: means over the two orders."""
    first = audio - nothing + both - image
    phi = {"φ of audio": first / 2, "φ of image": both - nothing - first / 2}
    steps = {
        "audio first": audio - nothing, "audio second": both - image,
        "image first": image - nothing, "image second": both - audio,
    }  # fmt: skip
    interaction = both - audio - image + nothing
    note = f"v(both) − v(nothing) = {both - nothing:.3g}; interaction {interaction:+.3g} (below 0: redundant, above 0: synergy)"
    return figures.signed_scores(phi | steps, title="Shapley values of two modalities", note=note)


def retrained_gap(masked: float = 0.3, retrained: float = 0.6, probe: float = 0.6, chance: float = 0.1) -> go.Figure:
    """Return how the gap of a modality divides: what a probe of the fused features finds, and what the head leaves."""
    parts = {
        "v masked − chance": masked - chance,
        "head: probe − v masked": probe - masked,
        "representation: v retrained − probe": retrained - probe,
        "gap g: v retrained − v masked": retrained - masked,
    }
    note = "where the probe is as good as the retrained model, the features are there and the head does not use them"
    return figures.signed_scores(parts, title="Where is the gap?", note=note)


def routed_tokens(experts: int = 2, shared: float = 0.5, separation: float = 2.0) -> go.Figure:
    """Return the share of the tokens of two modalities that each expert receives from a router which takes the largest score.

    ``separation``: distance between the means of the modalities, in standard deviations; ``shared``: share of a token's features that both have.
    """
    rng = np.random.default_rng(0)
    direction = rng.standard_normal((experts, 8))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    mean = np.stack([direction[0], direction[min(1, experts - 1)]]) * separation
    common = mean.mean(0)
    tokens = rng.standard_normal((2, 400, 8)) + (shared * common + (1 - shared) * mean)[:, None]
    chosen = (tokens @ direction.T).argmax(-1)
    used = {name: np.bincount(row, minlength=experts) / 400 for name, row in zip(NAMES[:2], chosen, strict=True)}
    columns = tuple(f"expert {k + 1}" for k in range(experts))
    note = "every token goes to the expert with the largest score; 400 tokens each"
    return figures.score_table(used, columns, title="Share of the tokens", note=note)


def transported(epsilon: float = 0.05, delay: int = 3, noise: float = 0.1) -> go.Figure:
    """Return an entropic plan between a curve of twelve steps and its delayed, noisy copy, beside the exact plan."""
    import torch
    from mmkernels import entropic_plan, exact_plan, pairwise_cost

    rng, steps = np.random.default_rng(0), np.arange(12 + delay)
    curve = np.stack([np.sin(steps / 2.0), np.cos(steps / 3.0)], 1)
    pair = curve[:12] + noise * rng.standard_normal((12, 2)), curve[delay:] + noise * rng.standard_normal((12, 2))
    costs = pairwise_cost(*(torch.from_numpy(p)[None] for p in pair))
    entropic, exact = entropic_plan(costs, epsilon=epsilon), exact_plan(costs)
    plans = {f"entropic, ε = {epsilon:g}": entropic.plan[0], "exact": exact.plan[0]}
    return figures.plans_side_by_side(plans, delay=delay)


def missing_scores(
    rate: float = 0.5, audio: float = 0.7, image: float = 0.3, both: float = 0.8, nothing: float = 0.1
) -> go.Figure:
    """Return the expected score by the rate at which each modality is missing, independently, for one model's four scores."""
    rates = np.linspace(0, 1, 41)
    keep = 1 - rates
    expected = keep**2 * both + keep * rates * (audio + image) + rates**2 * nothing
    at = (1 - rate) ** 2 * both + (1 - rate) * rate * (audio + image) + rate**2 * nothing
    note = f"at a rate of {rate:g}: {at:.3g}"
    return figures.curves_of_rate(rates, {"expected score": expected}, rate=rate, note=note)


#: name -> function and choices of its controls
DEMONSTRATIONS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "two pulses": (two_pulses, {"theta": (0.0, 8.0, 0.1), "decay": (0.5, 1.0, 0.01), "image_step": (6, 49, 1)}),
    "literal sum": (literal_sum, {"row_sum": (0.5, 3.0, 0.05), "longest_half_life": (1.0, 1000.0, 1.0)}),
    "eigenvalues": (
        eigenvalues,
        {"row_sum": (0.5, 3.0, 0.05), "decay": (0.5, 1.0, 0.01), "own_share": (0.0, 1.0, 0.05)},
    ),
    "one kernel": (one_kernel, {"spread": (0.0, 1.5, 0.05), "theta": (0.0, 8.0, 0.1)}),
    "influence by lag": (influence_of_lag, {"theta": (0.0, 8.0, 0.1), "decay": (0.5, 1.0, 0.01)}),
    "frozen gates": (frozen_gates, {"increase": (-0.5, 1.0, 0.05), "gate_slope": (0.0, 4.0, 0.25)}),
    "routed tokens": (
        routed_tokens,
        {"experts": (1, 4, 1), "shared": (0.0, 1.0, 0.05), "separation": (0.0, 6.0, 0.25)},
    ),
    "transport": (transported, {"epsilon": (0.01, 1.0, 0.01), "delay": (0, 6, 1), "noise": (0.0, 0.5, 0.05)}),
    "Shapley values": (shapley_of_two, dict.fromkeys(("nothing", "audio", "image", "both"), (0.0, 1.0, 0.05))),
    "gap": (retrained_gap, dict.fromkeys(("masked", "retrained", "probe", "chance"), (0.0, 1.0, 0.05))),
    "missing": (missing_scores, dict.fromkeys(("rate", "nothing", "audio", "image", "both"), (0.0, 1.0, 0.05))),
}


def play(name: str) -> Play:
    """Return a demonstration of a lesson with controls for its parameters.

    Parameters
    ----------
    name
        Of :data:`mmviz.course.demonstrations.DEMONSTRATIONS`: "two pulses", "literal sum", "eigenvalues", "one kernel" (notebook 02),
        "influence by lag", "frozen gates" (03), "routed tokens" (04), "transport" (05), "Shapley values", "gap" (06), "missing" (07).

    Raises
    ------
    ConfigError
        Another name; names the nearest.
    """
    if name not in DEMONSTRATIONS:
        raise ConfigError(
            f"play: {name!r} is unknown{nearest(str(name), DEMONSTRATIONS)}; use one of {', '.join(DEMONSTRATIONS)}"
        )
    from mmviz.widgets import play as played

    function, choices = DEMONSTRATIONS[name]
    return played(function, **choices)
