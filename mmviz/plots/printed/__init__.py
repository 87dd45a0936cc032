"""Figures and tables for papers: the frames of the screen's figures, drawn at a venue's width in PDF or SVG."""

from mmviz.plots.printed.figure import latex_figure
from mmviz.plots.printed.file import paper
from mmviz.plots.printed.inside import inspect_pdf
from mmviz.plots.printed.table import latex_table

__all__ = ["inspect_pdf", "latex_figure", "latex_table", "paper"]
