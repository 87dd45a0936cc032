"""The papers' figures and tables: at the venue's width, with embedded fonts, a complete caption and the numbers of the results."""

import json
import re
import sys
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy import stats
from synthetic_results import BUDGET, SyntheticResults

from mmviz.core.errors import ConfigError
from mmviz.plots import matplotlib_backend
from mmviz.plots.figure_spec import Axis, Bars, FigureSpec, Lines, Panel
from mmviz.plots.paper_figure import rc_params
from mmviz.plots.venue import venue_of, width_of
from mmviz.studies.papers import FIGURES, figure_named, register_paper_figure, write_figure
from mmviz.studies.papers.coupled_mamba import largest_states
from mmviz.studies.papers.export import commit, write_document
from mmviz.studies.papers.paper_spec import Caption, PaperFigure, TableSpec
from mmviz.studies.papers.published_results import LENGTHS, MEMORY_GB, MISSING, MOSEI, RATES, TIME_S
from mmviz.studies.papers.training_grids import histories

sys.path.insert(0, str(Path(__file__).parents[2] / "plots"))
from printed_texts import boxes, smallest_size

ACL = (7.7 / 2.54 * 72, 16.0 / 2.54 * 72)
DIAGRAMS = ("stack", "block", "unrolled", "mechanisms", "framework", "framework_2")
MEASURED = [name for name in FIGURES if FIGURES[name].create.__name__ not in DIAGRAMS]


@pytest.fixture(scope="module")
def results():
    return SyntheticResults()


class Written(dict):
    """The files of every kind, written when first asked for."""

    def __init__(self, results, folder):
        super().__init__()
        self.results, self.folder = results, folder

    def __missing__(self, name):
        self[name] = write_figure(name, self.results, venue="acl", out=self.folder)
        return self[name]


@pytest.fixture(scope="module")
def written(results, tmp_path_factory):
    return Written(results, tmp_path_factory.mktemp("acl"))


def lines_of(spec, name):
    return [mark for panel in spec.panels for mark in panel.marks if isinstance(mark, Lines) and mark.name == name]


@pytest.mark.parametrize("name", FIGURES)
def test_every_paper_figure_has_the_column_width_and_embedded_fonts(written, name):
    files = written[name]
    if len(files) == 1:
        assert FIGURES[name].create.__name__.endswith("table")
        return
    drawn = FIGURES[name].create.__name__ in DIAGRAMS
    assert [path.suffix for path in files] == [".pdf", ".svg", *([".tikz"] if drawn else []), ".tex"]
    assert (rf"\input{{{name}.tikz}}" in files[-1].read_text()) is drawn
    assert (rf"\includegraphics{{{name}.pdf}}" in files[-1].read_text()) is not drawn
    raw = files[0].read_bytes()
    (box,) = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", raw)
    assert min(abs(float(box[0]) - width) for width in ACL) < 0.01
    assert float(box[1]) < 6 * 72
    assert b"/FontFile2" in raw
    assert b"/Type3" not in raw
    wide = abs(float(box[0]) - ACL[1]) < 0.01
    assert (r"\begin{figure*}" in files[-1].read_text()) is wide


@pytest.mark.parametrize("name", FIGURES)
def test_the_latex_is_ascii_balanced_and_has_equal_cells_in_every_row(written, name):
    text = written[name][-1].read_text()
    assert text.isascii()
    bare = re.sub(r"\\\\|\\.", "", text)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"[#$~^]", bare.split("\n", 1)[1])
    if len(written[name]) == 1:
        body = text.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().split("\n")
        spec = re.search(r"\\begin\{tabular\}\{(.*)\}", text)[1].replace(r"@{\hspace{2em}}", "")
        assert {len(re.split(r"(?<!\\)&", row)) for row in body} == {len(spec)}


@pytest.mark.parametrize("name", FIGURES)
def test_a_caption_states_data_seeds_code_and_published_sources(written, results, name):
    text = written[name][-1].read_text()
    for part in (r"\caption{", "Data: ", "Seeds: ", "Code: ", r"\label{"):
        assert part in text, part
    caption = figure_named(name).create(results).caption
    assert not re.search(r"\{\w+\}", caption.shows), "a name that was not filled in"
    assert ("Published elsewhere, not measured here" in text) is bool(caption.published)
    assert ("Our interpretation" in text) is bool(caption.interpretation)
    assert "Like " in text
    measured = name in MEASURED and name not in ("cm_memory", "cm_time", "cm_length_table", "am_efficiency")
    assert bool(caption.seeds) is measured


