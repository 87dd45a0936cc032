"""The Trace: schema, validation, and one netCDF file. Everything right of it reads named arrays only and needs no torch."""

from mmviz.trace.schema import SCHEMA_VERSION, validate
from mmviz.trace.store import load, save

__all__ = ["SCHEMA_VERSION", "load", "save", "validate"]
