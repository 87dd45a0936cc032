"""Numbers drawn by a plotly figure and by the artists of a matplotlib figure."""

import numpy as np


def of_plotly(figure):
    out = []
    for trace in figure.data:
        values = {
            name: _array(trace[name]) for name in ("x", "y", "z", "base") if name in trace and trace[name] is not None
        }
        out += values.values()
        if trace.type == "bar":
            along = "x" if trace.orientation == "h" else "y"
            end = values[along] + values.get("base", 0)
            reach = trace[f"error_{along}"]
            if reach.array is not None:
                out += [end + _array(reach.array), end - _array(reach.arrayminus)]
    return _flat(out)


def of_matplotlib(figure):
    out = []
    for ax in figure.axes:
        for line in ax.lines:
            out += [line.get_xdata(orig=True), line.get_ydata(orig=True)]
        for patch in ax.patches:
            out += [[patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()]]
        for held in [*ax.images, *ax.collections]:
            if held.get_array() is not None:
                out.append(np.ma.filled(np.ma.asarray(held.get_array(), dtype=float), np.nan))
            else:
                out += [path.vertices for path in held.get_paths()]
    return _flat(out)


def missing_from(numbers, wanted):
    """The finite wanted values that are not among the numbers (to a millionth of a millionth)."""
    wanted = np.unique(np.asarray(wanted, dtype=float)[np.isfinite(wanted)])
    at = np.searchsorted(numbers, wanted).clip(1, len(numbers) - 1)
    nearest = np.minimum(np.abs(numbers[at] - wanted), np.abs(numbers[at - 1] - wanted))
    return wanted[nearest > 1e-12 * np.maximum(1, np.abs(wanted))]


def _array(values):
    return np.asarray(values, dtype=float)


def _flat(parts):
    flat = np.concatenate([np.ravel(np.asarray(p, dtype=float)) for p in parts])
    return np.sort(flat[np.isfinite(flat)])