def test_the_same_results_give_the_same_bytes(written, results, tmp_path):
    for name in ("cm_memory", "me_order", "am2_features"):
        again = write_figure(name, results, venue="acl", out=tmp_path)
        assert [path.read_bytes() for path in again[:2]] == [path.read_bytes() for path in written[name][:2]]


@pytest.mark.parametrize("venue", ["neurips2024", "icml2024", "cvpr"])
def test_paper_figures_have_the_width_of_every_venue(results, tmp_path, venue):
    widths = {"neurips2024": (396.0,), "icml2024": (234.0, 486.0), "cvpr": (234.0, 495.0)}[venue]
    for name in ("cm_memory", "me_missing"):
        raw = write_figure(name, results, venue=venue, out=tmp_path)[0].read_bytes()
        (found,) = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ", raw)
        assert min(abs(float(found) - width) for width in widths) < 0.01


@pytest.mark.parametrize("venue", ["neurips2024", "icml2024", "cvpr", "acl"])
@pytest.mark.parametrize("name", [name for name in MEASURED if not FIGURES[name].create.__name__.endswith("table")])
def test_texts_of_a_measured_figure_are_readable_apart_and_inside_at_every_venue(results, name, venue):
    found, sizes = figure_named(name).create(results), venue_of(venue)
    with mpl.rc_context(rc_params(sizes)):
        figure = matplotlib_backend.draw(found.spec, width=width_of(sizes, min(found.columns, len(sizes.widths))))
        figure.set_dpi(100)
        FigureCanvasAgg(figure).draw()
        texts = boxes(figure)
    assert smallest_size(figure) >= 6
    width, height = figure.bbox.size
    assert [t for t, _, b, _ in texts if min(b.x0, b.y0) < -1 or b.x1 > width + 1 or b.y1 > height + 1] == []
    over = [
        (a, b)
        for (a, _, one, turned), (b, _, two, _) in combinations(texts, 2)
        if turned in (0, 90) and min(one.x1, two.x1) - max(one.x0, two.x0) > 1 and min(one.y1, two.y1) - max(one.y0, two.y0) > 1
    ]  # fmt: skip
    assert over == []
    panels = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    assert [ax.get_title()[:3] for ax in panels] == (
        [f"({c})" for c in "abcd"[: len(panels)]] if len(panels) > 1 else [""]
    )
    shapes = [ax.bbox.width / ax.bbox.height for ax in panels]
    assert max(shapes) < 5.5, "a panel is a stripe"


@pytest.mark.parametrize("name", ["am_transport", "me_contribution", "me_deviation"])
def test_steps_and_epochs_have_no_labels_at_halves(results, name):
    spec = figure_named(name).create(results).spec
    with mpl.rc_context(rc_params(venue_of("cvpr"))):
        figure = matplotlib_backend.draw(spec, width=6.875)
    labels = [ax.get_xticks() for ax, panel in zip(figure.axes, spec.panels, strict=False) if panel.x.label]
    assert labels
    assert all((at == at.round()).all() for at in labels)


def test_a_strategy_has_the_same_style_in_all_figures_of_its_paper(results):
    styles = {}
    for name in ("me_deviation", "me_scatter", "me_missing"):
        for panel in figure_named(name).create(results).spec.panels:
            for mark in panel.marks:
                styles.setdefault(mark.name, set()).add(mark.style)
    assert set(styles) == {"joint", "ogm_ge", "mla", "shapley_alternating"}
    assert all(len(each) == 1 for each in styles.values()), styles


def test_measured_and_published_memory_and_time_are_in_separate_panels(results):
    data = results.artefact("efficiency")["efficiency"].to_dataset()
    for name, unit, printed in (("cm_memory", "mebibytes", MEMORY_GB), ("cm_time", "milliseconds", TIME_S)):
        ours, theirs = lines_of(figure_named(name).create(results).spec, "Coupled Mamba")
        np.testing.assert_array_equal(ours.y, data[unit].sel(model="coupled_mamba").values)
        np.testing.assert_array_equal(theirs.y, printed["Coupled Mamba"])
    titles = [panel.title for panel in figure_named("cm_memory").create(results).spec.panels]
    assert ["measured here" in titles[0], "published" in titles[1]] == [True, True]


