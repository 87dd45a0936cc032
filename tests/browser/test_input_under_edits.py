"""The input during edits: edited beside recorded, words of swapped, delayed and new text, words of samples that were not recorded."""

from dataclasses import replace

import numpy as np
import pytest
from live_host import open_live, sent
from page_queries import sentence

import mmviz as mm
from mmviz.data import Display
from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(180)
TEXT, IMAGE, SENSOR = "m1", "m2", "m3"


@pytest.fixture(scope="module")
def study(toy, toy_run):
    """A Trace of three recorded samples: words, an image and lines; and the exported model with nine samples."""
    part = toy["test"]
    steps = part.inputs[TEXT].shape[1]
    words = np.empty(len(part), dtype=object)
    words[:] = [[f"w{i}_{k}" for k in range(steps)] for i in range(len(part))]
    part = replace(part, extras={"tokens of m1": words})
    trace = mm.record(toy_run, part, recorded_samples=[0, 1, 2], influence=False, attribution=None, progress=False)
    trace["inputs/m1"].attrs["display"] = Display("text").plain()
    trace["inputs/m2"].attrs["display"] = Display("image").plain()
    return toy_run, part, trace, mm.recording.export_model(toy_run, part, samples=list(range(9)))


@pytest.fixture
def opened(study, open_page, tmp_path):
    def opening(**selection):
        explorer = Explorer(study[2], model=study[3], selection={"section": "all", **selection})
        page = open_page()
        page.goto(explorer.save(tmp_path / "page.html").as_uri())
        page.locator(".mmv-readout:not(:empty)").wait_for(timeout=15_000)
        for _ in range(500):
            text = page.locator(".mmv-what-if-status").text_content()
            if "all subsets in" in text or (not selection.get("edits") and "starting" not in text):
                break
            page.wait_for_timeout(20)
        page.wait_for_timeout(300)  # the views are drawn one after the other
        return page

    return opening


def words_of(study, k):
    return study[1].extras["tokens of m1"][k]


def shown(page):
    return page.locator(".mmv-word").all_inner_texts()


def test_a_delay_moves_the_words_and_the_recorded_words_stand_below(study, opened):
    page = opened(edits={TEXT: {"delay": 2}})
    own = words_of(study, 0)
    assert shown(page) == [own[0], own[0], *own[:-2]]
    assert page.locator(".mmv-tokens-recorded").inner_text() == f"Recorded: {' '.join(own)}"
    page.get_by_role("button", name="reset").click()
    page.wait_for_timeout(300)
    assert shown(page) == own
    assert page.locator(".mmv-tokens-recorded").is_hidden()
    assert page.faults == []


def test_a_swap_shows_the_words_of_a_sample_that_was_not_recorded(study, opened):
    page = opened(edits={TEXT: {"swap": 3}})
    assert shown(page) == words_of(study, 3)
    assert page.locator(".mmv-tokens-recorded").inner_text() == f"Recorded: {' '.join(words_of(study, 0))}"


def test_masked_frames_strike_their_words(study, opened):
    page = opened(edits={TEXT: {"window": [1, 2]}})
    assert shown(page) == words_of(study, 0)
    struck = page.locator(".mmv-word[data-masked]").all_inner_texts()
    assert struck == words_of(study, 0)[1:3]


def test_a_sample_that_was_not_recorded_has_its_words_and_its_image(study, opened):
    page = opened(sample=4)
    for _ in range(100):
        if shown(page):
            break
        page.wait_for_timeout(50)
    assert shown(page) == words_of(study, 4)
    pixels = page.evaluate(
        "() => { const c = document.querySelector('.mmv-input-image canvas'); return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; }"
    )
    value = study[1].inputs[IMAGE][4]
    scaled = 255 * (value - value.min()) / (value.max() - value.min())
    assert np.abs(np.array(pixels).reshape(*value.shape, 4)[..., 0] - scaled).max() < 1


def test_an_edited_image_stands_beside_the_recorded_one(study, opened):
    page = opened(edits={IMAGE: {"delay": 1}})
    images = page.locator(".mmv-input-image canvas")
    both = images.evaluate_all(
        "(all) => all.map((c) => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data])"
    )
    edited, recorded = (np.array(one).reshape(*study[1].inputs[IMAGE].shape[1:], 4)[..., 0] for one in both)
    assert (edited[1:] == recorded[:-1]).all()
    assert page.locator(".mmv-input-figure:visible figcaption").all_inner_texts() == ["edited", "recorded"]


