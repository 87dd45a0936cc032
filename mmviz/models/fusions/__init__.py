"""Fusion models, one family per file; each is registered under the name that ``mmviz.models.build`` takes."""
