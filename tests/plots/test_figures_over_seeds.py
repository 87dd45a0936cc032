"""Every registered figure of a combined result: mean and interval over the seeds in both backends, or a refusal with its reason."""

import json

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from drawn_numbers import missing_from, of_matplotlib, of_plotly
from figure_examples import examples
from scipy import stats
from test_all_figures import DRAWN

import mmviz as mm
from mmviz import analysis, plots
from mmviz.analysis.per_run import KEEPS_RUN, concatenated
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots import matplotlib_backend
from mmviz.plots.figure_registry import FIGURES, register_figure
from mmviz.plots.figure_spec import (
    Annotation,
    Axis,
    Bars,
    FigureSpec,
    Heatmap,
    Lines,
    Panel,
    ReferenceLine,
    dot_positions,
)
from mmviz.plots.paper_figure import rc_params
from mmviz.plots.venue import venue_of

#: figures of single runs: nothing in them corresponds between seeds
REFUSED = {"plot_directions", "plot_scan_states", "plot_states", "plot_trajectories", "plot_transport"}
#: drawn on a logarithmic axis: the geometric mean
LOGARITHMIC = {"half_life": "plot_half_life", "by_lag": "plot_influence_lag"}
#: not of a Trace: scores and measurements of studies, which have their own dimension of repeats
NOT_OF_A_TRACE = {"plot_ablation", "plot_benchmark", "plot_missing", "plot_efficiency", "plot_growth"}
every_figure = pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)


def shaken(data, seed):
    """The data with every floating point variable changed by about 20 %."""
    rng = np.random.default_rng(seed)
    changed = {
        name: v.copy(data=v.values * np.exp(0.2 * rng.normal(size=v.shape)))
        for name, v in data.data_vars.items()
        if v.dtype.kind == "f"
    }
    return data.assign(changed)


def combined(datas):
    if isinstance(datas[0], dict):
        return {name: combined([d[name] for d in datas]) for name in datas[0]}
    parts = {f"seed {k}": shaken(d, k) for k, d in enumerate(datas)}
    keeps = "run" in datas[0].dims
    if keeps:
        parts = {name: d.isel(run=0, drop=True) for name, d in parts.items()}
    out = concatenated(parts, "test")
    if keeps:
        out.attrs[KEEPS_RUN] = True
    return out


@pytest.fixture(scope="module")
def over_seeds(seed_traces):
    """{plot: (combined data, options)} of three seeds, the third with fewer epochs."""
    members = mm.trace.runs(mm.trace.combine(seed_traces)).values()
    each = [examples(trace) for trace in members]
    return {
        plot: (tuple(combined([e[plot][0][i] for e in each]) for i in range(len(data))), options)
        for plot, (data, options) in each[0].items()
    }


def on_paper(spec):
    with mpl.rc_context(rc_params(venue_of("icml2024"))):
        return of_matplotlib(matplotlib_backend.draw(spec, width=6.75))


def runs_of(data, k):
    if isinstance(data, dict):
        return {name: runs_of(d, k) for name, d in data.items()}
    return analysis.select_run(data, k)


def test_the_examples_cover_every_registered_figure(over_seeds):
    assert {plot.__name__ for plot in over_seeds} == {plot.__name__ for plot in FIGURES}


@every_figure
def test_a_figure_of_a_combined_result_draws_the_mean_over_seeds_in_both_backends_or_refuses(plot, over_seeds):
    data, options = over_seeds[plot]
    if plot.__name__ in REFUSED:
        with pytest.raises(DataError, match=r"this figure shows single runs: .+; draw one run with mmviz.analysis.sel"):
            plot(*data, **options)
        assert plot(*(runs_of(d, 1) for d in data), **options).data
        return
    frames = [FIGURES[plot].frame(*(runs_of(d, k) for d in data), **options) for k in range(3)]
    if all("epoch" in frame.indexes for frame in frames):
        common = [e for e in frames[0]["epoch"].values if all(e in frame["epoch"].values for frame in frames)]
        frames = [frame.sel(epoch=common) for frame in frames]
    screen = of_plotly(plot(*data, **options))
    spec = FIGURES[plot].specification(*data, **options)
    page = on_paper(spec)
    for name in DRAWN[plot.__name__]:
        if name.endswith(("low", "high")) or name == "start" or plot in (plots.plot_growth,):
            continue
        values = np.stack([frame[name].values for frame in frames])
        if LOGARITHMIC.get(name) == plot.__name__:
            values = np.log(np.where(values > 0, values, np.nan))
            mean = np.exp(values.mean(0))
        else:
            mean = values.mean(0)
        assert np.isfinite(mean).any(), name
        assert missing_from(screen, mean).tolist() == [], name
        assert missing_from(page, mean).tolist() == [], name
    assert "mean of 3 seeds" in spec.subtitle[-1]
    assert "mean of 3 seeds" in plot(*data, **options).layout.meta["description"]
    marks = [mark for panel in spec.panels for mark in panel.marks]
    if any(isinstance(mark, (Lines, Bars)) and np.isfinite(mark.low).any() for mark in marks):
        assert any("95 % interval over 3 seeds (Student's t)" in line for line in spec.subtitle)
    if any(isinstance(mark, Heatmap) for mark in marks):
        assert "agreement of the maps: mean rank correlation of two seeds" in spec.subtitle[-1]


