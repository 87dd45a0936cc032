"""The input itself, as the display of the data says: an image upright, a waveform with its spectrogram and sound, words."""

import json

import numpy as np
import pytest

from mmviz.data import Display
from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(90)
PIXELS = """(selector) => { const c = document.querySelector(selector);
  return [c.width, c.height, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; }"""


@pytest.fixture
def opened(open_page, tmp_path):
    def opening(frame, **selection):
        page = open_page()
        page.goto(
            Explorer(frame=frame, selection={"section": "all", **selection}).save(tmp_path / "input.html").as_uri()
        )
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        return page

    return opening


def displayed(frame, name, display):
    frame[f"signal_{name}"].attrs["display"] = json.dumps(display.plain())
    return frame


def with_words(frame, name, tokens):
    """Return the frame with the words of every sample; frames without a word are not valid."""
    count = frame.sizes[f"frame_{name}"]
    held = np.array([[*row, *[""] * (count - len(row))] for row in tokens])
    dims = ("recorded_sample", f"frame_{name}")
    frame = frame.assign({f"signal_token_{name}": (dims, held), f"signal_valid_{name}": (dims, held != "")})
    return displayed(frame, name, Display("text"))


def pixels(page, selector):
    """Return the values (row, column, red green blue) of a canvas."""
    width, height, *values = page.evaluate(PIXELS, selector)
    return np.array(values).reshape(height, width, 4)[..., :3]


def expected(value):
    return 255 * (value - value.min()) / (value.max() - value.min())


@pytest.mark.parametrize("frames", ["rows", "columns"])
def test_an_image_stands_upright_with_every_pixel(opened, make_frame, frames):
    frame = displayed(make_frame(features=12, frames=20), "gyro", Display("image", frames=frames))
    page = opened(frame)
    drawn = pixels(page, ".mmv-input-image canvas")[..., 0]
    value = frame["signal_gyro"].values[0]
    assert np.abs(drawn - expected(value if frames == "rows" else value.T)).max() < 1
    assert page.faults == []


def test_an_image_of_whole_frames_is_that_of_the_time_cursor_in_colour(opened, make_frame):
    display = Display("image", frames="whole", height=2, width=3, colours=3)
    frame = displayed(make_frame(features=18, frames=10, steps=10), "gyro", display)
    page = opened(frame, time=3)
    value = frame["signal_gyro"].values[0]
    scaled = (255 * (value - value.min()) / (value.max() - value.min())).reshape(10, 2, 3, 3)
    assert np.abs(pixels(page, ".mmv-input-image canvas") - scaled[3]).max() < 1
    page.get_by_label("Time cursor").fill("7")
    page.wait_for_timeout(200)
    assert np.abs(pixels(page, ".mmv-input-image canvas") - scaled[7]).max() < 1


def test_the_row_of_the_time_cursor_is_marked_and_a_press_on_a_row_moves_the_cursor(opened, make_frame):
    frame = displayed(make_frame(features=12, frames=20, steps=20), "gyro", Display("image"))
    page = opened(frame, time=4)
    mark, box = page.locator(".mmv-input-mark"), page.locator(".mmv-input-image").first
    assert mark.evaluate("(n) => [n.style.top, n.style.height]") == ["20%", "5%"]
    box.click(position={"x": 20, "y": box.bounding_box()["height"] * 0.525})
    page.wait_for_timeout(200)
    assert page.get_by_label("Time cursor").input_value() == "10"
    assert mark.evaluate("(n) => n.style.top") == "50%"


def test_the_readout_of_a_pixel_has_row_column_value_and_unit(opened, make_frame):
    frame = displayed(make_frame(features=12, frames=20, steps=20), "gyro", Display("image"))
    page = opened(frame)
    box = page.locator(".mmv-input-image").first
    size = box.bounding_box()
    box.hover(position={"x": size["width"] * 2.5 / 12, "y": size["height"] * 5.5 / 20})
    page.wait_for_selector(".mmv-card:not([hidden])")
    text = page.locator(".mmv-card").inner_text()
    assert "row 6, column 3" in text
    value = float(frame["signal_gyro"].values[0, 5, 2])
    assert f"{value:.4g}".replace("-", "−") in text
    assert "rad/s" in text


