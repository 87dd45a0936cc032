"""What-if edits in the page: controls, results in any order, errors, pages without a kernel."""

from base64 import b64decode

import numpy as np
import pytest
from axe import findings
from live_host import deliver, edited_sample, open_live, selected_request, sent, what_if_result
from page_queries import contrasts, maps, sentence, values

from mmviz.widgets import Explorer
from mmviz.widgets.html_page import html_page as page_of
from mmviz.widgets.readout import fixed, readout
from mmviz.widgets.serialize import pack_edited

pytestmark = pytest.mark.timeout(120)
EDIT = {"gyro": {"delay": 12, "noise": 0.35, "seed": 3}, "gravity": {"swap": 1}}
SAID = "gyro 12 steps later, with noise of 0.35 sd; gravity of s1_r4_w1"


@pytest.fixture
def live(open_page, make_frame, tmp_path):
    """Return a function that opens a view whose kernel is the test."""

    def opening(*, context=None, selection=None, text=(), state=None, reasons=None, **kind):
        page, frame = open_page(**(context or {})), make_frame(**kind)
        return open_live(page, frame, tmp_path, selection=selection, text=text, state=state, reasons=reasons)

    return opening


def status(page):
    return page.locator(".mmv-what-if-status").inner_text()


def alert(page):
    return page.locator(".mmv-what-if .mmv-error").inner_text()


def asked(page):
    return page.evaluate("window.requests.at(-1).edits")


def test_every_control_has_a_name_and_edits_by_keyboard(live):
    page = live(text=("gyro",), every_view=True)
    page.get_by_role("slider", name="Delay of gyro in steps").focus()
    page.keyboard.press("ArrowRight")
    assert asked(page) == {"gyro": {"delay": 1}}
    noise = page.get_by_role("slider", name="Noise on gyro, as a share of its standard deviation")
    noise.focus()
    page.keyboard.press("ArrowRight")
    seed = page.get_by_role("spinbutton", name="Seed of the noise on gyro")
    seed.focus()
    page.keyboard.press("ArrowUp")
    assert asked(page) == {"gyro": {"delay": 1, "noise": 0.05, "seed": 1}}
    page.get_by_label("Swap dynamic for that of another sample").select_option("2")
    assert asked(page)["dynamic"] == {"swap": 1}
    page.get_by_role("checkbox", name="gravity is available").focus()
    page.keyboard.press("Space")
    assert page.evaluate("window.requests.at(-1).masked") == ["gravity"]
    page.get_by_role("textbox", name="Another text for gyro").fill("words")
    assert asked(page)["gyro"]["text"] == "words"
    page.get_by_role("button", name="Reset all edits").click()
    last = page.evaluate("window.requests.at(-1)")
    assert (last["edits"], last["masked"]) == ({}, [])
    assert page.faults == []


def test_an_intervention_starts_at_the_selected_step_and_its_step_can_be_changed(live):
    page = live(selection={"time": 11})
    select = page.get_by_label("Intervention on the SSM stream of gyro, in every layer")
    step = page.get_by_role("spinbutton", name="First step of the intervention on gyro")
    assert step.is_disabled()
    assert select.locator("option").all_inner_texts() == [
        "as computed", "state set to 0", "state held", "no edge from dynamic", "no edge from gravity",
    ]  # fmt: skip
    select.select_option(label="state set to 0")
    assert asked(page) == {"gyro": {"state": "zero", "step": 11}}
    assert step.input_value() == "12"
    step.press("ControlOrMeta+a")  # playwright's fill appends to a number in Firefox
    step.press("3")
    assert asked(page) == {"gyro": {"state": "zero", "step": 2}}
    select.select_option(label="no edge from gravity")
    assert asked(page) == {"gyro": {"cut": 2, "step": 2}}
    here = selected_request(page)
    page.explorer.selection = {**page.explorer.selection, "edits": here["edits"]}
    deliver(page, here, 1)
    page.wait_for_selector(".mmv-change")
    assert "gyro without the edge from gravity from step 3 on" in sentence(page)
    assert sentence(page) == readout(
        page.frame_shown,
        page.explorer.selection,
        edited=edited_sample(page.frame_shown, here),
        edits=here["edits"],
    )
    select.select_option(label="as computed")
    assert asked(page) == {}
    assert step.is_disabled()
    assert page.faults == []


def test_edits_that_are_not_offered_have_no_control_and_a_note_gives_the_reason(live):
    page = live()
    assert page.get_by_role("textbox", name="Another text").count() == 0
    panel = page.locator(".mmv-what-if").inner_text()
    assert "The text of" not in panel, "none of the modalities is text"


