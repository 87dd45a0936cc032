"""One way to write a configuration down: the same text for the same options, whatever their order, process or machine."""

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmviz.errors import ConfigError


def canonical(value: Any, where: str = "configuration") -> Any:
    """Return a value as plain JSON values: dataclasses and mappings as dicts, tuples as lists, NumPy numbers as Python's.

    Raises
    ------
    ConfigError
        If something cannot be written as JSON, a key is no text, or a number is not finite; says where.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: _typed(f, getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        odd = [k for k in value if not isinstance(k, str)]
        if odd:
            raise ConfigError(f"{where}: key {odd[0]!r} is no text")
        return {k: canonical(v, f"{where}.{k}") for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(v, f"{where}[{i}]") for i, v in enumerate(value)]
    if isinstance(value, (set, frozenset)):
        return sorted(canonical(list(value), where))
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if value is not None and not isinstance(value, (str, bool, int, float)):
        raise ConfigError(f"{where}: a {type(value).__name__} cannot be part of a cell; give plain values")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{where}={value!r}: give a finite number")
    return value


def text_of(value: Any) -> str:
    """Return a canonical value as one line of JSON with sorted keys; equal values give equal text."""
    return json.dumps(canonical(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def as_typed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return canonical options as a person types them: JSON knows lists alone where an option may be a tuple."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}


def _typed(field: dataclasses.Field, value: Any) -> Any:
    """Return a whole number in a field of real numbers as a real one: 1 and 1.0 are the same option."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and field.type in (float, "float") else value
