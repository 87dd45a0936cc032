"""The Explorer as a static image, for places that show no widgets: hidden states, end-to-end attribution and Shapley values."""

from __future__ import annotations

import base64
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mmviz.core.escape import html
from mmviz.plots import theme
from mmviz.plots.end_to_end import rule_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

WIDTH, LEFT, MAP, GAP = 640, 110, 56, 14
_BAR, _LINE, _LETTERS, _LANE = 16, 22, 14, 30
_BLANK = 0xFF  # steps without data


def explorer_image(frame: xr.Dataset, selection: Mapping[str, Any], *, readout: str) -> str:
    """Return a static image of the Explorer as an HTML ``figure`` element: no script, no external reference.

    Parameters
    ----------
    frame
        From :func:`mmviz.plots.explorer_frame`.
    selection
        Indices ``sample``, ``epoch``, ``layer`` and ``time``, as in the live view.
    readout
        The readout under the controls; caption and alternative text of the image.

    Returns
    -------
    str
        A ``figure`` element. The image is an SVG inside an ``img``, in which no script can run.
    """
    image = base64.b64encode(explorer_svg(frame, selection).encode()).decode("ascii")
    title = html(frame.attrs["title"])
    words = f"{title}. {html(readout)}"
    return (
        f'<figure style="margin:0;max-width:{WIDTH}px"><img alt="{words}" style="width:100%" '
        f'src="data:image/svg+xml;base64,{image}"><figcaption>{html(readout)}.{_imputation(frame)} '
        "Static image: this page runs no widgets. Run the notebook for the interactive view, or write it to a file of its own with "
        "<code>.save('study.html')</code>.</figcaption></figure>"
    )


def _imputation(frame: xr.Dataset) -> str:
    text = str(frame.attrs.get("imputation", ""))
    return f" {html(text[:1].upper() + text[1:])}." if text else ""


def explorer_svg(frame: xr.Dataset, selection: Mapping[str, Any]) -> str:
    """Return the static image as SVG."""
    here = frame.isel(epoch=selection["epoch"], recorded_sample=selection["sample"])
    names = [str(name) for name in frame["modality"].values]
    moment = selection["time"]
    parts, y = [_text(0, 16, frame.attrs["title"], bold=True)], 34.0
    if "state" in here:
        shown = here.isel(layer=selection["layer"])
        state = shown["state"].transpose("modality", "channel", "time").values
        there = shown["channel_index"].transpose("modality", "channel").values >= 0 if "channel_index" in here else None
        valid = here["state_valid"].transpose("modality", "time").values
        for m, name in enumerate(names):
            rows = state[m] if there is None else state[m][there[m]]
            parts += [_swatch(m, y), _text(16, y + 10, _short(name)), _map(rows, valid[m], y) if len(rows) else ""]
            y += MAP + 6
        x = LEFT + (WIDTH - LEFT) * (moment + 1) / state.shape[2]
        root = " (by square root)" if shown["state"].attrs.get("power", 1) == 2 else ""
        parts.append(f'<path d="M{x:.1f} 30V{y:.1f}" stroke="{theme.INK}" stroke-width="1.5"/>')
        parts.append(
            _text(
                LEFT,
                y + 12,
                f"hidden states of layer {selection['layer'] + 1}: channels over steps; brighter is larger{root}",
            )
        )
        y += 12 + GAP
    if "attribution" in here:
        about = here["attribution"].attrs
        name = rule_words(about).name
        heading = f"{name[0].upper()}{name[1:]} of the prediction from the whole sequence"
        parts += [_text(0, y + 12, heading, bold=True)]
        parts += signed_lanes(names, here["attribution"].transpose("modality", "time").values.astype(float), y + 20)
        y += 20 + (_LANE + 6) * len(names)
        parts.append(_text(LEFT, y + 10, f"share in the {about['quantity']}"))
        parts.append(_text(LEFT, y + 26, "bars up (red) raise it, bars down (blue) lower it"))
        y += 28 + GAP
    share = here["phi"].isel(time=moment).transpose("modality").values.astype(float)
    parts += [_text(0, y + 12, "Shapley values up to the time cursor", bold=True), *_bars(names, share, y + 20, frame)]
    height = y + 20 + _LINE * len(names) + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 {WIDTH + 16} {height:.0f}" font-family="system-ui,sans-serif" font-size="12" '
        f'fill="{theme.INK}"><rect x="-8" width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>'
    )


