"""Figures of the lessons, from plain arrays: every function returns a plotly figure; none computes what it draws.

Names of streams give colours in their order, as in all figures. Arrays may be NumPy arrays or torch tensors on the CPU without gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.core.errors import DataError
from mmviz.plots.figure_spec import (
    Axis,
    Bars,
    FigureSpec,
    Heatmap,
    Lines,
    Panel,
    Points,
    ReferenceLine,
    named_ticks,
    padded_range,
    signed_text,
)
from mmviz.plots.plotly_backend import draw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go
    from numpy.typing import ArrayLike

#: style of what is not a stream
_OTHER, _NEUTRAL = 4, 7


def _array(values: ArrayLike, *shape: int | None) -> np.ndarray:
    """Return values as float64 of a shape (None: any length)."""
    found = np.asarray(values, dtype=np.float64)
    if len(shape) != found.ndim or any(n not in (None, m) for n, m in zip(shape, found.shape, strict=True)):
        wanted = " by ".join("any" if n is None else str(n) for n in shape)
        raise DataError(f"course figure: got an array of shape {found.shape}, expected {wanted}")
    return found


def _weights(W: ArrayLike, names: Sequence[str]) -> Panel:
    M = len(names)
    at, ticks = np.arange(float(M)), named_ticks(names)
    table = Heatmap(_array(W, M, M), at, at, 0, 1, "weight", numbers=".2f", bar=False)
    return Panel((table,), Axis("source", ticks=ticks), Axis("target", ticks=ticks, reverse=True), title="W")


def coupled_states(
    W: ArrayLike,
    states: ArrayLike,
    names: Sequence[str],
    *,
    note: str = "",
    span: tuple[float, float] | None = None,
) -> go.Figure:
    """Return coupling weights (target, source) beside the states (stream, step) that they lead to.

    Parameters
    ----------
    W
        (M, M), in [0, 1].
    states
        (M, steps).
    names
        Of the M streams.
    note
        Subtitle.
    span
        Ends of the axis of the states; None: around them.
    """
    found = _array(states, len(names), None)
    steps = np.arange(found.shape[1])
    lines = tuple(
        Lines(steps, row, name, m, markers=False) for m, (name, row) in enumerate(zip(names, found, strict=True))
    )
    side = Panel(lines, Axis("step"), Axis("state", span=span or padded_range(found, zero=True)), title="states")
    return draw(
        FigureSpec("Coupling and states", (note,) if note else (), (_weights(W, names), side), columns=2, width=860)
    )


def stability(size: ArrayLike, radius: ArrayLike, *, span: tuple[float, float] = (1e-2, 1e46)) -> go.Figure:
    """Return the largest state by step, and the spectral radius of every state's step matrix, sorted.

    Parameters
    ----------
    size
        (steps,), above 0.
    radius
        (matrices,) spectral radii.
    span
        Ends of the logarithmic axis of ``size``.
    """
    largest, rho = _array(size, None), np.sort(_array(radius, None))[::-1]
    share = np.linspace(0, 100, rho.size)
    panels = (
        Panel(
            (Lines(np.arange(1, largest.size + 1), largest, "", 0, markers=False),),
            Axis("step"),
            Axis("largest |state|", log=True, span=span),
            title="states",
        ),
        Panel(
            (Lines(share, rho, "", _OTHER, markers=False), ReferenceLine(1.0, "y")),
            Axis("percent of the states"),
            Axis("ρ", span=(0, max(3.1, 1.03 * float(rho.max(initial=0))))),
            title="spectral radius ρ: diverges above 1",
        ),
    )
    words = f"{(rho > 1).mean():.0%} of the states grow; the largest is {largest[-1]:.0e} at step {largest.size}"
    return draw(FigureSpec("Row sum of W and stability", (words,), panels, columns=2, width=860))


def unit_disc(matrices: Mapping[str, ArrayLike]) -> go.Figure:
    """Return the eigenvalues of matrices in the complex plane, with the unit circle: outside it a repeated product grows.

    Parameters
    ----------
    matrices
        Name -> (M, M) or (any, M, M).
    """
    turn = np.linspace(0, 2 * np.pi, 181)
    values = {
        name: np.linalg.eigvals(np.asarray(matrix, dtype=np.float64)).ravel() for name, matrix in matrices.items()
    }
    reach = 1.08 * max(1.0, *(float(abs(v).max()) for v in values.values()))
    marks: list[Lines | Points] = [Lines(np.cos(turn), np.sin(turn), "unit circle", _NEUTRAL, markers=False)]
    marks += [Points(v.real, v.imag, name, k, size=9 - k) for k, (name, v) in enumerate(values.items())]
    largest = ", ".join(f"{name} {abs(v).max():.3g}" for name, v in values.items())
    panel = Panel(
        tuple(marks), Axis("real part", span=(-reach, reach)), Axis("imaginary part", span=(-reach, reach)), square=True
    )
    return draw(FigureSpec("Eigenvalues", (f"spectral radius: {largest}",), (panel,), heights=(380,), width=560))


def pulse_responses(
    responses: ArrayLike, starts: Sequence[int], names: Sequence[str], *, note: str = "", top: float | None = None
) -> go.Figure:
    """Return the responses (stream, pulse, lag) to pulses at several steps, one panel for each stream, superimposed.

    Parameters
    ----------
    responses
        (streams, pulses, lags).
    starts
        Step of each pulse.
    names
        Of the streams.
    note
        Subtitle.
    top
        Upper end of all axes, as a share of which the panels are scaled alike over a slider; None: of these responses.
    """
    found = _array(responses, len(names), len(starts), None)
    lags = np.arange(found.shape[2])
    panels = tuple(
        Panel(
            tuple(
                Lines(lags, row, f"pulse at {start}", k, markers=False)
                for k, (start, row) in enumerate(zip(starts, each, strict=True))
            ),
            Axis("lag (steps)"),
            Axis("response", span=padded_range(each, zero=True) if top is None else (0, 1.05 * top)),
            title=f"of {name}",
        )
        for name, each in zip(names, found, strict=True)
    )
    return draw(FigureSpec("Is there one kernel?", (note,) if note else (), panels, columns=len(panels), width=860))


def operator_matrices(K: ArrayLike, attention: ArrayLike) -> go.Figure:
    """Return the lower triangles (target step, source step) of a scan's matrix, signed, and of attention weights, side by side."""
    scan, weights = _array(K, None, None), _array(attention, None, None)
    top = float(np.quantile(abs(scan), 0.99)) or 1.0
    across = Axis("step of x")

    def panel(z: np.ndarray, low: float, high: float, title: str, *, signed: bool = False) -> Panel:
        steps = np.arange(float(len(z)))
        blank = np.where(np.tri(len(z)), z, np.nan)
        heat = Heatmap(blank, steps, steps, low, high, title, bar=False, signed=signed)
        return Panel((heat,), across, Axis("step of y", reverse=True), title, square=True)

    panels = panel(scan, -top, top, "scan: K", signed=True), panel(weights, 0, 0.5, "softmax attention")
    words = "left: red is positive, blue negative; right: brighter is larger; blank: exactly 0"
    return draw(FigureSpec("Two matrices", (words,), panels, columns=2, heights=(300,), width=780))


