"""``make app``: the Explorer as a page without code; alive, let in by its token, the same after a reload."""

import contextlib
import json
import re
import urllib.error
import urllib.request
from importlib.util import find_spec
from urllib.parse import unquote

import pytest
import websocket
from axe import findings
from lab_harness import start_server
from page_queries import maps, sentence, slider

import mmviz as mm

pytestmark = [
    pytest.mark.timeout(180),
    # the server imports it; here the import alone would take seconds
    pytest.mark.skipif(find_spec("voila") is None, reason="voila is not installed: pip install 'mmviz[app]'"),
]
TOKEN = "a-token-of-the-test"  # noqa: S105
READY = ".mmv-readout:not(:empty)"


@pytest.fixture(scope="module")
def served(recorded, tmp_path_factory):
    """The address of the page, and the folder of the server's own files."""
    state = tmp_path_factory.mktemp("app")
    mm.trace.save(recorded, state / "trace.nc")
    with start_server(
        ["mmviz", "app", "trace.nc"], state=state, ready="/login", environment={"JUPYTER_TOKEN": TOKEN}
    ) as address:
        yield address, state


@pytest.fixture
def page(served, open_page):
    page = open_page(viewport={"width": 1320, "height": 900})
    page.goto(f"{served[0]}/?token={TOKEN}")
    page.wait_for_selector(READY, timeout=60_000)
    return page


@pytest.fixture(scope="module")
def served_two(recorded, tmp_path_factory):
    """The address of a page of two runs with the same settings."""
    state = tmp_path_factory.mktemp("app_two")
    for name in ("first", "second"):
        mm.trace.save(recorded, state / f"{name}.nc")
    with start_server(
        ["mmviz", "app", "--compare", "first.nc", "second.nc"],
        state=state,
        ready="/login",
        environment={"JUPYTER_TOKEN": TOKEN},
    ) as address:
        yield address


def address_of(page):
    return json.loads(unquote(page.evaluate("location.hash")).removeprefix("#"))


def plain_page(page):
    """Return the heading of a page of the server itself, which fetches nothing and has no finding of axe."""
    assert page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)") == []
    assert findings(page) == []
    return page.get_by_role("heading").text_content()


def test_the_served_page_shows_the_explorer_without_code_and_makes_no_external_request(page):
    assert sentence(page).startswith("epoch 4 of 4")
    before = maps(page)
    slider(page, "Epoch").focus()
    page.keyboard.press("Home")
    assert sentence(page).startswith("epoch 0 of 4")
    assert maps(page) != before
    assert "import explorer_page" not in page.content()
    assert page.locator(".jp-InputArea, .jp-InputPrompt").count() == 0
    assert page.title() == "mmviz Explorer"
    assert page.external == []
    assert page.faults == []


def test_a_reload_and_a_copied_link_restore_the_selection(page, open_page, served):
    slider(page, "Epoch").focus()
    page.keyboard.press("ArrowLeft")
    slider(page, "Time cursor").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("[")
    page.get_by_role("combobox", name="Sample", exact=True).select_option("2")
    said = sentence(page)
    page.wait_for_function("location.hash.includes('brush')")
    page.wait_for_timeout(500)
    chosen = address_of(page)
    assert {key: chosen[key] for key in ("sample", "epoch", "time")} == {"sample": 2, "epoch": 3, "time": 22}
    page.reload()
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_function("(said) => document.querySelector('.mmv-readout').textContent === said", arg=said)
    assert address_of(page) == chosen
    other = open_page(viewport={"width": 1320, "height": 900})
    other.goto(f"{served[0]}/?token={TOKEN}{page.evaluate('location.hash')}")
    other.wait_for_selector(READY, timeout=60_000)
    other.wait_for_function("(said) => document.querySelector('.mmv-readout').textContent === said", arg=said)


def test_an_invalid_selection_in_the_address_is_refused_with_a_message(served, open_page):
    page = open_page()
    page.goto(f"{served[0]}/?token={TOKEN}#%7B%22sample%22%3A99%7D")
    page.wait_for_selector(".mmv-refused:not(:empty)", timeout=60_000)
    page.wait_for_function("document.querySelector('.mmv-refused').textContent.includes('sample=99')")
    page.wait_for_selector(READY)
    slider(page, "Epoch").focus()
    page.keyboard.press("Home")
    assert sentence(page).startswith("epoch 0 of 4")


def test_two_traces_are_served_side_by_side_and_a_reload_keeps_the_selected_run(served_two, open_page):
    page = open_page(viewport={"width": 1700, "height": 900})
    page.goto(f"{served_two}/?token={TOKEN}")
    page.wait_for_selector(READY, timeout=60_000)
    headings = page.locator(".mmv-run > .mmv-heading")
    assert headings.all_text_contents() == ["Run A: first", "Run B: second"]
    assert page.evaluate("document.querySelector('.mmv').clientWidth") > 1500
    before = maps(page)
    page.get_by_role("region", name="Run B:").get_by_role("slider", name="Time cursor").fill("3")
    slider(page, "Epoch").fill("0")
    said = sentence(page)
    assert said.startswith("A: epoch 0 of 4")
    assert said.split(" · B: ")[1] == said.split(" · B: ")[0].removeprefix("A: ")
    assert maps(page) != before
    page.get_by_label("Run", exact=True).select_option("1")
    assert [one.is_visible() for one in headings.all()] == [False, True]
    said = sentence(page)
    page.wait_for_function("location.hash.includes('%22run%22%3A%22B%22')")
    page.wait_for_timeout(500)
    assert page.faults == []
    page.reload()
    page.wait_for_selector(READY, timeout=60_000)
    page.wait_for_function("(said) => document.querySelector('.mmv-readout').textContent === said", arg=said)
    assert page.get_by_label("Run", exact=True).input_value() == "1"
    assert page.external == []