@every_figure
def test_a_figure_of_one_seed_shows_its_values_and_states_that_there_is_no_interval(plot, over_seeds):
    data, options = over_seeds[plot]
    if plot.__name__ in REFUSED | NOT_OF_A_TRACE:
        return

    def first(value):
        if isinstance(value, dict):
            return {name: first(d) for name, d in value.items()}
        out = value.isel(run=[0])
        if "epoch_recorded" in out.coords:
            out = out.isel(epoch=out["epoch_recorded"].values[0])
        out.attrs = {k: v[:1] if k in value.attrs["by_run"] else v for k, v in value.attrs.items()}
        return out

    spec = FIGURES[plot].specification(*map(first, data), **options)
    assert "one seed, so no interval over seeds" in spec.subtitle[-1]
    for panel in spec.panels:
        for mark in panel.marks:
            if isinstance(mark, (Lines, Bars)):
                assert np.isnan(mark.low).all()
    assert plot(*map(first, data), **options).data


def test_bars_of_shapley_values_have_students_interval_over_the_seeds(over_seeds):
    (phi,), _ = over_seeds[plots.plot_shapley]
    means = phi["phi"].mean("sample").values
    (bars,) = [m for m in FIGURES[plots.plot_shapley].specification(phi).panels[0].marks if isinstance(m, Bars)]
    low, high = stats.t.interval(0.95, 2, means.mean(0), stats.sem(means))
    np.testing.assert_allclose(bars.value, means.mean(0), rtol=1e-12)
    np.testing.assert_allclose(bars.low, low, rtol=1e-10)
    np.testing.assert_allclose(bars.high, high, rtol=1e-10)
    span = FIGURES[plots.plot_shapley].specification(phi).panels[0].x.span
    assert span[0] <= low.min()
    assert span[1] >= high.max()


def test_steps_of_the_waterfall_start_at_the_mean_and_their_intervals_lie_around_their_ends(over_seeds):
    (found,), _ = over_seeds[plots.plot_waterfall]
    (bars,) = [m for m in FIGURES[plots.plot_waterfall].specification(found).panels[0].marks if isinstance(m, Bars)]
    np.testing.assert_allclose(bars.base[1:-1], np.cumsum(bars.value)[:-2], rtol=1e-9, atol=1e-12)
    inside = np.isfinite(bars.low)
    assert inside.sum() > 3
    np.testing.assert_allclose((bars.low + bars.high)[inside] / 2, (bars.base + bars.value)[inside], rtol=1e-9)


def test_lines_over_epochs_show_the_epochs_of_all_seeds_only(over_seeds, seed_traces):
    (phi,), _ = over_seeds[plots.plot_shapley_epochs]
    (panel,) = FIGURES[plots.plot_shapley_epochs].specification(phi).panels
    lines = [mark for mark in panel.marks if isinstance(mark, Lines)]
    expected = [e for e in range(4) if all(e in t["states"]["epoch"].values for t in seed_traces)]
    assert len(expected) < 4
    for line in lines:
        assert line.x.tolist() == expected
        assert np.isfinite(line.low).all()


def two_maps(z, signed):
    def spec(frame):
        x, y = (np.arange(n).astype(float) for n in frame["z"].shape[::-1])
        heat = Heatmap(frame["z"].values, x, y, -float(frame["top"]), float(frame["top"]), "φ", signed)
        lines = (ReferenceLine(float(frame["best"]), text="selected epoch"),)
        return FigureSpec("Map", ("a line",), (Panel((heat, *lines), Axis("x"), Axis("y")),))

    def plot_map(found):
        raise AssertionError("a combined result is drawn from its specification")

    drawn = register_figure(lambda found: found, spec)(plot_map)
    found = xr.Dataset(
        {
            "z": (("run", "row", "column"), z),
            "top": ("run", np.nanmax(np.abs(z), (1, 2))),
            "best": ("run", np.arange(1.0, len(z) + 1)),
        },
        coords={"run": [f"seed {k}" for k in range(len(z))]},
        attrs={"by_run": []},
    )
    return drawn, found


@pytest.fixture
def map_figure(request):
    z = np.array([[[1.0, -2.0, 0.0], [3.0, np.nan, 1.0]], [[2.0, 1.0, 0.0], [4.0, 1.0, 2.0]]])
    drawn, found = two_maps(z, request.param)
    yield drawn, found, z
    FIGURES.pop(drawn)