def influence_blocks(influence: ArrayLike, names: Sequence[str], *, largest: float | None = None) -> go.Figure:
    """Return the absolute influence of every source step on every target step, in blocks of streams, on a logarithmic scale of five decades.

    Parameters
    ----------
    influence
        (target stream, step, source stream, step).
    names
        Of the streams.
    largest
        Upper end of the colour scale; None: the largest of these.
    """
    found = abs(np.asarray(influence, dtype=np.float64))
    M, L = len(names), found.shape[1]
    size = _array(found, M, L, M, L).reshape(M * L, M * L)
    level = np.log10(np.where(size > 0, size, np.nan) / (largest or size.max()))
    steps = np.arange(float(M * L))
    heat = Heatmap(level.clip(-5).astype(np.float32), steps, steps, -5, 0, "log₁₀ of |K| / largest")
    centres = tuple(((k + 0.5) * L, str(name)) for k, name in enumerate(names))
    borders = tuple(ReferenceLine(k * L - 0.5, along) for k in range(1, M) for along in "xy")
    panel = Panel((heat, *borders), Axis("source", ticks=centres), Axis("target", ticks=centres, reverse=True))
    words = "each block: steps of the source to the right, steps of the target downwards; blank: exactly 0"
    return draw(FigureSpec("Coupled influence map", (words,), (panel,), heights=(470,), width=680))


