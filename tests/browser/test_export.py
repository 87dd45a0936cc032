"""Export of every panel from a saved page: CSV, PNG, SVG, the line of Python, and a link to the selection."""

import base64
import csv
import io
import json
import os
import re
import struct
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from live_host import deliver, edited_sample, open_live, selected_request
from page_queries import settle
from widget_host import open_host

from mmviz.widgets import Explorer

HERE = {"sample": 1, "epoch": 3, "layer": 1, "time": 30, "channel": 4}
FIXED = {"recorded_sample": 1, "epoch": 3, "layer": 1}
SVG_ELEMENTS = {
    "svg",
    "defs",
    "g",
    "rect",
    "path",
    "text",
    "image",
    "line",
    "circle",
    "polyline",
    "polygon",
    "clipPath",
    "pattern",
    "linearGradient",
    "stop",
}
MARGIN = 12
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def exported(show):
    return show(every_view=True, selection=HERE, names=("=1+1", "gyro", '-"a",b'))


def saved(page, view, kind):
    """The name and the bytes of the file that the menu of a view saves."""
    menu = page.locator(f"[data-view='{view}'] .mmv-export")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    page.wait_for_timeout(120)  # Chromium drops the eleventh download of a second
    click = menu.get_by_role("button", name=kind, exact=True).click
    if os.environ.get("MMVIZ_BROWSER") != "firefox":
        with page.expect_download() as waiting:
            click()
        return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()
    # the relay to Firefox reports no downloads: take the content that the page gives to the browser
    page.evaluate(_KEEP)
    click()
    for _ in range(100):  # a PNG takes a moment; wait_for_function uses eval, which the page's policy forbids
        if page.evaluate("window.keptName"):
            break
        page.wait_for_timeout(50)
    return page.evaluate("window.keptName"), base64.b64decode(page.evaluate("window.keptText()"))


_KEEP = """() => {
  window.keptName = "";
  const url = URL.createObjectURL;
  URL.createObjectURL = (blob) => { window.kept = blob; return url.call(URL, blob); };
  HTMLAnchorElement.prototype.click = function () { window.keptName = this.download; };
  window.keptText = async () => { let text = ""; for (const value of new Uint8Array(await window.kept.arrayBuffer())) text += String.fromCharCode(value); return btoa(text); };
}"""


def decoded(frame, name):
    """The values of an array at the selection, in the units of the frame."""
    array = frame[name]
    values = array.isel({dim: min(k, array.sizes[dim] - 1) for dim, k in FIXED.items() if dim in array.dims})
    if array.dtype != np.uint8:
        return values.values.astype("f4").ravel()
    share = values.values.astype(float) / 255
    scale = array.attrs.get("scale")
    scales = json.loads(scale) if isinstance(scale, str) else scale
    if name == "state":
        return (share ** float(array.attrs.get("power", 1)) * scales[1]).ravel()
    if name == "influence":
        return (share**2 * scales[1]).ravel()
    if name in ("plan", "cost"):
        return (share * np.reshape(scales, (-1, 1, 1))).ravel()
    if name == "scan_norm_0":
        return (share * float(np.ravel(scales)[0])).ravel()
    return share.ravel() if name in ("routing", "overview_value") else values.values.astype(float).ravel()


def test_the_csv_file_of_every_view_holds_the_numbers_of_the_frame_at_the_selection(exported):
    page, frame = exported, exported.explorer.frame
    views = page.eval_on_selector_all("[data-view]", "(nodes) => nodes.map((node) => node.dataset.view)")
    assert len(views) >= 13
    checked = set()
    for view in views:
        file, raw = saved(page, view, "CSV")
        assert re.fullmatch(r"mmviz-[A-Za-z0-9-]+\.csv", file)
        head, *rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
        assert head[0] == "array"
        assert head[-1] == "value"
        assert rows, view
        for name in {row[0] for row in rows}:
            found = np.array([float(row[-1] or "nan") for row in rows if row[0] == name])
            np.testing.assert_allclose(found, decoded(frame, name), rtol=1e-6, err_msg=f"{view}: {name}")
            checked.add(name)
        assert not [cell for row in rows for cell in row[:-1] if cell[:1] in "=+-@" and cell[:1]], view
    assert {"prediction", "state", "phi", "coupling", "influence", "routing", "plan", "history"} <= checked
    assert page.faults == []
    assert page.external == []