@pytest.mark.parametrize("map_figure", [True], indirect=True)
def test_a_signed_map_has_dots_where_the_seeds_differ_in_sign_and_a_registered_figure_of_a_user_is_merged(map_figure):
    drawn, found, _ = map_figure
    spec = FIGURES[drawn].specification(found)
    heat = spec.panels[0].marks[0]
    np.testing.assert_allclose(heat.z, [[1.5, -0.5, 0.0], [3.5, np.nan, 1.5]])
    assert np.argwhere(heat.dots).tolist() == [[0, 1]]
    assert (heat.low, heat.high) == (-4.0, 4.0)
    x, y = dot_positions(heat)
    assert (x.tolist(), y.tolist()) == ([1.0], [0.0])
    assert "dots: not all seeds have the sign of the mean" in spec.subtitle[-1]
    dots = [t for t in drawn(found).data if t.type == "scatter"]
    assert [(t.x[0], t.y[0]) for t in dots if t.x is not None and len(t.x) == 1] == [(1.0, 0.0)]
    with mpl.rc_context(rc_params(venue_of("icml2024"))):
        ax = matplotlib_backend.draw(spec, width=5).axes[0]
    assert [
        (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in ax.lines if line.get_marker() == "o"
    ] == [([1.0], [0.0])]
    rules = [mark for mark in spec.panels[0].marks if isinstance(mark, ReferenceLine)]
    assert [(rule.at, rule.text) for rule in rules] == [(1.0, "selected epoch of each seed"), (2.0, "")]


@pytest.mark.parametrize("map_figure", [False], indirect=True)
def test_a_map_without_sign_has_no_dots_and_its_agreement_is_the_rank_correlation(map_figure):
    drawn, found, z = map_figure
    spec = FIGURES[drawn].specification(found)
    assert spec.panels[0].marks[0].dots is None
    known = np.isfinite(z).all(0)
    expected = stats.spearmanr(z[0][known], z[1][known]).statistic
    assert f"mean rank correlation of two seeds {expected:.2f}" in spec.subtitle[-1]


def test_the_band_of_half_lives_lies_along_x_in_both_backends(over_seeds):
    (summary,), _ = over_seeds[plots.plot_half_life]
    spec = FIGURES[plots.plot_half_life].specification(summary)
    lines = [mark for mark in spec.panels[0].marks if isinstance(mark, Lines)]
    assert all(line.sideways and (line.low <= line.x).all() and (line.high >= line.x).all() for line in lines)
    screen, page = of_plotly(plots.plot_half_life(summary)), on_paper(spec)
    for line in lines:
        assert missing_from(screen, line.low).tolist() == []
        assert missing_from(page, line.high).tolist() == []


def test_experts_without_an_order_are_refused_and_results_of_other_numbers_of_runs_too(over_seeds):
    (found,), _ = over_seeds[plots.plot_expert_usage]
    twice = found.assign_coords(expert_modality=("expert", ["m1", "m1", "m2", ""]))
    for plot in (plots.plot_expert_usage, plots.plot_routing):
        with pytest.raises(DataError, match="the 2 m1 experts have no fixed order"):
            plot(twice)
    (runs,), _ = over_seeds[plots.plot_imbalance]
    fewer = {"joint": runs["joint"], "alternating": analysis.select_run(runs["alternating"], 0)}
    with pytest.raises(ConfigError, match="results of 1, 3 runs"):
        plots.plot_imbalance(fewer)


def test_a_paper_figure_of_a_combined_result_is_written_with_its_interval(over_seeds, tmp_path):
    (phi,), _ = over_seeds[plots.plot_shapley]
    path = plots.paper(plots.plot_shapley, phi, file=tmp_path / "phi.svg")
    assert "mean of 3 seeds" in path.read_text(encoding="utf-8")


def test_names_of_runs_with_markup_are_not_in_the_figure_as_markup(over_seeds):
    (curves,), _ = over_seeds[plots.plot_training]
    hostile = curves.assign_coords(run=["<img src=x>", "b", "c"])
    figure = json.loads(plots.plot_training(hostile).to_json())
    figure["layout"].pop("meta")
    assert "<img" not in json.dumps(figure)


def test_runs_that_explain_different_classes_have_no_mean(over_seeds):
    (found,), _ = over_seeds[plots.plot_end_to_end]
    names = np.array([["yes"] * found.sizes["recorded_sample"]] * 3)
    same = found.assign_coords(target=("recorded_sample", names[0]))
    assert plots.plot_end_to_end(same).data
    names[2, 0] = "no"
    with pytest.raises(DataError, match=r"target differs between the runs, 'yes', 'no'"):
        plots.plot_end_to_end(found.assign_coords(target=(("run", "recorded_sample"), names)))


def test_the_text_of_a_bar_stands_behind_its_interval_and_inside_the_axis(over_seeds):
    (found,), _ = over_seeds[plots.plot_end_to_end]
    panel = FIGURES[plots.plot_end_to_end].specification(found).panels[-1]
    (bars,) = [mark for mark in panel.marks if isinstance(mark, Bars)]
    notes = [mark for mark in panel.marks if isinstance(mark, Annotation)]
    assert len(notes) == len(bars.at)
    for note, at, high in zip(notes, bars.at, bars.high, strict=True):
        assert note.y == at
        assert note.x >= high
        assert note.x < panel.x.span[1]
