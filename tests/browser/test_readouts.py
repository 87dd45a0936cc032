"""Read-outs of every plot of the page: by pointer and by keyboard, pinned and copied; linked highlights, zoom on time, legends, colour scales."""

import json
import re

import numpy as np
import pytest

from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(120)
S, E, L, T = 1, 3, 1, 30
NORM = "state norm"  # the name of the states in the example frames
HERE = {"sample": S, "epoch": E, "layer": L, "channel": 2, "time": T, "section": "all"}
CARD = """() => { const card = document.querySelector('.mmv-card'); if (card.hidden) return null;
  return { title: card.querySelector('.mmv-card-title').textContent, rows: [...card.querySelectorAll('dt')].map((dt) => [dt.textContent, dt.nextElementSibling.textContent]) }; }"""


@pytest.fixture(scope="module")
def page(opening, make_frame, tmp_path_factory):
    """A page with every view, shared by the tests of this module that change nothing."""
    frame = make_frame(every_view=True)
    frame["path"].values[:] += np.linspace(0, 3, frame.sizes["modality"])[:, None, None]  # trajectories apart
    explorer = Explorer(frame=frame, selection=HERE)
    with opening(viewport={"width": 1366, "height": 12000}) as page:
        page.goto(explorer.save(tmp_path_factory.mktemp("readouts") / "study.html").as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)")
        page.frame_shown = frame
        yield page
        assert page.faults == []


def number(text):
    return float(re.sub(r"[^\d.eE+-]", "", text.replace("−", "-").removeprefix("≥ ").split(" ")[0]))


def is_printed(text, value):
    """Is this the value, rounded to the digits that the text has?"""
    shown = text.replace("−", "-").removeprefix("≥ ").removeprefix("+").split(" ")[0]
    mantissa, _, exponent = shown.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(shown) - value) <= 0.5 * unit * (1 + 1e-3) + 1e-6 * abs(value)


def hover(page, selector, x, y, nth=0):
    page.mouse.move(2, 2)
    page.wait_for_selector(".mmv-card", state="hidden")
    box = page.locator(selector).nth(nth).bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_selector(".mmv-card", state="visible")
    return page.evaluate(CARD)


def scale_of(page):
    return json.loads(page.explorer.frame["state"].attrs["scale"])[L]


def view(name):
    return f"[data-view='{name}']"


