"""Stage ``figures``: every kind of figure and table of the three papers, drawn from small studies of ours, for a venue.

``python -m mmviz figures --venue neurips2024``, or ``make figures VENUE=neurips2024``. The papers' own numbers stand beside ours, apart.
"""

from mmviz.studies.papers.export import write_document, write_figure
from mmviz.studies.papers.registry import FIGURES, figure_named
from mmviz.studies.papers.results import Budget, PaperResults

__all__ = ["FIGURES", "Budget", "PaperResults", "figure_named", "write_document", "write_figure"]
