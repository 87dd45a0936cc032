"""Figures of all measures and of the partial information decomposition: what shares a panel, headings, references, cut intervals, missing values."""

import numpy as np
import pytest
from figure_examples import measured_rows

import mmviz as mm
from mmviz import analysis, plots
from mmviz.core.errors import DataError
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.figure_spec import Annotation, Bars, Points

NAMES = ["audio", "video", "text"]


def spec_of(found):
    figure = FIGURES[plots.plot_measures]
    return figure.spec(figure.frame(found))


def test_a_panel_holds_measures_of_one_object_and_unit_only_and_the_first_of_each_object_is_named():
    spec = spec_of(measured_rows(NAMES))
    units = [panel.x.label for panel in spec.panels]
    assert units == ["bit", "difference of scores or of p", "nat", "share", "length, share or cosine"]
    assert [panel.title.partition(":")[0] for panel in spec.panels] == ["Data", "Model", "", "", "Geometry"]
    held = [
        {name.partition(",")[0] for mark in panel.marks if isinstance(mark, Bars) for name in mark.names}
        for panel in spec.panels
    ]
    assert held[0] == {"PID of the predictions"}
    assert held[1] == {"Perceptual score", "SHAPE cooperation"}
    assert not set.union(*held[:1], *held[4:]) & set.union(*held[1:4])


def test_every_measure_has_a_heading_with_its_meaning_above_its_values_and_no_two_values_share_a_line():
    for panel in spec_of(measured_rows(NAMES)).panels:
        headings = [m for m in panel.marks if isinstance(m, Annotation) and m.text.endswith(": in one sentence")]
        lines = [y for m in panel.marks if isinstance(m, Bars) for y in m.at] + [m.y for m in headings]
        assert len(headings) == len([m for m in panel.marks if isinstance(m, Bars)])
        assert sorted(lines) == list(range(len(lines)))


def test_a_measure_without_a_value_keeps_its_line_with_the_place_of_the_reason_and_references_are_hollow():
    spec = spec_of(measured_rows(NAMES))
    assert "no value: the reason is in the column interval of the table" in spec.subtitle
    assert any(line.startswith("hollow: value where nothing is found") for line in spec.subtitle)
    (panel,) = [p for p in spec.panels if p.x.label == "share"]
    assert [m.text for m in panel.marks if isinstance(m, Annotation)].count("no value") == 1
    points = [m for panel in spec.panels for m in panel.marks if isinstance(m, Points)]
    assert all(m.hollow for m in points)
    assert sorted(np.concatenate([m.x for m in points])) == [0.05, 0.06, 0.13]


def test_an_interval_beyond_the_possible_values_is_cut_with_an_arrow_and_a_sentence():
    found = measured_rows(NAMES).copy(deep=True)
    found["high"].values[found["measure"].values == "MM-SHAP"] = 1.7
    spec = spec_of(found)
    (panel,) = [p for p in spec.panels if p.x.label == "share"]
    assert sum(isinstance(m, Annotation) and m.side == "on" for m in panel.marks) == len(NAMES)
    assert panel.x.span[1] < 1.3
    assert any("cut there (arrow)" in line for line in spec.subtitle)
    assert not any("cut there" in line for line in spec_of(measured_rows(NAMES)).subtitle)


def test_a_table_without_any_value_and_another_result_are_refused():
    found = measured_rows(NAMES).copy(deep=True)
    found["value"].values[:] = np.nan
    with pytest.raises(DataError, match="no measure has a value; the reasons are in 'interval'"):
        plots.plot_measures(found)
    with pytest.raises(DataError, match="expected value"):
        plots.plot_measures(found.drop_vars("value"))


def test_the_figure_of_a_recorded_trace_draws_each_value_of_its_table(toy, toy_run):
    trace = mm.record(toy_run, toy["test"], recorded_samples=2)
    recordings = mm.recording.record_measures(toy_run, toy, passes=64, draws=2, window_samples=4)
    found = analysis.measures(mm.trace.with_measures(trace, recordings))
    spec = spec_of(found)
    drawn = np.concatenate([m.value for panel in spec.panels for m in panel.marks if isinstance(m, Bars)])
    np.testing.assert_array_equal(np.sort(drawn), np.sort(found["value"].values))
    assert max(len(m.text) for panel in spec.panels for m in panel.marks if isinstance(m, Annotation)) <= 95


def test_of_two_modalities_one_decomposition_is_drawn_with_the_names_of_both_and_of_three_each(recorded, trace):
    found = analysis.partial_information(trace, about="prediction", permutations=20, resamples=50)
    frame = plots.partial_information_frame(found)
    assert frame.sizes["modality"] == 3
    spec = FIGURES[plots.plot_partial_information].spec(frame)
    assert [panel.title for panel in spec.panels] == [f"{name} and all others" for name in trace.attrs["modalities"]]
    two = found.isel(modality=slice(2))
    frame = plots.partial_information_frame(two)
    names = [str(n) for n in two["modality"].values]
    assert frame["label"].values[0].tolist() == ["redundancy", f"unique, {names[0]}", f"unique, {names[1]}", "synergy"]
    assert len(FIGURES[plots.plot_partial_information].spec(frame).panels) == 1


def test_a_part_below_the_quantile_of_its_null_is_marked_as_such(trace):
    found = analysis.partial_information(trace, about="prediction", permutations=20, resamples=50).copy(deep=True)
    found["null_high"].values[:] = 9.0
    (panel, *_) = FIGURES[plots.plot_partial_information].spec(plots.partial_information_frame(found)).panels
    notes = [m.text for m in panel.marks if isinstance(m, Annotation)]
    assert all(text.endswith(", not above the null") for text in notes)