def cells(frame):
    """Selector, place, and what the read-out must contain: {label: value}, and a part of its title."""
    f = frame.isel(recorded_sample=S)
    at, names = f.isel(epoch=E), [str(n) for n in frame["modality"].values]
    scale = {key: json.loads(frame[key].attrs["scale"]) for key in ("state", "influence", "plan", "cost")}
    B = frame.sizes["target_block"]
    phi = at["phi"].values
    level = at["state"].values[L, 1, 4, 20]
    influence = scale["influence"][L] * (f["influence"].values[L, 2, 4, 0, 1] / 255) ** 2
    limit, levels = float(f["attribution_prefix_limit"][T]), f["attribution_prefix"].values[T].astype(float) - 128
    prefix = limit * np.sign(levels) * (levels / 127) ** 2
    limits, all_levels = f["attribution_prefix_limit"].values, f["attribution_prefix"].values[45].astype(float) - 128
    late = limits[45] * np.sign(all_levels) * (all_levels / 127) ** 2
    K = frame.sizes["time"]
    norm = f["scan_norm_0"].values[0, 3, 60] / 255 * frame["scan_norm_0"].attrs["scale"]
    scan = frame["scan_influence_0"].attrs["scale"] * (f["scan_influence_0"].values[0, 40, 0, 10] / 255) ** 2
    C = frame.sizes["channel"]
    return {
        "state map": (".mmv-state", 1, (20.5 / K, 4.5 / C), names[1], {NORM: scale["state"][L] * level / 255, "row": 5}),
        "attribution lane": (".mmv-lanes .mmv-lane-bars", 1, (13 / K, 0.5), names[1], {"share": prefix[1, 1]}),
        "shapley over the sequence": (f"{view('shapley')} .mmv-chart", 0, (20 / (K - 1), None), "φ", {"φ": phi[20]}),
        "shapley over training": (f"{view('shapley')} .mmv-chart", 1, (2 / 4, None), "φ", {"φ": f["phi"].values[2, T]}),
        "half-life by row": (f"{view('half-life')} .mmv-chart", 0, (5 / (C - 1), None), "half-life", {"half-life": frame["half_life"].values[L, :, 5]}),
        "norm of a channel": (f"{view('half-life')} .mmv-chart", 1, (20 / (K - 1), None), "‖h‖₂", {"‖h‖₂": scale["state"][L] * at["state"].values[L, :, 2, 20] / 255}),
        "end-to-end lane": (f"{view('end-to-end attribution')} .mmv-lane-bars", 2, (13 / K, 0.5), names[2], {"share": prefix[2, 1]}),
        "end-to-end map": (".mmv-pairs", 0, ((1 * B + 2.5) / (3 * B), 45.5 / K), names[1], {"share": late[1, 2]}),
        "operator map": (f"{view('operator map')} .mmv-square", 0, (1.5 / (3 * B), (2 * B + 4.5) / (3 * B)), f"{names[0]} → {names[2]}", {"|K|": influence}),
        "routing": (f"{view('routing')} .mmv-experts", 1, (20.5 / K, 3.5 / 5), "shared 1", {"gate weight": at["routing"].values[L, 1, 20, 3] / 255}),
        "plan": (f"{view('transport')} .mmv-square", 0, (23.5 / K, 20.5 / K), "gravity to dynamic", {"plan": scale["plan"][0] * f["plan"].values[0, 20, 23] / 255}),
        "cost": (f"{view('transport')} .mmv-square", 3, (23.5 / K, 20.5 / K), "dynamic to gravity", {"cost": scale["cost"][1] * f["cost"].values[1, 20, 23] / 255}),
        "distance": (f"{view('transport')} .mmv-chart", 1, (2 / 4, 0.5), "distance", {"distance": f["distance"].values[2, 0]}),
        "scan map": (f"{view('captured scans')} .mmv-scan-map", 0, (60.5 / 200, 3.5 / 6), "encoders.0.mixer", {"‖h‖₂": norm, "step": 61}),
        "scan influence": (f"{view('captured scans')} .mmv-scan-map", 1, (10.5 / 100, 40.5 / 100), "encoders.0.mixer", {"influence": scan}),
        "half-lives of a scan": (f"{view('captured scans')} .mmv-chart", 1, (2 / 5, 0.5), "half-life", {"half-life": f["scan_quantile_0"].values[0, 2]}),
        "training curve": (f"{view('training')} .mmv-chart", 1, (2 / 4, 0.5), "valid_accuracy", {"valid_accuracy": frame["history"].values[2, 2]}),
        "prediction": (f"{view('prediction')} table", 0, (0.9, 0.5), None, {"value": at["prediction"].values[T]}),
        "coupling": (f"{view('coupling')} table", 0, (0.75, 0.65), None, {"gyro": frame["coupling"].values[E, L].ravel()}),
    }  # fmt: skip


PLACES = [
    "state map",
    "attribution lane",
    "shapley over the sequence",
    "shapley over training",
    "half-life by row",
    "norm of a channel",
    "end-to-end lane",
    "end-to-end map",
    "operator map",
    "routing",
    "plan",
    "cost",
    "distance",
    "scan map",
    "scan influence",
    "half-lives of a scan",
    "training curve",
    "prediction",
    "coupling",
]


@pytest.mark.parametrize("place", PLACES)
def test_the_read_out_below_the_pointer_shows_the_value_of_the_frame_to_its_printed_digits(page, place):
    selector, nth, (x, y), title, expected = cells(page.frame_shown)[place]
    seen = hover(page, selector, x, 0.4 if y is None else y, nth)
    rows = dict(seen["rows"])
    names = [str(n) for n in page.frame_shown["modality"].values]
    assert title is None or title in seen["title"] or title in rows, seen
    for label, value in expected.items():
        shown = next((text for key, text in rows.items() if key.endswith(label)), None)
        if shown is None and place == "coupling":
            shown = seen["rows"][0][1]
        of = np.atleast_1d(value)
        if place == "coupling":
            assert any(is_printed(shown, float(v)) for v in of)
            continue
        if len(of) == len(names) and len(of) > 1:  # the line of one modality: that of the title
            of = of[[k for k, name in enumerate(names) if seen["title"].lstrip("●■◆ ").startswith(name)]]
        if place == "prediction":
            of = of[
                [k for k, name in enumerate(page.frame_shown["output"].values) if seen["title"].startswith(str(name))]
            ]
        assert len(of) == 1, seen
        assert is_printed(shown, float(of[0])), (seen, of)


