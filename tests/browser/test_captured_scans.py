"""Captured scans of a user's module in a page: numbers of the frame, one cursor with the other views, keyboard and pointer, empty states."""

import json

import numpy as np
import pytest
from page_queries import sentence, slider

from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(90)
VIEW = "[data-view='captured scans']"
TABLE = "table[aria-label='Values of the captured scan at the cursor'] tr"
CANVAS = "(k) => { const c = document.querySelectorAll(\"[data-view='captured scans'] canvas\")[k]; return [c.width, c.height, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; }"


@pytest.fixture
def page(show):
    page = show(every_view=True, selection={"sample": 1, "time": 29})
    page.locator(VIEW).scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    page.frame = page.explorer.frame.isel(recorded_sample=1)
    return page


def values(page):
    return dict(row.locator("th, td").all_text_contents() for row in page.locator(f"{VIEW} {TABLE}").all())


def pixels(page, k):
    width, height, *data = page.evaluate(CANVAS, k)
    return np.array(data).reshape(height, width, 4)


def choose(page, label, index):
    page.locator(VIEW).get_by_label(label, exact=True).select_option(str(index))


def test_the_table_shows_the_numbers_of_the_frame_at_the_time_cursor_and_follows_row_and_time(page):
    about = page.frame["scan_norm_0"].attrs
    slider(page, "Row of the captured scan").fill("3")
    for time in (29, 12):
        slider(page, "Time cursor").fill(str(time))
        page.wait_for_timeout(200)
        step = 4 * (time + 1) - 1  # 200 scan steps, 50 steps of the model
        shown = values(page)
        assert shown["step"] == f"{step + 1} of 200 ({4 * (time + 1) / 50:.2f} s)"
        assert shown["channel"] == f"{int(page.frame['scan_index_0'][0, 3])} (row 4 of 6)"
        assert float(shown["half-life, steps"]) == pytest.approx(float(page.frame["scan_half_life_0"][0, 3]), rel=6e-3)
        norm = float(page.frame["scan_norm_0"][0, 3, step]) / 255 * about["scale"]
        assert float(shown["‖h‖₂ of the channel"].removeprefix("≥ ")) == pytest.approx(norm, rel=6e-3, abs=1e-6)
        mean = float(page.frame["scan_mean_0"][0, step])
        assert float(shown["mean ‖h‖₂ of 6 channels"]) == pytest.approx(mean, rel=6e-3)
    assert (
        "reproduce the output of this function to 2.1e−7" in page.locator(VIEW).text_content()
    )  # out of sight, Firefox gives no inner text
    assert page.faults == []
    assert page.external == []


def test_the_step_slider_moves_the_cursor_of_all_views_and_keeps_a_step_within_it(page):
    control = slider(page, "Step of the captured scan")
    control.focus()
    assert values(page)["step"].startswith("120 of 200")
    page.keyboard.press("ArrowLeft")
    assert values(page)["step"] == "119 of 200 (2.40 s)"
    assert "t = 2.40 s" in sentence(page)
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert values(page)["step"] == "116 of 200 (2.32 s)"
    assert "t = 2.32 s" in sentence(page)
    assert control.get_attribute("aria-valuetext") == "step 116 of 200, 2.32 s"


def test_the_state_map_hatches_steps_without_data_and_the_influence_map_later_sources(page):
    choose(page, "Site", 1)
    states, influence = pixels(page, 0), pixels(page, 1)
    assert states.shape[:2] == (32, 100)
    valid = np.isfinite(page.frame["scan_mean_1"].values[0])
    assert (~valid).sum() == 25
    assert ((states[..., 3] > 0) == valid).all()
    assert influence.shape[:2] == (50, 50)
    assert ((influence[..., 3] > 0) == np.tril(np.ones((50, 50), bool))).all()
    slider(page, "Time cursor").fill("49")
    page.wait_for_timeout(200)
    assert values(page)["‖h‖₂ of the channel"] == "–"
    slider(page, "Time cursor").fill("20")
    page.wait_for_timeout(200)
    levels = page.frame["scan_influence_1"].values[0, 20, 0].astype(float)
    most = int(levels[:21].argmax())
    assert values(page)["influence"] == f"largest from step {2 * most + 1} to {2 * most + 2}"


def test_a_coupled_scan_has_a_choice_of_streams_its_own_cursor_and_states_why_there_is_no_influence_map(page):
    choose(page, "Site", 2)
    before = sentence(page)
    view = page.locator(VIEW)
    assert view.get_by_label("SSM stream").locator("option").all_inner_texts() == ["dynamic", "gravity"]
    assert "No influence map: the Trace holds no influence map of this site." in view.inner_text()
    assert "do not map to the time axis" in view.inner_text()
    assert "no single modality" in view.inner_text()
    slider(page, "Step of the captured scan").fill("2")
    choose(page, "SSM stream", 1)
    assert values(page)["step"] == "3 of 7"
    mean = float(page.frame["scan_mean_2"][1, 2])
    assert float(values(page)["mean ‖h‖₂ of 5 channels"]) == pytest.approx(mean, rel=6e-3)
    assert sentence(page) == before