def test_a_panel_is_saved_as_png_of_twice_its_size_and_as_svg_with_its_text_without_request_or_fault(exported):
    page = exported
    page.locator("[data-view='coupling'] .mmv-export summary").click()
    page.wait_for_timeout(300)  # the columns are laid out anew
    box = page.locator("[data-view='coupling']").bounding_box()
    file, image = saved(page, "coupling", "PNG")
    assert file == "mmviz-coupling.png"
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", image[16:24])
    assert wide == 2 * (np.ceil(box["width"]) + 2 * MARGIN)
    assert 150 < high < 2 * box["height"]  # without the menu
    shades = page.evaluate(
        """async (bytes) => { const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), context = canvas.getContext("2d"); context.drawImage(bitmap, 0, 0);
        return new Set(new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)).size; }""",
        list(image),
    )
    assert shades > 20  # not blank
    _, drawing = saved(page, "coupling", "SVG")
    text = drawing.decode()
    assert text.startswith("<svg")
    shown = page.locator("[data-view='coupling'] .mmv-heading").text_content()
    assert shown.startswith("Coupling weights W, layer")
    assert shown in re.sub(r"<[^>]+>", "", text)
    assert "<script" not in text
    _, lanes = saved(page, "lanes", "SVG")
    assert b"data:image/png;base64" in lanes
    for one in (drawing, lanes):  # elements that editors of drawings and LaTeX read: no HTML inside
        assert set(re.findall(r"<([A-Za-z]+)", one.decode())) <= SVG_ELEMENTS
        assert b"style=" not in one
    assert page.faults == []
    assert page.external == []


def test_a_drawing_has_a_margin_whole_marks_its_hatches_and_lines_in_pixels_and_no_controls(exported):
    page = exported
    drawing = saved(page, "shapley", "SVG")[1].decode()
    wide, high = map(float, re.search(r'width="([\d.]+)" height="([\d.]+)"', drawing).groups())
    boxes = page.evaluate(
        """(text) => { const host = document.createElement("div"), svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
        document.body.append(host); host.append(svg); const { left, top } = svg.getBoundingClientRect();
        const found = [...svg.querySelectorAll("text, path")].filter((one) => !one.closest("defs")).map((one) => { const box = one.getBoundingClientRect(); return [box.left - left, box.top - top, box.right - left, box.bottom - top]; });
        host.remove(); return found; }""",
        drawing,
    )
    left, top, right, bottom = np.array([box for box in boxes if box[2] > box[0]]).T
    assert left.min() >= 6
    assert top.min() >= 6
    assert right.max() <= wide - 4  # the marks at the last step, half outside their plot
    assert bottom.max() <= high - 4
    # the third modality: a bar with dots
    assert re.search(r"<pattern[^>]*><circle", drawing)
    # no drawing is stretched: not every program keeps the width and the dashes of a line then
    assert "preserveAspectRatio" not in drawing
    assert drawing.count("viewBox") == 1
    assert "vector-effect" not in drawing
    assert re.search(r'<path[^>]*stroke-dasharray="\d', drawing)
    shown = "".join(re.findall(r"<text[^>]*>([^<]*)<", saved(page, "lanes", "SVG")[1].decode()))
    assert "Time in seconds" in shown or "Timein seconds" in shown
    assert "clear" not in shown
    assert "Zoom" not in shown
    samples = "".join(re.findall(r"<text[^>]*>([^<]*)<", saved(page, "sample scatter", "SVG")[1].decode()))
    assert "show all samples" not in samples
    assert page.locator("[data-exported]").count() == 0
    assert page.get_by_role("button", name="show all samples").is_visible()


def test_a_drawing_holds_no_hint_on_how_the_view_is_used_and_underlines_what_the_page_underlines(exported):
    page = exported
    hints = page.eval_on_selector_all("[data-view]:has(.mmv-hint)", "(all) => all.map((one) => one.dataset.view)")
    assert {"overview", "confusion matrix", "sample scatter", "samples", "operator map"} <= set(hints)
    for view in ("overview", "confusion matrix", "samples"):
        shown = page.locator(f"[data-view='{view}'] .mmv-hint").first.text_content()
        drawn = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", saved(page, view, "SVG")[1].decode()))
        assert shown.startswith("Press ")
        assert shown[:12] not in drawn
        assert "Press a" not in drawn
    lines = page.locator("[data-view='samples'] tbody .mmv-open").count()
    found = re.findall(r'<text[^>]*text-decoration="underline"', saved(page, "samples", "SVG")[1].decode())
    assert len(found) == lines > 0


def test_words_in_one_line_of_a_drawing_are_one_text_whatever_they_are_made_of(exported):
    drawing = saved(exported, "samples", "SVG")[1].decode()
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawing)
    assert any("was not recorded" in one or "were not recorded" in one for one in texts)
    assert "1 to 12 of 40" in texts


