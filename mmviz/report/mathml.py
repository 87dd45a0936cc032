"""Sphinx extension: formulas as MathML, which browsers render without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer ``mathml``."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _inline(writer: Any, node: Any) -> None:
    _write(writer, node, "inline")


def _display(writer: Any, node: Any) -> None:
    _write(writer, node, "block")


def _write(writer: Any, node: Any, display: str) -> None:
    from docutils import nodes
    from latex2mathml.converter import convert

    writer.body.append(convert(node.astext(), display=display))
    raise nodes.SkipNode