def test_a_table_holds_mean_and_deviation_beside_published_values(results):
    sheet = figure_named("cm_classification").create(results)
    rows = results.rows("fusions")
    own = rows[(rows["model"] == "coupled_mamba") & (rows["modalities"] == "all")]["test.accuracy"]
    (found,) = [row for row in sheet.rows if row["model"] == "coupled_mamba" and row["modalities"] == "all"]
    np.testing.assert_allclose(found["accuracy"], (100 * own.mean(), 100 * own.std(ddof=1)), rtol=1e-12)
    assert found["Acc-3"] == "68.95"
    assert all(row["Acc-3"] is None for row in sheet.rows if row["modalities"] != "all")
    assert len(sheet.rows) == len(rows) / BUDGET.seeds


def test_every_row_of_the_ablations_uses_its_own_trainings(results):
    sheet = figure_named("cm_ablation").create(results)
    assert len(sheet.rows) == 16
    assert [row["table"] for row in sheet.rows].count(14) == 4
    same = {row["variant"]: row["accuracy"] for row in sheet.rows}
    assert same["coupling"] == same["state 64"] == same["3 layers"] == same["coupled fusion"]
    assert len({same[name] for name in ("coupling", "cross-attention", "state 128", "Mamba fusion", "1 layer")}) == 5


def test_curves_over_training_are_those_of_the_histories(results):
    spec = figure_named("me_contribution").create(results).spec
    for mark in lines_of(spec, "audio"):
        np.testing.assert_allclose(mark.y, 0.5 * np.arange(1, 5) / 4)
    assert [panel.title for panel in spec.panels] == ["joint", "mla", "shapley_alternating"]


def test_bands_of_contributions_and_missing_rates_are_students_interval_over_the_seeds(results):
    rows = results.rows("equilibrium")
    own = rows[rows["strategy"] == "mla"]["test.accuracy@missing=0.3"].to_numpy(dtype=float)
    low, high = stats.t.interval(0.95, len(own) - 1, own.mean(), stats.sem(own))
    assert low < high
    (mark,) = lines_of(figure_named("me_missing").create(results).spec, "mla")
    assert (mark.low[3], mark.high[3]) == pytest.approx((low, high))
    history = [{"epoch": 0, "a": 1.0}, {"epoch": 1, "a": 2.0}], [{"epoch": 0, "a": 3.0}]
    found = histories(pd.DataFrame({"history": [json.dumps(each) for each in history]}), lambda e: [e["a"]], ("a",))
    assert found["epoch"].values.tolist() == [0]
    expected = stats.t.interval(0.95, 1, 2.0, 1.0)
    np.testing.assert_allclose([found["low"].item(), found["high"].item()], expected)
    for name in ("me_contribution", "me_deviation", "cm_missing", "me_missing"):
        assert "bands: 95 % interval of the mean over the seeds" in figure_named(name).create(results).caption.shows, (
            name
        )


def test_missing_rates_are_means_over_the_seeds(results):
    rows = results.rows("equilibrium")
    (mark,) = lines_of(figure_named("me_missing").create(results).spec, "mla")
    own = rows[rows["strategy"] == "mla"]
    assert mark.y[0] == pytest.approx(own["test.accuracy"].mean())
    assert mark.y[3] == pytest.approx(own["test.accuracy@missing=0.3"].mean())


def test_variants_of_the_ablations_have_different_scores(results):
    rows = results.rows("alignment")
    bars = [m for m in figure_named("am2_losses").create(results).spec.panels[0].marks if isinstance(m, Bars)]
    whole = rows[(rows["model.experts"] == "both") & (rows["model.ot"] > 0) & (rows["model.mmd"] > 0)]
    assert bars[0].names == ("neither", "OT alone", "MMD alone", "both")
    assert bars[0].value[3] == pytest.approx(whole["test.accuracy"].mean())
    assert len(set(bars[0].value)) == 4


