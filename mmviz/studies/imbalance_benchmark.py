"""Benchmark of methods against modality imbalance: every training strategy under equal updates and under equal passes, against joint training."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, whole
from mmviz.metrics.imbalance import edm
from mmviz.studies.cell import open_source, source
from mmviz.studies.comparison import table
from mmviz.studies.recipes import model_entry, recipe_for, restricted_augmentation
from mmviz.studies.store import FINISHED
from mmviz.studies.study import Study, grid
from mmviz.train.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mmviz.data.spec import Spec
    from mmviz.studies.cell import Cell
    from mmviz.studies.store import Store

#: how the epochs of every method follow from those of joint training
BUDGETS = {
    "updates": "as many optimizer steps as joint training",
    "passes": "as many forward and backward passes as joint training, a backward pass counted as two",
}
JOINT = "joint"
STORED = Path(__file__).with_name("imbalance_tables.json")
#: quantities that say how the model uses and combines its modalities; a table of their own
USE = ("perceptual", "emap", "cooperation", "intershap")
#: columns whose values identify a replicate
_REPLICATE = ("seed", "data.fold")


@dataclass(frozen=True)
class ImbalanceBenchmark:
    """Trainings of all methods on one data set and model, from :func:`declare_benchmark`.

    Attributes
    ----------
    study
        Every training once: `mmviz.studies.run` runs it.
    budgets
        Budget -> strategy -> the part of the study that its row in the table rests on.
    unimodal
        Training on each modality alone, for as many updates as joint training; its score is that of the gap g_m.
    shorter
        Joint training of as few epochs as a method makes under some budget: epochs -> its cells. A control: it tells what a method costs from what a
        short training costs.
    epochs
        Budget -> strategy -> epochs.
    spec
        Of the data.
    metric
        Score on the test split: accuracy, or mean absolute error.
    skipped
        Strategies that do not train this task or this model, with the reason.
    """

    study: Study
    budgets: Mapping[str, Study]
    unimodal: Study
    shorter: Mapping[int, Study]
    epochs: Mapping[str, Mapping[str, int]]
    spec: Spec
    metric: str
    skipped: Mapping[str, str]

    @property
    def higher_is_better(self) -> bool:
        """Whether a larger score is better: True for accuracy, False for an error."""
        return self.spec.task.kind == "classification"


def declare_benchmark(
    data: str | Mapping[str, Any],
    *,
    model: str | Mapping[str, Any] = "coupled_mamba",
    seeds: int | Sequence[int] = 5,
    strategies: Sequence[str] | None = None,
    budgets: Sequence[str] = tuple(BUDGETS),
    folds: Sequence[int] | None = None,
    options: Mapping[str, Any] | None = None,
    train: Mapping[str, Any] | None = None,
) -> ImbalanceBenchmark:
    """Return the benchmark of the training strategies on some data.

    Parameters
    ----------
    data
        A built-in set or path, or a mapping with ``name`` and loader options; a split "test" is scored.
    model
        A name of :func:`mmviz.models.available`, or a mapping with ``name`` and options, which replace those of `options`.
    seeds
        How many, from 0; or which.
    strategies
        Names of :data:`mmviz.train.STRATEGIES`, besides joint training. None: all that train the task.
    budgets
        Of :data:`BUDGETS`.
    folds
        Values of the data's option ``fold``; None: the recipe's.
    options, train
        Options of the model and of every training in place of the recipe's (:mod:`mmviz.studies.recipes`). ``epochs`` is that of joint
        training; every other method has the number that its budget leaves, at least 1, see :attr:`ImbalanceBenchmark.epochs`.

    Returns
    -------
    ImbalanceBenchmark
        All methods train on the same samples: those of the training split without the subset that some of them hold out. An epoch is selected
        as the recipe says, on the validation split or the last one, never on the test split.

    Raises
    ------
    ConfigError
        One modality, an unknown strategy, budget or option (with the nearest name).

    Notes
    -----
    Passes per batch are those that the strategies state (:class:`mmviz.train.strategies.method.Method`), which a test counts. What a
    method does once per epoch or less often (probes, prototypes, clusters) is in its seconds, not in its passes.
    """
    entry = {"name": data} if isinstance(data, str) else dict(data)
    known = source(entry)
    spec = open_source(known, None).spec
    names = spec.names
    if len(names) < 2:
        raise ConfigError(f"benchmark imbalance: {spec.name!r} has one modality; imbalance needs two")
    for budget in budgets:
        if budget not in BUDGETS:
            raise ConfigError(f"budgets={budget!r}{nearest(budget, BUDGETS)}: there is {', '.join(BUDGETS)}")
    chosen = list(STRATEGIES) if strategies is None else list(dict.fromkeys([JOINT, *strategies]))
    for name in chosen:
        if name not in STRATEGIES:
            raise ConfigError(f"strategies={name!r}{nearest(name, STRATEGIES)}: there is {', '.join(STRATEGIES)}")
    skipped = {
        name: f"trains {' and '.join(STRATEGIES[name].tasks)} only"
        for name in chosen
        if spec.task.kind not in STRATEGIES[name].tasks
    }
    of_model = {"name": model} if isinstance(model, str) else dict(model)
    for name in chosen:
        fusions = STRATEGIES[name].fusions
        if fusions and of_model["name"] not in fusions:
            skipped.setdefault(name, f"trains {' and '.join(fusions)} only")
    recipe = recipe_for(spec.name)
    places = folds if folds is not None else () if "fold" in entry or "fold" not in known["options"] else recipe.folds
    entries = [{**entry, "fold": whole(fold, "folds", low=0)} for fold in places] or [entry]
    model_options = {**recipe.model, **(options or {}), **{k: v for k, v in of_model.items() if k != "name"}}
    every_train = {**recipe.train, **(train or {})}
    epochs = whole(every_train.pop("epochs", 20), "train: epochs", low=1)
    seed = list(range(whole(seeds, "seeds", low=1))) if isinstance(seeds, int) else list(seeds)
    shared = {"data": entries, "model": model_entry(of_model["name"], model_options), "seed": seed}
    kept = [name for name in chosen if name not in skipped]
    counts = {budget: {name: _epochs(name, budget, epochs, len(names)) for name in kept} for budget in budgets}

    def cells(name: str, count: int) -> Iterable[Cell]:
        trained = {**_train(every_train, names), "epochs": count, "monitor": _monitor(name, count)}
        return grid(strategy=name, train=trained, measures=("contributions", "interactions", "missing"), **shared)

    found = {budget: [one for name in kept for one in cells(name, counts[budget][name])] for budget in budgets}
    few = sorted({n for each in counts.values() for n in each.values()} - {epochs})
    alone = [
        one
        for name in names
        for one in grid(modalities=(name,), train={**_train(every_train, (name,)), "epochs": epochs}, **shared)
    ]
    short = {n: tuple(cells(JOINT, n)) for n in few}
    distinct = {one.text: one for one in itertools.chain(*found.values(), alone, *short.values())}
    metric = "test.accuracy" if spec.task.kind == "classification" else "test.mae"
    reference = {"strategy": JOINT}
    return ImbalanceBenchmark(
        Study("imbalance", tuple(distinct.values()), by=("strategy", "train.epochs"), metric=metric),
        {
            budget: Study(f"imbalance-{budget}", tuple(cells), by=("strategy",), metric=metric, reference=reference)
            for budget, cells in found.items()
        },
        Study("imbalance-unimodal", tuple(alone), by=("modalities",), metric=metric),
        {n: Study(f"imbalance-{n}-epochs", each, by=("strategy",), metric=metric) for n, each in short.items()},
        counts,
        spec,
        metric,
        skipped,
    )


def _epochs(strategy: str, budget: str, epochs: int, modalities: int) -> int:
    """Return the epochs of a strategy that make as many updates or passes as ``epochs`` of joint training, at least 1."""
    method = STRATEGIES[strategy].method
    per_batch = method.updates(modalities) if budget == "updates" else method.cost(modalities)
    return max(1, round(epochs / per_batch))


def _train(options: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return restricted_augmentation(options, *names)


def _monitor(strategy: str, epochs: int) -> Any:
    """Return the contributions' option: all strategies hold out the same samples; only those that need the values compute them in between."""
    return True if STRATEGIES[strategy].needs_contributions else {"every": epochs}


