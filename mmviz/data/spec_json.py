"""A spec as plain values and back, for everything that is kept as JSON beside arrays or weights."""

from dataclasses import asdict
from typing import Any

import numpy as np

from mmviz.data.spec import Modality, Spec, Task


def spec_to_json(spec: Spec) -> dict[str, Any]:
    """Return a spec as plain values; the float32 statistics survive the way back exactly."""
    plain = asdict(spec)
    for modality in plain["modalities"]:
        for name in ("mean", "std", "examples", "whole"):
            modality[name] = None if modality[name] is None else np.asarray(modality[name]).tolist()
    return plain


def spec_from_json(plain: dict[str, Any]) -> Spec:
    """Return the spec that `spec_to_json` wrote."""
    modalities = []
    for entry in plain["modalities"]:
        dtypes: dict[str, type] = {"mean": np.float32, "std": np.float32, "examples": np.float32, "whole": np.bool_}
        statistics: dict[str, Any] = {
            name: None if entry.get(name) is None else np.array(entry[name], dtype=dtype)
            for name, dtype in dtypes.items()
        }
        modalities.append(Modality(**{**entry, **statistics, "channels": tuple(entry["channels"])}))
    task = Task(**{**plain["task"], "classes": tuple(plain["task"]["classes"])})
    return Spec(**{**plain, "modalities": tuple(modalities), "task": task, "notes": tuple(plain["notes"])})