def test_a_waveform_has_a_spectrogram_with_its_frequency_and_plays_only_on_request(opened, make_frame):
    frame = displayed(make_frame(features=1, frames=4000, rate_hz=8000.0), "dynamic", Display("audio"))
    frame["signal_dynamic"].values[0, :, 0] = np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)
    page = opened(frame)
    column = pixels(page, "[data-view=input] canvas")[:, 0].sum(1)[::-1]
    assert len(column) == 128
    assert column.argmax() == 32, "1000 Hz is bin 32 of 256 at 8000 Hz"
    ticks = page.locator("[data-view=input] .mmv-ticks-y").nth(1).locator("span").all_inner_texts()
    assert {"0", "4000"} <= set(ticks)
    control = page.get_by_role("button", name="Play or stop dynamic")
    assert control.inner_text() == "play"
    control.click()
    assert control.inner_text() == "stop"
    assert page.faults == []


def test_the_waveform_follows_zoom_time_cursor_and_time_range(opened, make_frame):
    frame = displayed(make_frame(features=1, frames=400, rate_hz=8000.0, steps=50), "dynamic", Display("audio"))
    page = opened(frame, time=19, zoom=[10, 29], brush=[15, 24])
    wave = page.locator("[data-view=input] .mmv-input-wave")
    assert wave.locator("svg").get_attribute("viewBox") == "200 0 400 100"
    assert wave.locator(".mmv-cursor").evaluate("(n) => n.style.getPropertyValue('--at')") == "0.5"
    assert wave.locator(".mmv-veil").evaluate_all("(n) => n.map((one) => one.style.width)") == ["25%", "25%"]


def test_lines_and_signals_without_a_display_are_shown_by_the_lanes_alone(opened, make_frame):
    named = make_frame(features=12, frames=20).assign_coords(feature_gyro=[f"column {k}" for k in range(12)])
    assert opened(named).locator("[data-view=input]").count() == 0, "names of channels do not make an image"
    assert opened(make_frame(features=1, frames=4000, rate_hz=8000.0)).locator("[data-view=input]").count() == 0


@pytest.mark.parametrize(
    "text", ["", "{", '{"kind": "film"}', '{"kind": "image", "width": 99}', '{"kind": "audio", "x": 1}', "[]"]
)
def test_a_frame_with_an_unknown_display_shows_lines(opened, make_frame, text):
    frame = make_frame(features=2, frames=20)
    frame["signal_gyro"].attrs["display"] = text
    page = opened(frame)
    assert page.locator("[data-view=input]").count() == 0
    assert page.faults == []


TOKENS = [["a", "good", "<img src=x onerror=alert(1)>", "\u202efilm"], ["one", "word"], []]


def test_words_are_shown_in_order_as_text_and_marked_at_the_time_cursor(opened, make_frame):
    page = opened(with_words(make_frame(frames=4, steps=4), "gyro", TOKENS), time=1)
    words = page.locator(".mmv-word")
    assert words.all_inner_texts() == ["a", "good", "<img src=x onerror=alert(1)>", "\\u202efilm"]
    assert page.locator(".mmv-word[data-now]").all_inner_texts() == ["good"]
    assert page.locator("[data-view=input] img").count() == 0
    words.nth(3).click()
    page.wait_for_timeout(200)
    assert page.get_by_label("Time cursor").input_value() == "3"
    assert page.locator(".mmv-word[data-now]").all_inner_texts() == ["\\u202efilm"]
    assert page.faults == []
    assert page.external == []


def test_a_sample_without_words_says_so(opened, make_frame):
    page = opened(with_words(make_frame(frames=4, steps=4), "gyro", TOKENS), sample=2)
    assert "No word: the text is empty" in page.locator("[data-view=input]").inner_text()
    untold = displayed(make_frame(frames=4, steps=4), "gyro", Display("text"))
    assert "pass tokens= to mmviz.data.from_arrays" in opened(untold).locator("[data-view=input]").inner_text()


def test_words_have_the_colour_and_sign_of_their_attribution_and_its_sum(opened, make_frame):
    frame = with_words(make_frame(frames=4, steps=8, every_view=True), "gyro", TOKENS)
    frame = frame.drop_vars([name for name in frame.data_vars if str(name).startswith("attribution_prefix")])
    share = np.array([0.2, 0.1, -0.05, -0.05, 0.0, 0.0, 0.0, 0.01], "f4")
    frame["attribution"].values[0, 1] = share
    page = opened(frame)
    signs = page.locator(".mmv-word").evaluate_all("(n) => n.map((one) => one.getAttribute('data-share'))")
    assert signs == ["+", "−", None, "+"]
    shown = []
    for k in range(4):
        page.locator(".mmv-word").nth(k).hover()
        page.wait_for_timeout(120)
        row = page.locator(".mmv-card").inner_text().split("\n")
        shown.append(float(row[-1].replace("−", "-")))
    assert shown == pytest.approx([0.3, -0.1, 0.0, 0.01], abs=0.006)
    assert sum(shown) == pytest.approx(share.sum(), abs=0.01)
