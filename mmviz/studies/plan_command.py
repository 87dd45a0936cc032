"""``python -m mmviz plan NAME --data watch``: what an experiment would take."""

from mmviz.studies.command_line import plan_main as main

__all__ = ["main"]
