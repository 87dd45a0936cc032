"""Plotly figure that knows its figure specification: ``write_image`` and ``to_image`` work without Chrome too, by the matplotlib backend."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from mmviz.core.errors import MissingDependencyError
from mmviz.plots.figure_spec import FigureSpec
from mmviz.plots.image_file import matplotlib_bytes


class SpecFigure(go.Figure):
    """Figure of a plot function of :mod:`mmviz.plots`; as ``plotly.graph_objects.Figure`` apart from ``to_image`` and ``write_image``."""

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


_FALLBACK = (
    "drawn by matplotlib from the figure's specification: {reason}. Changes made to the plotly figure are not in the image. For plotly's own "
    "drawing install the extra 'lab' (kaleido) and Chrome or Chromium"
)


def reason_of(error: Exception) -> str:
    """Return the first line of why plotly could not write an image."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"plotly could not write the image ({type(error).__name__}: {(lines or [''])[0]:.160})"
