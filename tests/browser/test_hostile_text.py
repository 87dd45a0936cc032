"""Thirty hostile texts in every place that shows text: nothing new in the document, nothing runs, nothing is asked for."""

import pytest

from mmviz.core.escape import visible

pytestmark = pytest.mark.timeout(120)
TAGS = """() => { const count = {}; for (const e of document.querySelectorAll('*')) count[e.localName] = (count[e.localName] ?? 0) + 1; return count; }"""
ACTING = """() => [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes].map((a) => a.name))
  .filter((name) => /^(on.*|href|src|srcdoc|action|formaction|data|style-src|xlink:href)$/.test(name))"""
LAYOUT = "() => [...document.querySelectorAll('main *')].map((e) => parseFloat(getComputedStyle(e).fontSize)).reduce((a, b) => Math.max(a, b))"


def shape(texts):
    """Return the arguments of a frame that shows five texts wherever a frame holds text."""
    return {
        "names": tuple(texts), "classes": tuple(texts), "ids": list(texts), "samples": 5, "epochs": 2, "steps": 6, "channels": 4,
        "frames": 12, "layers": 1, "every_view": True, "listed": 5, "title": texts[0],
        "attrs": {"notes": list(texts), "target_name": texts[1], "dataset": texts[2], "model": texts[3], "split": texts[4]},
    }  # fmt: skip


@pytest.fixture
def plain(show):
    """The same page of harmless texts as long: where a name is long, heads of columns are glyphs."""
    return show(**shape([f"the text that is number {i} of five" for i in range(1, 6)]))


@pytest.mark.parametrize("turn", range(6))
def test_hostile_text_in_every_field_adds_no_element_attribute_or_request(show, plain, hostile_text, turn):
    payloads = hostile_text.PAYLOADS
    assert len(payloads) >= 30
    texts = list(payloads[5 * turn : 5 * turn + 5])
    tags, size = plain.evaluate(TAGS), plain.evaluate(LAYOUT)
    page = show(**shape(texts))
    page.wait_for_timeout(250)
    assert page.evaluate(TAGS) == tags
    assert page.evaluate(ACTING) == []
    assert page.evaluate("window.owned === undefined")
    assert page.evaluate(LAYOUT) == size
    assert page.title() == " ".join(visible(texts[0]).split())
    assert page.requests == [page.path.as_uri()]
    assert page.faults == []
    shown = page.locator("main").inner_text()
    for text in texts:
        assert visible(text) in shown
    # what people do with the views: sort, filter, mask, choose
    page.get_by_role("table", name="Samples", exact=True).get_by_role("button").first.click()
    page.get_by_role("searchbox").fill(texts[1])
    page.get_by_role("group", name="Available modalities").get_by_role("checkbox").first.uncheck()
    page.wait_for_timeout(250)
    assert visible(texts[0]) in page.locator(".mmv-readout").inner_text()
    assert page.evaluate(ACTING) == []
    assert page.evaluate("window.owned === undefined")
    assert page.requests == [page.path.as_uri()]
    assert page.faults == []


def test_hostile_selections_in_the_address_are_refused_with_a_message(plain, open_page):
    for kept in (
        '{"sample": "<img src=x onerror=window.owned=1>"}',
        '{"__proto__": {"x": 1}}',
        "%%%",
        '{"brush": [0]}',
    ):
        page = open_page()
        page.goto(f"{plain.path.as_uri()}#{kept}")
        page.wait_for_selector("main section")
        assert page.evaluate("window.owned === undefined")
        assert page.evaluate("document.querySelectorAll('img').length") == 0
        page.wait_for_selector(".mmv-readout:not(:empty)")
        assert page.locator(".mmv-readout").inner_text() == plain.locator(".mmv-readout").inner_text()
        if kept != "%%%":
            assert (
                page.locator(".mmv-refused")
                .inner_text()
                .startswith("The selection in the address of this page does not exist")
            )