def test_the_read_out_of_a_signal_names_feature_value_unit_and_time(page):
    seen = hover(page, ".mmv-signal", 100.5 / 200, 0.3)
    rows, feature = dict(seen["rows"]), seen["title"].split(" · ")[1]
    signal = page.frame_shown["signal_dynamic"].isel(recorded_sample=S)
    k = [str(name) for name in signal["feature_dynamic"].values].index(feature)
    assert is_printed(rows["value"], float(signal[100, k]))
    assert rows["value"].endswith(" g")
    assert rows["time"] == f"{101 / 50:.3f} s"


def test_the_read_out_of_a_trajectory_is_that_of_the_nearest_point(page):
    seen = hover(page, ".mmv-plane", 0.5, 0.5)
    names = [str(n) for n in page.frame_shown["modality"].values]
    m = next(k for k, name in enumerate(names) if name in seen["title"])
    rows = dict(seen["rows"])
    t = round(float(rows["at"].split()[0]) / 4 * 50) - 1
    for axis, label in enumerate(("PC 1", "PC 2")):
        assert is_printed(rows[label], float(page.frame_shown["path"].values[S, L, m, t, axis]))


def test_the_probe_point_of_the_keyboard_reads_every_plot_as_the_pointer_does(page):
    count = page.locator(".mmv-readable:not(table)").count()
    assert count >= 9 + 2 + 2 + 1 + 4 + 3 + 10
    names = []
    for k in range(count):
        box = page.locator(".mmv-readable:not(table)").nth(k)
        if not box.is_visible():
            continue
        box.evaluate("(node) => node.focus({ preventScroll: true })")
        for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowUp"):
            page.keyboard.press(key)
        typed = page.evaluate(CARD)
        if typed is None:  # a cell without data: a gap, or a lag that does not exist
            continue
        names.append(typed["title"])
        x, y = page.evaluate(
            "(() => { const { left, top, width, height } = document.querySelector('.mmv-point').getBoundingClientRect(); return [left + width / 2, top + height / 2]; })()"
        )
        page.evaluate("document.activeElement.blur()")
        page.mouse.move(x, y)
        page.wait_for_selector(".mmv-card", state="visible")
        assert page.evaluate(CARD) == typed
        page.mouse.move(2, 2)
    assert len(names) >= count - 3


def test_tables_are_read_by_keyboard_and_the_reading_is_spoken(page):
    table = page.locator(f"{view('prediction')} table")
    table.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    p = page.frame_shown["prediction"].values[E, S, T]
    seen = page.evaluate(CARD)
    assert seen["title"].startswith(str(page.frame_shown["output"].values[1]))
    assert is_printed(seen["rows"][0][1], float(p[1]))
    spoken = " ".join(page.locator(".mmv-hidden-text[aria-live=polite]").all_text_contents())
    assert seen["rows"][0][1] in spoken
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")


def test_hovering_highlights_the_same_step_channel_and_modality_in_the_other_plots(page):
    hover(page, ".mmv-state", 20.5 / 50, 4.5 / 16, 1)
    found = page.evaluate("""() => [...document.querySelectorAll('.mmv-link')].filter((n) => !n.hidden).map((n) => {
      const b = n.getBoundingClientRect(), p = n.parentElement.getBoundingClientRect();
      return [n.parentElement.className, (b.left + b.width / 2 - p.left) / p.width, b.width / p.width, (b.top + b.height / 2 - p.top) / p.height, b.height / p.height]; })""")
    lanes = [one for one in found if "mmv-lane-bars" in one[0] or "mmv-state" in one[0] or "mmv-signal" in one[0]]
    upright = [one for one in lanes if one[2] < 0.5]
    assert len(upright) >= 9 + 3
    assert all(one[1] == pytest.approx(20.5 / 50, abs=0.01) for one in upright)
    charts = [one for one in found if "mmv-chart" in one[0] and one[2] < 0.5]
    assert charts
    assert all(
        one[1] == pytest.approx(20 / 49, abs=0.01) or one[1] == pytest.approx(4 / 15, abs=0.01) for one in charts
    )
    assert page.locator(".mmv").first.get_attribute("data-linked") == "1"
    page.mouse.move(2, 2)
    page.wait_for_selector(".mmv-card", state="hidden")
    assert page.locator(".mmv-link:visible").count() == 0


