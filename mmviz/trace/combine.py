"""Combination of Traces of one model and data over runs (seeds) into one tree, and the Traces of such a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_names, takes
from mmviz.trace.schema import SCHEMA_VERSION, is_combined, validate

if TYPE_CHECKING:
    from collections.abc import Sequence

#: entries of the options of model and training that may differ between runs: the seed, and what changes results by rounding only
MAY_DIFFER = ("seed", "backend", "accelerator")


def combine(traces: Iterable[xr.DataTree], names: Sequence[str] | None = None) -> xr.DataTree:
    """Return one combined Trace of several Traces of the same data, model and training that differ in the seed.

    Parameters
    ----------
    traces
        Traces of `mmviz.record` or `mmviz.trace.load`; one alone is allowed. A generator works:
        ``combine(mm.record(run, ds["test"]) for run in runs)``.
    names
        Names of the runs, in the order of ``traces``. None: "seed 0", "seed 1", ..., or "run 1", ... where the seeds are unknown.

    Returns
    -------
    xr.DataTree
        A combined Trace (see :mod:`mmviz.trace.schema`): every analysis of it has a leading dimension ``run``, every figure shows the mean and
        the interval over the runs. It is saved and loaded as any Trace. Values stay lazy where those of the Traces are. The runs
        keep their own epochs and best epoch. Recorded samples that are missing in a run are left out of all runs.

    Raises
    ------
    ConfigError
        No Trace, something else than a Trace, a combined Trace, a training that is given twice (the same object, or equal
        predictions), or names that are not different or not one per Trace.
    DataError
        A tree that is not a valid Trace, or the first difference in data set, split, modalities, task, steps, samples, model, options of model or training,
        definition of the prefixes; or no recorded sample in common.

    Notes
    -----
    An interval over the runs describes the randomness of the training (initial weights, order of the batches, dropout) on fixed
    data, as far as the seeds differ: runs of one seed of ``fit`` and several seeds of ``build`` differ in the initial weights only. It does not describe which samples were drawn: that is the interval over samples within a run.
    """
    given = _listed(traces)
    named = _names_of(given, names)
    for name, trace in zip(named, given, strict=True):
        try:
            validate(trace)
        except DataError as error:
            raise DataError(f"combine: {name}: {error}") from error
    for name, trace in zip(named[1:], given[1:], strict=True):
        _check_equal(named[0], given[0], name, trace)
    _check_distinct(named, given)
    first = given[0].attrs
    out = xr.DataTree.from_dict({f"/runs/{k}": trace for k, trace in enumerate(_with_common_samples(named, given))})
    out.attrs = {
        "schema": SCHEMA_VERSION,
        **{name: first[name] for name in ("mmviz", "dataset", "split", "model", "task", "modalities")},
        "runs": named,
        "seed": [trace.attrs["train"].get("seed") for trace in given],
        "best_epoch": [trace.attrs["best_epoch"] for trace in given],
    }
    validate(out)
    return out


@takes(trace="trace")
def runs(trace: xr.DataTree) -> dict[str, xr.DataTree]:
    """Return the Traces of a combined Trace by the name of their run; a Trace of one run is returned under its default name.

    Parameters
    ----------
    trace
        From :func:`combine`, or any Trace.
    """
    if not is_combined(trace):
        return {_default_name(trace, 0): trace}
    out = {}
    for name, member in zip(trace.attrs["runs"], trace["runs"].children.values(), strict=True):
        out[str(name)] = member.copy(deep=False)
        out[str(name)].name = None
    return out


def _listed(traces: Iterable[xr.DataTree]) -> list[xr.DataTree]:
    if isinstance(traces, (xr.DataTree, str, Mapping)) or not isinstance(traces, Iterable):
        raise ConfigError(
            f"combine: traces is a {type(traces).__name__}; give a list of Traces, such as [trace_of_seed_0, trace_of_seed_1]"
        )
    given = list(traces)
    if not given:
        raise ConfigError("combine: traces is empty; give at least one Trace")
    for k, trace in enumerate(given):
        if not isinstance(trace, xr.DataTree):
            raise ConfigError(f"combine: traces[{k}] is a {type(trace).__name__}, expected a Trace")
        if is_combined(trace):
            raise ConfigError(
                f"combine: traces[{k}] is a combined Trace; give the Traces of its runs, mmviz.trace.runs(trace).values()"
            )
    return given


def _default_name(trace: xr.DataTree, k: int) -> str:
    seed = trace.attrs.get("train", {}).get("seed")
    return f"run {k + 1}" if seed is None else f"seed {seed}"


def _names_of(traces: Sequence[xr.DataTree], names: Sequence[str] | None) -> list[str]:
    if names is None:
        named = [_default_name(trace, k) for k, trace in enumerate(traces)]
        return named if len(set(named)) == len(named) else [f"run {k + 1}" for k in range(len(traces))]
    named = list(given_names(names, "combine: names"))
    if len(named) != len(traces) or len(set(named)) < len(named):
        raise ConfigError(f"combine: names={named!r}; give {len(traces)} different names, one per Trace")
    return named


def _check_equal(one: str, first: xr.DataTree, other: str, trace: xr.DataTree) -> None:
    """Raise DataError for the first difference between two Traces that must not differ."""
    for what, a, b in _compared(first, trace):
        if a != b:
            raise DataError(
                f"combine: {what} of {other!r} is {b!r:.120}, that of {one!r} is {a!r:.120}; combine Traces that differ in the seed only"
            )
    for what in ("id", "target", "group"):
        a, b = (t["samples"].to_dataset()[what].values for t in (first, trace))
        if len(a) != len(b):
            raise DataError(
                f"combine: {other!r} has {len(b)} samples, {one!r} has {len(a)}; record all runs on the same split"
            )
        differ = np.flatnonzero((a != b) & ~((a != a) & (b != b)))
        if len(differ):
            k = int(differ[0])
            raise DataError(
                f"combine: {what} of sample {k} is {b[k]!r} in {other!r} and {a[k]!r} in {one!r}; record all runs on the same split"
            )


def _compared(first: xr.DataTree, other: xr.DataTree) -> Iterable[tuple[str, Any, Any]]:
    a, b = first.attrs, other.attrs
    for name in ("dataset", "split", "modalities", "task"):
        yield name, a[name], b[name]
    yield "steps", a.get("steps"), b.get("steps")
    yield "model", a["model"].get("name"), b["model"].get("name")
    for what, key in (("model", "options"), ("train", None)):
        one, two = ((attrs[what] if key is None else attrs[what].get(key) or {}) for attrs in (a, b))
        for name in dict.fromkeys([*one, *two]):
            if name not in MAY_DIFFER:
                yield f"{'model' if key else 'training'} option {name!r}", one.get(name), two.get(name)
    yield "imputation", a.get("imputation"), b.get("imputation")
    if "prefixes" in first.children and "prefixes" in other.children:
        yield "prefixes", first["prefixes"].attrs.get("meaning"), other["prefixes"].attrs.get("meaning")


def _check_distinct(names: Sequence[str], traces: Sequence[xr.DataTree]) -> None:
    """Raise ConfigError where two Traces are of one training: an interval would count it twice."""
    for k, trace in enumerate(traces):
        for j in range(k):
            if trace is not traces[j] and not _same_training(traces[j], trace):
                continue
            why = "are one object" if trace is traces[j] else "have equal predictions, so they are of one training"
            raise ConfigError(
                f"combine: traces[{j}] ({names[j]!r}) and traces[{k}] ({names[k]!r}) {why}; a training that is counted twice narrows the "
                "interval, so give each training once, with its own seed"
            )


#: samples that are compared first; different trainings differ in them, so no further ones are read
_FIRST = 16


def _same_training(one: xr.DataTree, other: xr.DataTree) -> bool:
    """Return whether the predictions of all samples and subsets are equal, without them the hidden states of a common sample."""
    if "coalitions" in one.children and "coalitions" in other.children:
        held = [t["coalitions"].to_dataset()["prediction"].transpose("sample", ...) for t in (one, other)]
        return all(
            np.array_equal(held[0][part].values, held[1][part].values, equal_nan=True)
            for part in (slice(0, _FIRST), slice(_FIRST, None))
        )
    best = [t.attrs["best_epoch"] for t in (one, other)]
    norms = [t["states"].to_dataset()["norm"].sel(epoch=e) for t, e in zip((one, other), best, strict=True)]
    common = np.intersect1d(norms[0]["recorded_sample"].values, norms[1]["recorded_sample"].values)[:1]
    if not norms[0].size or not len(common):
        seeds = [t.attrs["train"].get("seed") for t in (one, other)]
        return None not in seeds and seeds[0] == seeds[1]
    a, b = (norm.sel(recorded_sample=common).values for norm in norms)
    return best[0] == best[1] and np.array_equal(a, b, equal_nan=True)


def _with_common_samples(names: Sequence[str], traces: Sequence[xr.DataTree]) -> list[xr.DataTree]:
    """Return the Traces with the recorded samples of all of them, in the order of the first."""
    recorded = [trace["states"].to_dataset()["recorded_sample"].values.tolist() for trace in traces]
    common = [place for place in recorded[0] if all(place in each for each in recorded[1:])]
    if not common:
        k = next(k for k, each in enumerate(recorded) if not set(each) & set(recorded[0]))
        raise DataError(
            f"combine: {names[0]!r} recorded the samples {recorded[0]}, {names[k]!r} {recorded[k]}, none in common; record all runs with the "
            "same recorded_samples=[...]"
        )
    out = []
    for trace, places in zip(traces, recorded, strict=True):
        if places != common:
            rows = [places.index(place) for place in common]
            kept = trace.map_over_datasets(_rows_of, rows)
            kept.attrs = trace.attrs
            trace = kept
        out.append(trace)
    return out


def _rows_of(data: xr.Dataset, rows: Sequence[int]) -> xr.Dataset:
    return data.isel(recorded_sample=list(rows)) if "recorded_sample" in data.dims else data