def test_lines_of_an_edited_signal_have_the_recorded_lines_behind_them(study, opened):
    page = opened(edits={SENSOR: {"delay": 1}})
    lanes = page.locator(".mmv-signal").filter(has=page.locator(".mmv-recorded-line"))
    ghosts = lanes.last.locator(".mmv-recorded-line").evaluate_all("(n) => n.map((one) => one.getAttribute('d'))")
    lines = lanes.last.locator(".mmv-line").evaluate_all("(n) => n.map((one) => one.getAttribute('d'))")
    assert len(ghosts) == len(lines) == study[1].inputs[SENSOR].shape[2]
    assert all(ghost and ghost != line for ghost, line in zip(ghosts, lines, strict=True))
    page.get_by_role("button", name="reset").click()
    page.wait_for_timeout(300)
    assert not any(
        lanes.last.locator(".mmv-recorded-line").evaluate_all("(n) => n.map((one) => one.getAttribute('d'))")
    )
    assert "later" not in sentence(page)


class Spaces:
    """Encoder of texts: one step per word."""

    def __init__(self, features):
        self.features = features

    def __call__(self, texts):
        return [np.ones((len(text.split()), self.features), "f4") * len(text) for text in texts]


def test_what_if_returns_the_words_of_a_delayed_a_swapped_and_a_new_text(study):
    run, part, _, _ = study
    what_if = mm.recording.what_if(run, part, text={TEXT: Spaces(part.inputs[TEXT].shape[2])})
    epoch = run.best_epoch

    def words(**edit):
        group = what_if(str(part.ids[0]), epoch, {TEXT: edit})["/inputs/m1"]
        return [str(word) for word in group["token"].values[0] if word]

    own = words_of(study, 0)
    assert words(delay=1) == [own[0], *own[:-1]]
    assert words(swap=str(part.ids[3])) == words_of(study, 3)
    assert words(text="a better <b>film</b>") == ["a", "better", "<b>film</b>"]
    assert words() == own


def test_a_text_that_is_typed_in_the_page_is_encoded_predicted_and_its_words_are_shown(study, open_page, tmp_path):
    """The page of a kernel: the request of the page goes to the model with its encoder, and its result comes back."""
    run, part, trace, _ = study
    what_if = mm.recording.what_if(run, part, text={TEXT: Spaces(part.inputs[TEXT].shape[2])})
    frame = mm.plots.explorer_frame(trace)
    explorer = Explorer(frame=frame, what_if=what_if)
    page = open_live(
        open_page(), frame, tmp_path, selection={"section": "all"}, state={"edit_options": explorer.edit_options}
    )
    before = page.locator("[data-view='prediction'] .mmv-value").all_inner_texts()
    field = page.get_by_role("textbox", name="Another text for m1")
    field.focus()
    assert field.input_value() == " ".join(words_of(study, 0))  # the recorded words, to be changed
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("a better <b>film</b>")
    page.keyboard.press("Enter")
    request = {key: page.evaluate("window.requests.at(-1)")[key] for key in ("sample", "epoch", "masked", "edits")}
    assert request["edits"] == {TEXT: {"text": "a better <b>film</b>"}}
    explorer.selection = request
    for _ in range(600):
        if explorer.what_if_result.get("seq") or explorer.what_if_error.get("seq"):
            break
        page.wait_for_timeout(20)
    assert not explorer.what_if_error.get("seq"), explorer.what_if_error
    result = {**explorer.what_if_result, **sent(explorer.what_if_result), "request": request}
    page.evaluate("(value) => window.send('what_if_result', value)", result)
    page.wait_for_selector(".mmv-change")
    page.wait_for_timeout(300)
    assert shown(page) == ["a", "better", "<b>film</b>"]
    assert page.locator("[data-view='prediction'] .mmv-value").all_inner_texts() != before
    assert page.locator(".mmv-word b").count() == 0
    assert page.faults == []
    explorer.close()


def test_a_saved_page_has_no_field_for_a_text_and_says_why(opened):
    page = opened()
    assert page.get_by_role("textbox", name="Another text for m1").count() == 0
    assert (
        "The text of m1 cannot be edited: this needs the kernel and an encoder, what_if(run, part, text={...})."
        in page.locator(".mmv-what-if").inner_text()
    )