def influence_by_lag(itself: ArrayLike, other: ArrayLike, total: ArrayLike, *, note: str = "") -> go.Figure:
    """Return the influence of a stream by lag (lags,): on itself, on each other stream, and summed over all streams."""
    own, rest, whole = (_array(values, None) for values in (itself, other, total))
    lags = np.arange(own.size)
    lines = (
        Lines(lags, whole, "sum of all streams", _NEUTRAL, markers=False),
        Lines(lags, own, "the source itself", 0, markers=False),
        Lines(lags, rest, "each other stream", _OTHER, markers=False),
    )
    panel = Panel(lines, Axis("lag (steps)"), Axis("influence", span=(-0.02, 1.04)))
    return draw(FigureSpec("Influence by lag", (note,) if note else (), (panel,), heights=(280,), width=760))


def frozen_and_free(before: ArrayLike, predicted: ArrayLike, actual: ArrayLike) -> go.Figure:
    """Return outputs before a change, the change (steps,) that the map predicts with frozen gates, and the actual one."""
    first, mapped, found = (_array(values, None) for values in (before, predicted, actual))
    steps = np.arange(first.size)
    left = (
        Lines(steps, first, "before", _NEUTRAL, markers=False),
        Lines(steps, first + found, "actual", _OTHER, markers=False),
    )
    right = (
        Lines(steps, mapped, "predicted by the map", 0, markers=False),
        Lines(steps, found, "actual", _OTHER, markers=False),
        ReferenceLine(0.0, "y"),
    )
    panels = (
        Panel(left, Axis("step"), Axis("y", span=(-0.5, 23)), title="y"),
        Panel(right, Axis("step"), Axis("y − y before", span=(-1.3, 0.7)), title="change"),
    )
    words = "left: y before and after; right: the change"
    return draw(FigureSpec("Frozen and free gates", (words,), panels, columns=2, width=880, gap=(95, 62)))


def score_table(scores: Mapping[str, ArrayLike], columns: Sequence[str], *, title: str, note: str = "") -> go.Figure:
    """Return scores in [0, 1] as a table with colours: one row (columns,) for each name."""
    values = np.stack([_array(row, len(columns)) for row in scores.values()])
    rows, across = np.arange(float(len(values))), np.arange(float(len(columns)))
    heat = Heatmap(values, across, rows, 0, 1, "score", numbers=".2f")
    panel = Panel((heat,), Axis(ticks=named_ticks(columns)), Axis(ticks=named_ticks(tuple(scores)), reverse=True))
    height = 60 + 30 * len(values)
    return draw(FigureSpec(title, (note,) if note else (), (panel,), heights=(height,), width=620))


def shares_by_delay(
    delays: Sequence[float],
    bands: Mapping[str, ArrayLike],
    *,
    note: str = "",
    title: str = "Which plan finds the partners?",
    unit: str = "share of the mass moved to the partner",
    limit: float | None = None,
) -> go.Figure:
    """Return shares in [0, 1] by delay with their intervals.

    Parameters
    ----------
    delays
        In steps.
    bands
        Name -> (delays, 3): value, low and high end of the interval.
    note, title, unit
        Subtitle, title, quantity of the y axis.
    limit
        A horizontal line, such as the share by chance.
    """
    at = np.asarray(delays, dtype=np.float64)
    series: list[Lines | ReferenceLine] = []
    for k, (name, band) in enumerate(bands.items()):
        mean, low, high = _array(band, at.size, 3).T
        series.append(Lines(at, mean, name, k, low, high))
    if limit is not None:
        series.append(ReferenceLine(limit, "y"))
    panel = Panel(tuple(series), Axis("delay, steps"), Axis(unit, span=(0.0, 1.0)))
    return draw(FigureSpec(title, (note,) if note else (), (panel,), heights=(280,), width=760))


def curves_by_length(
    length: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    title: str,
    unit: str,
    note: str = "",
    log: bool = True,
    span: tuple[float, float] | None = None,
    limit: tuple[float, str] | None = None,
    points: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
) -> go.Figure:
    """Return curves against sequence length.

    Parameters
    ----------
    length
        (lengths,)
    curves
        Name -> (lengths,).
    title, unit, note
        Title, quantity of the y axis, subtitle.
    log
        Whether both axes are logarithmic.
    span
        Ends of the y axis.
    limit
        Value and name of a horizontal line.
    points
        Name -> (length, value) of further series, drawn with markers, before the curves.
    """
    at = _array(length, None)
    given = points or {}
    marks: list[Lines | ReferenceLine] = [
        Lines(_array(x, None), _array(y, None), name, 2 * k) for k, (name, (x, y)) in enumerate(given.items())
    ]
    first = 2 * len(given)
    marks += [
        Lines(at, _array(y, at.size), name, first + k, markers=False) for k, (name, y) in enumerate(curves.items())
    ]
    if limit is not None:
        marks.append(ReferenceLine(limit[0], "y", limit[1], "top left"))
    panel = Panel(tuple(marks), Axis("length, steps", log=log), Axis(unit, log=log, span=span))
    return draw(FigureSpec(title, (note,) if note else (), (panel,), heights=(290,), width=860))