def test_the_value_under_the_pointer_is_shown_and_a_press_selects_its_channel_and_step(page):
    box = page.locator(f"{VIEW} .mmv-scan-map").first
    size = box.bounding_box()
    place = {"x": size["width"] * 60.5 / 200, "y": size["height"] * 4.5 / 6}
    box.hover(position=place)
    card, pointed = page.locator(".mmv-card"), page.locator(f"{VIEW} .mmv-pointed")
    page.wait_for_selector(".mmv-card:visible")
    channel = int(page.frame["scan_index_0"][0, 4])
    norm = float(page.frame["scan_norm_0"][0, 4, 60]) / 255 * page.frame["scan_norm_0"].attrs["scale"]
    assert card.locator(".mmv-card-title").text_content().endswith(f": channel {channel}")
    shown = dict(zip(card.locator("dt").all_text_contents(), card.locator("dd").all_text_contents(), strict=True))
    assert shown["step"] == "61"
    assert float(shown["‖h‖₂"].removeprefix("≥ ")) == pytest.approx(norm, rel=6e-3)
    page.mouse.move(1, 1)
    assert pointed.text_content().startswith(f"Channel {int(page.frame['scan_index_0'][0, 0])}, step 120:")
    box.click(position=place)
    assert values(page)["step"].startswith("61 of 200")
    assert values(page)["channel"] == f"{channel} (row 5 of 6)"
    assert "t = 1.28 s" in sentence(page)
    influence = page.locator(f"{VIEW} .mmv-scan-map").nth(1)
    size = influence.bounding_box()
    influence.hover(position={"x": size["width"] * 10.5 / 100, "y": size["height"] * 20.5 / 100})
    exact = (float(page.frame["scan_influence_0"][0, 20, 0, 10]) / 255) ** 2
    exact *= page.frame["scan_influence_0"].attrs["scale"]
    page.wait_for_function("document.querySelector('.mmv-card').textContent.includes('source step')")
    shown = dict(zip(card.locator("dt").all_text_contents(), card.locator("dd").all_text_contents(), strict=True))
    assert (shown["source step"], shown["target step"]) == ("21 to 22", "41 to 42")
    assert float(shown["influence"]) == pytest.approx(exact, rel=6e-3)


def test_in_two_runs_the_same_site_has_one_colour_scale(show):
    page = show(
        every_view=True,
        listed=3,
        other={"every_view": True, "listed": 4},
        context={"viewport": {"width": 1900, "height": 6000}},
    )
    titles = page.locator(f"{VIEW} .mmv-subtitle", has_text="channels (down)").all_inner_texts()
    assert len(titles) == 2
    assert titles[0] == titles[1]
    scales = [json.loads(page.explorer.data[key])["scans"][0]["scale"] for key in ("meta", "meta_b")]
    assert scales[0] != scales[1]
    assert f"≥ {float(f'{max(scales):.3g}'):g}" in titles[0]


def test_channels_that_an_encoder_does_not_have_are_not_drawn_counted_or_selectable(open_page, make_frame, tmp_path):
    frame = make_frame(every_view=True)
    frame["channel_index"].values[:, 1, 5:] = -1
    frame["channel_index"].values[1, 2, :] = -1
    frame["half_life"].values[frame["channel_index"].values < 0] = np.nan
    frame["coupling"].values[:, 1] = np.nan
    page = open_page(viewport={"width": 1366, "height": 3000})
    page.goto(Explorer(frame=frame, selection={"section": "all"}).save(tmp_path / "study.html").as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)")
    heights = page.evaluate("[...document.querySelectorAll('.mmv-state canvas')].map((c) => c.height)")
    assert heights == [16, 5, 16]
    gutters = page.locator(".mmv-lane .mmv-gutter", has_text="hidden state").all_inner_texts()
    assert [text.split("\n")[1] for text in gutters] == ["16 channels", "5 channels", "16 channels"]
    slider(page, "Channel").fill("9")
    page.wait_for_timeout(200)
    rows = page.locator("table[aria-label='Selected channel of each SSM stream'] tbody tr").all()
    assert [row.locator("td").all_text_contents() for row in rows][1] == ["–", "–", "–"]
    assert page.evaluate("[...document.querySelectorAll('.mmv-row')].map((row) => row.hidden)") == [False, True, False]
    page.get_by_label("Layer", exact=True).select_option("1")
    assert page.get_by_text("no scan in this layer").locator("visible=true").count() == 1
    assert "No coupling weights in this layer" in page.locator("[data-view='coupling']").inner_text()
    assert not page.locator(".mmv-matrix").is_visible()
    assert page.faults == []


def test_without_states_and_scans_the_lanes_state_the_reason_of_the_trace(open_page, make_frame, tmp_path):
    frame = make_frame(attrs={"missing_scans": "No captured scans: the module is a GRU."}).drop_vars(
        ["state", "coupling"]
    )
    page = open_page()
    page.goto(Explorer(frame=frame, selection={"section": "all"}).save(tmp_path / "study.html").as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert "No captured scans: the module is a GRU." in page.locator(".mmv-lanes").inner_text()
    assert page.locator(VIEW).count() == 0


def test_integrated_gradients_have_their_name_their_completeness_gap_and_their_row_on_trust(
    open_page, make_frame, tmp_path
):
    frame = make_frame(every_view=True)
    inner = [name for name in frame.data_vars if str(name).startswith(("attribution_prefix", "attribution_stream"))]
    frame = frame.drop_vars(inner)
    frame["attribution"].attrs |= {
        "rule": "integrated gradients", "name": "integrated gradients", "error": "completeness gap", "row": "integrated-gradients",
    }  # fmt: skip
    page = open_page(viewport={"width": 1366, "height": 3000})
    page.goto(Explorer(frame=frame, selection={"section": "all"}).save(tmp_path / "study.html").as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)")
    view = page.locator("[data-view='end-to-end attribution']")
    assert view.locator(".mmv-heading").text_content() == "Integrated gradients: what moved this prediction"
    text = view.text_content()
    assert "completeness gap 4.2e−7" in text
    assert "docs/trust.md#integrated-gradients" in text
    for word in ("frozen", "conservation error", "End-to-end"):
        assert word not in text
    tip = page.locator(".mmv-lane .mmv-faint", has_text="attribution ±").first.get_attribute("title")
    assert tip.startswith("integrated gradients: bars up")
    assert page.faults == []
