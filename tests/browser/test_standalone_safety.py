import pytest
from axe import findings
from page_queries import contrasts, maps, sentence, slider

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def hostile(show, hostile_text):
    image, link, style, tex, template, script = hostile_text.EVERYTHING
    return show(
        samples=6, ids=(image, link, style, tex, template, script), names=(image, script, link), title=script,
        classes=(image, link, style, tex, template, script),
        attrs={"notes": '["<img src=x onerror=alert(1)>"]', "target_name": link, "dataset": style, "model": template},
    )  # fmt: skip


def test_hostile_text_is_shown_literally_and_adds_no_element(hostile, hostile_text):
    page = hostile
    page.wait_for_timeout(200)
    assert (
        page.evaluate(
            "document.querySelectorAll('img, a, b, br, iframe, script:not(head *, [id^=mmviz-part-])').length"
        )
        == 2
    )  # ours
    assert page.title() == hostile_text.SCRIPT
    assert page.external == []
    assert len(page.requests) == 1
    text = page.locator("main").inner_text()
    for literal in (hostile_text.SCRIPT, hostile_text.IMAGE, hostile_text.LINK, hostile_text.STYLE):
        assert literal in text
    options = page.get_by_role("combobox", name="Sample", exact=True).locator("option").all_inner_texts()
    assert [o.split(" · ")[0] for o in options] == list(hostile_text.EVERYTHING)
    assert page.faults == []


def test_hostile_text_does_not_change_the_font_size(hostile):
    sizes = hostile.evaluate(
        "[...document.querySelectorAll('main *')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert max(sizes) < 25


def test_control_characters_are_shown_as_escapes_and_long_ids_are_cut(show, hostile_text):
    page = show(samples=len(hostile_text.ODD), ids=list(hostile_text.ODD))
    options = page.get_by_role("combobox", name="Sample", exact=True).locator("option").all_inner_texts()
    assert options[0].startswith("\\u202eright to left")
    assert options[5].count("x") == 200
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_request_leaves_the_machine(show):
    page = show()
    slider(page, "Epoch").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("combobox", name="Sample", exact=True).select_option("2")
    page.wait_for_timeout(200)
    assert page.external == []
    assert page.requests == [page.path.as_uri()]


def test_the_content_security_policy_blocks_an_inserted_script(show):
    page = show()
    refused = page.evaluate(
        """() => new Promise((told) => {
          document.addEventListener('securitypolicyviolation', (event) => told(event.effectiveDirective));
          document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.owned = 1' }));
          setTimeout(told, 5000, 'nothing'); })"""
    )
    assert refused == "script-src-elem"
    assert page.evaluate("window.owned === undefined")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "kind",
    [{}, {"task": "regression", "features": 12}, {"absent": (0, 1), "classes": tuple("abcdefghijklmno")}],
    ids=str,
)
def test_axe_reports_no_violation_in_the_smallest_views(show, scheme, kind):
    page = show(context={"color_scheme": scheme}, **kind)
    page.locator(".mmv-notes summary").click()
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_a_contrast_ratio_of_at_least_four_and_a_half(show, scheme):
    page = show(absent=(0, 1), context={"color_scheme": scheme})
    page.locator(".mmv-notes summary").click()
    found = contrasts(page)
    assert len(found) > 60
    assert [(text, ratio) for text, ratio in found if ratio < 4.5] == []


def test_dark_mode_is_dark_and_keeps_the_maps(show):
    def brightness(page):
        return page.evaluate(
            "getComputedStyle(document.querySelector('.mmv')).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
        )

    light, dark = (show(context={"color_scheme": scheme}) for scheme in ("light", "dark"))
    assert min(brightness(light)) > 240
    assert max(brightness(dark)) < 40
    assert light.screenshot() != dark.screenshot()
    assert maps(light) == maps(dark)


@pytest.mark.parametrize("width", [1280, 980, 700, 420])
def test_the_page_does_not_scroll_sideways_at_any_width(show, width):
    page = show(context={"viewport": {"width": width, "height": 800}})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".mmv-state").first.bounding_box()["width"] > 250


def test_a_saved_page_with_an_invalid_selection_shows_the_reason(show, open_page, tmp_path):
    page = show()
    html = page.path.read_text(encoding="utf-8").replace('"epoch": 4', '"epoch": 44')
    (tmp_path / "wrong.html").write_text(html, encoding="utf-8")
    other = open_page()
    other.goto((tmp_path / "wrong.html").as_uri())
    wrong = other.locator(".mmv-refused")
    wrong.wait_for()
    assert wrong.inner_text() == "selection: epoch is 44, expected a whole number from 0 to 4"


def test_the_printed_page_hides_sliders_and_keeps_sample_layer_and_readout(show):
    page = show()
    page.emulate_media(media="print", color_scheme="dark")
    assert not slider(page, "Epoch").is_visible()
    assert page.get_by_role("combobox", name="Sample", exact=True).is_visible()
    assert page.get_by_label("Layer").is_visible()
    assert page.locator(".mmv-readout").is_visible()
    assert sentence(page).startswith("epoch 4 of 4")


def test_scrubbing_is_measured(show, record_testsuite_property):
    page = show(samples=6, epochs=12, channels=32)
    took = page.evaluate(
        """async () => { const range = document.querySelector('.mmv-epoch'), times = [];
        for (let i = 0; i < 60; i++) { const t0 = performance.now(); range.value = i % 12; range.dispatchEvent(new Event('input'));
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); times.push(performance.now() - t0); }
        return times.sort((a, b) => a - b); }"""
    )
    record_testsuite_property("scrub_ms_p50", round(took[30], 1))
    record_testsuite_property("scrub_ms_p95", round(took[57], 1))
    assert len(took) == 60
    assert sentence(page).startswith("epoch 11 of 11")