def test_a_map_in_a_drawing_has_two_pixels_or_more_for_each_pixel_of_the_screen_and_the_colours_of_its_cells(exported):
    page = exported
    drawing = saved(page, "lanes", "SVG")[1].decode()
    images = re.findall(r'<image[^>]*width="([\d.]+)" height="([\d.]+)" href="data:image/png;base64,([^"]+)"', drawing)
    maps = [(float(wide), base64.b64decode(data)) for wide, _, data in images]
    assert len(maps) >= 3
    wide, image = maps[0]
    found = pixels(page, image)
    assert found.shape[1] >= 2 * wide - 1
    steps = page.explorer.frame.sizes["time"]
    assert found.shape[1] % steps == 0
    times = found.shape[1] // steps
    cells = found[::times, ::times]
    np.testing.assert_array_equal(np.kron(cells, np.ones((times, times, 1), np.uint8)), found)


def test_the_line_of_python_has_the_selection_and_a_view_without_figure_says_so(exported):
    page = exported
    menu = page.locator("[data-view='lanes'] .mmv-export")
    menu.locator("summary").press("Enter")
    menu.get_by_role("button", name="Copy Python").press("Enter")
    text = menu.get_by_label("Copied text")
    text.wait_for()
    assert text.input_value() == "mm.plots.plot_states(mm.analysis.states(trace), sample=1, epoch=3, layer=1)"
    other = page.locator("[data-view='prediction'] .mmv-export")
    other.locator("summary").click()
    other.get_by_role("button", name="Copy Python").click()
    assert "No figure of mmviz.plots" in other.get_by_role("status").text_content()


def test_a_copied_link_opens_the_selection_and_holds_no_token(exported, open_page):
    page = exported
    page.goto(f"{page.path.as_uri()}?token=secret")
    page.wait_for_selector(".mmv-readout:not(:empty)")
    settle(page)
    page.locator("[data-view='coupling'] .mmv-export summary").click()
    page.locator("[data-view='coupling']").get_by_role("button", name="Copy link").click()
    text = page.locator("[data-view='coupling']").get_by_label("Copied text")
    text.wait_for()
    link = text.input_value()
    assert "secret" not in link
    assert json.loads(unquote(link.split("#")[1]))["epoch"] == 3
    second = open_page()
    second.goto(link)
    second.wait_for_selector(".mmv-readout:not(:empty)")
    assert second.locator(".mmv-readout").text_content() == page.locator(".mmv-readout").text_content()


def link_of(panel):
    panel.locator(".mmv-export summary").first.click()
    panel.get_by_role("button", name="Copy link").first.click()
    text = panel.get_by_label("Copied text").first
    text.wait_for()
    return text.input_value()


def test_a_copied_link_holds_the_selection_alone_and_opens_another_one_than_the_saved_page(exported, open_page):
    page = exported
    page.get_by_label("Epoch").first.fill("1")
    page.get_by_label("Colours", exact=True).select_option(label="linear")
    link = link_of(page.locator("[data-view='coupling']"))
    held = json.loads(unquote(link.split("#")[1]))
    assert set(held) == set(page.explorer.selection)
    second = open_page()
    second.goto(link)
    second.wait_for_selector(".mmv-readout:not(:empty)")
    assert second.locator(".mmv-refused").text_content() == ""
    assert second.locator(".mmv-readout").text_content().startswith("epoch 1 of")
    assert second.get_by_label("Colours", exact=True).locator("option:checked").inner_text() == "linear"


@pytest.fixture
def two(show):
    return show(every_view=True, selection=HERE | {"run": "both"}, other={"every_view": True, "steps": 40, "seed": 5})


def test_a_panel_of_run_b_exports_its_own_values_the_name_of_its_trace_and_the_link_of_the_page(two):
    page = two
    panel = page.locator(".mmv-run").nth(1).locator("[data-view='coupling']")
    panel.locator(".mmv-export summary").click()
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="CSV", exact=True).click()
    assert waiting.value.suggested_filename.startswith("mmviz-B-coupling")
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig"))))
    weights = [float(row["value"]) for row in rows if row["array"] == "coupling"]
    np.testing.assert_allclose(weights, page.explorer.other["coupling"].values[3, 1].ravel(), rtol=1e-6)
    panel.get_by_role("button", name="Copy Python").click()
    text = panel.get_by_label("Copied text")
    page.wait_for_timeout(100)
    assert "mm.analysis.states(other)" in text.input_value()
    panel.get_by_role("button", name="Copy link").click()
    page.wait_for_timeout(100)
    assert json.loads(unquote(text.input_value().split("#")[1]))["time"] == 30


def test_the_panel_that_compares_two_runs_exports_both_and_their_difference(two):
    page = two
    panel = page.locator(".mmv-apart")
    panel.locator(".mmv-export summary").click()
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig"))))
    a, b = page.explorer.frame, page.explorer.other
    gyro = [
        row for row in rows if row["quantity"] == "Shapley value" and row["modality"] == str(a["modality"].values[1])
    ]
    assert len(gyro) == a.sizes["time"]
    last = gyro[-1]
    expected = [float(one["phi"].values[3, 1, -1, 1]) for one in (a, b)]
    np.testing.assert_allclose([float(last["A"]), float(last["B"])], expected, rtol=1e-6)
    np.testing.assert_allclose(float(last["B − A"]), expected[1] - expected[0], atol=1e-7)
    assert sum(row["quantity"] == "coupling weight W" for row in rows) == a.sizes["modality"] ** 2
    assert page.faults == []


