"""Style sheet by which plotly figures follow the theme of their host: dark JupyterLab, Notebook, Voila, and saved pages.

A figure itself is drawn in the colours of the light theme on white, legible in every host. The sheet replaces the colours of text, lines and
background where the host's page is dark; it applies at once when the theme changes. In JupyterLab a figure is at least 480 pixels wide.
"""

from __future__ import annotations

from mmviz.plots import theme

#: colours of the light theme -> of the dark theme
DARK = {
    theme.INK: "#e6e9ef",
    theme.FAINT: "#a3adbd",
    theme.GRID: "#3a4150",
    theme.MODALITY_COLOURS[7]: "#f2f4f8",
}
#: marks of a page with a dark theme: JupyterLab, Notebook and Voila; VS Code; pages of Sphinx
HOSTS = ('[data-jp-theme-light="false"]', ".vscode-dark", '[data-theme="dark"]')
_PLOT = ".js-plotly-plot"
#: an output narrower than this scrolls, since the panels of a figure would cover each other
_NARROWEST = ".jp-OutputArea-output .js-plotly-plot{min-width:480px}"
_TRANSPARENT = "{background:transparent!important}"


def _rgb(colour: str) -> str:
    """Return a colour as plotly writes it into the style of an element."""
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def _rules(root: str) -> list[str]:
    """Return the rules of the dark theme for the figures below ``root``."""
    plot = f"{root} {_PLOT}"
    rules = [
        f"{plot} .main-svg{_TRANSPARENT}",
        f'{plot} rect.bg[style*="fill: rgb(255, 255, 255)"]{{fill:transparent!important}}',
    ]
    for light, dark in DARK.items():
        # a grey bar keeps its grey: the lines of its interval become light
        filled = (f"{plot} text", f"{plot} tspan") if light != theme.MODALITY_COLOURS[7] else (plot,)
        styled = [f'{tag}{{0}}[style*="fill:{written}"]' for tag in filled for written in (f" {_rgb(light)}", light)]
        space = "" if len(filled) > 1 else " "
        rules += [
            f"{','.join(styled).replace('{0}', space)}{{fill:{dark}!important}}",
            f'{plot} [style*="stroke: {_rgb(light)}"]{{stroke:{dark}!important}}',
        ]
    rules += [
        # a label of the pointer has a background of its own
        f'{plot} .hoverlayer [style*="fill: {_rgb(theme.INK)}"]{{fill:{theme.INK}!important}}',
        f"{plot} .modebar-btn path{{fill:{DARK[theme.FAINT]}!important}}",
        f"{plot} .modebar-group{_TRANSPARENT}",
        f"{plot} .slider-rail-rect{{fill:{DARK[theme.GRID]}!important}}",
    ]
    return rules


def theme_sheet(*, page: bool = False) -> str:
    """Return the sheet as an HTML element.

    Parameters
    ----------
    page
        For a whole page of its own: the theme is that of the reader's system (``prefers-color-scheme``). Otherwise that of the host page.
    """
    if page:
        dark = "".join(_rules(":root"))
        return f"<style>:root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{dark}}}</style>"
    return "<style>" + _NARROWEST + "".join(_rules(f":is({','.join(HOSTS)})")) + "</style>"
