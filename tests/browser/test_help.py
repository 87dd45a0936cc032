"""Help, tour, definitions and full screen; by keyboard."""

import json

import pytest
from page_queries import slider

from mmviz.widgets import terms

pytestmark = pytest.mark.timeout(90)
SAMPLE = {"section": "sample"}


def test_the_question_mark_opens_the_help_with_every_definition_and_escape_closes_it(show):
    page = show(selection=SAMPLE)
    slider(page, "Epoch").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Help")
    assert dialog.is_visible()
    text = dialog.text_content()
    for term, definition in terms.DEFINITIONS.items():
        assert term in text
        assert definition in text
    for keys, effect in terms.SHORTCUTS:
        assert keys in text
        assert effect in text
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Epoch"


def test_a_term_in_a_heading_shows_its_definition_by_keyboard(show):
    page = show(selection=SAMPLE)
    term = page.locator(".mmv-panel .mmv-term", has_text="Shapley value φ").first
    term.focus()
    page.keyboard.press("Enter")
    note = page.locator(".mmv-definition")
    assert note.inner_text() == terms.DEFINITIONS["Shapley value φ"]
    page.keyboard.press("Escape")
    assert not note.is_visible()


def test_the_tour_walks_through_what_the_page_has_and_ends_where_it_began(show):
    page = show(selection=SAMPLE)
    page.get_by_role("button", name="Tour of this page").click()
    card, told = page.get_by_role("group", name="Tour"), []
    while card.is_visible():
        told.append(card.locator("p").inner_text())
        assert page.locator("[data-toured]").count() == 1
        page.keyboard.press("Enter")
    texts = [text for _, text in terms.TOUR]
    assert told == [text for text in texts if text in told]
    assert 4 <= len(told) <= 6
    assert page.locator("[data-toured]").count() == 0
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Tour of this page"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert not card.is_visible()
    assert page.evaluate("localStorage.length") == 0


def test_full_screen_covers_the_window_also_where_the_browser_refuses_it(show):
    page = show(selection=SAMPLE)
    page.evaluate("() => { Element.prototype.requestFullscreen = () => Promise.reject(new TypeError('refused')); }")
    full = page.get_by_role("button", name="full screen")
    full.click()
    box = page.locator(".mmv").bounding_box()
    assert [box[key] for key in ("x", "y", "width", "height")] == [0, 0, 1280, 900]
    assert full.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert full.get_attribute("aria-pressed") == "false"
    assert page.locator(".mmv").bounding_box()["width"] < 1280 or page.locator(".mmv").bounding_box()["height"] != 900


def test_a_page_keeps_its_texts_as_json(show):
    assert json.loads(json.dumps(terms.page_texts())) == terms.page_texts()
