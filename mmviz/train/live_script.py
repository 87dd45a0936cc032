"""A live training as a Python script."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError
from mmviz.core.escape import printable
from mmviz.train.config import TrainConfig
from mmviz.train.model_entry import model_entry
from mmviz.train.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmviz.train.intervention import Intervention
    from mmviz.train.job import Job

#: options that are written apart
_APART = ("strategy", "strategy_options", "interventions")


def live_script(job: Job, interventions: Sequence[Intervention], threads: int, *, model: str, ds: str) -> str:
    """Return Python that repeats a training with these interventions, see :meth:`mmviz.train.LiveTraining.script`."""
    if job.config.strategy not in STRATEGIES or type(job.strategy) is not STRATEGIES[job.config.strategy]:
        raise ConfigError(
            f"script: strategy {job.config.strategy!r} is not registered, so that a script cannot name it; use @mmviz.train.strategies.register"
        )
    options = {
        field.name: getattr(job.config, field.name)
        for field in dataclasses.fields(TrainConfig)
        if field.name not in _APART and getattr(job.config, field.name) != field.default
    }
    options |= {"strategy": job.config.strategy}
    if job.config.strategy_options:
        options["strategy_options"] = job.config.strategy_options
    lines = [f"    {name}={_written(value)}," for name, value in options.items()]
    if interventions:
        listed = "\n".join(f"        {_written(each)}," for each in interventions)
        lines.append(f"    interventions=[\n{listed}\n    ],")
    entry = model_entry(job.model)
    about = printable(f"{entry['name']} on {job.ds.spec.name}", kept="").replace("\n", " ")
    given = [f"# {name}: the {what} that was trained, before its training" for name, what in _missing(model, ds)]
    return "\n".join(
        [
            f"# Training of {about}; equal bit for bit with the same data, initial weights, threads and kind of CPU.",
            *given,
            "import torch",
            "",
            "import mmviz as mm",
            "",
            f"torch.set_num_threads({threads})",
            *([f"ds = {ds}"] if ds != "ds" else []),
            *([f"model = {model}"] if model != "model" else []),
            "run = mm.train.fit(",
            "    model,",
            "    ds,",
            *lines,
            ")",
            "",
        ]
    )


def _missing(model: str, ds: str) -> list[tuple[str, str]]:
    return [(name, what) for name, what, given in (("model", "model", model), ("ds", "data set", ds)) if given == name]


def _written(value: Any) -> str:
    """Return an option as Python; classes of mmviz.train with their path."""
    return f"mm.train.{value!r}" if dataclasses.is_dataclass(value) else repr(value)