@pytest.fixture
def fresh(show):
    return lambda **given: show(
        every_view=True, **{"selection": HERE, "context": {"viewport": {"width": 1366, "height": 12000}}, **given}
    )


def test_a_click_pins_the_read_out_several_stay_escape_and_the_button_remove_them_and_copy_is_tab_separated(fresh):
    page = fresh(
        context={"viewport": {"width": 1366, "height": 12000}, "permissions": ["clipboard-read", "clipboard-write"]}
    )
    state, plan = page.locator(".mmv-state").first, page.locator(f"{view('transport')} .mmv-square").first
    for box in (state, plan):
        size = box.bounding_box()
        box.click(position={"x": size["width"] * 0.41, "y": size["height"] * 0.4})
    assert page.locator(".mmv-pin").count() == 2
    page.locator(".mmv-pin button", has_text="copy").first.click()
    page.wait_for_selector("text=copied")
    lines = [line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").split("\n")]
    assert lines[0][0] == "dynamic"
    assert [line[0] for line in lines[1:]] == [NORM, "row", "at"]
    level = page.explorer.frame["state"].values[E, S, L, 0, 6, 20]
    assert is_printed(lines[1][1], scale_of(page) * level / 255)
    page.get_by_role("button", name=re.compile("Remove the read-out channel")).click()
    assert page.locator(".mmv-pin").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".mmv-pin").count() == 0
    # a drag of the cursor pins nothing
    size = state.bounding_box()
    page.mouse.move(size["x"] + 50, size["y"] + 20)
    page.mouse.down()
    page.mouse.move(size["x"] + 200, size["y"] + 20, steps=4)
    page.mouse.up()
    assert page.locator(".mmv-pin").count() == 0
    assert page.faults == []


def test_enter_pins_the_probe_point_and_up_and_down_move_through_the_lanes_which_are_one_tab_stop(fresh):
    page = fresh()
    page.locator(".mmv-signal").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate(CARD)["title"].split(" · ")[1].startswith("channel")
    assert page.evaluate("document.querySelectorAll('.mmv-stage .mmv-readable[tabindex=\"0\"]').length") == 1
    page.keyboard.press("Enter")
    assert page.locator(".mmv-pin").count() == 1


def test_a_tap_reads_and_a_second_tap_pins(fresh):
    page = fresh(context={"viewport": {"width": 1366, "height": 3000}, "has_touch": True})
    size = page.locator(".mmv-state").first.bounding_box()
    at = (size["x"] + size["width"] * 0.41, size["y"] + size["height"] * 0.4)
    page.fingers([at])
    page.wait_for_selector(".mmv-card", state="visible")
    assert page.locator(".mmv-pin").count() == 0
    page.fingers([at])
    assert page.locator(".mmv-pin").count() == 1


def test_the_read_out_of_an_edited_sample_has_the_recorded_value_and_the_difference(open_page, make_frame, tmp_path):
    from live_host import deliver, open_live

    frame = make_frame(every_view=True)
    page = open_live(
        open_page(viewport={"width": 1366, "height": 6000}),
        frame,
        tmp_path,
        selection={"section": "all", "edits": {"gyro": {"delay": 4}}},
    )
    deliver(page, {"sample": 0, "epoch": 4, "masked": [], "edits": {"gyro": {"delay": 4}}}, 1, share=0.25)
    page.wait_for_selector(".mmv-recorded:visible")
    for selector, x, y, label in (
        (f"{view('prediction')} table", 0.9, 0.5, "value"),
        (f"{view('shapley')} .mmv-chart", 0.5, 0.5, "φ"),
    ):
        rows = dict(hover(page, selector, x, y)["rows"])
        now, then, apart = (number(rows[key]) for key in (label, "recorded", "difference"))
        assert apart == pytest.approx(now - then, abs=0.0101)
    recorded = float(frame["prediction"].values[4, 0, 49, 3])
    rows = dict(hover(page, f"{view('prediction')} table", 0.9, 3.5 / 7)["rows"])
    assert is_printed(rows["recorded"], recorded)
    assert page.faults == []


