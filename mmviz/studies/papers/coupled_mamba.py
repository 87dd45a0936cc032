"""Figures and tables of Coupled Mamba: diagrams, growth of the states, results by fusion, and the ablations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.models import ablations
from mmviz.models.ablation import PRINTED_ON
from mmviz.plots.ablation import ablation_frame, ablation_spec
from mmviz.plots.figure_spec import (
    Axis,
    FigureSpec,
    Lines,
    Panel,
    ReferenceLine,
)
from mmviz.studies import grid
from mmviz.studies.papers.paper_spec import Caption, PaperFigure, TableSpec, of_diagram
from mmviz.studies.papers.published_results import (
    MOSEI,
    MOSEI_ALIGNED,
    MOSEI_CLASSES,
    MOSEI_CLASSES_SOURCE,
    MOSEI_SOURCE,
    published_bars,
)
from mmviz.studies.papers.training_grids import (
    DIGITS,
    FUSIONS_OF_VALUES,
    data_description,
    mean_and_deviation,
    over_seeds,
    scaled,
    seeds_in,
    synthetic_data_description,
    train_options,
)

if TYPE_CHECKING:
    import pandas as pd
    from jaxtyping import Float

    from mmviz.models import Ablation
    from mmviz.studies.papers.results import PaperResults


def stack(results: PaperResults) -> PaperFigure:
    """Return the diagram of encoders, coupled layers with Cat between them, pooling and head."""
    return of_diagram("coupled_mamba_layers")


def block(results: PaperResults) -> PaperFigure:
    """Return the diagram of the coupled block of one modality."""
    return of_diagram("coupled_mamba_block")


def unrolled(results: PaperResults) -> PaperFigure:
    """Return the diagram of two SSM streams over three steps: states, coupling weights, inputs and outputs."""
    return of_diagram("coupled_mamba_states")


STEPS, MODALITIES, CHANNELS, STATES = 60, 3, 32, 64
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)


def state_growth(results: PaperResults) -> PaperFigure:
    """Return the figure of the largest state at every step, for the sum of equation 6 and for the mean."""
    steps = np.arange(1, STEPS + 1, dtype=float)
    largest = {"sum, as published": largest_states(1.0), "mean": largest_states(1 / MODALITIES)}
    lines = tuple(Lines(steps, values, name, i, markers=False) for i, (name, values) in enumerate(largest.items()))
    shows = (
        f"Largest absolute state of the coupled recurrence, by step, at the starting values of Mamba: the sum of equation 6 passes a billion at step "
        f"{1 + int(np.argmax(largest['sum, as published'] > 1e9))}; the mean stays below {largest['mean'].max():.1f}. Dashed: the largest number of single precision."
    )
    caption = Caption(
        shows,
        f"Gaussian noise, {MODALITIES} modalities, {CHANNELS} channels, {STATES} states a channel, double precision",
        (0,),
        "the mean in place of the sum",
    )
    panel = Panel(
        (*lines, ReferenceLine(_LARGEST_FLOAT32, "y", "largest float32", "bottom right")),
        Axis("step"),
        Axis("largest |h|", log=True, span=(1e-3, 1e40)),
    )
    return PaperFigure(FigureSpec("Growth of the states", (shows,), (panel,), heights=(200,)), caption)


def largest_states(weight: float) -> Float[np.ndarray, " step"]:
    """Return the largest absolute state after every step of h[m] = exp(dt A) · weight · Σ_k h[k] + dt B x.

    Coupled Mamba (arXiv 2405.18014), equation 6, with Mamba's starting values: A = -1 ... -N, dt log-uniform in [0.001, 0.1].
    """
    rng = np.random.default_rng(0)
    dt = np.exp(rng.uniform(np.log(1e-3), np.log(0.1), (MODALITIES, CHANNELS, 1)))
    decay = np.exp(-dt * np.arange(1, STATES + 1.0))
    h, largest = np.zeros((MODALITIES, CHANNELS, STATES)), []
    for _ in range(STEPS):
        drive = dt * rng.normal(size=(MODALITIES, 1, STATES)) * rng.normal(size=(MODALITIES, CHANNELS, 1))
        h = decay * weight * h.sum(0) + drive
        largest.append(float(np.abs(h).max()))
    return np.array(largest)


_HALF = "Mean and standard deviation over the seeds."
_FORMS = ("{:.3f}", "{:.3f}", "{:.1f}", "{:.1f}")  # digits as published
_FUSION_INTERPRETATION = (
    "late, early, cross_attention, transformer, alignmamba, alignmamba2, and fusion with a missing modality"
)


def regression_table(results: PaperResults) -> TableSpec:
    """Return error, correlation, Acc-2 and F1 of fusions on synthetic values, like Tables 1, 2 and 7."""
    rows = results.rows("values")
    columns = {"MAE": ("test.mae", 1.0), "Corr": ("test.correlation", 1.0), "Acc-2": ("test.accuracy_2_positive", 100.0),
               "F1": ("test.f1_positive", 100.0)}  # fmt: skip
    published = dict(MOSEI) | dict(MOSEI_ALIGNED)
    table = []
    for model in FUSIONS_OF_VALUES:
        own = rows[rows["model"] == model]
        ours = {name: mean_and_deviation(own, metric, factor=factor) for name, (metric, factor) in columns.items()}
        theirs: list[object] = (
            [form.format(value) for form, value in zip(_FORMS, published[model], strict=True)]
            if model in published
            else [None] * 4
        )
        table.append({"model": model, **ours, **dict(zip((f"{name} " for name in columns), theirs, strict=True))})
    caption = Caption(
        f"Fusions on a regression. {_HALF} Acc-2 and F1: positive against negative, in per cent.",
        synthetic_data_description(results.budget), seeds_in(rows), _FUSION_INTERPRETATION, MOSEI_SOURCE,
    )  # fmt: skip
    groups = {"measured here": tuple(columns), "published, CMU-MOSEI": tuple(f"{name} " for name in columns)}
    best = {"MAE": "min", "Corr": "max", "Acc-2": "max", "F1": "max"}
    return TableSpec(table, caption, digits=2, best=best, groups=groups)


def classification_table(results: PaperResults) -> TableSpec:
    """Return accuracy and F1 of every fusion, and of each unimodal model, like Tables 3 to 6 and 13."""
    rows = results.rows("fusions")
    columns = {"accuracy": "test.accuracy", "F1, weighted": "test.f1_weighted", "F1, macro": "test.f1_macro"}
    table = []
    for (model, modalities), own in rows.groupby(["model", "modalities"], sort=False):
        ours = {name: mean_and_deviation(own, metric, factor=100.0) for name, metric in columns.items()}
        known = MOSEI_CLASSES.get(model) if modalities == "all" else None
        theirs: list[object] = [None, None] if known is None else [f"{value:.2f}" for value in known]
        table.append(
            {"model": model, "modalities": modalities} | ours | dict(zip(("Acc-3", "F1-3"), theirs, strict=True))
        )
    caption = Caption(
        f"Fusions on a classification, in per cent. {_HALF}",
        data_description(results.budget),
        seeds_in(rows),
        _FUSION_INTERPRETATION,
        MOSEI_CLASSES_SOURCE,
    )
    groups = {"measured here": tuple(columns), "published, CMU-MOSEI": ("Acc-3", "F1-3")}
    return TableSpec(table, caption, best=dict.fromkeys(columns, "max"), groups=groups)


def ablation_rows(row: Ablation, results: PaperResults) -> pd.DataFrame:
    """Return the rows of the study for one row of the paper's tables."""
    rows, budget = results.rows("paper_ablation"), results.budget
    cells = grid(data=DIGITS, model=scaled(row, budget), train=train_options(budget), seed=list(range(budget.seeds)))
    return rows[rows["key"].isin([cell.key for cell in cells])]


