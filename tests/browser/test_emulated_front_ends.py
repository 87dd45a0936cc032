"""The Explorer in emulated front ends: VS Code's notebook webview and Colab's output frame; docs/front_ends.md states the conditions.

The widget's module and anywidget's front end are the installed ones, the Python side is a real Explorer with a model; what lies between is emulated.
"""

import pytest
from widget_host import open_host

import mmviz as mm

pytestmark = pytest.mark.timeout(90)
#: microsoft/vscode, src/vs/workbench/contrib/webview/browser/pre/index.html: the frame of every webview
VS_CODE_SANDBOX = "allow-scripts allow-same-origin allow-forms allow-pointer-lock allow-downloads"
#: microsoft/vscode, src/vs/workbench/contrib/notebook/browser/view/renderers/backLayerWebView.ts: only with the setting
#: notebook.experimental.enableCsp, which is off by default; 'self' is here the origin of the frame
VS_CODE_POLICY = (
    "default-src 'none'; script-src 'self' https://*.vscode-cdn.net 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' https://*.vscode-cdn.net 'unsafe-inline'; img-src 'self' https://*.vscode-cdn.net https: http: data:; "
    "font-src 'self' https://*.vscode-cdn.net https:; connect-src https:; child-src https: data:;"
)
#: stricter than any front end that runs an anywidget: its script, the module as a blob, its style element; an opaque origin
STRICT_SANDBOX = "allow-scripts"
STRICT_POLICY = "default-src 'none'; script-src {self} blob:; style-src 'unsafe-inline'"


@pytest.fixture(scope="module")
def study(toy, toy_run):
    """A Trace and the callable that predicts edited samples of it."""
    trace = mm.record(toy_run, toy["test"], recorded_samples=2, influence=False, attribution=None)
    return trace, mm.recording.what_if(toy_run, toy["test"])


def check_explorer(host, explorer):
    """Move the cursor, edit a modality, select in Python."""
    host.wait_text(".mmv-readout", "^epoch 4 of 4, step 24 of 24")
    assert host.frame.evaluate("typeof window.require + typeof window.requirejs") == "undefinedundefined"
    assert host.frame.locator(".mmv-state canvas").count() == 3
    host.press("Time cursor", "ArrowLeft", times=2)
    host.wait_text(".mmv-readout", "^epoch 4 of 4, step 22 of 24")
    assert explorer.selection["time"] == 21
    host.press("Delay of m1 in steps", "ArrowRight", times=3)
    host.wait_text(".mmv-readout", "what if: m1 3 steps later$")
    assert explorer.selection["edits"] == {"m1": {"delay": 3}}
    explorer.wait()
    host.wait_text(".mmv-what-if-status", "^Shown is the edited sample")
    assert explorer.readout == host.frame.locator(".mmv-readout").text_content()
    explorer.selection = {"epoch": 0, "edits": {}}
    host.wait_text(".mmv-readout", "^epoch 0 of 4, step 22 of 24[^?]*$")
    assert host.page.external == []
    assert host.page.faults == []


def test_in_a_webview_as_in_vs_code_without_requirejs_page_and_python_follow_each_other(open_page, study):
    trace, what_if = study
    explorer = mm.widgets.Explorer(trace, what_if=what_if)
    with open_host(open_page(), explorer, sandbox=VS_CODE_SANDBOX) as host:
        check_explorer(host, explorer)
    explorer.close()


def test_with_the_experimental_policy_of_vs_code_no_anywidget_loads_because_it_forbids_modules_from_blobs(
    open_page, study
):
    explorer = mm.widgets.Explorer(study[0])
    with open_host(open_page(), explorer, sandbox=VS_CODE_SANDBOX, policy=VS_CODE_POLICY, as_meta=True) as host:
        host.page.wait_for_timeout(500)
        assert host.frame.locator(".mmv").count() == 0
        assert any("blob:" in fault and "Content Security Policy" in fault for fault in host.page.faults)
    explorer.close()


def test_in_a_frame_of_an_opaque_origin_under_a_strict_policy_page_and_python_follow_each_other(open_page, study):
    trace, what_if = study
    explorer = mm.widgets.Explorer(trace, what_if=what_if)
    page = open_page()
    with open_host(page, explorer, sandbox=STRICT_SANDBOX, policy=STRICT_POLICY, buffers_as="Uint8Array") as host:
        assert host.frame.evaluate("window.origin") == "null"
        check_explorer(host, explorer)
    explorer.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "mark",
    ["document.body.className = `vscode-${theme}`", "document.documentElement.setAttribute('theme', theme)"],
    ids=["VS Code", "Colab"],
)
def test_the_colours_follow_the_theme_of_the_front_end_not_that_of_the_system(open_page, make_frame, theme, mark):
    explorer = mm.widgets.Explorer(frame=make_frame())
    page = open_page(color_scheme={"light": "dark", "dark": "light"}[theme])
    with open_host(page, explorer, sandbox=STRICT_SANDBOX, policy=STRICT_POLICY) as host:
        host.wait_text(".mmv-readout", "^epoch 4 of 4")
        host.frame.evaluate(f"(theme) => {{ {mark}; }}", theme)
        assert host.frame.evaluate("getComputedStyle(document.querySelector('.mmv')).colorScheme") == theme
    explorer.close()


def test_every_view_of_two_compared_runs_is_drawn_under_a_strict_policy(open_page, make_frame):
    explorer = mm.widgets.Explorer(
        frame=make_frame(every_view=True), other=make_frame(every_view=True, seed=1), selection={"section": "all"}
    )
    with open_host(open_page(), explorer, sandbox=STRICT_SANDBOX, policy=STRICT_POLICY) as host:
        host.wait_text(".mmv-readout", "^A: epoch 4 of 4.* B: epoch 4 of 4")
        host.press("Epoch", "Home")
        host.wait_text(".mmv-readout", "^A: epoch 0 of 4.* B: epoch 0 of 4")
        assert explorer.selection["epoch"] == 0
        for view in host.frame.locator("[data-view]").all():
            view.scroll_into_view_if_needed()
        assert host.frame.locator("[data-view]").count() >= 20
        assert host.frame.locator(".mmv-error:not(:empty)").all_text_contents() == []
        assert host.page.external == []
        assert host.page.faults == []
    explorer.close()
