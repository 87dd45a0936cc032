"""Comparison of contenders on one shape: equality with the reference first, then times measured in turn."""

from collections.abc import Iterable, Sequence

import torch
from mmkernels.timing.clock import Plan, measure
from mmkernels.timing.machine import simd

from bench.contenders import Contender
from bench.problems import Shape
from bench.rows import NOT_INSTALLED, REFUSED, Row

FORWARD, TRAINING = "forward", "forward + backward"


def admit(contender: Contender, row: Row, shape: Shape) -> bool:
    """Test a contender on a reduced shape; write error, or the reason against it, into its row."""
    if contender.missing is not None:
        row.status, row.note = NOT_INSTALLED, contender.missing
        return False
    row.error_shape = shape.sizes()
    row.error = contender.error(shape)
    if not row.error <= contender.tolerance:
        row.status = REFUSED
        row.note = f"its error {row.error:.1e} is above {contender.tolerance:.0e}: not timed"
        return False
    return True


def race(
    group: str,
    case: str,
    shape: Shape,
    contenders: Iterable[Contender],
    plan: Plan,
    *,
    steps: Sequence[str] = (FORWARD, TRAINING),
) -> list[Row]:
    """Return a row for every contender and step; those that are not equal to the reference are refused.

    Parameters
    ----------
    group, case
        As in `Row`.
    shape
        Sizes to time.
    contenders
        Who takes part.
    plan
        How long to measure each step.
    steps
        "forward", "forward + backward".
    """
    rows: dict[tuple[str, str], Row] = {}
    admitted = []
    for contender in contenders:
        first = Row(group, case, shape.sizes(), steps[0], contender.name, torch.get_num_threads(), simd())
        fit = admit(contender, first, shape.reduced())
        for step in steps:
            rows[contender.name, step] = Row(**{**vars(first), "step": step, "values": {}})
        if fit:
            admitted.append(contender)
    for step in steps:
        works = {c.name: c.forward(shape) if step == FORWARD else c.training(shape) for c in admitted}
        for name, time in measure(works, plan).items():
            rows[name, step].time = time
    return list(rows.values())