def test_the_published_sum_diverges_and_the_mean_is_bounded():
    literal, mean = (largest_states(weight) for weight in (1.0, 1 / 3))
    assert literal[24] > 1e7
    assert literal[-1] > 1e20
    assert mean.max() < 1
    rate = np.log(literal[-1] / literal[-21]) / 20
    assert 0 < rate <= np.log(3)


def test_a_two_column_figure_is_reduced_to_the_columns_of_the_venue(results, tmp_path):
    made = figure_named("cm_memory").create(results)
    assert isinstance(made, PaperFigure)
    assert made.columns == 2
    text = write_figure("cm_memory", results, venue="neurips2024", out=tmp_path)[-1].read_text()
    assert r"\begin{figure}" in text
    assert isinstance(figure_named("me_strategies").create(results), TableSpec)


def test_the_document_includes_the_figures_ordered_by_paper(written, tmp_path):
    text = write_document(["me_order", "cm_stack", "cm_memory"], venue="icml2024", out=tmp_path).read_text()
    assert "twocolumn" in text
    assert text.index("cm_stack.tex") < text.index("cm_memory.tex") < text.index("me_order.tex")
    assert text.count(r"\section*") == 2
    assert r"\usepackage{tikz}" in text
    assert "twocolumn" not in write_document(["cm_stack"], venue="neurips2024", out=tmp_path).read_text()


def test_write_figure_suggests_the_nearest_name_and_refuses_an_unknown_venue(results, tmp_path):
    with pytest.raises(ConfigError, match="cm_memory"):
        write_figure("cm_memry", results, venue="acl", out=tmp_path)
    with pytest.raises(ConfigError, match="venue='nature' is unknown"):
        write_figure("cm_stack", results, venue="nature", out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_commit_is_that_of_the_clone():
    import subprocess

    root = Path(__file__).parents[3]
    if not (root / ".git").is_dir():
        pytest.skip("not a clone")
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert commit().startswith(head.strip()[:10])


def test_published_memory_and_time_give_the_published_savings():
    cross, coupled = (np.array(MEMORY_GB[name]) for name in ("cross-attention", "Coupled Mamba"))
    assert round(100 * (1 - coupled / cross)[LENGTHS.index(500)], 1) == 83.7
    cross, coupled = (np.array(TIME_S[name]) for name in ("cross-attention", "Coupled Mamba"))
    assert round(100 * (1 - coupled / cross).mean(), 2) == 49.05


def test_every_published_series_has_a_value_at_every_length_or_rate():
    assert {len(v) for v in (*MEMORY_GB.values(), *TIME_S.values())} == {len(LENGTHS)}
    assert {len(v) for v in MISSING.values()} == {len(RATES)}


def test_averages_over_the_missing_rates_equal_the_published_ones():
    for name, published in (("MMIN", 77.3), ("GCNet", 77.9), ("Coupled Mamba", 79.4)):
        assert abs(np.mean(MISSING[name]) - published) < 0.15, name


def test_coupled_mamba_has_the_best_published_error_and_f1():
    assert min(MOSEI, key=lambda name: MOSEI[name][0]) == "coupled_mamba"
    assert max(MOSEI, key=lambda name: MOSEI[name][3]) == "coupled_mamba"


def test_a_registered_figure_of_a_user_is_written_with_its_caption_and_a_taken_name_is_refused(results, tmp_path):
    @register_paper_figure("my_lines", paper="My paper", counterpart="Figure 1 of my paper.")
    def lines(results):
        mark = Lines(np.arange(3.0), np.arange(3.0), "a", 0)
        spec = FigureSpec("Lines", (), (Panel((mark,), Axis("x"), Axis("y")),))
        return PaperFigure(spec, Caption("Three points.", "made here"))

    try:
        files = write_figure("my_lines", results, venue="acl", out=tmp_path)
        assert [path.name for path in files] == ["my_lines.pdf", "my_lines.svg", "my_lines.tex"]
        assert "Three points. Like Figure 1 of my paper." in files[-1].read_text()
        with pytest.raises(ConfigError, match="name='my_lines' is taken"):
            register_paper_figure("my_lines", paper="", counterpart="")
    finally:
        FIGURES.pop("my_lines")