def ablation_table(results: PaperResults) -> TableSpec:
    """Return every row of Tables 8 to 11 and 14."""
    found = []
    for row in ablations():
        own = ablation_rows(row, results)
        published = {
            name: row.printed.get(key) for name, key in (("Corr", "correlation"), ("Acc-2", "accuracy2"), ("F1", "f1"))
        }
        found.append(
            {
                "table": row.table,
                "variant": row.name,
                "accuracy": mean_and_deviation(own, "test.accuracy", factor=100.0),
                "F1, macro": mean_and_deviation(own, "test.f1_macro", factor=100.0),
                "weights": int(own["run.parameters"].iloc[0]),
            }
            | {name: None if value is None else f"{value:.1f}" for name, value in published.items()}
        )
    interpretations = "; ".join(dict.fromkeys(row.interpretation for row in ablations() if row.interpretation))
    caption = Caption(
        "Ablations of Coupled Mamba, each row scaled down: an eighth of the states and a quarter of the rank, the width as given. In per cent; mean and standard deviation over the seeds.",
        data_description(results.budget),
        seeds_in(results.rows("paper_ablation")),
        interpretations,
        f"{PRINTED_ON}, Tables 8 to 11 and 14 of Coupled Mamba (arXiv 2405.18014)",
    )
    groups = {"measured here": ("accuracy", "F1, macro", "weights"), "published, CMU-MOSEI": ("Corr", "Acc-2", "F1")}
    return TableSpec(found, caption, groups=groups)


_FUSION_TABLE = 11


def fusion_bars(results: PaperResults) -> PaperFigure:
    """Return the bars of the accuracy of the four fusions of Table 11."""
    rows, study = [row for row in ablations() if row.table == _FUSION_TABLE], results.rows("paper_ablation")
    of = {row.name: study["key"].isin(ablation_rows(row, results)["key"]) for row in rows}
    scores = over_seeds(study, "test.accuracy", of).assign_attrs(score="accuracy")
    ours = ablation_spec(ablation_frame(scores)).panels[0]
    names = [row.name for row in rows]
    panels = (
        Panel(ours.marks, ours.x, ours.y, title="measured here"),
        published_bars(names, [row.printed["f1"] for row in rows], "F1 in per cent", "published"),
    )
    shows = "Four ways to fuse; lines: Student's 95 % interval over the seeds."
    caption = Caption(
        shows, data_description(results.budget), tuple(int(s) for s in scores["seed"].values),
        "; ".join(dict.fromkeys(row.interpretation for row in rows)), f"F1 on {PRINTED_ON}, Table 11 of Coupled Mamba (arXiv 2405.18014)",
    )  # fmt: skip
    return PaperFigure(FigureSpec("Four ways to fuse", (shows,), panels, columns=2, heights=(150,)), caption, columns=2)
