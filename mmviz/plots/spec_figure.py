"""Plotly figure that knows its figure specification: it follows the theme of its page, and is an image without Chrome too, by matplotlib."""

from __future__ import annotations

import io
import sys
import warnings
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from mmviz.core.errors import MissingDependencyError
from mmviz.plots.figure_spec import FigureSpec
from mmviz.plots.image_file import matplotlib_bytes
from mmviz.plots.theme_sheet import theme_sheet


class SpecFigure(go.Figure):
    """Figure of a plot function of :mod:`mmviz.plots`; as ``plotly.graph_objects.Figure`` apart from images, HTML and display.

    It is as wide as its output. Where the page is dark, text, lines and background follow (:mod:`mmviz.plots.theme_sheet`).
    """

    _mmviz_spec: FigureSpec | None = None

    @classmethod
    def of(cls, spec: FigureSpec) -> SpecFigure:
        """Return an empty figure of a specification."""
        figure = cls()
        figure._mmviz_spec = spec
        return figure

    @property
    def spec(self) -> FigureSpec | None:
        """The figure specification; None after a copy or in a figure that was changed into another one."""
        return self._mmviz_spec

    def to_html(self, *args: Any, **options: Any) -> str:
        """Return the figure as HTML, see ``plotly.graph_objects.Figure.to_html``; a full page follows the theme of the reader's system."""
        return _themed(super().to_html(*args, **options))

    def write_html(self, file: Any, *args: Any, **options: Any) -> None:
        """Write the figure as HTML, see ``plotly.graph_objects.Figure.write_html``; a full page follows the theme of the reader's system."""
        if not isinstance(file, (str, Path)):
            with io.StringIO() as text:
                super().write_html(text, *args, **options)
                file.write(_themed(text.getvalue()))
            return
        super().write_html(file, *args, **options)
        path = Path(file)
        path.write_text(_themed(path.read_text(encoding="utf-8")), encoding="utf-8")

    def _ipython_display_(self) -> None:
        _display_sheet()
        super()._ipython_display_()

    def show(self, *args: Any, **options: Any) -> None:
        """Show the figure, see ``plotly.graph_objects.Figure.show``."""
        _display_sheet()
        super().show(*args, **options)

    def to_image(self, format: str | None = None, *args: Any, **options: Any) -> bytes:  # noqa: A002 - plotly's name
        """Return the figure as an image: by kaleido, otherwise by matplotlib with a warning that states the reason.

        Parameters
        ----------
        format
            ``png``, ``svg``, ``pdf``; with kaleido also ``jpg`` and ``webp``.
        args, options
            As of ``plotly.graph_objects.Figure.to_image``: ``width``, ``height`` in pixels, ``scale``.

        Raises
        ------
        MissingDependencyError
            If neither kaleido (extra ``lab``) with Chrome nor matplotlib (extra ``paper``) can draw it.
        """
        if self._mmviz_spec is not None and self.layout.width is None:
            options.setdefault("width", self._mmviz_spec.width)
        try:
            return bytes(super().to_image(format, *args, **options))
        except Exception as error:
            if self._mmviz_spec is None:
                raise MissingDependencyError(
                    f"to_image: {reason_of(error)}; this figure has no specification that matplotlib could draw. Install the extra 'lab' (kaleido) "
                    "and Chrome or Chromium"
                ) from error
            warnings.warn(_FALLBACK.format(reason=reason_of(error)), UserWarning, stacklevel=2)
            return matplotlib_bytes(
                self._mmviz_spec, f".{format or 'png'}", width=options.get("width"), height=options.get("height")
            )

    def write_image(self, file: Any, format: str | None = None, *args: Any, **options: Any) -> None:  # noqa: A002
        """Write the figure as an image, see :meth:`to_image`.

        Parameters
        ----------
        file
            Path, or a file open for bytes.
        format
            None: the ending of the path.
        args, options
            As of :meth:`to_image`.
        """
        path = Path(file) if isinstance(file, (str, Path)) else None
        kind = format or (path.suffix[1:] if path is not None and path.suffix else None)
        content = self.to_image(kind, *args, **options)
        if path is None:
            file.write(content)
        else:
            path.write_bytes(content)


def _themed(page: str) -> str:
    """Return a full page with the sheet of its theme in its head; a part of a page is returned unchanged."""
    return page.replace("<head>", f"<head>{theme_sheet(page=True)}", 1)


def _display_sheet() -> None:
    """In a notebook, display the sheet of the host's theme; it has no height."""
    import plotly.io as pio

    if "IPython" in sys.modules and "plotly_mimetype" in str(pio.renderers.default):
        from IPython.core.getipython import get_ipython
        from IPython.display import HTML, display

        if get_ipython() is not None:
            display(HTML(theme_sheet()))


_FALLBACK = (
    "drawn by matplotlib from the figure's specification: {reason}. Changes made to the plotly figure are not in the image. For plotly's own "
    "drawing install the extra 'lab' (kaleido) and Chrome or Chromium"
)


def reason_of(error: Exception) -> str:
    """Return the first line of why plotly could not write an image."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"plotly could not write the image ({type(error).__name__}: {(lines or [''])[0]:.160})"
