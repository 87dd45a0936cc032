"""One small study as a Jupyter notebook and as a marimo notebook: the Explorer with what-if edits, two runs compared, and what Python received."""

import json
import re

from lab_harness import write_notebook

STUDY = """\
import json
import mmviz as mm

ds = mm.data.synthetic(n=60, steps=24, seed=0, task="classification")
model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4, seed=0)
run = mm.train.fit(model, ds, epochs=2, progress=False)
trace = mm.record(run, ds["test"], recorded_samples=3, influence=False, attribution=None)
explorer = mm.widgets.Explorer(trace, what_if=mm.recording.what_if(run, ds["test"]))
"""
PYTHON_SIDE = """\
import ipywidgets

received, button = ipywidgets.Label().add_class("received"), ipywidgets.Button(description="select in Python")

def report(change=None):
    received.value = json.dumps([explorer.selection["time"], explorer.selection["edits"], explorer.readout])

explorer.observe(report, ["selection", "what_if_result"])
button.on_click(lambda _: setattr(explorer, "selection", {"epoch": 0, "edits": {}}))
report()
display(button, received)
"""
CELLS = [STUDY, PYTHON_SIDE, "explorer", "mm.widgets.Explorer(trace, other=trace)"]
_MARIMO = """\
import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import marimo as mo
{study}
    return explorer, json, mm, mo, trace


@app.cell
def _(explorer, mo):
    view = mo.ui.anywidget(explorer)
    view
    return (view,)


@app.cell
def _(explorer, json, mo, view):
    explorer.wait()
    received = [view.value["selection"]["time"], view.value["selection"]["edits"], explorer.readout]
    mo.Html(f"<div class='received'>{{json.dumps(received)}}</div>")
    return


@app.cell
def _(explorer, mo):
    mo.ui.button(label="select in Python", on_click=lambda _: setattr(explorer, "selection", {{"epoch": 0, "edits": {{}}}}))
    return


@app.cell
def _(mm, trace):
    mm.widgets.Explorer(trace, other=trace)
    return


if __name__ == "__main__":
    app.run()
"""


def write_jupyter(path):
    """Write the study as a Jupyter notebook."""
    write_notebook(path, CELLS)


def write_marimo(path):
    """Write the study as a marimo notebook."""
    study = "".join(f"    {line}" if line.strip() else line for line in STUDY.splitlines(keepends=True))
    path.write_text(_MARIMO.format(study=study), encoding="utf-8")


def check_explorer(page):
    """Move the cursor, edit a modality and select in Python; check page and Python after each; check the two compared runs."""
    view = page.locator(".mmv:not([data-two])")
    readout, received = view.locator(".mmv-readout"), page.locator(".received")
    wait_text(readout, r"^epoch 2 of 2, step 24 of 24")
    assert view.locator(".mmv-state canvas").count() == 3
    assert view.get_by_text("Shapley value φ").count() > 0

    _press(view, "Time cursor", "ArrowLeft", times=2)
    wait_text(readout, r"^epoch 2 of 2, step 22 of 24")
    wait_text(received, r"^\[21, \{\}, \"epoch 2 of 2, step 22 of 24")

    _press(view, "Delay of m1 in steps", "ArrowRight", times=5)
    wait_text(readout, r"what if: m1 5 steps later$")
    wait_text(view.locator(".mmv-what-if-status"), "^Shown is the edited sample")
    wait_text(received, r"m1 5 steps later\"\]$")
    assert json.loads(received.text_content())[:2] == [21, {"m1": {"delay": 5}}]
    assert json.loads(received.text_content())[2] == readout.text_content()

    page.get_by_role("button", name="select in Python").click()
    wait_text(readout, r"^epoch 0 of 2, step 22 of 24[^?]*$")

    two = page.locator(".mmv[data-two]")
    two.scroll_into_view_if_needed()
    wait_text(two.locator(".mmv-readout"), r"^A: epoch 2 of 2.* B: epoch 2 of 2")
    two.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("Home")
    wait_text(two.locator(".mmv-readout"), r"^A: epoch 0 of 2.* B: epoch 0 of 2")


def wait_text(locator, pattern, *, timeout=20_000):
    """Wait until the text of an element matches the pattern; a failure shows its last text."""
    try:
        locator.filter(has_text=re.compile(pattern)).wait_for(state="attached", timeout=timeout)
    except Exception as error:
        shown = locator.all_text_contents()
        raise AssertionError(f"no text that matches {pattern!r}, but {shown}") from error


def _press(view, label, key, *, times):
    slider = view.get_by_role("slider", name=label, exact=True)
    slider.focus()
    for _ in range(times):
        slider.press(key)