def test_zoom_on_time_is_shared_by_all_views_and_is_part_of_the_selection(fresh):
    page = fresh()
    box = page.locator(".mmv-state").nth(1)
    size = box.bounding_box()
    page.mouse.move(size["x"] + size["width"] * 0.5, size["y"] + 20)
    page.keyboard.down("Control")
    for _ in range(4):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_timeout(500)
    zoom = page.evaluate("JSON.parse(decodeURIComponent(location.hash.slice(1))).zoom")
    assert 15 <= zoom[0] <= 17
    assert 30 <= zoom[1] <= 36
    count = zoom[1] + 1 - zoom[0]
    seen = hover(page, ".mmv-state", 2.5 / count, 4.5 / 16, 1)
    level = page.explorer.frame["state"].values[E, S, L, 1, 4, zoom[0] + 2]
    assert is_printed(dict(seen["rows"])[NORM], scale_of(page) * level / 255)
    assert dict(seen["rows"])["at"] == f"{(zoom[0] + 3) * 4 / 50:.2f} s"
    seen = hover(page, f"{view('transport')} .mmv-square", 0.5 / count, 1.5 / count)
    plan = page.explorer.frame["plan"].values[S, 0, zoom[0] + 1, zoom[0]] / 255 * 0.02
    assert is_printed(dict(seen["rows"])["plan"], plan)
    ticks = [float(text) for text in page.locator(".mmv-axis span").all_inner_texts()]
    assert all(zoom[0] * 0.08 - 1e-6 <= tick <= (zoom[1] + 1) * 0.08 + 1e-6 for tick in ticks)
    assert len(ticks) >= 3
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Fit the whole sequence").click()
    assert page.get_by_role("button", name="Fit the whole sequence").is_disabled()
    page.locator("input.mmv-time").focus()
    page.keyboard.press("+")
    assert page.get_by_role("button", name="Fit the whole sequence").is_enabled()
    page.keyboard.press("0")
    assert page.get_by_role("button", name="Fit the whole sequence").is_disabled()
    assert page.faults == []


def test_a_saved_page_opens_at_its_zoom_and_a_zoom_that_does_not_exist_is_a_sentence(fresh):
    page = fresh(selection={**HERE, "zoom": [20, 29]})
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.mmv-state canvas')).width.replace('px', '') / document.querySelector('.mmv-state').clientWidth"
    ) == pytest.approx(5, abs=0.01)
    assert page.explorer.recipe["zoom"] == [20, 29]
    page.goto(page.url.split("#")[0] + '#{"zoom":[3,400]}')
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert "zoom is [3,400]" in page.locator(".mmv-refused").inner_text()


def test_a_legend_hides_a_line_and_a_chart_of_positive_values_has_a_logarithmic_axis(fresh):
    page = fresh()
    key = page.locator(f"{view('training')} button[aria-label='Line valid_loss']")
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    chart = page.locator(f"{view('training')} .mmv-charted").first
    paths = chart.locator("path.mmv-line")
    assert [bool(paths.nth(k).get_attribute("d")) for k in range(2)] == [True, False]
    before = paths.nth(0).get_attribute("d")
    chart.get_by_role("button", name=re.compile("Logarithmic axis")).click()
    assert paths.nth(0).get_attribute("d") != before
    values = page.explorer.frame["history"].values[:, :2]
    low, high = np.log10([values.min(), values.max()])
    heights = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", paths.nth(0).get_attribute("d"))]
    assert heights == pytest.approx((96 - 92 * (np.log10(values[:, 0]) - low) / (high - low)).tolist(), abs=0.02)