def benchmark_rows(benchmark: ImbalanceBenchmark, store: Store) -> pd.DataFrame:
    """Return the finished and failed rows of the benchmark, with the columns that need several trainings.

    Parameters
    ----------
    benchmark
        From :func:`declare_benchmark`.
    store
        Where its study was run.

    Returns
    -------
    DataFrame
        Rows as of :meth:`Store.rows`, and for the trainings on all modalities: ``test.gap.<modality>``, g_m = score of a training on m alone -
        score of this model with m alone, of the same seed and data (errors with the sign changed, so that above 0 this model is worse); and
        ``test.EDM``, Σ_m |mean φ - φ_m| of the Shapley values φ of the accuracy, or of minus the mean absolute error.
    """
    rows = store.rows()
    keys = {cell.key for cell in benchmark.study.cells}
    rows = rows[rows["key"].isin(keys)].copy()
    names, metric = benchmark.spec.names, benchmark.metric
    sign = 1 if benchmark.higher_is_better else -1
    phi = [f"test.contribution.{name}" for name in names]
    if set(phi) <= set(rows.columns):
        rows["test.EDM"] = edm(rows[phi].to_numpy(dtype=float))
    same = [column for column in _REPLICATE if column in rows.columns]
    single = rows[rows["key"].isin({cell.key for cell in benchmark.unimodal.cells}) & (rows["status"] == FINISHED)]
    for name in names:
        here = f"{metric}@{name}"
        own = single[single["modalities"] == name].set_index(same)[metric]
        if here in rows.columns and len(own):
            other = [
                own.get(key if len(same) > 1 else key[0], np.nan)
                for key in rows[same].itertuples(index=False, name=None)
            ]
            rows[f"test.gap.{name}"] = sign * (np.asarray(other, dtype=float) - rows[here].to_numpy(dtype=float))
    return rows