def test_edits_of_hidden_states_are_closed_with_the_reason_of_each_modality(live):
    reasons = {"gyro": "no captured scan of Net belongs to this modality alone", "gravity": "the <b>second</b> reason."}
    page = live(every_view=True, reasons=reasons)
    panel = page.locator(".mmv-what-if").inner_text()
    assert (
        "Hidden states of gyro cannot be changed here: no captured scan of Net belongs to this modality alone." in panel
    )
    assert "Hidden states of gravity cannot be changed here: the <b>second</b> reason." in panel
    scan = "in every captured scan of this modality"
    assert page.get_by_label(f"Intervention on the SSM stream of dynamic, {scan}").count() == 1
    assert page.get_by_label("Intervention on the SSM stream of gyro").count() == 0
    same = live(every_view=True, reasons=dict.fromkeys(("dynamic", "gyro", "gravity"), "no scan was captured"))
    panel = same.locator(".mmv-what-if").inner_text()
    assert panel.count("Hidden states of dynamic, gyro, gravity cannot be changed here: no scan was captured.") == 1
    assert same.get_by_role("slider", name="Delay of gyro in steps").count() == 1


def test_an_edited_sample_replaces_its_captured_scans_only_where_the_result_holds_them(live):
    selection = {"edits": {"gyro": {"delay": 3}}, "time": 49, "section": "all"}
    page = live(every_view=True, selection=selection, context={"viewport": {"width": 1366, "height": 6000}})
    view = page.locator("[data-view='captured scans']")
    asked_for = {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    deliver(page, asked_for, 1)
    page.wait_for_selector(".mmv-change")
    note = view.get_by_text("As recorded: this view does not show the edit.")
    assert note.is_visible()
    edited = edited_sample(page.frame_shown, asked_for)
    for key in ("scan_norm_0", "scan_mean_0"):
        edited[key] = page.frame_shown[key].isel(recorded_sample=[0]) * 0
    edited["scan_norm_0"] = edited["scan_norm_0"].astype("u1")
    page.evaluate("(value) => window.send('what_if_result', value)", {"seq": 2, "request": asked_for, **sent(pack_edited(edited))})  # fmt: skip
    page.wait_for_timeout(300)
    assert not note.is_visible()
    assert view.locator("tr", has_text="‖h‖₂ of the channel").locator("td").inner_text() == "0"


def test_an_edit_changes_prediction_shapley_values_and_states_with_recorded_values_in_outline(live):
    page = live(selection={"edits": EDIT}, every_view=True)
    before = maps(page), sentence(page), values(page, "Exact Shapley value of each modality")
    assert status(page) == "Computing; shown is the recorded sample."
    assert page.locator(".mmv-recorded:visible").count() == 0
    here = {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    deliver(page, here, 1)
    page.wait_for_selector(".mmv-change")
    edited = edited_sample(page.frame_shown, here)
    assert sentence(page) == readout(page.frame_shown, page.explorer.selection, edited=edited, edits=EDIT)
    shares = edited["phi"].values[0, 0, -1]
    after = page.evaluate(
        "[...document.querySelectorAll(\"table[aria-label='Exact Shapley value of each modality'] .mmv-value\")]"
        ".map((cell) => cell.firstChild.firstChild.data)"
    )
    assert after[1:-1] == [fixed(float(v), 2, plus=True) for v in shares]
    assert before[2][1:-1] != after[1:-1]
    page.wait_for_timeout(300)  # maps out of sight are drawn later
    assert maps(page) != before[0]
    drawn = np.array(maps(page)[0]).reshape(16, 50, 4)
    np.testing.assert_array_equal(drawn, np.array(before[0][0]).reshape(16, 50, 4)[:, ::-1])
    assert page.locator(".mmv-recorded:visible").count() >= 4
    assert page.locator(".mmv-value", has_text="as recorded").count() >= 4
    assert status(page).startswith("Shown is the edited sample")
    assert "As recorded: this view does not show the edit." in page.locator(".mmv").text_content()
    page.get_by_role("button", name="show as recorded").click()
    assert sentence(page) == before[1]
    page.wait_for_timeout(300)  # maps out of sight are drawn later
    assert maps(page) == before[0]
    assert status(page) == "Shown is the sample as recorded."
    page.get_by_role("button", name="show as recorded").click()
    page.wait_for_timeout(300)
    assert maps(page) != before[0]


def test_a_result_with_a_smaller_number_does_not_replace_a_later_one(live):
    page = live(selection={"edits": {"gyro": {"delay": 1}}})
    first = {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    page.get_by_role("slider", name="Delay of gyro in steps").focus()
    page.keyboard.press("ArrowRight")
    second = selected_request(page)
    deliver(page, second, 2, share=0.25)
    page.wait_for_function(
        "document.querySelector('.mmv-what-if-status').textContent.startsWith('Shown is the edited')"
    )
    newest = sentence(page), maps(page)
    assert "gyro 2 steps later" in newest[0]
    deliver(page, first, 1, share=0.9)
    page.wait_for_timeout(300)
    assert (sentence(page), maps(page)) == newest


def test_a_result_that_is_still_being_read_when_a_later_one_arrives_is_dropped(live):
    page = live(selection={"edits": {"gyro": {"delay": 1}}})
    first = {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    page.evaluate("window.hold()")
    deliver(page, first, 1, share=0.9)
    page.keyboard.press("Tab")
    page.get_by_role("slider", name="Delay of gyro in steps").focus()
    page.keyboard.press("ArrowRight")
    page.evaluate("window.free()")  # the newer one is opened at once, the older one waits
    deliver(page, selected_request(page), 2, share=0.25)
    page.wait_for_function(
        "document.querySelector('.mmv-what-if-status').textContent.startsWith('Shown is the edited')"
    )
    page.evaluate("window.release()")
    page.wait_for_timeout(300)
    assert "gyro 2 steps later" in sentence(page)


def test_while_an_edit_is_computed_the_last_valid_prediction_is_shown_and_labelled(live):
    page = live(selection={"edits": {"gyro": {"delay": 1}}})
    deliver(page, {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}, 1)
    page.wait_for_selector(".mmv-change")
    shown = maps(page)
    page.get_by_role("slider", name="Delay of gyro in steps").focus()
    page.keyboard.press("ArrowRight")
    assert status(page) == "Computing; shown is the last valid prediction."
    assert "what if: gyro 1 step later" in sentence(page)
    assert maps(page) == shown
    page.get_by_role("button", name="Cancel this edit").click()
    assert asked(page) == {"gyro": {"delay": 1}}
    assert status(page).startswith("Shown is the edited sample")


def test_a_result_is_not_shown_at_another_epoch_or_sample(live):
    page = live(selection={"edits": EDIT, "epoch": 2})
    deliver(page, {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}, 1)
    page.wait_for_selector(".mmv-change")
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("ArrowRight")
    assert status(page) == "Computing; shown is the recorded sample."
    there = {**page.explorer.selection, "epoch": 3}
    assert sentence(page) == readout(page.frame_shown, there)
    assert selected_request(page) == {"sample": 0, "epoch": 3, "masked": [], "edits": EDIT}


def test_an_error_is_shown_as_text_and_the_last_valid_prediction_stays(live):
    page = live(selection={"edits": {"gyro": {"delay": 1}}})
    deliver(page, {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}, 1)
    page.wait_for_selector(".mmv-change")
    shown = maps(page)
    page.get_by_role("slider", name="Delay of gyro in steps").focus()
    page.keyboard.press("ArrowRight")
    text = "ValueError: <img src=x onerror=alert(1)> is not a tensor"
    failure = {"seq": 2, "request": selected_request(page), "text": text}
    page.evaluate("(value) => window.send('what_if_error', value)", failure)
    said = alert(page)
    assert said == (
        "This edit could not be computed; shown is the last valid prediction: gyro 1 step later. The reason: " + text
    )
    assert page.locator(".mmv-what-if [role=alert]").count() == 1
    assert page.locator(".mmv img").count() == 0
    assert maps(page) == shown
    page.keyboard.press("ArrowRight")
    assert alert(page) == ""


def test_a_masked_modality_is_labelled_masked_and_not_absent(live):
    page = live(selection={"masked": ["gyro"]}, every_view=True)
    here = {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}
    packed = edited_sample(page.frame_shown, here)
    packed["signal_valid_gyro"][:] = False
    page.evaluate(
        "(value) => window.send('what_if_result', value)", {"seq": 1, "request": here, **sent(pack_edited(packed))}
    )
    page.wait_for_selector(".mmv-change")
    assert page.get_by_text("masked: removed from the model's input").locator("visible=true").count() == 1
    assert page.get_by_text("absent: not recorded").locator("visible=true").count() == 0


def test_a_kernel_without_result_for_five_seconds_is_reported(live):
    page = live(selection={"edits": EDIT})
    page.wait_for_function(
        "document.querySelector('.mmv-what-if-status').textContent.startsWith('No result for 5')", timeout=9000
    )
    assert "the kernel is busy, or not running; shown is the recorded sample" in status(page)


def test_a_reload_shows_edits_and_their_prediction_immediately(live, make_frame):
    chosen = {"sample": 0, "epoch": 4, "layer": 0, "channel": 0, "time": 49, "brush": None, "masked": [], "run": "A"}
    here = {"sample": 0, "epoch": 4, "masked": [], "edits": EDIT}
    given = what_if_result(make_frame(), here, 7)
    page = live(selection={**chosen, "edits": EDIT})
    page.evaluate("(value) => window.send('what_if_result', value)", given)
    page.wait_for_selector(".mmv-change")
    assert len(b64decode(given["body"])) < 200_000
    before = sentence(page), maps(page)
    page.evaluate("() => window.again()")
    page.wait_for_selector(".mmv-change")
    assert (sentence(page), maps(page)) == before
    assert page.get_by_role("slider", name="Delay of gyro in steps").input_value() == "12"


def test_a_saved_page_has_no_what_if_panel_and_can_mask_modalities(show):
    page = show(every_view=True)
    assert page.locator(".mmv-what-if").count() == 0
    page.get_by_role("checkbox", name="gyro").uncheck()
    assert "; without gyro: " in sentence(page)
    assert page.faults == []


def test_without_what_if_the_closed_panel_says_what_edits_need(live):
    page = live(state={"edit_options": {}})
    assert page.locator(".mmv-what-if").get_attribute("open") is None
    page.locator(".mmv-what-if summary").click()
    assert "Edits need the model: Explorer(trace, model=" in page.locator(".mmv-what-if").inner_text()
    assert page.locator(".mmv-what-if input").count() == 0


@pytest.mark.parametrize("kind", [{}, {"task": "regression"}], ids=str)
def test_a_page_saved_with_an_edit_shows_the_readout_of_python(open_page, make_frame, tmp_path, kind):
    frame = make_frame(**kind)
    explorer = Explorer(frame=frame)
    here = {"sample": 1, "epoch": 2, "masked": [], "edits": EDIT}
    explorer.selection = {"sample": 1, "epoch": 2, "time": 30}
    edited = edited_sample(frame, here)
    raw = {"seq": 3, "request": here, **pack_edited(edited)}
    chosen = {**explorer.selection, "edits": EDIT}
    path = tmp_path / "edited.html"
    path.write_text(page_of(explorer.data, selection=chosen, title="x", what_if_result=raw), encoding="utf-8")
    page = open_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".mmv-change")
    assert "Further edits need a running kernel, and a saved page has none" in page.locator(".mmv-what-if").inner_text()
    assert sentence(page) == readout(frame, chosen, edited=edited, edits=EDIT)
    page.get_by_role("button", name="Reset all edits").click()
    assert sentence(page) == readout(frame, {**chosen, "edits": {}})
    assert page.faults == []
    assert page.external == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_reports_no_violation_in_the_what_if_panel_and_its_contrast_is_sufficient(live, scheme):
    page = live(
        selection={"edits": EDIT, "masked": ["dynamic"]},
        text=("gyro",),
        context={"color_scheme": scheme},
        every_view=True,
    )
    deliver(page, {key: page.explorer.selection[key] for key in ("sample", "epoch", "masked", "edits")}, 1)
    page.wait_for_selector(".mmv-change")
    failure = {"seq": 2, "request": {"sample": 0, "epoch": 4, "masked": ["dynamic"], "edits": EDIT}, "text": "no"}
    page.evaluate("(value) => window.send('what_if_error', value)", failure)
    assert findings(page) == []
    faint = [(text, ratio) for text, ratio in contrasts(page) if ratio < 4.5 and text not in ("clear", "cancel")]
    assert faint == []


@pytest.mark.parametrize("width", [1280, 700, 420])
def test_the_what_if_panel_fits_every_width(live, width):
    page = live(selection={"edits": EDIT}, text=("gyro",), context={"viewport": {"width": width, "height": 900}})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.get_by_label("Swap gyro for that of another sample").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_state_maps_follow_an_edit_and_where_its_result_has_no_states_a_sentence_says_so(live):
    said = "Hidden states as recorded: they were not computed for this edit."
    page = live(every_view=True, selection={"section": "all"}, context={"viewport": {"width": 1366, "height": 6000}})
    page.get_by_role("slider", name="Delay of gyro in steps").press("ArrowRight")
    request = selected_request(page)
    drawn = "() => document.querySelector('.mmv-state canvas').toDataURL()"
    before = page.evaluate(drawn)
    deliver(page, request, 1)
    page.wait_for_selector(".mmv-change")
    page.wait_for_timeout(300)
    after = page.evaluate(drawn)
    assert after != before
    views = [page.locator(f"[data-view='{name}']") for name in ("lanes", "half-life")]
    assert [view.get_by_text(said).is_visible() for view in views] == [False, False]
    packed = sent(pack_edited(edited_sample(page.frame_shown, request).drop_vars("state")))
    page.evaluate("(value) => window.send('what_if_result', value)", {"seq": 2, "request": request, **packed})
    page.wait_for_timeout(600)
    assert page.evaluate(drawn) == before
    assert [view.get_by_text(said).is_visible() for view in views] == [True, True]
    page.get_by_role("button", name="Reset all edits").click()
    page.wait_for_timeout(300)
    assert [view.get_by_text(said).is_visible() for view in views] == [False, False]
    assert page.faults == []
