"""Figures and Explorer group of the value by retraining: order, harm mark, rows of the probes, and the texts that the page receives."""

import json

import numpy as np
import pytest
from figure_examples import retrained

from mmviz import plots
from mmviz import trace as traces
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots.figure_spec import Annotation, Bars, cut_marks, within_bounds
from mmviz.plots.retraining import probes_spec, retraining_spec
from mmviz.widgets.frame import check_frame
from mmviz.widgets.serialize import decode, pack

NAMES = ["audio", "video", "text"]


@pytest.fixture(scope="module")
def found():
    return retrained(NAMES)


def test_subsets_are_ordered_by_size_and_only_the_compared_subset_is_marked_as_harm(found):
    frame = plots.retraining_frame(found)
    labels = frame["subset"].values.tolist()
    assert labels[:4] == ["none", *NAMES]
    assert labels[-1] == "audio + video + text"
    np.testing.assert_array_equal(
        frame["retrained"].values[labels.index("audio + text")], found["retrained"].values[0, 5]
    )
    assert found.attrs["harm"] == "harm"
    assert [label for label, harm in zip(labels, frame["harm"].values, strict=True) if harm] == [
        found.attrs["best_subset"]
    ]
    marks = [m for m in retraining_spec(frame).panels[0].marks if isinstance(m, Annotation)]
    assert [m.x for m in marks] == [labels.index(found.attrs["best_subset"])]


def test_without_resolved_harm_nothing_is_marked_and_the_subtitle_says_what_is_open(found):
    frame = plots.retraining_frame(
        found.assign_attrs(harm="not resolved", harm_text="whether fusion harms is not resolved")
    )
    spec = retraining_spec(frame)
    assert not frame["harm"].any()
    assert [m for m in spec.panels[0].marks if isinstance(m, Annotation)] == []
    assert any("not resolved" in line for line in spec.subtitle)


def test_the_rows_of_the_probes_are_the_scores_alone_the_probes_and_the_masked_score(found):
    frame = plots.probes_frame(found, representation="encoder")
    for m, name in enumerate(NAMES):
        row = frame["score"].sel(modality=name)
        assert row.sel(row="trained on it alone") == found["retrained"].values[0, 1 << m]
        assert row.sel(row="full model, others masked") == found["masked"].values[0, 1 << m]
        expected = found["probe"].sel(
            statistic="mean", representation="encoder", weights="untrained copy", modality=name
        )
        assert row.sel(row="probe, untrained copy") == expected
    with pytest.raises(ConfigError, match=r"representation='head'.*did you mean 'head input'"):
        plots.probes_frame(found, representation="head")


def test_a_result_of_another_analysis_is_refused_and_the_source_named(found):
    with pytest.raises(DataError, match=r"mmviz\.studies\.subsets"):
        plots.retraining_frame(found.drop_vars("masked"))


def test_the_page_receives_values_gaps_and_texts_and_nothing_without_the_group(recorded):
    names = recorded.attrs["modalities"]
    given = retrained(names).assign_attrs(dataset=recorded.attrs["dataset"], harm_text="<b>harm</b>\x07")
    frame = plots.explorer_frame(traces.with_retrained(recorded, given))
    check_frame(frame)
    packed = pack(frame)
    meta = json.loads(packed["meta"])
    arrays = decode(meta["arrays"], packed["body"])
    for name in ("retrained", "masked", "gap"):
        np.testing.assert_allclose(arrays[name], given[name].values, rtol=1e-6)
    texts = meta["retraining"]
    assert texts["verdicts"] == given["verdict"].values.tolist()
    assert texts["explanations"] == given["explanation"].values.tolist()
    assert "\x07" not in texts["harm_text"]
    assert texts["best"] == 1
    assert "retraining" not in json.loads(pack(plots.explorer_frame(recorded))["meta"])


@pytest.mark.parametrize("units", ["accuracy", "minus mean absolute error", "macro F1 of a user"])
def test_figures_cut_an_interval_where_no_score_lies_mark_the_place_and_say_how_wide_it_is(units):
    found = retrained(NAMES, seeds=2, samples=12).assign_attrs(units=units)
    found[["retrained", "masked", "probe"]] -= units.startswith("minus")  # errors are at most 0
    low, high = {"accuracy": (0, 1), "minus mean absolute error": (-np.inf, 0)}.get(units, (-np.inf, np.inf))
    frame = plots.retraining_frame(found)
    for spec in (retraining_spec(frame), probes_spec(plots.probes_frame(found))):
        bars = [m for panel in spec.panels for m in panel.marks if isinstance(m, Bars)]
        texts = [m.text for panel in spec.panels for m in panel.marks if isinstance(m, Annotation)]
        arrows = sum(map(texts.count, "◂▾▸▴"))
        beyond = sum(int((one.low < low).sum() + (one.high > high).sum()) for one in bars)
        assert arrows == sum(len(cut_marks(one)) for one in bars) == beyond
        assert (beyond > 0) == (units != "macro F1 of a user")
        assert any("cut there (arrow)" in line for line in spec.subtitle) == (beyond > 0)
        assert any("2 seeds: a t interval" in line for line in spec.subtitle)
        ends = np.concatenate([end for one in bars for end in within_bounds(one)])
        assert np.nanmin(ends) >= low
        assert np.nanmax(ends) <= high
    for figure in (plots.plot_retraining(found), plots.plot_probes(found)):
        reach = [
            (
                trace.error_y if trace.orientation == "v" else trace.error_x,
                trace.y if trace.orientation == "v" else trace.x,
            )
            for trace in figure.data
            if trace.type == "bar"
        ]
        assert max(float(np.nanmax(np.add(value, error.array))) for error, value in reach) <= high + 1e-12
        assert "outside the axis" not in "".join(note.text or "" for note in figure.layout.annotations)
        said = [text for trace in figure.data if trace.type == "bar" for text in trace.hovertext]
        assert any("&gt; 1" in text or "> 1" in text for text in said) == (units == "accuracy")


def test_the_page_receives_the_bounds_of_the_figures_and_their_sentence(recorded):
    from mmviz.analysis.retraining import score_bounds

    given = retrained(recorded.attrs["modalities"]).assign_attrs(dataset=recorded.attrs["dataset"])
    texts = json.loads(pack(plots.explorer_frame(traces.with_retrained(recorded, given)))["meta"])["retraining"]
    low, high, cut = score_bounds("accuracy")
    assert texts["bounds"] == [low, high]
    assert texts["cut"] == cut