@dataclass(frozen=True)
class BenchmarkTable:
    """One row per method, under one budget.

    Attributes
    ----------
    frame
        Columns ``method`` and ``strategy``; ``n``; for every quantity q its mean ``q`` with the interval ``q_low``, ``q_high`` over replicates; for
        those compared with joint training ``q_difference`` with its interval and ``q_p``, corrected by Holm's method over the methods. Quantities:
        ``score``, ``f1``, ``alone.<modality>``, ``without.<modality>``, ``gap.<modality>``, ``EDM``, ``perceptual.<modality>``, ``emap``,
        ``cooperation``, ``intershap``. ``as_few_epochs`` with its interval, not corrected: the difference in score to joint training of as many
        epochs as the method, where these are fewer. ``updates`` and ``cost`` per batch as the method
        states them; ``epochs``; ``seconds``, the median of training seconds relative to joint training with the same number of epochs; ``failed``
        and ``reason``.
    weak
        The weak modality: that with the smallest Shapley value in joint training.
    note
        What the numbers are.
    """

    frame: pd.DataFrame
    budget: str
    weak: str
    note: str


def benchmark_table(
    benchmark: ImbalanceBenchmark, store: Store, budget: str = "updates", *, level: float = 0.95
) -> BenchmarkTable:
    """Return the comparison of all methods with joint training under one budget.

    Parameters
    ----------
    benchmark
        From :func:`declare_benchmark`.
    store
        Where its study was run; methods without a finished training have NaN and the reason.
    budget
        Of :data:`BUDGETS`.
    level
        Of the intervals: Student's t over the replicates (seeds, or folds where there is one seed).

    Raises
    ------
    ConfigError
        If the benchmark was declared without this budget.
    DataError
        If no training of it has finished.
    """
    if budget not in benchmark.budgets:
        raise ConfigError(f"budget={budget!r}: the benchmark has {', '.join(benchmark.budgets)}")
    rows, study, names = benchmark_rows(benchmark, store), benchmark.budgets[budget], benchmark.spec.names
    mine = rows[rows["key"].isin({cell.key for cell in study.cells})]
    metric = benchmark.metric
    second = "test.f1_macro" if benchmark.higher_is_better else "test.correlation"
    columns = {"score": metric, "f1" if benchmark.higher_is_better else "correlation": second}
    columns |= {f"alone.{name}": f"{metric}@{name}" for name in names}
    if len(names) > 2:
        columns |= {f"without.{name}": f"{metric}@{'+'.join(n for n in names if n != name)}" for name in names}
    columns |= {f"gap.{name}": f"test.gap.{name}" for name in names} | {"EDM": "test.EDM"}
    columns |= {f"perceptual.{name}": f"test.perceptual.{name}" for name in names}
    columns |= {name: f"test.{name}" for name in USE[1:]}
    frame = pd.DataFrame({"strategy": list(benchmark.epochs[budget])})
    frame.insert(0, "method", [STRATEGIES[name].method.title for name in frame["strategy"]])
    for quantity, column in columns.items():
        if column not in mine.columns:
            continue
        found = table(mine, by="strategy", metric=column, reference=study.reference, of=study, level=level)
        part = found.frame.set_index("strategy")
        renamed = {
            "mean": quantity,
            "low": f"{quantity}_low",
            "high": f"{quantity}_high",
            "difference": f"{quantity}_difference",
        }
        renamed |= {
            "difference_low": f"{quantity}_difference_low",
            "difference_high": f"{quantity}_difference_high",
            "p_holm": f"{quantity}_p",
        }
        frame = frame.merge(
            part[list(renamed)].rename(columns=renamed), left_on="strategy", right_index=True, how="left"
        )
        if quantity == "score":
            frame = frame.merge(part[["n", "failed"]], left_on="strategy", right_index=True, how="left")
    frame = frame.merge(_beside_as_few_epochs(benchmark, rows, mine, budget, level), on="strategy", how="left")
    methods = [STRATEGIES[name].method for name in frame["strategy"]]
    frame["updates"] = [m.updates(len(names)) for m in methods]
    frame["cost"] = [m.cost(len(names)) for m in methods]
    frame["epochs"] = [benchmark.epochs[budget][name] for name in frame["strategy"]]
    done = mine[mine["status"] == FINISHED]
    each = (done["run.train_seconds"] / done["run.epochs"]).groupby(done["strategy"]).median()
    frame["seconds"] = [each.get(name, np.nan) / each.get(JOINT, np.nan) for name in frame["strategy"]]
    reasons = mine[mine["status"] != FINISHED].groupby("strategy")["reason"].first()
    frame["reason"] = [str(reasons.get(name, "")) for name in frame["strategy"]]
    joint = done[done["strategy"] == JOINT]
    weak = min(names, key=lambda name: float(joint[f"test.contribution.{name}"].mean())) if len(joint) else names[0]
    return BenchmarkTable(frame, budget, weak, _note(benchmark, budget, level, len(frame) - 1))


