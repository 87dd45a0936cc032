"""No view draws what is not so: every value is seen, gaps stay open, nothing leaves its axis, scales are shared where things are compared."""

from pathlib import Path

import numpy as np
import pytest
from live_host import deliver, open_live

from mmviz.plots import theme
from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(120)
NAMES = ("dynamic", "gyro", "gravity", "heart rate", "skin", "audio", "video", "text")
LONG = tuple(f"{name} of the left wrist accelerometer no {k}" for k, name in enumerate(NAMES))
MEASURE = (Path(__file__).parent / "measured_elements.js").read_text(encoding="utf-8")


@pytest.fixture
def view(open_page, make_frame, tmp_path):
    """Return a function that opens every view of a frame, which ``change`` may alter first; ``page.drawn(name)`` measures it."""

    def opening(change=None, *, other=None, selection=None, width=1366, alter_other=None, context=None, **kind):
        frame = make_frame(every_view=True, **kind)
        if change:
            change(frame)
        second = None if other is None else make_frame(**{"every_view": True, **other})
        if alter_other:
            alter_other(second)
        explorer = Explorer(frame=frame, other=second, selection={"section": "all", **(selection or {})})
        page = open_page(
            viewport={"width": width, "height": 7000}, **(context or {})
        )  # tall: views out of sight are not laid out
        page.goto(explorer.save(tmp_path / "study.html").as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        page.wait_for_timeout(200)
        return measured(page, frame)

    return opening


def measured(page, frame):
    page.evaluate(MEASURE)
    page.frame_shown = frame
    page.drawn = lambda name, *given: page.evaluate(
        "([name, ...given]) => window.drawn[name](...given)", [name, *given]
    )
    return page


def one_frame(frame):
    frame["signal_valid_gyro"].values[:] = False
    frame["signal_valid_gyro"].values[:, 17] = True


def two_frames_with_a_gap(frame):
    frame["signal_valid_gyro"].values[:] = False
    frame["signal_valid_gyro"].values[:, [3, 150]] = True


def single_values_between_gaps(frame):
    for name in ("phi", "prediction", "game"):
        values = frame[name].values
        values[:, :, 20:] = np.nan
        values[:, :, 30] = 0.4
    frame["path"].values[..., 3:, :] = np.nan
    frame["path"].values[..., 5, :] = 1.0
    frame["history"].values[1:4] = np.nan
    frame["history"].values[2] = 0.5
    frame["half_life"].values[..., 1:] = np.nan
    frame["signal_dynamic"].values[:, 10:] = np.nan
    frame["signal_dynamic"].values[:, 40] = 1.0
    frame["state_valid"].values[..., 4:] = 0
    frame["plan"].values[:, :, 1:] = 0


SPARSE = {
    "one frame": (one_frame, {}),
    "one frame, padded": (one_frame, {"attrs": {"align": "pad"}}),
    "two frames with a gap": (two_frames_with_a_gap, {"attrs": {"align": ""}}),
    "single values between gaps": (single_values_between_gaps, {"attrs": {"align": ""}}),
    "one epoch": (None, {"epochs": 1}),
    "one step": (None, {"steps": 1, "frames": 1}),
    "one of everything": (None, {"epochs": 1, "steps": 2, "frames": 1, "samples": 1, "layers": 1, "channels": 1, "names": ("only",), "features": 1, "classes": ("a", "b")}),
}  # fmt: skip


@pytest.mark.parametrize("kind", SPARSE)
def test_every_stroke_of_every_line_has_a_length_so_that_single_values_are_visible(view, kind):
    change, options = SPARSE[kind]
    if "names" in options:
        options = {**options, "names": ("only", "other")}
    page = view(change, **options)
    lines = page.drawn("lines")
    assert len(lines) > 10
    assert [line for line in lines if not line[2] > 1] == []
    assert page.faults == []


def test_a_lane_is_broken_where_frames_or_values_are_missing_and_hatched_there(view):
    def change(frame):
        frame["signal_valid_gyro"].values[:, 50:80] = False
        frame["signal_dynamic"].values[:, 100:120] = np.nan  # recorded without a value
        frame["signal_gravity"].values[:, 30:40, 0] = np.nan  # one feature of three

    page = view(change, attrs={"align": ""})
    strokes = page.evaluate("[...document.querySelectorAll('.mmv-signal')].map((lane) => [...lane.querySelectorAll('path.mmv-line')].map((p) => p.getAttribute('d').split('M').length - 1))")  # fmt: skip
    assert strokes == [[2, 2, 2], [2, 2, 2], [2, 1, 1]]
    hatched = page.evaluate("[...document.querySelectorAll('.mmv-signal')].map((lane) => [...lane.querySelectorAll('.mmv-padding')].map((b) => [parseFloat(b.style.left), parseFloat(b.style.width)]))")  # fmt: skip
    assert hatched == [[[50, 10]], [[25, 15]], []]


def test_a_lane_without_values_is_labelled_and_has_no_axis_labels(view):
    def change(frame):
        frame["signal_gyro"].values[:] = np.nan

    page = view(change)
    assert page.get_by_text("recorded without any value").locator("visible=true").count() == 1
    assert page.locator(".mmv-range").nth(1).inner_text().strip() == ""


def test_a_training_curve_has_gaps_at_missing_values_and_none_at_epochs_that_were_not_measured(view):
    def change(frame):
        frame["history"].values[4, 0] = np.nan  # a loss that was not finite
        frame["history"].values[1::2, 2] = np.nan  # measured at every second epoch
        frame["history"].values[[1, 3, 4, 5, 7], 3:] = np.nan  # at every second epoch, and one of those is missing

    page = view(change, epochs=9)
    assert page.drawn("chart", "loss") == [[2, 1]]
    assert page.drawn("chart", "valid_accuracy") == [[1]]
    assert page.drawn("chart", "contribution") == [[2, 2, 2]]


def test_a_curve_that_was_measured_at_the_recorded_epochs_alone_is_one_line(open_page, make_frame, tmp_path):
    rng, frame = np.random.default_rng(0), make_frame(every_view=True, epochs=5)
    names, seen = [str(name) for name in frame["curve"].values], [0, 1, 2, 4, 8]  # of nine epochs
    history = rng.random((9, len(names))).astype("f4")
    history[[e for e in range(9) if e not in seen], 3:] = np.nan
    old = {name: frame[name].values for name in ("chart", "curve_modality")}
    frame = frame.drop_dims(["history_epoch", "curve"]).assign(history=(("history_epoch", "curve"), history))
    frame = frame.assign_coords(
        epoch=seen, history_epoch=np.arange(9), curve=names, **{name: ("curve", v) for name, v in old.items()}
    )
    page = open_page(viewport={"width": 1366, "height": 6000})
    page.goto(Explorer(frame=frame, selection={"section": "all"}).save(tmp_path / "study.html").as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert measured(page, frame).drawn("chart", "contribution") == [[1, 1, 1]]
    assert page.drawn("chart", "loss") == [[1, 1]]


def mixed_signs(frame):
    rng = np.random.default_rng(1)
    phi = rng.normal(size=frame["phi"].shape).astype("f4")
    frame["phi"].values[:] = phi
    steps = np.concatenate([frame["baseline"].values[..., None], phi], -1).cumsum(-1)
    frame["game"].values[:] = 0.2
    frame["game"].values[..., -1] = steps[..., -1]


def overshooting(frame):
    frame["phi"].values[:] = np.array([3.0, -5.0, 2.5])
    frame["baseline"].values[:] = 0.1
    frame["game"].values[:] = 0.1
    frame["game"].values[..., -1] = 0.6


def scaled(factor):
    def change(frame):
        for name in (
            "phi",
            "baseline",
            "game",
            "phi_mean",
            "phi_low",
            "phi_high",
            "history",
            "signal_gyro",
            "distance",
            "listed_phi",
        ):
            frame[name].values[:] *= factor

    return change


def below_zero(frame):
    frame["phi"].values[:] = -np.abs(frame["phi"].values)
    frame["game"].values[:] = -np.abs(frame["game"].values) - 0.1
    frame["baseline"].values[:] = frame["game"].values[..., 0]
    for name in ("phi_mean", "phi_low", "phi_high"):
        frame[name].values[:] = -np.abs(frame[name].values) - 0.1


def wide_intervals(frame):
    frame["phi_low"].values[:], frame["phi_high"].values[:] = -9.0, 7.0


def some_missing(frame):
    frame["phi"].values[..., 1] = np.nan
    frame["game"].values[..., 2::2] = np.nan
    frame["phi_mean"].values[1] = np.nan
    frame["prediction"].values[:, 0] = np.nan


VALUES = {
    "mixed signs": mixed_signs, "steps beyond every subset": overshooting, "tiny": scaled(1e-12), "huge": scaled(1e9), "all zero": scaled(0),
    "all negative": below_zero, "intervals wider than the means": wide_intervals, "some missing": some_missing,
}  # fmt: skip


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("kind", VALUES)
def test_no_bar_outline_interval_or_line_leaves_its_track_in_any_view(view, kind, task):
    page = view(VALUES[kind], task=task)
    bars = page.drawn("bars")
    assert len({bar[0] for bar in bars}) >= 4
    assert [bar for bar in bars if not -0.01 <= bar[1] <= bar[2] <= 1.01] == []
    assert [line for line in page.drawn("heights") if not -1 <= line[1] <= line[2] <= 101] == []
    assert page.faults == []


@pytest.mark.parametrize("kind", ["mixed signs", "steps beyond every subset", "all negative"])
def test_the_steps_of_the_waterfall_are_as_long_as_their_numbers_and_each_begins_where_the_last_ends(view, kind):
    page = view(VALUES[kind])
    ends = page.evaluate("[...document.querySelectorAll(\"table[aria-label='Waterfall from baseline to full model'] .mmv-bar\")].map((b) => [parseFloat(b.style.left), parseFloat(b.style.width)])")  # fmt: skip
    frame = page.frame_shown.isel(epoch=-1, recorded_sample=0, time=-1)
    phi = frame["phi"].values.astype(float)
    widths = np.array([width for _, width in ends[1:-1]])
    np.testing.assert_allclose(widths / np.abs(phi), widths[0] / abs(phi[0]), rtol=0.02)
    unit = widths[0] / abs(phi[0])
    stairs = float(frame["baseline"]) + np.concatenate([[0], phi.cumsum()])
    left = np.minimum(stairs[:-1], stairs[1:]) * unit
    np.testing.assert_allclose(np.diff(left), np.diff([at for at, _ in ends[1:-1]]), atol=0.05)


def test_a_missing_value_is_no_bar_and_no_number(view):
    page = view(some_missing)
    shown = page.evaluate("[...document.querySelectorAll(\"table[aria-label='Waterfall from baseline to full model'] tr, table[aria-label='Exact Shapley value of each modality'] tr, table[aria-label='Probability of each class'] tr\")].filter((row) => row.querySelector('.mmv-value')?.textContent === '–').map((row) => row.querySelector('.mmv-bar')?.getBoundingClientRect().width ?? 0)")  # fmt: skip
    assert len(shown) >= 8
    assert set(shown) == {0}


@pytest.mark.parametrize("share", [2.0, -0.4, 0.1])
def test_after_an_edit_bars_outlines_and_lines_stay_on_their_axes(open_page, make_frame, tmp_path, share):
    frame = make_frame(every_view=True)
    page = open_live(
        open_page(viewport={"width": 1366, "height": 6000}),
        frame,
        tmp_path,
        selection={"edits": {"gyro": {"delay": 4}}},
    )
    measured(page, frame)
    asked = {"sample": 0, "epoch": 4, "masked": [], "edits": {"gyro": {"delay": 4}}}
    deliver(page, asked, 1, share=share)
    page.wait_for_selector(".mmv-recorded:visible")
    page.wait_for_timeout(200)
    assert [bar for bar in page.drawn("bars") if not -0.01 <= bar[1] <= bar[2] <= 1.01] == []
    assert [line for line in page.drawn("heights") if not -1 <= line[1] <= line[2] <= 101] == []
    assert [line for line in page.drawn("lines") if not line[2] > 1] == []


OTHER = {"seed": 4, "epochs": 3, "steps": 40, "attrs": {"model": "late"}}


def larger(second):
    for name in (
        "phi",
        "history",
        "game",
        "phi_mean",
        "phi_low",
        "phi_high",
        "half_life",
        "distance",
        "coupling",
        "signal_gyro",
    ):
        second[name].values[:] = second[name].values * 3
    for name, scale in (("state", "[2.5, 9]"), ("influence", "[11, 1]"), ("plan", "[0.05, 0.01]"), ("cost", "[7, 1]")):
        second[name].attrs["scale"] = scale


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_two_runs_side_by_side_have_one_scale_in_every_chart_and_one_for_every_colour(view, task):
    page = view(other={**OTHER, "task": task}, alter_other=larger, task=task, width=1900)
    a, b = page.drawn("scales", 0), page.drawn("scales", 1)
    assert len(a) == len(b) >= 10
    same = [(one, two) for one, two in zip(a, b, strict=True) if one[1:] != two[1:]]
    assert same == []
    ends = page.locator(".mmv-lanes .mmv-colour").all_inner_texts()
    assert ends[0] == ends[1]
    assert "2.5" in ends[0]
    maps = page.locator(".mmv-transport .mmv-subtitle").all_inner_texts()
    assert {text for text in maps if text.startswith("plan")} == {"plan, colours from 0 to 0.05"}
    assert {text for text in maps if text.startswith("cost")} == {"cost, colours from 0 to 7"}
    assert page.locator(".mmv-range").all_inner_texts()[:3] == page.locator(".mmv-range").all_inner_texts()[3:]


def test_equal_values_have_equal_bars_and_colours_in_both_runs_whatever_else_they_hold(view):
    def change(frame):
        frame["state"].values[:], frame["state"].attrs["scale"] = 200, "[1, 1]"
        frame["phi_mean"].values[0], frame["phi_high"].values[0], frame["phi_low"].values[0] = 0.25, 0.3, 0.2
        frame["coupling"].values[..., 0, 0] = 0.5

    def alter(second):
        second["state"].values[:], second["state"].attrs["scale"] = 50, "[4, 4]"  # the same norm
        second["state"].values[..., -1] = 255  # a larger one
        second["phi_mean"].values[:] = [0.25, 5.0, 0.1]
        second["phi_low"].values[:], second["phi_high"].values[:] = [0.2, 4.0, 0.0], [0.3, 6.0, 0.2]
        second["coupling"].values[:] = 2.0
        second["coupling"].values[..., 0, 0] = 0.5

    page = view(change, other={**OTHER, "steps": 50, "epochs": 5}, alter_other=alter, width=1900)
    pixels = page.evaluate("[...document.querySelectorAll('.mmv-run')].map((run) => [...run.querySelector('.mmv-state canvas').getContext('2d').getImageData(3, 3, 1, 1).data])")  # fmt: skip
    assert pixels[0] == pixels[1]
    widths = page.evaluate(
        "(label) => [...document.querySelectorAll(`table[aria-label='${label}']`)].map((table) => parseFloat(table.querySelector('.mmv-bar').style.width))",
        "Mean Shapley value of each modality with its interval",
    )
    assert widths[0] == pytest.approx(widths[1], rel=1e-6)
    weights = page.evaluate(
        "[...document.querySelectorAll('.mmv-matrix')].map((table) => table.querySelector('tbody td').style.getPropertyValue('--weight'))"
    )
    assert weights[0] == weights[1] == "0.25"


def test_glyph_colour_and_dash_of_a_modality_are_those_of_the_figures_in_every_view(view):
    page = view(names=NAMES)
    seen = page.drawn("glyphs")
    assert {name for _, _, name in seen} >= set(NAMES)
    wrong = [
        (where, glyph, name)
        for where, glyph, name in seen
        if name in NAMES and glyph != theme.STYLES[NAMES.index(name)].glyph
    ]
    assert wrong == []
    assert len({where for where, _, name in seen if name in NAMES}) >= 8
    hues = page.evaluate(
        "[...Array(7).keys()].map((m) => getComputedStyle(document.querySelector('.mmv')).getPropertyValue(`--m${m}`))"
    )
    assert hues == [look.colour for look in theme.STYLES[:7]]
    dashes = page.evaluate(
        "[...document.querySelector('.mmv-tall, .mmv-chart').querySelectorAll('path.mmv-share')].map((p) => p.getAttribute('stroke-dasharray'))"
    )
    assert dashes == [" ".join(map(str, look.dash)) for look in theme.STYLES]


@pytest.mark.parametrize("width", [1366, 900, 560, 390])
@pytest.mark.parametrize(
    "names",
    [NAMES[:4], NAMES[:6], NAMES, LONG[:4], LONG, ("加速度计左手腕传感器数据通道一", "🎧 sound", "ö" * 40, "W" * 30)],
    ids=len,
)
def test_no_text_of_any_view_is_clipped_or_overlaps_another(view, names, width):
    classes = tuple(f"a class with a long name, number {k}" for k in range(20))
    page = view(names=names, width=width, classes=classes)
    assert page.drawn("cut") == []
    assert page.drawn("covered") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("values", "shown"),
    [((100.41, 100.59), ["100.59", "100.41"]), ((-1e-12, 1e-12), ["1.0e−12", "−1.0e−12"]), ((1e9, 1e9 + 64), ["+64", "1.0e9"]), ((5.0, 5.0), ["5", "5"])],
)  # fmt: skip
def test_the_labels_of_the_two_ends_of_an_axis_differ(view, values, shown):
    def change(frame):
        frame["signal_gyro"].values[:] = values[0]
        frame["signal_gyro"].values[:, 5:9] = values[1]

    page = view(change)
    assert page.locator(".mmv-range").nth(1).locator("span").all_inner_texts() == shown


def test_numbers_written_as_text_are_sorted_as_numbers_though_the_first_is_zero(view):
    page = view(classes=("0", "10", "9"), listed=30)
    page.get_by_role("button", name="target", exact=True).click()
    told = page.evaluate(
        "[...document.querySelectorAll(\"table[aria-label='Samples'] tbody tr\")].map((row) => Number(row.children[1].textContent))"
    )
    assert told == sorted(told)


def test_dots_that_cannot_be_drawn_are_counted_and_the_axes_have_ends(view):
    def change(frame):
        frame["listed_phi"].values[[2, 5, 7], 1] = np.nan

    page = view(change, listed=30)
    assert (
        "3 of 30 have no value for one of the axes and no dot."
        in page.locator("[data-view='sample scatter']").inner_text()
    )
    assert page.locator("[data-view='sample scatter'] .mmv-field-x span").count() >= 2
    assert page.locator("[data-view='sample scatter'] .mmv-field-y span").count() >= 2


@pytest.mark.parametrize("names", [NAMES[:3], NAMES])
def test_the_printed_page_contains_every_text_except_labels_of_controls(view, names):
    page = view(names=names, classes=tuple(f"class {k}" for k in range(20)), selection={"masked": [names[0]]})
    acts = {
        *("start", "end", "clear", "previous", "next", "Epoch", "Row", "Time", "Zoom", "+", "−", "fit", "log"),
        *(
            "show all samples",
            "tour",
            "?",
            "full screen",
            "Export",
            "Overview",
            "Sample",
            "Explanation",
            "Training",
            "All sections",
            "rectangle by keyboard",
            "1 to 12 of 40",  # the printed table has all rows
        ),
    }
    before = page.drawn("texts")
    page.emulate_media(media="print")
    page.get_by_text("1 to 40 of 40").wait_for()
    page.wait_for_timeout(200)
    after = page.drawn("texts")
    lost = [text for text in dict.fromkeys(before) if after.count(text) < before.count(text) and text not in acts]
    assert lost == [], str(lost)
    assert any("one accelerometer" in text for text in after), "notes are unfolded"
    assert page.locator("select[aria-label='Sample']").is_visible()
    assert page.locator("select[aria-label='Across']").is_visible()
    assert page.locator(".mmv-open").first.is_visible()
    assert page.locator(".mmv-panel input[type=checkbox]").first.is_visible()
    scrolled = page.evaluate("[...document.querySelectorAll('.mmv *')].filter((e) => e.checkVisibility() && /auto|scroll/.test(getComputedStyle(e).overflowY) && e.scrollHeight > e.clientHeight + 1).map((e) => e.className)")  # fmt: skip
    assert scrolled == []
    assert page.drawn("cut") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_forced_colours_bars_cursors_gaps_and_intervals_remain_visible(view, scheme):
    def change(frame):
        frame["signal_valid_gyro"].values[:, 50:80] = False

    page = view(change, attrs={"align": ""}, context={"forced_colors": "active", "color_scheme": scheme})
    ground = page.evaluate("getComputedStyle(document.querySelector('.mmv')).backgroundColor")
    for selector in (".mmv-bar", ".mmv-bar[data-m]", ".mmv-cursor", ".mmv-stroke"):
        colours = page.evaluate(
            "(s) => [...document.querySelectorAll(s)].map((e) => getComputedStyle(e).backgroundColor)", selector
        )
        assert colours, selector
        assert ground not in colours, selector
    for selector in (".mmv-padding", ".mmv-whisker", ".mmv-bar[data-m='1']"):
        images = page.evaluate(
            "(s) => [...document.querySelectorAll(s)].map((e) => getComputedStyle(e).backgroundImage)", selector
        )
        assert images, selector
        assert "none" not in images, selector
    inks = page.evaluate("[...document.querySelectorAll('path.mmv-line')].map((e) => getComputedStyle(e).stroke)")
    assert ground not in inks
