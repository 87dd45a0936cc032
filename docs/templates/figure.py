"""A figure to copy: a calibration curve, accuracy against confidence in bins.

In the package: `mmviz/plots/NAME.py` and its names in `mmviz/plots/__init__.py`; data in `tests/plots/figure_examples.py` and the drawn variables in
`tests/plots/test_all_figures.py`, whose tests run over the registry. A pure frame holds the numbers, the specification says what is drawn; both
backends draw it, so that the numbers on the screen and in a paper are the same. Texts are escaped by the backends. Look at both.
"""

import numpy as np
import xarray as xr

import mmviz as mm
from mmviz.core.options import whole
from mmviz.plots.frames import provenance_text, required_variable, title_with_source


def calibration_frame(scores: xr.Dataset, *, bins: int = 10) -> xr.Dataset:
    """Return what `plot_calibration` draws: ``accuracy``, ``confidence``, ``count`` (bin), NaN in an empty bin.

    Parameters
    ----------
    scores
        ``confidence`` (sample), probability of the predicted class in [0, 1], and ``correct`` (sample), 1 or 0.
    bins
        Number of bins of equal width, ≥ 1.

    Raises
    ------
    DataError
        A variable is missing or has other dimensions.
    ConfigError
        ``bins`` is not a whole number of at least 1.
    """
    whole(bins, "bins", low=1)
    confidence, correct = (
        required_variable("calibration_frame", scores, name, ("sample",), "a prediction").values.astype(np.float64)
        for name in ("confidence", "correct")
    )
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    n = np.where(count > 0, count, np.nan)
    mean = {
        name: ("bin", np.bincount(place, values, minlength=bins) / n)
        for name, values in (("accuracy", correct), ("confidence", confidence))
    }
    return xr.Dataset({**mean, "count": ("bin", count)}, attrs=dict(scores.attrs))


def calibration_spec(frame: xr.Dataset) -> mm.plots.FigureSpec:
    """Return the curve of a `calibration_frame`; perfect calibration is the diagonal."""
    ends = np.array([0.0, 1.0])
    curve = mm.plots.Lines(frame["confidence"].values, frame["accuracy"].values, "model", 0)
    diagonal = mm.plots.Lines(ends, ends, "perfect calibration", 1, markers=False)
    unit = (-0.02, 1.02)
    return mm.plots.FigureSpec(
        title=title_with_source("Calibration", frame.attrs),
        subtitle=(f"{int(frame['count'].sum())} samples; {provenance_text(frame.attrs)}",),
        panels=(
            mm.plots.Panel(
                (diagonal, curve),
                mm.plots.Axis("mean confidence", span=unit),
                mm.plots.Axis("accuracy", span=unit),
            ),
        ),
        heights=(300,),
        width=520,
    )


@mm.plots.register_figure(calibration_frame, calibration_spec)
def plot_calibration(scores: xr.Dataset, *, bins: int = 10):
    """Draw accuracy against confidence. See `calibration_frame`."""
    return mm.plots.draw(calibration_spec(calibration_frame(scores, bins=bins)))