def _beside_as_few_epochs(
    benchmark: ImbalanceBenchmark, rows: pd.DataFrame, mine: pd.DataFrame, budget: str, level: float
) -> pd.DataFrame:
    """Return the difference in score to joint training of as many epochs, for methods that make fewer than joint training: strategy, difference, low, high."""
    ends, out = ("difference", "difference_low", "difference_high"), []
    for count, study in benchmark.shorter.items():
        methods = [name for name, n in benchmark.epochs[budget].items() if n == count]
        joint = rows[rows["key"].isin({cell.key for cell in study.cells})]
        both = pd.concat([mine[mine["strategy"].isin(methods)], joint])
        done = set(both.loc[both["status"] == FINISHED, "strategy"])
        if JOINT in done and len(done) > 1:
            found = table(
                both, by="strategy", metric=benchmark.metric, reference={"strategy": JOINT}, level=level
            ).frame
            out.append(found.loc[found["strategy"] != JOINT, ["strategy", *ends]])
    names = {end: f"as_few_epochs{end.removeprefix('difference')}" for end in ends}
    return pd.concat(out or [pd.DataFrame(columns=["strategy", *ends])]).rename(columns=names)


def _note(benchmark: ImbalanceBenchmark, budget: str, level: float, compared: int) -> str:
    unit = "accuracy" if benchmark.higher_is_better else "mean absolute error"
    lines = [
        f"Every method makes {BUDGETS[budget]} (column epochs). {unit} on the test split; the epoch is selected without it. Intervals: {level:.0%}, "
        f"Student's t over replicates; differences to joint training are paired, p corrected by Holm's method for {compared} methods.",
        "difference to joint of as few epochs: paired, not corrected; a loss that is gone there is one of a short training, not of the method.",
        "alone: this model with all other modalities masked. gap g: a training on that modality alone minus that, with as many updates as joint "
        "training. EDM: sum of |mean - Shapley value| in units of the score; it describes inequality, not quality.",
        "perceptual score: accuracy lost when the modality is permuted over the samples; EMAP gap: accuracy lost without interactions; SHAPE cooperation: "
        "accuracy of all modalities beyond the sum of what each adds alone; InterSHAP: share of interactions. All are of the model, not of the data.",
        "seconds: per epoch, relative to joint training, as measured beside whatever else the machine did.",
    ]
    lines += [f"{name}: {why}, left out." for name, why in benchmark.skipped.items()]
    return "\n".join(lines)