def test_a_page_without_a_model_offers_no_edits(page):
    assert page.locator(".mmv-what-if").count() == 0


def test_several_traces_are_listed_and_one_page_too_many_is_refused_in_words(recorded, tmp_path_factory, open_page):
    state = tmp_path_factory.mktemp("app_list")
    for name in ("first", "<b>second"):
        mm.trace.save(recorded, state / f"{name}.nc")
    asked = ["mmviz", "app", "first.nc", "<b>second.nc", "--pages", "1"]
    with start_server(asked, state=state, ready="/login", environment={"JUPYTER_TOKEN": TOKEN}) as address:
        page, other = open_page(viewport={"width": 1366, "height": 768}), open_page()
        page.goto(f"{address}/?token={TOKEN}")
        assert page.get_by_role("listitem").locator("strong").all_text_contents() == ["first", "<b>second"]
        assert "4 recorded samples" in page.get_by_role("listitem").first.text_content()
        assert plain_page(page) == "Traces"
        assert page.goto(f"{address}/no/such/page").status == 404
        assert plain_page(page) == "404: There is no such page"
        page.get_by_role("link", name="To the start page").click()
        page.get_by_role("link", name="second").click()
        page.wait_for_selector(READY, timeout=60_000)
        assert page.title() == "<b>second · mmviz Explorer"
        refused = other.goto(f"{address}/voila/render/1.ipynb?token={TOKEN}")
        assert refused.status == 503
        assert plain_page(other) == "503: All places are taken"
        assert "One page is open" in other.locator("main").inner_text()
        kernel = json.loads(page.locator("script#jupyter-config-data").inner_text())["kernelId"]
        words = {"method": "DELETE", "headers": {"Authorization": f"token {TOKEN}"}}
        page.evaluate("([path, words]) => fetch(path, words)", [f"/api/kernels/{kernel}", words])
        page.get_by_role("combobox", name="Sample", exact=True).select_option(
            "2"
        )  # the view goes on without its process
        page.wait_for_function("location.hash.includes('%22sample%22%3A2')")
        assert other.goto(f"{address}/voila/render/1.ipynb").status == 200
        other.wait_for_selector(READY, timeout=60_000)
        other.get_by_role("link", name="All Traces").click()
        other.get_by_role("link", name="first").wait_for()
        assert page.external == other.external == []


def test_the_login_page_asks_again_after_a_wrong_token(served, open_page):
    page = open_page()
    page.goto(f"{served[0]}/login")
    assert plain_page(page) == "This page asks for a token"
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button").click()
    assert page.get_by_role("alert").text_content() == "Invalid credentials"
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button").click()
    page.wait_for_selector(READY, timeout=60_000)


def test_a_request_without_the_token_gets_the_login_page_or_status_403(served, open_page):
    page = open_page()
    page.goto(served[0])
    assert "/login" in page.url
    assert page.locator(".mmv").count() == 0
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{served[0]}/api/kernels/00000000-0000-0000-0000-000000000000", timeout=20)  # noqa: S310


def test_a_visitor_cannot_run_code_or_read_files(page, served):
    address, _ = served
    kernel = json.loads(page.locator("script#jupyter-config-data").inner_text())["kernelId"]
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
    content = {"code": "open('run.txt', 'w').write('ran')", "silent": False}
    asked = {"header": header, "parent_header": {}, "metadata": {}, "channel": "shell", "content": content}
    channel = websocket.create_connection(
        f"{address.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id=s&token={TOKEN}", timeout=4
    )
    with contextlib.closing(channel):
        channel.send(json.dumps(asked))
        replies = []
        with contextlib.suppress(websocket.WebSocketTimeoutException):
            while True:
                replies.append(json.loads(channel.recv())["msg_type"])
    assert "execute_reply" not in replies
    for path in ("voila/files/1a.nc", "voila/files/1.ipynb", "api/contents", "voila/files/../../etc/hostname"):
        with pytest.raises(urllib.error.HTTPError, match=r"40[034]"):
            urllib.request.urlopen(f"{address}/{path}?token={TOKEN}", timeout=20)  # noqa: S310


def test_the_printed_address_is_loopback_and_its_token_is_not_in_the_log_when_it_was_given(served):
    log = (served[1] / "server.log").read_text()
    assert re.search(r"http://127\.0\.0\.1:\d+/\?token=\.\.\.", log)
    assert TOKEN not in log