def test_every_chart_and_map_has_an_axis_with_a_name_and_ticks_at_the_values_they_name(fresh):
    page = fresh()
    charts = page.evaluate("""() => [...document.querySelectorAll('.mmv-charted')].filter((n) => n.querySelector('.mmv-ticks-y') && n.querySelector('.mmv-chart') && n.checkVisibility()).map((n) => ({
      title: n.querySelector('.mmv-subtitle').textContent, name: n.querySelector('.mmv-axis-name').textContent,
      x: [...n.querySelectorAll('.mmv-ticks-x span')].map((s) => [s.textContent, parseFloat(s.style.left)]), y: [...n.querySelectorAll('.mmv-ticks-y span')].map((s) => [s.textContent, parseFloat(s.style.top)]),
      box: n.querySelector('.mmv-chart').getBoundingClientRect().width, axis: n.querySelector('.mmv-ticks-x').getBoundingClientRect().width }))""")
    assert len(charts) >= 10
    for one in charts:
        assert one["name"], one
        assert one["title"], one
        assert len(one["x"]) >= 2, one
        assert len(one["y"]) >= 1, one
        assert one["axis"] == pytest.approx(one["box"], abs=1), "ticks lie below what they name"
    along = next(one for one in charts if one["title"].startswith("over the sequence"))
    for text, left in along["x"]:
        assert left == pytest.approx(100 * (float(text) / 4 * 50 - 1) / 49, abs=0.02)
    phi = page.explorer.frame["phi"].values[:, S]
    low, high = min(0, phi.min()), max(0, phi.max())
    for text, top in along["y"]:
        assert top == pytest.approx(96 - 92 * (number(text) - low) / (high - low), abs=0.05)
    assert "% of the variance" in page.locator(f"{view('trajectory')} .mmv-axis-name").text_content()


SHARES = """() => { const fifths = [0, 0, 0, 0, 0]; const bar = document.querySelector('.mmv-key-bar canvas'), p = bar.getContext('2d').getImageData(0, 0, 256, 1).data;
  const index = new Map(); for (let i = 0; i < 256; i++) index.set(`${p[4 * i]},${p[4 * i + 1]},${p[4 * i + 2]}`, i);
  for (const c of document.querySelectorAll('.mmv-state canvas')) { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
    for (let i = 0; i < d.length; i += 4) if (d[i + 3]) fifths[Math.min(4, Math.floor(index.get(`${d[i]},${d[i + 1]},${d[i + 2]}`) / 51.2))]++; }
  const all = fifths.reduce((a, b) => a + b); return fifths.map((n) => n / all); }"""


def test_colour_scales_use_their_range_share_it_as_chosen_and_are_named_beside_their_key(show, make_frame):
    def skewed(frame):
        # hidden states as they are: nine of ten in the lowest fifth of the scale
        rng = np.random.default_rng(0)
        values = np.clip(rng.lognormal(-3, 1.3, frame["state"].shape), 0, 1)
        frame["state"].values[:] = np.round(255 * np.sqrt(values))
        frame["state"].attrs["power"] = 2
        return frame

    frame = skewed(make_frame(every_view=True))
    page = show(every_view=True, selection=HERE, context={"viewport": {"width": 1366, "height": 12000}})
    page.goto(Explorer(frame=frame, selection=HERE).save(page.path).as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)")
    shares = {}
    for kind in ("symmetric log", "linear", "quantile"):
        page.get_by_label("Colours", exact=True).select_option(label=kind)
        assert page.locator(".mmv-colour").first.inner_text().split("(")[1].startswith(kind)
        shares[kind] = page.evaluate(SHARES)
    assert shares["linear"][0] > 0.85
    assert shares["symmetric log"][0] < 0.45
    assert max(shares["quantile"]) < 0.3
    assert page.locator(".mmv-key-bar").first.locator(".mmv-key-ticks span").count() == 5
    page.get_by_label("Colours", exact=True).select_option(label="linear")
    page.get_by_label("Range", exact=True).select_option(label="per channel")
    most = page.evaluate("""() => [...document.querySelectorAll('.mmv-state canvas')].flatMap((c) => Array.from({ length: c.height }, (_, y) => {
      const d = c.getContext('2d').getImageData(0, y, c.width, 1).data; return Math.max(...Array.from({ length: c.width }, (_, x) => d[4 * x])); }))""")
    assert set(most) == {254}, "every row ends at the last colour"
    seen = hover(page, ".mmv-state", 20.5 / 50, 4.5 / 16, 1)
    assert is_printed(
        dict(seen["rows"])[NORM], scale_of(page) * float((frame["state"].values[E, S, L, 1, 4, 20] / 255) ** 2)
    )
