import numpy as np
import pytest
from page_queries import maps, sentence, slider, values

from mmviz.widgets.readout import fixed

pytestmark = pytest.mark.timeout(90)
PLACES = [(0, 0, 0, 0), (2, 4, 1, 49), (1, 2, 0, 17)]
SPAN = ["Start the time range at the cursor", "End the time range at the cursor"]
KINDS = [
    {},
    {"task": "regression", "features": 12, "rate_hz": None},
    {"absent": (1, 2), "padded": 40, "attrs": {"align": ""}},
]


def at(sample, epoch, layer, time):
    return {"sample": sample, "epoch": epoch, "layer": layer, "time": time}


def test_the_brightness_of_state_maps_is_ordered_as_the_states_of_the_frame(show):
    page = show(selection=at(1, 2, 1, 5))
    state = page.explorer.frame["state"].values[2, 1, 1]
    for m, pixels in enumerate(maps(page)):
        drawn = np.array(pixels).reshape(*state[m].shape, 4)
        assert (drawn[..., 3] == 255).all()
        assert len({tuple(p) for p in drawn.reshape(-1, 4)}) > 50
        # cividis grows in brightness: the order of the pixels is the order of the states
        shade = drawn[..., :3] @ [0.2126, 0.7152, 0.0722]
        order = np.argsort(state[m], axis=None, kind="stable")
        assert (np.diff(shade.ravel()[order]) >= -1.01).all()
    assert page.faults == []


def test_padded_steps_of_state_maps_are_transparent_and_hatched(show):
    page = show(selection={"sample": 1}, padded=40, attrs={"align": ""})
    drawn = np.array(maps(page)[0]).reshape(16, 50, 4)
    assert (drawn[:, 40:, 3] == 0).all()
    assert (drawn[:, :40, 3] == 255).all()
    assert page.locator(".mmv-padding").count() == 3


def test_an_absent_modality_is_labelled_absent_and_its_state_map_is_transparent(show):
    page = show(absent=(0, 1))
    assert page.get_by_text("absent: not recorded for this sample").locator("visible=true").count() == 1
    assert not any(maps(page)[1])
    page.get_by_role("combobox", name="Sample", exact=True).select_option("1")
    assert page.get_by_text("absent: not recorded for this sample").locator("visible=true").count() == 0


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_readout_shapley_values_and_coupling_of_the_page_equal_those_of_python(show, kind):
    page = show(**kind)
    for place in PLACES:
        page.explorer.selection = here = at(*place)
        page.get_by_role("combobox", name="Sample", exact=True).select_option(str(here["sample"]))
        page.get_by_label("Layer").select_option(str(here["layer"]))
        slider(page, "Epoch").fill(str(here["epoch"]))
        slider(page, "Time cursor").fill(str(here["time"]))
        assert sentence(page) == page.explorer.readout
        frame = page.explorer.frame.isel(recorded_sample=place[0], epoch=place[1], time=place[3])
        digits = (
            2
            if frame.attrs["task"] == "classification"
            else len(values(page, "Predicted and target value")[0].split(".")[-1])
        )
        shares = [fixed(float(v), digits, plus=True) for v in frame["phi"].values]
        assert values(page, "Exact Shapley value of each modality")[1:-1] == shares
        page.wait_for_timeout(200)  # it may be below the window, and is then drawn a little later
        coupling = [fixed(float(v), 2) for v in frame["coupling"].values[place[2]].ravel()]
        assert page.locator(".mmv-matrix tbody td").all_inner_texts() == coupling


def test_the_epoch_slider_moves_by_keyboard_and_changes_pixels_and_words(show):
    page = show(selection=at(0, 1, 0, 20))
    before, said = maps(page), sentence(page)
    slider(page, "Epoch").focus()
    page.keyboard.press("ArrowRight")
    assert maps(page) != before
    assert said.startswith("epoch 1 of 4")
    assert sentence(page).startswith("epoch 2 of 4")
    assert slider(page, "Epoch").get_attribute("aria-valuetext") == "epoch 2 of 4"
    page.keyboard.press("Home")
    assert sentence(page).startswith("epoch 0 of 4")
    page.keyboard.press("ArrowLeft")
    assert sentence(page).startswith("epoch 0 of 4")