def named_scores(scores: Mapping[str, float], *, title: str, unit: str = "accuracy") -> go.Figure:
    """Return one horizontal bar for each named score in [0, 1], in the order given, first on top."""
    values = np.array([float(v) for v in scores.values()])
    names = tuple(f"{name}, {value:.1%}" for name, value in zip(scores, values, strict=True))
    at = np.arange(float(values.size))
    bars = Bars(at, values, tuple(range(values.size)), names)
    panel = Panel((bars,), Axis(unit, span=(0.0, 1.0)), Axis(ticks=named_ticks(names), reverse=True))
    return draw(FigureSpec(title, (), (panel,), heights=(60.0 + 36 * values.size,), width=760))


def image_strip(images: Sequence[ArrayLike], *, title: str = "") -> go.Figure:
    """Return grey images (height, width) with values in [0, 1] in a row; dark is 1."""
    import plotly.express as px

    from mmviz.core.escape import plotly as escaped

    strip = np.hstack([_array(image, None, None) for image in images])
    figure = px.imshow(strip, color_continuous_scale="gray_r", zmin=0, zmax=1)
    figure.update_layout(
        width=840, height=120 + 30 * bool(title), margin={"l": 20, "r": 20, "t": 20 + 30 * bool(title), "b": 20}, coloraxis_showscale=False,
        title=escaped(title) or None,
    )  # fmt: skip
    return figure.update_xaxes(visible=False).update_yaxes(visible=False)


def signed_scores(scores: Mapping[str, float], *, title: str, note: str = "") -> go.Figure:
    """Return one horizontal bar for each named number in [-1, 1], with its value in its name, first on top."""
    values = np.array([float(v) for v in scores.values()])
    names = tuple(f"{name}, {signed_text(value)}" for name, value in zip(scores, values, strict=True))
    bars = Bars(np.arange(float(values.size)), values, tuple(range(values.size)), names)
    low, high = min(-0.1, float(values.min())), max(1.0, float(values.max()))
    axis = Axis("score", span=(1.05 * low, 1.05 * high))
    panel = Panel((bars, ReferenceLine(0.0)), axis, Axis(ticks=named_ticks(names), reverse=True))
    return draw(FigureSpec(title, (note,) if note else (), (panel,), heights=(60.0 + 36 * values.size,), width=760))


def plans_side_by_side(plans: Mapping[str, ArrayLike], *, delay: int = 0) -> go.Figure:
    """Return transport plans (step of x, step of y) with equal colours; a ring marks the true partner of a step, ``delay`` steps earlier in y."""
    found = {name: _array(plan, None, None) for name, plan in plans.items()}
    top = max(float(plan.max()) for plan in found.values())
    panels = []
    for name, plan in found.items():
        n, m = plan.shape
        heat = Heatmap(plan, np.arange(float(m)), np.arange(float(n)), 0, top, "mass")
        at = np.arange(delay, min(n, m + delay), dtype=np.float64)
        partners = Points(at - delay, at, "true partner", _OTHER, size=9, hollow=True)
        share = float(plan[at.astype(int), (at - delay).astype(int)].sum() * n / max(at.size, 1))
        panels.append(
            Panel(
                (heat, partners),
                Axis("step of y"),
                Axis("step of x", reverse=True),
                f"{name}: {share:.0%} to the partner",
                square=True,
            )
        )
    return draw(
        FigureSpec(
            "Transport plans",
            ("share of the mass of the steps that have a partner",),
            tuple(panels),
            columns=len(panels),
            heights=(300,),
            width=860,
        )
    )


def curves_of_rate(rates: ArrayLike, curves: Mapping[str, ArrayLike], *, rate: float, note: str = "") -> go.Figure:
    """Return scores by the rate of missing modalities, in [0, 1], with a line at one rate."""
    at = _array(rates, None)
    lines = tuple(Lines(at, _array(y, at.size), name, k, markers=False) for k, (name, y) in enumerate(curves.items()))
    panel = Panel((*lines, ReferenceLine(rate)), Axis("missing rate", span=(0.0, 1.0)), Axis("score", span=(0.0, 1.0)))
    return draw(
        FigureSpec("Score with missing modalities", (note,) if note else (), (panel,), heights=(260,), width=760)
    )
