"""Figures and tables of the three papers, from small trainings on this machine, at a venue's column width.

``python -m mmviz figures --venue neurips2024``, or ``make figures VENUE=neurips2024``. Published numbers are in separate panels and columns.
"""

from mmviz.studies.papers.export import write_document, write_figure
from mmviz.studies.papers.paper_spec import Caption, PaperFigure, TableSpec
from mmviz.studies.papers.registry import FIGURES, figure_named, register_paper_figure
from mmviz.studies.papers.results import Budget, PaperResults

__all__ = [
    "FIGURES",
    "Budget",
    "Caption",
    "PaperFigure",
    "PaperResults",
    "TableSpec",
    "figure_named",
    "register_paper_figure",
    "write_document",
    "write_figure",
]