def test_the_time_cursor_moves_by_keyboard(show):
    page = show(selection=at(0, 1, 0, 20))
    slider(page, "Time cursor").focus()
    line = page.locator(".mmv-cursor")
    left = line.bounding_box()["x"]
    page.keyboard.press("ArrowRight")
    assert "t = 1.76 s" in sentence(page)
    assert line.bounding_box()["x"] > left
    page.keyboard.press("Shift+ArrowRight")
    assert "t = 2.56 s" in sentence(page)
    page.keyboard.press("End")
    page.keyboard.press("Shift+ArrowRight")
    assert "t = 4.00 s" in sentence(page)


def test_a_click_and_a_drag_on_a_lane_move_the_cursor_and_then_the_arrows_do(show):
    page = show()
    box = page.locator(".mmv-state").nth(1).bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.255, y)
    page.mouse.down()
    assert "t = 1.04 s" in sentence(page)
    page.mouse.move(box["x"] + box["width"] * 0.755, y, steps=5)
    page.mouse.up()
    assert "t = 3.04 s" in sentence(page)
    page.mouse.move(box["x"] + 5, y)
    page.keyboard.press("ArrowLeft")
    assert "t = 2.96 s" in sentence(page)


def test_the_training_chart_picks_an_epoch(show):
    page = show()
    box = page.locator(".mmv-chart").nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.26, box["y"] + 30)
    assert sentence(page).startswith("epoch 1 of 4")


def test_every_control_is_reached_by_tab_in_reading_order(show):
    page = show()
    reached = []
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName")
        )
    plots = [label for label in reached if label.endswith("arrow keys: read values, Enter: pin")]
    assert len(plots) == 1, "one tab stop for the plots of all lanes"
    legends = [label for label in reached if label.startswith("Line ")]
    assert legends == ["Line x", "Line y", "Line z"] * 3
    rest = [label for label in reached if label not in (*plots, *legends)]
    assert rest == [
        *("Tour of this page", "Help", "BUTTON", "Sample", "Layer", "Epoch"),  # the button: full screen
        *(
            "BUTTON",
            "BUTTON",
            "Time cursor",
        ),  # the buttons: definition of the Shapley value, and the tab of the open section
        *SPAN,
        "Zoom in on time",
        "Colours",
        "Range",
        "SUMMARY",
    ]


def test_escape_without_a_time_range_does_not_change_the_selection(show):
    page = show(selection=at(0, 1, 0, 20))
    said = sentence(page)
    slider(page, "Epoch").focus()
    page.keyboard.press("Escape")
    assert sentence(page) == said
    assert page.faults == []


def test_key_events_of_controls_do_not_propagate_to_the_document(show):
    page = show()
    page.evaluate("window.heard = []; document.addEventListener('keydown', (e) => heard.push(e.key))")
    slider(page, "Epoch").focus()
    for key in ("ArrowLeft", "Home", "PageUp", "Escape", "b", "Control+s"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == ["Control", "s"]


def test_the_time_range_is_set_with_the_mouse_and_with_the_keyboard(show):
    page = show(selection=at(0, 4, 0, 20))
    group = page.get_by_role("group", name="Time range")
    box = page.locator(".mmv-signal").first.bounding_box()
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + box["width"] * 0.205, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.395, box["y"] + 20, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    assert "0.80 to 1.60 s" in group.inner_text()
    assert "t = 1.68 s" in sentence(page), "brushing leaves the cursor where it is"
    page.keyboard.press("]")
    assert "0.80 to 1.68 s" in group.inner_text()
    page.keyboard.press("Escape")
    assert "all" in group.inner_text()
    slider(page, "Time cursor").focus()
    page.keyboard.press("[")
    assert "1.60 to 4.00 s" in group.inner_text() or "1.68 to 4.00 s" in group.inner_text()
    page.get_by_role("button", name="Clear the time range").click()
    assert "all" in group.inner_text()


def test_pressing_a_row_of_a_state_map_selects_its_channel(show):
    page = show()
    box = page.locator(".mmv-state").nth(2).bounding_box()
    page.mouse.click(box["x"] + 30, box["y"] + box["height"] * 5.5 / 16)
    tops = page.eval_on_selector_all(".mmv-row", "(rows) => rows.map((row) => row.style.top)")
    assert tops == ["31.25%"] * 3


def test_a_reload_shows_the_same_selection(show):
    page = show(selection=at(0, 1, 0, 20))
    slider(page, "Epoch").focus()
    page.keyboard.press("ArrowRight")
    slider(page, "Time cursor").focus()
    page.keyboard.press("[")
    said = sentence(page)
    page.wait_for_timeout(500)
    assert "brush" in page.evaluate("location.hash")
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert sentence(page) == said
    assert page.get_by_role("button", name="Clear the time range").is_enabled()