def signed_lanes(names: list[str], share: np.ndarray, top: float) -> list[str]:
    """Return the shares of each modality as bars up and down from a line at zero; at most 200 bars, each the sum of its steps."""
    count = min(share.shape[1], 200)
    at = np.linspace(0, share.shape[1], count + 1).astype(int)
    sums = np.add.reduceat(np.where(np.isfinite(share), share, 0.0), at[:-1], axis=1)
    limit = max(float(np.abs(sums).max(initial=0.0)), 1e-30)
    wide, half = (WIDTH - LEFT) / share.shape[1], _LANE / 2
    parts = []
    for m, name in enumerate(names):
        zero = top + (_LANE + 6) * m + half
        parts += [_swatch(m, zero - 5), _text(16, zero + 5, _short(name))]
        parts.append(f'<path d="M{LEFT} {zero:.1f}H{WIDTH}" stroke="{theme.GRID}"/>')
        for sign, colour in ((1, theme.RAISES), (-1, theme.LOWERS)):
            path = "".join(
                f"M{LEFT + wide * a:.1f} {zero:.1f}V{zero - half * v / limit:.1f}H{LEFT + wide * b:.1f}V{zero:.1f}Z"
                for a, b, v in zip(at[:-1], at[1:], sums[m], strict=True)
                if v * sign > 0.002 * limit
            )
            parts.append(f'<path d="{path}" fill="{colour}"/>' if path else "")
    return parts


def _bars(names: list[str], share: np.ndarray, top: float, frame: xr.Dataset) -> list[str]:
    """Return a bar with its value for each modality, left and right of a line at zero."""
    known = np.where(np.isfinite(share), share, 0.0)
    reach = max(float(np.abs(known).max(initial=0.0)), 1e-9)
    zero, half = LEFT + (WIDTH - LEFT) / 2, (WIDTH - LEFT) / 2 - 60
    digits = "+.2f" if frame.attrs["task"] == "classification" else "+.3g"
    parts = [f'<path d="M{zero} {top}V{top + _LINE * len(names)}" stroke="{theme.FAINT}"/>']
    for m, name in enumerate(names):
        y, width = top + _LINE * m, half * abs(known[m]) / reach
        left = zero - width if known[m] < 0 else zero
        side, anchor = (left - 6, "end") if known[m] < 0 else (left + width + 6, "start")
        text = format(share[m], digits).replace("-", "−") if np.isfinite(share[m]) else "–"
        parts += [
            _swatch(m, y + 2),
            _text(16, y + 13, _short(name)),
            f'<rect x="{left:.1f}" y="{y + 2:.1f}" width="{width:.1f}" height="{_BAR}" fill="{theme.colour(m)}"/>',
            _text(side, y + 14, text, anchor=anchor),
        ]
    return parts


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"


def _swatch(m: int, y: float) -> str:
    return f'<rect y="{y:.1f}" width="10" height="10" fill="{theme.colour(m)}"/>'


def _text(x: float, y: float, text: str, *, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{html(text)}</text>'


def _map(state: np.ndarray, valid: np.ndarray, y: float) -> str:
    """Return one heatmap (channel, time) of grey levels 0 to 255 as an embedded PNG; steps without data are white."""
    level = np.minimum(state, _BLANK - 1).astype(np.uint8)
    level[:, ~valid.astype(bool)] = _BLANK
    source = base64.b64encode(_png(level)).decode("ascii")
    return (
        f'<image x="{LEFT}" y="{y:.1f}" width="{WIDTH - LEFT}" height="{MAP}" preserveAspectRatio="none" '
        f'style="image-rendering:pixelated" href="data:image/png;base64,{source}"/>'
    )


@cache
def _palette() -> bytes:
    """Return 255 colours of the states' scale and white, three bytes each."""
    from plotly.colors import get_colorscale, unlabel_rgb, validate_colors

    scale = get_colorscale(theme.STATE_COLOURS)
    anchors = np.array([unlabel_rgb(c) for c in validate_colors([c for _, c in scale], "rgb")])
    at = np.linspace(0, 1, _BLANK)
    colours = np.stack([np.interp(at, [s for s, _ in scale], anchors[:, k]) for k in range(3)], 1)
    return colours.round().astype(np.uint8).tobytes() + b"\xff\xff\xff"


def _png(level: np.ndarray) -> bytes:
    """Return an image of palette numbers (row, column) as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = np.hstack([np.zeros((len(level), 1), np.uint8), level])
    head = struct.pack(">IIBBBBB", level.shape[1], level.shape[0], 8, 3, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"PLTE", _palette()) + chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")
