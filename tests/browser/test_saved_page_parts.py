"""A saved page whose parts are damaged, cut, missing or too large says so in a sentence."""

import gzip
import json
import re

import pytest

from mmviz.io.printable_code import to_text
from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(60)
SENTENCE = r"This page could not be (opened|drawn): "


@pytest.fixture
def opened(open_page, make_frame, tmp_path):
    """Return a function that saves a page, changes its text and returns what it shows."""

    def opening(change):
        path = Explorer(frame=make_frame()).save(tmp_path / "page.html")
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
        page = open_page()
        page.goto(path.as_uri())
        for _ in range(300):
            text = page.locator("main").inner_text()
            if text.startswith("This page could not") or page.locator(".mmv-readout:not(:empty)").count():
                break
            page.wait_for_timeout(20)
        page.text = text
        return page

    return opening


def element(name, change):
    """Return a function that changes the text of a part."""
    return lambda html: re.sub(
        rf'(id="mmviz-part-{name}">)([^<]*)(</script>)', lambda m: m[1] + change(m[2]) + m[3], html
    )


def entry(name, **change):
    """Return a function that changes the entry of a part in the table."""

    def apply(html):
        before, rest = html.split('id="mmviz-study">')
        text, after = rest.split("</script>", 1)
        study = json.loads(text)
        study["parts"][name] |= change
        return f'{before}id="mmviz-study">{json.dumps(study)}</script>{after}'

    return apply


def bomb(html):
    """Put a stream of 64 MiB in place of the recording, without a word about it in the table."""
    stream = gzip.compress(bytes(64 << 20))
    changed = element("body", lambda _: to_text(stream))(html)
    return entry("body", bytes=len(stream), size=len(stream))(changed)


def other_bomb(html):
    """Put a stream of 64 MiB in place of the header of the recording."""
    stream = gzip.compress(bytes(64 << 20))
    return entry("meta", bytes=len(stream))(element("meta", lambda _: to_text(stream))(html))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (element("bundle", lambda text: text[:-200]), 'the part "bundle" of this page is damaged: [0-9]+ characters'),
        (element("bundle", lambda text: text[:500] + "é" + text[501:]), 'the part "bundle" .* character that does not'),
        (element("meta", lambda text: text[:500] + text[600:700] + text[600:]), 'the part "meta" of this page is dam'),
        (entry("style", size=1 << 50), 'the part "style" of this page is damaged: it declares 1125899906842624 bytes'),
        (entry("meta", size=10), 'the part "meta" of this page is damaged: more than 10 bytes'),
        (lambda html: html.replace('id="mmviz-part-body"', 'id="other"'), 'the part "body" of this page is missing'),
        (bomb, "the recording in this page is damaged: more than [0-9]+ bytes"),
        (other_bomb, 'the part "meta" of this page is damaged: more than [0-9]+ bytes'),
        (lambda html: html.replace('"parts":', '"pieces":'), "This page could not be opened: "),
    ],
    ids=["cut", "character", "exchanged", "size", "small", "missing", "bomb", "bomb in the header", "no table"],
)
def test_a_damaged_part_gives_a_sentence(opened, change, said):
    page = opened(change)
    assert re.match(SENTENCE, page.text), page.text
    assert re.search(said, page.text), page.text


def test_a_page_with_line_ends_of_windows_is_shown(opened):
    page = opened(lambda html: html.replace("\n", "\r\n"))
    assert page.locator(".mmv-readout").inner_text().startswith("epoch ")
    assert page.faults == []


def test_a_changed_script_is_blocked_by_the_policy_and_the_page_says_so(opened, saved_page):
    def change(html):
        parts = saved_page.parts_of(html)
        parts["start"] = b"document.title = 'owned';"
        return saved_page.with_study(html, saved_page.study_of(html), parts)

    page = opened(change)
    assert page.title() != "owned"
    assert "This page could not be opened: its script or style is not the one that was saved" in page.text
    assert any("Content Security Policy" in fault or "settings blocked" in fault for fault in page.faults)
