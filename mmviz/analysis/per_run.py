"""Analyses of a combined Trace: the analysis of every run, concatenated along a dimension ``run``; and the result of one of the runs."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest
from mmviz.trace.combine import runs
from mmviz.trace.schema import is_combined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    P = ParamSpec("P")

#: attribute of a combined result: names of the attributes that are lists with one value per run
BY_RUN = "by_run"
#: attribute of the combined result of an analysis whose results have a dimension ``run`` for a single Trace too
KEEPS_RUN = "keeps_run"
#: coordinate (run, epoch): whether a run recorded an epoch; present where the epochs of the runs differ
RECORDED = "epoch_recorded"
#: names of the functions that :func:`per_run` decorates
DECORATED: set[str] = set()


def per_run(analysis: Callable[P, xr.Dataset]) -> Callable[P, xr.Dataset]:
    """Return a decorator of an analysis whose first argument is a Trace: of a combined Trace it analyses every run.

    The results are concatenated along a leading dimension ``run``, see :func:`concatenated`. An analysis of a single Trace is unchanged.
    """
    first = next(iter(inspect.signature(analysis).parameters))
    DECORATED.add(analysis.__name__)

    @functools.wraps(analysis)
    def of_every_run(*args: P.args, **named: P.kwargs) -> xr.Dataset:
        trace: Any = args[0] if args else named.get(first)
        if not isinstance(trace, xr.DataTree) or not is_combined(trace):
            return analysis(*args, **named)
        call: Any = analysis
        parts = {}
        for name, member in runs(trace).items():
            given = (member, *args[1:]) if args else ()
            try:
                parts[name] = call(*given, **(named if args else {**named, first: member}))
            except DataError as error:
                raise DataError(f"run {name!r}: {error}") from error
        found = concatenated(parts, analysis.__name__)
        ends = {name: ("run", trace.attrs[name]) for name in ("seed", "best_epoch") if None not in trace.attrs[name]}
        return found.assign_coords({name: ends[name] for name in ends if name not in found.variables})

    return of_every_run


def concatenated(parts: Mapping[str, xr.Dataset], place: str) -> xr.Dataset:
    """Return results of several runs as one Dataset with a leading dimension ``run``; lazy where they are.

    Parameters
    ----------
    parts
        Results of one analysis by the name of their run.
    place
        Name of the analysis, for messages.

    Returns
    -------
    xr.Dataset
        Floating point variables have the dimension ``run``; variables and coordinates of another type only where they differ between the
        runs. Epochs: those of any run; NaN where a run has no such epoch (coordinate ``epoch_recorded``), nothing is interpolated. Attributes that
        differ are lists in the order of the runs; attribute ``by_run`` lists their names.

    Raises
    ------
    DataError
        If a variable, a dimension or a coordinate differs between the runs.
    """
    names, given = list(parts), list(parts.values())
    found = _with_all_epochs(given)
    first = found[0]
    for name, each in zip(names, found, strict=True):
        for what, a, b in (
            ("variables", sorted(map(str, first.variables)), sorted(map(str, each.variables))),
            ("sizes", dict(first.sizes), dict(each.sizes)),
        ):
            if a != b:
                raise DataError(
                    f"{place}: the result of run {name!r} has the {what} {b}, that of run {names[0]!r} {a}; record all runs with the same options"
                )
        for dim in first.indexes:
            if not first.indexes[dim].equals(each.indexes[dim]):
                raise DataError(
                    f"{place}: coordinate {dim!r} of run {name!r} is {each.indexes[dim].tolist()!r:.120}, that of run {names[0]!r} is "
                    f"{first.indexes[dim].tolist()!r:.120}; record all runs with the same options"
                )
    held = {name: _stacked([each[name] for each in found]) for name in first.variables if name not in first.indexes}
    out = xr.Dataset(
        {name: held[name] for name in first.data_vars},
        coords={
            **{name: held[name] for name in first.coords if name in held},
            **{dim: first[dim].variable for dim in first.indexes},
            "run": names,
        },
    )
    if "epoch" in out.indexes and any(each.sizes["epoch"] < out.sizes["epoch"] for each in given):
        there = np.stack([np.isin(out["epoch"].values, each["epoch"].values) for each in given])
        out = out.assign_coords({RECORDED: (("run", "epoch"), there)})
    out.attrs = _joined_attributes([each.attrs for each in given])
    return out


def _with_all_epochs(found: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    if not all("epoch" in each.indexes for each in found):
        return list(found)
    epochs = np.unique(np.concatenate([each["epoch"].values for each in found]))
    return [each if np.array_equal(each["epoch"], epochs) else each.reindex(epoch=epochs) for each in found]


def _stacked(arrays: Sequence[xr.DataArray]) -> xr.Variable:
    """Return a variable over ``run``; without that dimension where it is not floating point and equal in all runs."""
    first = arrays[0].variable
    variables = [array.variable.transpose(*first.dims) for array in arrays]
    if first.dtype.kind not in "fc" and all(bool((v == first).all()) for v in variables[1:]):
        return first
    return xr.Variable.concat(variables, dim="run")


def _joined_attributes(each: Sequence[Mapping[Any, Any]]) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    differ = []
    for name in dict.fromkeys(name for attrs in each for name in attrs):
        values = [attrs.get(name) for attrs in each]
        equal = all(repr(value) == repr(values[0]) for value in values)
        out[name] = values[0] if equal else values
        if not equal:
            differ.append(name)
    return {**out, BY_RUN: differ}


def run_marks(traces: object) -> dict[str, Any]:
    """Return the attributes that mark the result of an analysis over runs as that of one combined Trace; none for other arguments."""
    if not isinstance(traces, xr.DataTree) or not is_combined(traces):
        return {}
    return {"seed": list(traces.attrs["seed"]), BY_RUN: ["seed"], KEEPS_RUN: True}


def has_runs(found: object) -> bool:
    """Return whether a result is that of a combined Trace, with the dimension ``run``."""
    return isinstance(found, xr.Dataset) and "run" in found.dims and BY_RUN in found.attrs


def select_run(found: xr.Dataset, run: str | int) -> xr.Dataset:
    """Return the result of one run, as the analysis of its Trace returns it.

    Parameters
    ----------
    found
        Result of an analysis of a combined Trace.
    run
        Name of the run, or its position from 0.

    Returns
    -------
    xr.Dataset
        Without the dimension ``run`` (length 1 where the analysis always has it) and without the epochs that this run does not have.

    Raises
    ------
    ConfigError
        If there is no such run.
    DataError
        If the result has no dimension ``run``.
    """
    if not has_runs(found):
        raise DataError("select_run: the result has no dimension 'run'; it is not that of a combined Trace")
    names = [str(name) for name in found["run"].values]
    if isinstance(run, str) and run in names:
        place = names.index(run)
    elif type(run) is int and 0 <= run < len(names):
        place = run
    else:
        raise ConfigError(
            f"select_run: run={run!r}{nearest(run, names)}; give one of {', '.join(names)}, or a position from 0 to {len(names) - 1}"
        )
    keeps = bool(found.attrs.get(KEEPS_RUN))
    out = found.isel(run=[place] if keeps else place)
    if RECORDED in out.coords:
        out = out.isel(epoch=np.flatnonzero(out[RECORDED].values))
    out = out if keeps else out.drop_vars(["run", "seed", "best_epoch", RECORDED], errors="ignore")
    differ = found.attrs[BY_RUN]
    out.attrs = {
        name: value[place] if name in differ else value
        for name, value in found.attrs.items()
        if name not in (BY_RUN, KEEPS_RUN)
    }
    return out
