"""Value by retraining: every subset of the modalities is trained under one budget and compared with the full model's value of that subset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from mmviz.analysis.retraining import STATISTICS, WEIGHTS, value_by_retraining
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_mapping, number, whole
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership, subset_label
from mmviz.models.encoder import number_of_steps
from mmviz.models.registry import config_of
from mmviz.recording.probes import REPRESENTATIONS
from mmviz.studies.cell import name_and_options, open_source, source
from mmviz.studies.comparison import Table
from mmviz.studies.recipes import restricted_augmentation
from mmviz.studies.runner import Outcome, run
from mmviz.studies.sample_scores import scores_from_json, scores_per_sample
from mmviz.studies.store import FAILED, FINISHED, Store
from mmviz.studies.study import Study, grid
from mmviz.train.strategies import STRATEGIES

if TYPE_CHECKING:
    from mmviz.data.dataset import Dataset
    from mmviz.studies.cell import Cell

TEST = "test"
#: strategies that make one update per batch on all training samples, so that every subset has the budget of the single modalities
EQUAL_BUDGET = ("joint", "modality_dropout", "ogm_ge")


def subsets(
    data: str | Path | Mapping[str, Any],
    model: str | Mapping[str, Any] = "coupled_mamba",
    *,
    out: str | Path | Store,
    seeds: int | Sequence[int] = 3,
    train: Mapping[str, Any] | None = None,
    strategy: str | Mapping[str, Any] = "joint",
    level: float = 0.95,
    workers: int = 0,
    threads: int = 1,
    retry: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """Return v_retrained(S) of a model trained on each subset S of the modalities, beside v_masked(S) of the full model.

    Parameters
    ----------
    data
        A built-in set or path, or a mapping with ``name`` and loader options, with a split "test". An in-memory data set: write it with
        `mmviz.data.to_disk` and give the folder.
    model
        A name of :func:`mmviz.models.available`, or a mapping with ``name`` and options. Its number of steps is that of the full model in every
        training.
    out
        Store of the trainings, or its folder. Finished trainings are not repeated, see :func:`mmviz.studies.run`.
    seeds
        How many, from 0; or which. One seed gives no intervals.
    train
        Options of every training, as in :class:`mmviz.train.TrainConfig`: the same epochs, batches and samples for every subset. The epoch is
        selected on the validation split, or is the last one.
    strategy
        Of the trainings on several modalities: "joint", "modality_dropout" or "ogm_ge", which make one update per batch. A single modality is
        trained by "joint".
    level
        Of the intervals, which are over seeds and test samples, samples clustered by group where groups are known.
    workers, threads, retry, progress
        As in :func:`mmviz.studies.run`.

    Returns
    -------
    xr.Dataset
        See :func:`mmviz.analysis.value_by_retraining`. Scores on the test split: accuracy, or minus the mean absolute error; higher is better. The
        row of the empty subset is no training: ``retrained`` is the best constant prediction from the training labels (majority class, or
        median), ``masked`` the full model with every modality masked. ``failed`` (seed, coalition): trainings that failed or did not run, whose
        values are NaN; attribute ``failures`` names them with the reason.

    Raises
    ------
    ConfigError
        Options under which the budgets differ (early stopping, ``monitor``, a strategy with several updates per batch), a validation split
        that is the test split, or more than 12 modalities.
    DataError
        If the data have no labelled test split, or no training of the full model finished.

    Notes
    -----
    Equal updates do not mean equal convergence: with few epochs a smaller model may be closer to its best score. State the budget with the result.
    v_masked(S) is computed from coalitions that the full model may never have met in training; v_retrained(S) is not. The gap of a
    modality g_m = v_retrained({m}) - v_masked({m}) is our term; comparing a fused model with its unimodal counterparts is standard.

    References
    ----------
    .. [1] W. Wang, D. Tran, M. Feiszli, What makes training multi-modal classification networks hard?, CVPR 2020 (arXiv 1905.12681).
    .. [2] N. Wu, S. Jastrzebski, K. Cho, K. J. Geras, Characterizing and overcoming the greedy nature of learning in multi-modal deep neural
       networks, ICML 2022 (arXiv 2202.05306).
    """
    level = number(level, "level", low=0.0, high=1.0, above=True)
    known = source(data)
    ds = open_source(known, None)
    chosen = (
        list(range(whole(seeds, "seeds", low=1)))
        if isinstance(seeds, int)
        else [whole(s, "seeds", low=0) for s in seeds]
    )
    if not chosen or len(set(chosen)) < len(chosen):
        raise ConfigError(f"seeds={chosen}: give each seed once, at least one")
    options = given_mapping(train, "train", '{"epochs": 8}')
    _check(ds, options, strategy)
    cells = _cells(data, ds, model, chosen, options, strategy)
    study = Study("subsets", tuple(cells.values()), by=("modalities",), metric=f"{TEST}.{_metric(ds)}")
    outcome = run(study, out, workers=workers, threads=threads, retry=retry, progress=progress)
    scores, failures = _scores(cells, outcome, ds, options)
    scores.attrs = {"strategy": name_and_options(strategy, "strategy")[0]}
    found = value_by_retraining(scores, level=level)
    found["failed"] = (("seed", "coalition"), ~_ran(cells, outcome))
    example = next(iter(cells.values())).config
    found.attrs |= {
        "dataset": ds.spec.name,
        "split": TEST,
        "model": example["model"]["name"],
        "task": ds.spec.task.kind,
        "value": "accuracy" if ds.spec.task.kind == "classification" else "negative_absolute_error",
        "units": "accuracy" if ds.spec.task.kind == "classification" else "minus mean absolute error",
        "budget": _budget(ds, example["train"]),
        "failures": failures,
    }
    return found


def subsets_table(found: xr.Dataset) -> Table:
    """Return a row per subset: v_masked(S), v_retrained(S), and v_retrained(all) - v_retrained(S), each with its interval; and the diagnosis.

    Parameters
    ----------
    found
        From :func:`subsets`, or :func:`mmviz.analysis.retraining` of a Trace.

    Returns
    -------
    Table
        ``note`` states harm, gap and diagnosis of each modality, and the budget.
    """
    names = [str(name) for name in found["modality"].values]
    records = []
    for k, members in enumerate(found["members"].values):
        record: dict[str, Any] = {"subset": subset_label(names, members, empty="none")}
        for key in ("masked", "retrained", "excess"):
            record |= {
                key if s == "mean" else f"{key}_{s}": float(v)
                for s, v in zip(STATISTICS, found[key].values[:, k], strict=True)
            }
        record["failed"] = int(found["failed"].values[:, k].sum())
        records.append(record)
    lines = [
        f"{found.attrs['units']} on the split {found.attrs['split']}; low, high: {found.attrs['interval']}. "
        "retrained of none: best constant prediction. excess: v_retrained(all) - v_retrained(S), paired.",
        f"Harm: {found.attrs['harm_text']}.",
        *(f"{name}: {text}" for name, text in zip(names, found["explanation"].values, strict=True)),
        f"Budget of every training: {found.attrs['budget']}.",
        *(f"Failed: {failure}" for failure in found.attrs["failures"]),
    ]
    return Table(pd.DataFrame.from_records(records), "\n".join(lines))


def _check(ds: Dataset, train: Mapping[str, Any], strategy: str | Mapping[str, Any]) -> None:
    """Refuse data without a test split, and options under which the trainings have different budgets or see the test split."""
    if len(ds.spec.names) > MAX_EXACT_PLAYERS:
        raise ConfigError(
            f"subsets: {len(ds.spec.names)} modalities have 2^{len(ds.spec.names)} - 1 subsets to train; at most {MAX_EXACT_PLAYERS} modalities"
        )
    if TEST not in ds.splits:
        raise DataError(
            f"subsets: the data have the splits {', '.join(ds.splits)}; a split {TEST!r} is needed for the scores"
        )
    ds[TEST].labels("subsets")
    if train.get("valid", "valid") == TEST or train.get("train", "train") == TEST:
        raise ConfigError(
            f"subsets: the split {TEST!r} is scored, so it is neither train= nor valid=; name other splits"
        )
    if train.get("patience"):
        raise ConfigError(
            f"subsets: patience={train['patience']!r} ends trainings after different numbers of updates; leave it out"
        )
    if train.get("monitor"):
        raise ConfigError("subsets: monitor= holds out samples that a training on one modality does not; leave it out")
    name, _ = name_and_options(strategy, "strategy")
    if name in STRATEGIES and name not in EQUAL_BUDGET:
        raise ConfigError(
            f"subsets: strategy {name!r} has another number of updates or samples than training on a single modality; use one of "
            f"{', '.join(EQUAL_BUDGET)}"
        )


def _cells(
    data: Any, ds: Dataset, model: Any, seeds: list[int], train: Mapping[str, Any], strategy: Any
) -> dict[tuple[int, int], Cell]:
    """Return (seed, coalition) -> the training."""
    name, given = name_and_options(model, "model")
    steps = number_of_steps(config_of(name, **given), ds.spec.modalities)
    names = ds.spec.names
    cells: dict[tuple[int, int], Cell] = {}
    for k, members in enumerate(membership(len(names))):
        if not members.any():
            continue
        chosen = tuple(n for n, member in zip(names, members, strict=True) if member)
        single, full = len(chosen) == 1, len(chosen) == len(names)
        made = grid(
            data=data if not isinstance(data, Path) else str(data),
            model={"name": name, **given, "steps": steps},
            modalities=None if full else chosen,
            strategy="joint" if single else strategy,
            train=restricted_augmentation(train, *chosen),
            seed=list(seeds),
            measures=("samples", *(("probes",) if single or full else ()), *(("untrained_probes",) if full else ())),
        )
        cells |= {(seed, k): cell for seed, cell in zip(seeds, made, strict=True)}
    return cells


def _ran(cells: Mapping[tuple[int, int], Cell], outcome: Outcome) -> np.ndarray:
    """Return (seed, coalition) True where a training finished; the empty coalition needs none."""
    seeds, last = list(dict.fromkeys(seed for seed, _ in cells)), max(k for _, k in cells)
    done = {place: outcome.store.status(cell.key) == FINISHED for place, cell in cells.items()}
    return np.array([[True, *(done[seed, k] for k in range(1, last + 1))] for seed in seeds])


def _metric(ds: Dataset) -> str:
    return "accuracy" if ds.spec.task.kind == "classification" else "mae"


def _scores(
    cells: Mapping[tuple[int, int], Cell], outcome: Outcome, ds: Dataset, train: Mapping[str, Any]
) -> tuple[xr.Dataset, list[str]]:
    """Return the scores per sample that `value_by_retraining` reads, and what failed."""
    names, split = ds.spec.names, ds[TEST]
    seeds, n, members = list(dict.fromkeys(seed for seed, _ in cells)), len(split), membership(len(ds.spec.names))
    full, sign = len(members) - 1, 1 if ds.spec.task.kind == "classification" else -1
    retrained = np.full((len(seeds), len(members), n), np.nan)
    retrained[:, 0] = _constant(ds, train.get("train", "train"))
    masked, validation = np.full_like(retrained, np.nan), np.full(retrained.shape[:2], np.nan)
    probe = np.full((len(seeds), len(REPRESENTATIONS), len(WEIGHTS), len(names), n), np.nan)
    failures: list[str] = []
    for (seed, k), cell in cells.items():
        s, row = seeds.index(seed), outcome.store.row(cell.key)
        if row is None or row["status"] == FAILED:
            failures.append(f"{cell!r}: {'did not run' if row is None else row['reason']}")
            continue
        samples = scores_from_json(row["test.samples"])
        retrained[s, k] = samples[subset_label(names, members[k], between="+")]
        validation[s, k] = sign * row.get(f"{train.get('valid', 'valid')}.{_metric(ds)}", np.nan)
        if k == full:
            masked[s] = [samples[subset_label(names, each, between="+")] for each in members]
        if "test.probes" in row:
            probes = scores_from_json(row["test.probes"])
            for r, representation in enumerate(REPRESENTATIONS):
                for m in np.flatnonzero(members[k]):
                    trained = probes[f"{representation}/trained/{names[m]}"]
                    if k == full:
                        probe[s, r, :2, m] = trained, probes[f"{representation}/untrained/{names[m]}"]
                    if members[k].sum() == 1:
                        probe[s, r, 2, m] = trained
    if np.isnan(retrained[:, full]).all():
        raise DataError(f"subsets: no training of the full model finished; {'; '.join(failures)[:1000]}")
    scores = xr.Dataset(
        {
            "retrained": (("seed", "coalition", "sample"), retrained),
            "masked": (("seed", "coalition", "sample"), masked),
            "validation": (("seed", "coalition"), validation),
            "probe": (("seed", "representation", "weights", "modality", "sample"), probe),
            "members": (("coalition", "modality"), members),
            "group": ("sample", np.asarray(split.group, dtype=str)),
        },
        coords={
            "seed": seeds,
            "modality": list(names),
            "representation": list(REPRESENTATIONS),
            "weights": list(WEIGHTS),
        },
    )
    return scores, failures


def _constant(ds: Dataset, train: str) -> np.ndarray:
    """Return the score of every test sample by the best constant prediction: majority class, or median, of the training labels."""
    labels, target = ds[train].labels("subsets"), ds[TEST].labels("subsets")
    if ds.spec.task.kind == "classification":
        prediction = np.bincount(labels, minlength=ds.spec.task.outputs) == np.bincount(labels).max()
        return scores_per_sample(np.tile(prediction, (len(target), 1)), target, ds.spec.task)
    return scores_per_sample(np.full((len(target), 1), np.median(labels)), target, ds.spec.task)


def _budget(ds: Dataset, train: Mapping[str, Any]) -> str:
    """Return epochs, updates and selection of every training, in words."""
    count = len(ds[train["train"]])
    updates = train["epochs"] * -(-count // train["batch_size"])
    selected = (
        "last epoch"
        if train["select"] == "last" or train["valid"] not in ds.splits
        else f"epoch selected on {train['valid']}"
    )
    return f"{train['epochs']} epochs, {updates} updates of {train['batch_size']} samples, {count} training samples, {selected}"