def table(raw):
    """The rows of a CSV file as dictionaries."""
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def pixels(page, image):
    """The pixels of a PNG: (height, width, 4)."""
    wide, high = struct.unpack(">II", image[16:24])
    flat = page.evaluate(
        """async (bytes) => { const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), context = canvas.getContext("2d"); context.drawImage(bitmap, 0, 0);
        let text = ""; for (const value of context.getImageData(0, 0, bitmap.width, bitmap.height).data) text += String.fromCharCode(value); return btoa(text); }""",
        list(image),
    )
    return np.frombuffer(base64.b64decode(flat), dtype=np.uint8).reshape(high, wide, 4)


def test_images_of_a_dark_page_are_dark_text_on_white_and_the_page_stays_dark(show):
    page = show(every_view=True, selection=HERE, context={"color_scheme": "dark"})
    style = page.locator(".mmv").first.get_attribute("style") or ""
    _, image = saved(page, "coupling", "PNG")
    found = pixels(page, image)
    assert (np.median(found[..., :3], axis=(0, 1)) == 255).all()
    assert (found[..., 3] == 255).all()
    light = found[..., :3].astype(int).sum(-1)
    assert np.mean(light > 3 * 240) > 0.5
    assert np.sum(light < 3 * 80) > 100  # the text
    _, drawing = saved(page, "lanes", "SVG")
    assert b'fill="#ffffff"' in drawing
    assert 'fill="rgb(31, 36, 48)"' in drawing.decode()
    assert "rgb(232, 234, 238)" not in drawing.decode()  # the text of the dark theme
    assert (page.locator(".mmv").first.get_attribute("style") or "") == style
    assert page.faults == []
    assert page.locator(".mmv").first.evaluate("(node) => getComputedStyle(node).color") == "rgb(232, 234, 238)"


def test_the_csv_file_of_an_edited_sample_holds_the_edited_values_and_marks_them(open_page, make_frame, tmp_path):
    page = open_live(open_page(), make_frame(), tmp_path, selection={"sample": 1, "section": "all"})
    page.get_by_role("slider", name="Delay of gyro in steps").press("ArrowRight")
    request = selected_request(page)
    recorded = page.frame_shown["prediction"].values[request["epoch"], request["sample"]].ravel()
    before = table(saved(page, "prediction", "CSV")[1])
    assert "state of the sample" not in before[0]
    deliver(page, request, 1)
    page.wait_for_selector(".mmv-change")
    rows = table(saved(page, "prediction", "CSV")[1])
    found = [float(row["value"]) for row in rows if row["array"] == "prediction"]
    edited = edited_sample(page.frame_shown, request)["prediction"].values.ravel()
    np.testing.assert_allclose(found, edited, rtol=1e-6)
    assert not np.allclose(edited, recorded)
    assert {row["state of the sample"] for row in rows if row["array"] == "prediction"} == {"edited"}
    status = page.locator("[data-view='prediction'] .mmv-export").get_by_role("status")
    assert "Values of the edited sample are marked edited." in status.text_content()
    weights = table(saved(page, "coupling", "CSV")[1])
    assert {row["state of the sample"] for row in weights if row["array"] == "coupling"} == {"recorded"}


def test_a_panel_is_exported_from_a_widget_in_the_frame_of_a_front_end(open_page, make_frame):
    explorer = Explorer(frame=make_frame(), selection={"sample": 1, "section": "all"})
    sandbox = "allow-scripts allow-same-origin allow-forms allow-pointer-lock allow-downloads"  # of VS Code's notebooks
    with open_host(open_page(), explorer, sandbox=sandbox) as host:
        host.wait_text(".mmv-readout", "^epoch")
        menu = host.frame.locator("[data-view='coupling'] .mmv-export")
        menu.locator("summary").click()
        for kind, begin in (("CSV", b"\xef\xbb\xbfarray"), ("PNG", b"\x89PNG"), ("SVG", b"<svg")):
            with host.page.expect_download() as waiting:
                menu.get_by_role("button", name=kind, exact=True).click()
            assert Path(waiting.value.path()).read_bytes().startswith(begin), kind
        menu.get_by_role("button", name="Copy Python").click()
        text = menu.get_by_label("Copied text")
        text.wait_for()
        assert text.input_value() == "mm.plots.plot_coupling(mm.analysis.states(trace), epoch=4)"
        assert [fault for fault in host.page.faults if "Clipboard API has been blocked" not in fault] == []
    explorer.close()
