"""Stage ``experiments``: many trainings as one study, run once each, wherever there are workers; the last stage of all.

``grid`` declares cells, ``Study`` names them, ``run`` runs what is missing, ``table`` compares. ``plan`` says before what it will cost.
"""

from mmviz.experiments.cell import Cell
from mmviz.experiments.overview import overview
from mmviz.experiments.plan import Plan, plan
from mmviz.experiments.run import Outcome, run
from mmviz.experiments.store import Store
from mmviz.experiments.studies import declare
from mmviz.experiments.study import Study, grid
from mmviz.experiments.table import Table, table

__all__ = ["Cell", "Outcome", "Plan", "Store", "Study", "Table", "declare", "grid", "overview", "plan", "run", "table"]
