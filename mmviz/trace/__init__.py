"""The Trace: schema, validation, one netCDF file, and several runs in one Trace. Everything right of it reads named arrays only and needs no torch."""

from mmviz.trace.combine import combine, runs
from mmviz.trace.measures import with_measures
from mmviz.trace.retrained import with_retrained
from mmviz.trace.schema import SCHEMA_VERSION, validate
from mmviz.trace.store import load, save

__all__ = ["SCHEMA_VERSION", "combine", "load", "runs", "save", "validate", "with_measures", "with_retrained"]
