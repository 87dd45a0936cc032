import re

import pytest
from explorer_frames import make_frame
from hostile_text import EVERYTHING, ODD
from saved_page import parts_of, without_parts

from mmviz.widgets import Explorer, html_page


def saved(tmp_path, **kind):
    return Explorer(frame=make_frame(**kind)).save(tmp_path / "study.html").read_text(encoding="utf-8")


def hostile(tmp_path):
    a, b, c, d, e, f = EVERYTHING
    return saved(
        tmp_path, ids=(a, b, f), classes=(a, b, c, d, e, f), names=(a, f, c), title=f, attrs={"notes": f'["{b[:2]}"]'}
    )


def test_the_notebook_and_the_page_run_the_same_script(tmp_path):
    html = saved(tmp_path)
    parts = parts_of(html)
    assert "\n".join(parts[name].decode() for name in ("bundle", "views")) == html_page.script()
    assert Explorer._esm == html_page.module()
    assert html_page.module().startswith(html_page.script())


def test_the_module_is_small_imports_nothing_and_exports_once():
    module = html_page.module()
    assert len(module.encode()) < 480_000  # with d3-delaunay; compressed in a saved page
    assert not re.search(r"\bimport\b\s*[\w{*\"']|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket", module)
    assert len(re.findall(r"^export ", module, re.MULTILINE)) == 1


def test_the_module_calls_no_function_that_parses_text_as_markup_or_code():
    module = html_page.module()
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "srcdoc",
        "DOMParser",
    ):
        assert way not in module
    assert "</script" not in module.lower()
    assert "<!--" not in module


def test_the_saved_page_contains_no_address_but_the_svg_namespace(tmp_path):
    html = saved(tmp_path)
    texts = {name: content.decode() for name, content in parts_of(html).items() if name != "body"}
    assert {"style", "bundle", "views", "start", "meta"} == set(texts)
    html = "\n".join((without_parts(html), *texts.values()))
    addresses = set(re.findall(r"[a-z]+://[^\s\"'`<>)]+", html))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of a language, never asked for
    assert not re.findall(r"<(?:link|img|iframe|object|embed|base)[\s>/]|\bsrc=[^=]|@import|url\((?!#)", html)


def test_the_content_security_policy_allows_only_the_script_with_its_hash(tmp_path):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', saved(tmp_path)).group(1)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


def test_hostile_text_adds_no_element_to_the_page(tmp_path):
    tags = re.compile(r"<\s*/?\s*([a-zA-Z!][a-zA-Z-]*)")
    assert sorted(tags.findall(hostile(tmp_path))) == sorted(tags.findall(saved(tmp_path)))


def test_hostile_text_cannot_close_the_data_element(tmp_path):
    html = hostile(tmp_path)
    study = html.split('id="mmviz-study">')[1].split("</script>")[0]
    assert not set("<>&") & set(study)
    assert b"</script>" in parts_of(html)["meta"]
    texts = re.findall(r'id="mmviz-part-[^"]+">(.*?)</script>', html, re.DOTALL)
    assert len(texts) == len(parts_of(html))
    assert not set("<&/\n\r\0") & set("".join(texts))


def test_a_page_with_surrogates_and_control_characters_can_be_saved(tmp_path):
    html = saved(tmp_path, samples=len(ODD), ids=list(ODD), title=ODD[2] + ODD[1])
    assert "<title>lone \\ud800 surrogatenul\\u0000and" in html


def test_equal_explorers_are_saved_as_equal_bytes(tmp_path):
    first, second = (Explorer(frame=make_frame(), selection={"time": 3}) for _ in range(2))
    assert first.save(tmp_path / "a.html").read_bytes() == second.save(tmp_path / "b.html").read_bytes()


def test_the_saved_page_contains_the_selection_at_the_time_of_saving(tmp_path):
    explorer = Explorer(frame=make_frame())
    explorer.selection = {"epoch": 1, "time": 9}
    html = explorer.save(tmp_path / "a.html").read_text(encoding="utf-8")
    assert (
        '"selection": {"sample": 0, "epoch": 1, "layer": 0, "channel": 0, "time": 9, "brush": null, "zoom": null'
        in html
    )


def test_a_failed_save_keeps_the_old_file_and_leaves_no_temporary_file(tmp_path, monkeypatch):
    path = tmp_path / "study.html"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space left"):
        Explorer(frame=make_frame()).save(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_saving_into_a_missing_folder_raises_an_os_error_with_its_name(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        Explorer(frame=make_frame()).save(tmp_path / "nowhere" / "study.html")