def better_in_the_weak_modality(
    found: BenchmarkTable, *, points: float = 0.10, higher_is_better: bool = True
) -> list[str]:
    """Return the strategies that improve the weak modality alone without losing score.

    A strategy is in the list if the score of the weak modality alone exceeds that of joint training by at least ``points``, with the interval of
    the difference above 0 and a corrected p below 0.05, and the interval of the difference in score reaches 0 or lies above it. For errors the signs
    are changed.
    """
    frame, sign = found.frame, 1 if higher_is_better else -1
    name = f"alone.{found.weak}"
    if f"{name}_difference" not in frame:
        return []
    gained = sign * frame[f"{name}_difference"]
    low = frame[f"{name}_difference_low"] if sign > 0 else -frame[f"{name}_difference_high"]
    reach = frame["score_difference_high"] if sign > 0 else -frame["score_difference_low"]
    # replicates that are all equal have no interval
    reach = reach.fillna(sign * frame["score_difference"])
    good = (gained >= points) & (low.fillna(gained) > 0) & (frame[f"{name}_p"] < 0.05) & (reach >= 0)
    return [str(s) for s in frame["strategy"][good.to_numpy(dtype=bool)] if s != JOINT]


def stored_benchmark(
    data: str | None = None, *, model: str | None = None, budget: str | None = None
) -> list[dict[str, Any]]:
    """Return the tables of docs/imbalance.md, as ``make imbalance`` measured them, with their provenance.

    Parameters
    ----------
    data, model, budget
        Only tables of this data set, model or budget; None: of all.

    Returns
    -------
    list of dict
        As ``python -m mmviz benchmark imbalance --json FILE`` writes them; each for :func:`benchmark_differences`.

    Raises
    ------
    ConfigError
        If no table is of that data set, model and budget.
    """
    tables = json.loads(STORED.read_text(encoding="utf-8"))
    wanted = {key: value for key, value in (("data", data), ("model", model), ("budget", budget)) if value is not None}
    found = [one for name in tables for one in tables[name] if all(one[key] == value for key, value in wanted.items())]
    if not found:
        listed = "; ".join(f"{one['data']}, {one['model']}, {one['budget']}" for name in tables for one in tables[name])
        raise ConfigError(f"stored_benchmark: no table of {wanted}; there is {listed}")
    return found


def benchmark_differences(record: Mapping[str, Any]) -> xr.Dataset:
    """Return the differences of every method to joint training, for :func:`mmviz.plots.plot_benchmark`.

    Parameters
    ----------
    record
        One table of the list that ``python -m mmviz benchmark imbalance --json FILE`` writes.

    Returns
    -------
    xr.Dataset
        ``score``, ``weak`` (that of the weak modality alone), each with ``_low`` and ``_high`` (strategy, by its title): paired by seed, positive where the method is
        better, in percentage points of accuracy, or in the units of the error. Methods without a finished training are left out and named in the
        attribute ``left_out``.

    Raises
    ------
    DataError
        If it is no such table, or no method beside joint training has finished.
    """
    missing = [
        name for name in ("rows", "weak", "data", "model", "budget", "seeds", "higher_is_better") if name not in record
    ]
    if missing:
        raise DataError(
            f"benchmark_differences: no {missing[0]!r}; give one table of python -m mmviz benchmark imbalance --json FILE"
        )
    weak, factor = f"alone.{record['weak']}", 100.0 if record["higher_is_better"] else -1.0
    rows = [row for row in record["rows"] if row["strategy"] != JOINT]
    done = [row for row in rows if row.get("score_difference") is not None]
    if not done:
        raise DataError("benchmark_differences: no method beside joint training has finished")
    out = xr.Dataset(coords={"strategy": [str(row["method"]) for row in done]})
    for name, quantity in (("score", "score"), ("weak", weak)):
        value, *ends = (
            factor * np.array([row.get(f"{quantity}_difference{end}") for row in done], dtype=float)
            for end in ("", "_low", "_high")
        )
        out[name] = ("strategy", value)
        out[f"{name}_low"], out[f"{name}_high"] = ("strategy", np.minimum(*ends)), ("strategy", np.maximum(*ends))
    out.attrs = {key: record[key] for key in ("weak", "data", "model", "budget")} | {
        "n_seeds": len(record["seeds"]),
        "units": "points" if record["higher_is_better"] else "units of the error",
        "score": "accuracy" if record["higher_is_better"] else "mean absolute error",
        "left_out": [str(row["method"]) for row in rows if row not in done],
    }
    return out
