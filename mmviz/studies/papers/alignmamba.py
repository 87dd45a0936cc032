"""Figures and tables of AlignMamba and AlignMamba-2: diagrams, transport plan, A-distance, feature maps, and the ablations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmviz.plots.ablation import ablation_frame, ablation_spec
from mmviz.plots.figure_spec import Annotation, Axis, Bars, FigureSpec, Panel, Points, ReferenceLine, named_ticks
from mmviz.plots.transport import transport_frame, transport_spec
from mmviz.studies.papers.paper_spec import Caption, PaperFigure, TableSpec, of_diagram
from mmviz.studies.papers.published_results import (
    A_DISTANCE,
    A_DISTANCE_SOURCE,
    ALIGNMENT_LOSS,
    ALIGNMENT_SOURCE,
    published_bars,
)
from mmviz.studies.papers.training_grids import data_description, mean_and_deviation, over_seeds, seeds_in

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from mmviz.studies.papers.results import PaperResults


def mechanisms(results: PaperResults) -> PaperFigure:
    """Return the diagram of attention among all tokens, a scan along them, and a scan along aligned tokens."""
    return of_diagram("alignment_mechanisms")


def framework(results: PaperResults) -> PaperFigure:
    """Return the diagram of AlignMamba: encoders, transport onto the anchor, interleaving, Mamba, head."""
    return of_diagram("alignmamba")


def framework_2(results: PaperResults) -> PaperFigure:
    """Return the diagram of AlignMamba-2: encoders, two losses in training, Modality-Aware Mamba with shared and specific experts, head."""
    return of_diagram("alignmamba2")


def transport_plan(results: PaperResults) -> PaperFigure:
    """Return plan, cost, links and lag of the first recorded sample."""
    found = results.artefact("aligned")["transport"].to_dataset()
    source, anchor = found.attrs["source"], found.attrs["anchor"]
    shows = (
        f"Transport plan from the steps of {source} to those of {anchor} in AlignMamba-2 trained with both alignments; relaxed transport, one test "
        f"sample. Dots: the step of {anchor} with the largest mass; links: the largest entries of the plan, wider for more mass."
    )
    caption = Caption(
        shows, data_description(results.budget), (0,), "AlignMamba-2: its losses, their weights and the anchor"
    )
    return PaperFigure(transport_spec(transport_frame(found)), caption, columns=2)


_A_DISTANCE_SPAN = (0.0, 2.4)  # range of the distance axis in both panels


def a_distance_bars(results: PaperResults) -> PaperFigure:
    """Return the bars of the A-distance at the first and the last epoch of both trainings."""
    found = results.artefact("aligned")["alignment"].to_dataset()["a_distance"].isel(pair=0)
    names, values = [], []
    for run in map(str, found["run"].values):
        for word, at in (("untrained", 0), ("trained", -1)):
            names.append(f"{run}, {word}")
            values.append(float(found.sel(run=run).values[at]))
    given, rows = np.array(values), np.arange(len(names), dtype=float)
    notes = [Annotation(v, a, f"{v:.2f}") for v, a in zip(given, rows, strict=True)]
    ours = Panel(
        (ReferenceLine(0), Bars(rows, given, (1, 1, 0, 0), tuple(names)), *notes),
        Axis("A-distance, 0 equal, 2 apart", span=_A_DISTANCE_SPAN),
        Axis(ticks=named_ticks(names), span=(-0.6, len(names) - 0.4), reverse=True),
        title="measured here",
    )
    theirs = published_bars(
        list(A_DISTANCE), list(A_DISTANCE.values()), "A-distance", "published for AlignMamba", span=_A_DISTANCE_SPAN
    )
    shows = "Proxy A-distance of the encoded means of both modalities: twice the difference between chance and a linear classifier's error, in five folds."
    caption = Caption(
        shows,
        data_description(results.budget),
        (0,),
        "the definition of the A-distance; AlignMamba-2's losses",
        A_DISTANCE_SOURCE,
    )
    return PaperFigure(
        FigureSpec("A-distance", (shows,), (ours, theirs), columns=2, heights=(150,)), caption, columns=2
    )


def aligned_features(results: PaperResults) -> PaperFigure:
    """Return t-SNE maps of the encoded means of AlignMamba-2 trained without and with its alignments."""
    data = results.artefact("aligned")["features"].to_dataset()
    shows = f"t-SNE of the encoded means of {data.attrs['samples']} test samples, one map per training: without alignment, and with both."
    return _feature_figure(data, shows, data_description(results.budget), "AlignMamba-2: its losses and their weights")


def mapped_features(results: PaperResults) -> PaperFigure:
    """Return t-SNE maps of the vectors of both modalities before and after the mapping of the first one."""
    data = results.artefact("mapped")["features"].to_dataset()
    first, second = map(str, data["modality"].values)
    shows = (
        f"t-SNE of the vectors of {data.attrs['samples']} test samples, one map per panel. Before: {first} and {second} as pooled by the model; after: "
        f"{first} mapped linearly to {second}."
    )
    return _feature_figure(data, shows, data_description(results.budget), "the mapping and its losses")


def _feature_figure(data: xr.Dataset, shows: str, where: str, interpretation: str) -> PaperFigure:
    names = [str(name) for name in data["modality"].values]
    axis = Axis(ticks=(), shown=False)
    panels = tuple(
        Panel(
            tuple(
                Points(place[m, :, 0], place[m, :, 1], name, m, size=4.0, hollow=m == 1) for m, name in enumerate(names)
            ),
            axis, axis, title=str(stage), square=True,
        )
        for stage, place in zip(data["stage"].values, data["place"].values, strict=True)
    )  # fmt: skip
    spec = FigureSpec("Features of both modalities", (shows,), panels, columns=2, heights=(250,), fixed=False)
    return PaperFigure(spec, Caption(shows, where, (0,), interpretation), columns=2)


_ALIGNMAMBA2_INTERPRETATION = "AlignMamba-2: experts, losses and their weights"
_LOSSES = {"neither": (False, False), "OT alone": (True, False), "MMD alone": (False, True), "both": (True, True)}
_EXPERTS = ("shared", "specific", "both")


def loss_bars(results: PaperResults) -> PaperFigure:
    """Return the bars of the accuracy with neither, one and both of the losses, and of the published change for AlignMamba."""
    rows = results.rows("alignment")
    shows = "Accuracy of AlignMamba-2 with neither, one, or both of its training losses; lines: Student's 95 % interval over the seeds."
    theirs = published_bars(
        list(ALIGNMENT_LOSS),
        list(ALIGNMENT_LOSS.values()),
        "change of the accuracy, points",
        "published for AlignMamba",
    )
    caption = Caption(
        shows, data_description(results.budget), seeds_in(rows), _ALIGNMAMBA2_INTERPRETATION, ALIGNMENT_SOURCE
    )
    panels = (_accuracy_bars(rows, _of_losses(rows), "measured here"), theirs)
    return PaperFigure(FigureSpec("Losses", (shows,), panels, columns=2, heights=(150,)), caption, columns=2)


def expert_bars(results: PaperResults) -> PaperFigure:
    """Return the bars of the accuracy with shared experts, specific experts, and both."""
    rows = results.rows("alignment")
    shows = "Accuracy of AlignMamba-2 with shared experts alone, modality-specific experts alone, and both; lines: Student's 95 % interval over the seeds."
    caption = Caption(shows, data_description(results.budget), seeds_in(rows), _ALIGNMAMBA2_INTERPRETATION)
    return PaperFigure(
        FigureSpec("Experts", (shows,), (_accuracy_bars(rows, _of_experts(rows)),), heights=(150,)), caption
    )


def ablation_table(results: PaperResults) -> TableSpec:
    """Return the table of both ablations."""
    rows = results.rows("alignment")
    variants = {f"losses: {name}": chosen for name, chosen in _of_losses(rows).items()}
    variants |= {f"experts: {name}": chosen for name, chosen in _of_experts(rows).items()}
    found = []
    for name, chosen in variants.items():
        points = ALIGNMENT_LOSS.get(name.removeprefix("losses: "))
        found.append(
            {
                "variant": name,
                "accuracy": mean_and_deviation(rows[chosen], "test.accuracy", factor=100.0),
                "F1, macro": mean_and_deviation(rows[chosen], "test.f1_macro", factor=100.0),
                "change, points": None if points is None or "experts" in name else f"{points:+.1f}",
            }
        )
    caption = Caption(
        "Ablation of AlignMamba-2 in per cent; mean and standard deviation over the seeds.",
        data_description(results.budget), seeds_in(rows), _ALIGNMAMBA2_INTERPRETATION, ALIGNMENT_SOURCE,
    )  # fmt: skip
    groups = {"measured here": ("accuracy", "F1, macro"), "published, CMU-MOSI": ("change, points",)}
    return TableSpec(found, caption, groups=groups, columns=1)


def _of_losses(rows: pd.DataFrame) -> dict[str, pd.Series]:
    both = rows["model.experts"] == "both"
    return {
        name: both & ((rows["model.ot"] > 0) == ot) & ((rows["model.mmd"] > 0) == mmd)
        for name, (ot, mmd) in _LOSSES.items()
    }


def _of_experts(rows: pd.DataFrame) -> dict[str, pd.Series]:
    whole = (rows["model.ot"] > 0) & (rows["model.mmd"] > 0)
    return {name: whole & (rows["model.experts"] == name) for name in _EXPERTS}


def _accuracy_bars(rows: pd.DataFrame, variants: dict[str, pd.Series], title: str = "") -> Panel:
    scores = over_seeds(rows, "test.accuracy", variants).assign_attrs(score="accuracy")
    panel = ablation_spec(ablation_frame(scores)).panels[0]
    return Panel(panel.marks, panel.x, panel.y, title=title)
