"""Texts of a drawn matplotlib figure: their boxes, and the size of the smallest."""

from matplotlib.text import Text


def boxes(figure):
    """{text: box in pixels} of what is drawn and not empty, with the axis whose label it is, or "title"."""
    renderer = figure.canvas.get_renderer()
    found = []
    for ax in figure.axes:
        for side in (ax.xaxis, ax.yaxis):
            if ax.axison and side.get_visible():
                shown = [tick.label1 for tick in side.get_major_ticks() if tick.label1.get_visible()]
                low, high = sorted(side.get_view_interval())
                places = side.get_majorticklocs()
                inside = [label for label, at in zip(shown, places, strict=False) if low <= at <= high]
                found += [(label, side) for label in inside]
    ticks = {id(label) for label, _ in found}
    every = {
        id(t)
        for ax in figure.axes
        for side in (ax.xaxis, ax.yaxis)
        for tick in (*side.get_major_ticks(), *side.get_minor_ticks())
        for t in (tick.label1, tick.label2)
    }
    found += [(text, None) for text in figure.findobj(Text) if id(text) not in every and id(text) not in ticks]
    titles = {id(ax.title) for ax in figure.axes}
    found = [(text, "title" if id(text) in titles else side) for text, side in found]
    drawn = [(text, side) for text, side in found if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), side, text.get_window_extent(renderer), text.get_rotation()) for text, side in drawn]


def smallest_size(figure):
    """Return the size in points of the smallest text that is drawn."""
    return min(t.get_fontsize() for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible())
