"""The model in a saved page: edits, samples that were not recorded and Shapley values equal those of the kernel; nothing asks the network."""

import gzip
import json
import re
import warnings

import numpy as np
import pytest
from page_queries import sentence, slider

import mmviz as mm
from mmviz.widgets import Explorer
from mmviz.widgets.readout import readout

pytestmark = pytest.mark.timeout(120)
EDITS = {"m1": {"delay": 3, "noise": 0.35, "seed": 7}, "m2": {"amplitude": 1.5, "window": [2, 9]}, "m3": {"swap": 11}}


@pytest.fixture
def opened(open_page, toy_page, tmp_path, saved_page):
    """Return a function that saves and opens a page with the model; ``change`` edits its header and its parts first."""

    def opening(*, change=None, text=None, settled=True, **given):
        explorer = Explorer(frame=toy_page[0], **{"model": toy_page[1], **given})
        path = explorer.save(tmp_path / "page.html")
        if change:
            html = path.read_text(encoding="utf-8")
            study, parts = saved_page.study_of(html), saved_page.parts_of(html)
            change(study, parts)
            path.write_text(saved_page.with_study(html, study, parts), encoding="utf-8")
        if text:
            path.write_text(text(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
        page = open_page()
        page.goto(path.as_uri())
        page.locator(".mmv-what-if-status:not(:empty)").wait_for(state="attached")
        if settled:
            wait(page, lambda: not re.search("starting|Nothing is edited.$", status(page)))
        page.explorer, page.path = explorer, path
        return page

    return opening


def status(page):
    return page.locator(".mmv-what-if-status").text_content()


def wait(page, condition, *, timeout_s=15):
    """Wait for a condition; the policy of the page forbids playwright's own."""
    for _ in range(int(timeout_s / 0.02)):
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"status: {status(page)}; readout: {sentence(page)}; faults: {page.faults}")


def computed(page):
    wait(page, lambda: "all subsets in" in status(page))


def by_kernel(toy, toy_run, toy_page, sample, edits):
    """Return the frame that the kernel predicts."""
    frame, model = toy_page
    explorer = Explorer(frame=frame, model=model)
    names = list(toy.spec.names)
    by_id = {
        n: e
        | ({"swap": explorer.all_samples[e["swap"]]} if "swap" in e else {})
        | ({"cut": names[e["cut"]]} if "cut" in e else {})
        for n, e in edits.items()
    }
    groups = mm.recording.what_if(toy_run, toy["test"])(explorer.all_samples[sample], toy_run.best_epoch, by_id)
    return mm.plots.what_if_frame(groups, frame)


def spoken(toy_page, explorer, edited, selection, edits):
    """Return the sentence of Python for an edited recorded sample."""
    return readout(toy_page[0], selection, edited=edited, edits=edits, samples=explorer.all_samples)


@pytest.mark.parametrize(
    "edits",
    [EDITS, {"m1": {"state": "zero", "step": 5}}, {"m2": {"cut": 0, "step": 2}, "m3": {"state": "hold", "step": 9}}],
    ids=["frames", "state", "edge"],
)
def test_the_edited_prediction_and_its_shapley_values_are_those_of_the_kernel(opened, toy, toy_run, toy_page, edits):
    page = opened(selection={"sample": 1, "edits": edits})
    computed(page)
    edited = by_kernel(toy, toy_run, toy_page, 1, edits)
    selection = page.explorer.selection
    assert sentence(page) == spoken(toy_page, page.explorer, edited, selection, edits)
    shown = [float(text.replace("−", "-").replace("+", "")) for text in page.locator(".mmv-what-if-effect").inner_text().replace("→", " ").split() if re.fullmatch(r"[−+]?\d+\.\d+", text)]  # fmt: skip
    k, phi = int(toy_page[0]["target"].values[1]), edited["phi"].values[0, 0, -1]
    expected = [float(edited["prediction"].values[0, 0, -1, k]), *phi]
    np.testing.assert_allclose(shown[1::2], expected, atol=0.0051)
    assert "computed in the page in" in status(page)
    assert len(page.workers) == 1  # which runs the script of the page
    assert page.faults == []
    assert page.external == []


def test_a_sample_that_was_not_recorded_shows_its_prediction_and_its_edit_can_be_undone(opened, toy, toy_run, toy_page):
    page = opened()
    page.get_by_label("Sample", exact=True).first.select_option("8")
    name = page.explorer.all_samples[8]
    plain = by_kernel(toy, toy_run, toy_page, 8, {})
    chosen = page.explorer.selection
    first = f"{float(plain['prediction'].values[0, 0, -1].max()):.2f}"
    wait(page, lambda: f"({first})" in sentence(page))
    row = list(toy["test"].ids).index(name)
    assert f"true {toy.spec.task.classes[toy['test'].target[row]]}" in sentence(page)
    plain_words = sentence(page)
    slider(page, "Amplitude of m2, as a factor").focus()
    page.keyboard.press("ArrowRight")
    computed(page)
    assert sentence(page).endswith("; what if: m2 with 1.05 times its amplitude")
    page.keyboard.press("Control+z")
    wait(page, lambda: "Nothing is edited" in status(page))
    assert sentence(page) == plain_words
    page.keyboard.press("Control+Shift+z")
    computed(page)
    assert "1.05 times" in sentence(page)
    assert chosen["epoch"] == page.explorer._options.model_epoch
    assert page.faults == []


def test_a_counterfactual_is_saved_restored_and_downloaded_with_escaped_text(opened):
    page = opened(selection={"edits": {"m1": {"delay": 2}}})
    computed(page)
    page.get_by_role("button", name="save as counterfactual").click()
    table = page.get_by_role("table", name="Counterfactuals")
    assert "m1 2 steps later" in table.inner_text()
    page.get_by_role("button", name="Reset all edits").click()
    table.get_by_role("button", name="m1 2 steps later").click()
    computed(page)
    assert "m1 2 steps later" in sentence(page)
    with page.expect_download() as found:
        page.get_by_role("button", name="Download the counterfactuals as CSV").click()
    lines = found.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith('"sample","epoch","time","edits","probability of the true class, recorded"')
    assert '"m1 2 steps later"' in lines[1]
    assert page.faults == []


def _cut(study, parts):
    parts["model-blob"] = parts["model-blob"][:200]


def _other_weights(study, parts):
    raw = np.frombuffer(gzip.decompress(parts["model-blob"]), np.uint8).copy()
    whole = json.loads(parts["model-meta"])["stored"]["groups"][0]
    count = sum(count for _, count in whole["places"])
    raw[3 * count : 4 * count] ^= 0x80  # the sign of every weight
    parts["model-blob"] = gzip.compress(raw.tobytes())


def _flipped(place):
    """A byte of the compressed stream of weights and frames has changed."""

    def apply(study, parts):
        raw = bytearray(parts["model-blob"])
        raw[place if place < 0 else len(raw) // 2] ^= 0xFF
        parts["model-blob"] = bytes(raw)

    return apply


def _bomb(study, parts):
    """A stream of 64 MiB in place of the model."""
    parts["model-blob"] = gzip.compress(bytes(64 << 20))


def _meta(change):
    def apply(study, parts):
        meta = json.loads(parts["model-meta"])
        change(meta)
        parts["model-meta"] = json.dumps(meta)

    return apply


@pytest.mark.parametrize(
    "change",
    [
        _cut,
        _flipped(0),
        _flipped(-6),  # the checksum at the end of the stream
        _flipped(-2),  # its length
        _other_weights,
        _meta(lambda meta: meta["model"]["graph"]["nodes"].__setitem__(-1, {"op": "<img src=x onerror=alert(1)>"})),
        _meta(lambda meta: meta["model"]["graph"].__setitem__("nodes", [])),
        _meta(lambda meta: meta["model"]["split"]["modalities"].pop()),
        _meta(lambda meta: meta.__setitem__("rows", [0])),
        _meta(lambda meta: meta["stored"]["groups"][0]["places"].append([0, 1 << 40])),
        _meta(lambda meta: meta["stored"].__setitem__("bytes", 1 << 40)),
        _bomb,
        lambda study, parts: parts.__setitem__("model-meta", "{"),
        lambda study, parts: parts.pop("model-wasm"),
        lambda study, parts: parts.pop("model-blob"),
    ],
    ids=[
        "cut",
        "byte",
        "checksum",
        "length",
        "weights",
        "operator",
        "no graph",
        "split",
        "rows",
        "place",
        "size",
        "bomb",
        "json",
        "no kernels",
        "no weights",
    ],
)
def test_a_hostile_or_damaged_model_gives_a_sentence_and_the_recording_is_shown(opened, change):
    page = opened(change=change)
    assert "The model in the page cannot be used: " in status(page)
    assert sentence(page).startswith("epoch ")
    slider(page, "Delay of m1 in steps").focus()
    page.keyboard.press("ArrowRight")
    alert = page.locator(".mmv-what-if .mmv-error")
    alert.wait_for()
    assert "This edit could not be computed; shown is the recorded sample. The reason: " in alert.inner_text()
    page.get_by_label("Sample", exact=True).first.select_option("8")
    assert "was not recorded and cannot be computed" in page.locator(".mmv-refused").inner_text()
    assert page.evaluate("document.querySelectorAll('img').length") == 0


def _broken_kernels(change):
    def apply(study, parts):
        parts["model-wasm"] = change(bytearray(parts["model-wasm"]))

    return apply


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: bytes(raw[: len(raw) // 2]),
        lambda raw: bytes(raw[:8]) + bytes(reversed(raw[8:])),
        lambda raw: b"",
        lambda raw: b"<html>" + bytes(raw),
    ],
    ids=["cut", "reversed", "empty", "no kernels"],
)
def test_with_damaged_kernels_the_page_computes_the_same_in_javascript(opened, change, toy, toy_run, toy_page):
    page = opened(change=_broken_kernels(change), selection={"edits": EDITS, "time": 11})
    computed(page)
    assert page.locator(".mmv-what-if .mmv-error").inner_text() == ""
    page.get_by_role("button", name="Reset all edits").click()
    wait(page, lambda: "JavaScript" in status(page))


@pytest.mark.parametrize("version", [0, 2, None])
def test_a_graph_of_an_older_or_newer_version_gives_a_sentence_with_both_versions(opened, version):
    page = opened(change=_meta(lambda meta: meta["model"]["graph"].__setitem__("version", version)))
    said = json.dumps(version)
    assert f"the graph has version {said}, this page runs version 1" in status(page)
    assert sentence(page).startswith("epoch ")


@pytest.mark.parametrize("name", ["model-blob", "model-meta", "model-wasm"])
def test_a_character_of_a_part_of_the_model_that_does_not_belong_to_it_gives_a_sentence(opened, name, tmp_path):
    def change(html):
        before, rest = html.split(f'id="mmviz-part-{name}">')
        text, after = rest.split("</script>", 1)
        return f'{before}id="mmviz-part-{name}">{text[:40]}é{text[41:]}</script>{after}'

    page = opened(text=change)
    assert "The model in the page cannot be used: " in status(page)
    assert f'the part "{name}" of this page is damaged' in status(page)
    assert sentence(page).startswith("epoch ")


def test_a_page_of_an_older_version_without_a_model_shows_the_recording(opened):
    def older(study, parts):
        for key in ("edit_options", "counterfactuals"):
            del study[key]
        for key in ("model-meta", "model-wasm", "model-blob"):
            del parts[key]
        meta = json.loads(parts["meta"])
        for key in ("recorded_samples", "sample_axis", "model_epoch"):
            del meta[key]
        for key in ("samples", "targets", "start_s", "duration_s"):
            meta[key] = meta[key][:3]
        meta["sizes"]["sample"] = 3
        parts["meta"] = json.dumps(meta)

    page = opened(change=older, settled=False, selection={"edits": {"m1": {"delay": 2}}})
    assert sentence(page).startswith("epoch ")
    assert "not computed before the page was saved" in status(page)
    assert page.faults == []


def test_without_webassembly_the_page_computes_the_same_in_javascript(opened, toy_page, toy, toy_run):
    page = opened(
        change=lambda study, parts: parts.__setitem__("model-wasm", b""),
        selection={"sample": 2, "edits": EDITS},
    )
    computed(page)
    assert sentence(page) == spoken(
        toy_page, page.explorer, by_kernel(toy, toy_run, toy_page, 2, EDITS), page.explorer.selection, EDITS
    )


def test_a_page_of_small_storage_and_fewer_samples_states_its_error_and_their_number(opened, toy, toy_run, toy_page):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of torch.export
        model = mm.recording.export_model(toy_run, toy["test"], storage="small", samples=5)
    page = opened(model=model)
    error = re.search(r"stored weights and frames change a prediction by at most ([0-9.e-]+);", status(page))
    assert float(error[1]) == pytest.approx(model.about["error"], rel=0.1)
    assert f"5 of {len(toy['test'])} samples of 'test' are stored: as requested." in status(page)
    assert page.faults == []


def test_every_row_of_the_list_of_samples_opens_its_own_sample_with_a_model(opened, toy_page):
    page = opened(selection={"section": "overview"}, settled=False)
    frame = page.explorer.frame
    assert page.locator("[data-view=samples] .mmv-closed").count() == 0
    ids = [str(i) for i in frame["listed_id"].values]
    unrecorded = [i for i, k in zip(ids, frame["listed_recorded"].values, strict=True) if k < 0]
    chosen = page.get_by_role("combobox", name="Sample", exact=True)
    for name in (unrecorded[0], unrecorded[-1]):
        page.get_by_role("searchbox").fill(name)
        row = page.locator(".mmv-samples tbody tr", has=page.get_by_role("button", name=name, exact=True)).first
        row.get_by_role("button").click()
        assert chosen.input_value() == str(page.explorer.all_samples.index(name))
