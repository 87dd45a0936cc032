"""Sections of the page: tabs, what they show and draw, the strip that stays in sight, print."""

import json

import pytest
from page_queries import sentence, slider

pytestmark = pytest.mark.timeout(90)
ORDER = ["Overview", "Sample", "Explanation", "Training", "All sections"]


def open_sections(page):
    return page.eval_on_selector_all(
        ".mmv-section",
        "(nodes) => nodes.filter((n) => n.checkVisibility()).map((n) => n.querySelector('.mmv-section-title').textContent)",
    )


def offered(page):
    return page.get_by_role("tab").all_inner_texts()


@pytest.fixture
def sample_page(show):
    return show(every_view=True, selection={"section": "sample"}, context={"viewport": {"width": 1366, "height": 768}})


def test_every_tab_opens_a_section_with_views_and_a_section_without_views_has_no_tab(show, sample_page):
    held = offered(sample_page)
    assert held == [name for name in ORDER if name in held]
    assert {"Overview", "Sample", "All sections"} <= set(held)
    for name in held[:-1]:
        sample_page.get_by_role("tab", name=name).click()
        views = sample_page.locator(".mmv-section:not([data-closed]) [data-view]")
        assert views.count() > 0
    assert offered(show(selection={"section": "sample"})) == ["Sample", "Explanation", "All sections"]


def test_tabs_follow_the_keyboard_and_only_the_chosen_one_is_in_the_tab_order(sample_page):
    page, held = sample_page, offered(sample_page)
    page.get_by_role("tab", name="Sample").focus()
    page.keyboard.press("Home")
    assert open_sections(page) == held[:1]
    page.keyboard.press("ArrowLeft")
    assert open_sections(page) == held[:-1], "the last tab shows all sections"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert open_sections(page) == [held[1]]
    chosen = page.locator("[role=tab][tabindex='0']")
    assert chosen.count() == 1
    assert chosen.get_attribute("aria-selected") == "true"
    panel = page.locator(f"[id='{chosen.get_attribute('aria-controls')}']")
    assert panel.is_visible()
    assert panel.get_attribute("aria-labelledby") == chosen.get_attribute("id")


def test_the_section_is_kept_in_the_address_and_an_unknown_one_is_refused_with_a_sentence(sample_page):
    page = sample_page
    page.get_by_role("tab", name="Overview").click()
    page.wait_for_timeout(500)
    assert "overview" in page.evaluate("location.hash")
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert open_sections(page) == ["Overview"]
    page.goto(page.path.as_uri() + "#" + json.dumps({"section": "notes"}))
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert "section is" in page.locator(".mmv-refused").inner_text()
    assert open_sections(page) == ["Sample"]


def test_an_address_without_a_section_opens_the_sample(sample_page):
    page = sample_page
    chosen = {key: value for key, value in page.explorer.selection.items() if key != "section"}
    page.goto(page.path.as_uri() + "#" + json.dumps(chosen))
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert open_sections(page) == ["Sample"]
    assert page.locator(".mmv-refused").inner_text() == ""


def test_prediction_contributions_and_two_modalities_are_visible_together_at_1366_by_768(sample_page):
    page = sample_page
    for selector in (".mmv-strip-run", ".mmv-tabs", ".mmv-lane >> nth=0", ".mmv-lane >> nth=1"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768, selector


def test_the_prediction_strip_stays_in_sight_while_the_page_scrolls(sample_page):
    page = sample_page
    page.get_by_role("tab", name="All sections").click()
    page.mouse.move(600, 500)
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") > 1000
    box = page.locator(".mmv-strip-run").bounding_box()
    assert 0 <= box["y"] < 20


def test_the_strip_shows_prediction_target_and_shapley_values_of_the_readout(show):
    page = show(selection={"section": "sample", "sample": 1, "epoch": 2, "time": 20})
    strip = page.locator(".mmv-strip-run").inner_text()
    words = sentence(page)
    for modality in page.explorer.frame["modality"].values:
        value = words.split(f"{modality} ")[1].split(",")[0].split(";")[0].strip()
        assert value in strip
    predicted = words.split("predicts ")[1].split(" ")[0]
    assert predicted in strip
    target = str(page.explorer.frame["output"].values[int(page.explorer.frame["target"].values[1])])
    assert target in strip
    assert ("✓ correct" in strip) == (predicted == target)


def test_a_closed_section_is_drawn_with_the_selection_of_the_moment_when_it_is_opened(show):
    page = show(every_view=True, selection={"section": "overview", "time": 49})
    told = page.locator(".mmv-tag").text_content()
    page.goto(page.path.as_uri() + "#" + json.dumps(page.explorer.selection | {"section": "overview", "time": 10}))
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    page.wait_for_timeout(300)
    assert page.locator(".mmv-tag").text_content() == "", "not drawn while it is closed"
    page.get_by_role("tab", name="Sample").click()
    after = page.locator(".mmv-tag").text_content()
    assert after
    assert after != told


def test_print_shows_every_section_with_its_data(sample_page):
    page = sample_page
    page.emulate_media(media="print")
    page.wait_for_timeout(200)
    assert open_sections(page) == offered_names(page)
    for view in page.locator("[data-view]").all():
        assert view.is_visible()
        assert view.bounding_box()["height"] > 20
    canvases = page.locator("[data-view] canvas").evaluate_all(DRAWN)
    assert canvases
    assert [view for view, drawn in canvases if not drawn] == []
    listed = int(page.explorer.frame.sizes["listed"])
    assert page.locator(".mmv-samples tbody tr").count() == listed > 12
    page.emulate_media(media="screen")
    page.wait_for_timeout(700)
    assert page.locator(".mmv-samples tbody tr").count() == 12
    assert open_sections(page) == ["Sample"]


DRAWN = """(all) => all.map((c) => [c.closest('[data-view]').dataset.view,
  c.width > 1 && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0)])"""


def offered_names(page):
    return page.locator(".mmv-section-title").all_text_contents()


def test_a_narrow_page_does_not_scroll_sideways_in_any_section(show):
    page = show(every_view=True, selection={"section": "sample"}, context={"viewport": {"width": 390, "height": 844}})
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(50)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, tab.inner_text()
    slider(page, "Epoch").focus()
