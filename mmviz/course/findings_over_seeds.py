"""Findings of the notebooks over five seeds, as ``tests/bars/notebook_findings.py`` measured them, with their provenance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmviz.core.errors import ConfigError
from mmviz.core.intervals import mean_interval

#: written by tests/bars/notebook_findings.py
STORED = Path(__file__).with_name("findings.json")


@dataclass(frozen=True)
class StoredFinding:
    """One finding over seeds.

    Attributes
    ----------
    key
        Number of the notebook and a name, such as ``"06 alternating"``.
    quantity
        What was measured.
    values
        Of each seed, in the order of ``seeds``.
    control
        Name of the control.
    control_values
        Of the control, for each seed.
    seeds
        Of the trainings, or of the noise.
    provenance
        Commit, versions, processor and command.
    """

    key: str
    quantity: str
    values: tuple[float, ...]
    control: str
    control_values: tuple[float, ...]
    seeds: tuple[int, ...]
    provenance: dict[str, str]

    def text(self, form: str = ".3g") -> str:
        """Return mean, 95 % interval (Student's t over seeds), number of seeds and the control in words; ``form`` formats the numbers."""
        mean, low, high = (float(v) for v in mean_interval(np.array(self.values)))
        control = float(mean_interval(np.array(self.control_values))[0])
        seeds = f"{len(self.seeds)} seeds"
        return (
            f"{self.quantity}: {mean:{form}} (95 % interval {low:{form}} to {high:{form}}, {seeds}); "
            f"control: {self.control} {control:{form}}"
        )


def stored_finding(key: str) -> StoredFinding:
    """Return a finding of the notebooks over five seeds.

    Parameters
    ----------
    key
        Such as ``"06 alternating"``.

    Raises
    ------
    ConfigError
        No finding has this key.
    """
    known = stored_findings()
    if key not in known:
        raise ConfigError(f"stored_finding({key!r}): no such finding; there are {', '.join(known) or 'none'}")
    return known[key]


def stored_findings() -> dict[str, StoredFinding]:
    """Return all stored findings by key."""
    file = json.loads(STORED.read_text(encoding="utf-8"))
    return {
        key: StoredFinding(
            key,
            one["quantity"],
            tuple(one["values"]),
            one["control"],
            tuple(one["control_values"]),
            tuple(one["seeds"]),
            one["provenance"],
        )
        for key, one in file.items()
    }
