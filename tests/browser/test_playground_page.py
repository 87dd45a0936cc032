"""The playground page: its numbers beside the kernels in float64, its controls, its address, and the manners of a saved page."""

import json
import re
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pytest
import torch
from axe import findings
from mmkernels import coupled_scan
from page_queries import contrasts, settle

pytestmark = pytest.mark.timeout(120)
PAGE = Path(__file__).parents[2] / "docs" / "playground" / "index.html"
PARTS = ("coupled_scan", "selective_state", "shapley_orders", "transport", "missing_data")
M, L = 3, 50


@pytest.fixture(scope="module")
def opened(opening):
    with opening(viewport={"width": 1366, "height": 768}) as page:
        yield page


@pytest.fixture
def at(opened):
    """Return a function that opens the playground at a fragment of the address."""

    def going(fragment="", **media):
        opened.emulate_media(color_scheme="light", forced_colors="none", **media)
        opened.goto("about:blank")
        opened.goto(f"{PAGE.as_uri()}#{fragment}")
        opened.wait_for_selector("[role=tab][aria-selected=true]")
        settle(opened)
        opened.faults.clear()
        return opened

    return going


def stated(page, part):
    """Return the state in the address, as a test would send it."""
    page.wait_for_timeout(300)
    found = unquote(page.evaluate("location.hash"))
    assert found.startswith(f"#{part}/{{"), found
    return json.loads(found.removeprefix(f"#{part}/"))


def number(text):
    """Return the number that a text of the page shows."""
    return float(re.search(r"-?[\d.]+(?:e-?\d+)?", text.replace("−", "-"))[0])


def drawn_operator(rng, streams=M):
    """Return the state of the part on the coupled scan with values of two decimals."""
    draw = lambda low, high, *shape: np.round(rng.uniform(low, high, shape), 2).tolist()  # noqa: E731
    return {
        "x": draw(-1, 1, streams, L), "W": draw(-1, 1, streams, streams), "A": draw(-1, 0, streams), "dt": draw(0.1, 1.5, streams),
        "B": draw(-2, 2, streams), "C": draw(-2, 2, streams), "source": 0, "lag": 3, "log": False,
    }  # fmt: skip


def oracle(state):
    """Return states and outputs of the kernels' scan in float64, (stream, step)."""
    streams = len(state["W"])
    steps = {
        key: torch.tensor(state[key], dtype=torch.float64)[:, None, None, None].expand(streams, 1, L, 1)
        for key in ("dt", "B", "C")
    }
    x, A, W = (torch.tensor(state[key], dtype=torch.float64) for key in ("x", "A", "W"))
    outputs = coupled_scan(x[:, None, :, None], A=A[:, None, None], W=W, **steps)[:, 0, :, 0].numpy()
    states = coupled_scan(
        x[:, None, :, None], steps["dt"], A[:, None, None], steps["B"], torch.ones_like(steps["C"]), W=W
    )
    return states[:, 0, :, 0].numpy(), outputs


def close(found, expected, tolerance=1e-12):
    found, expected = np.array(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape
    assert abs(found - expected).max() <= tolerance * max(1, abs(expected).max())


@pytest.mark.parametrize("streams", [2, 3])
def test_states_outputs_and_kernel_of_the_page_equal_mmkernels_in_float64(at, streams):
    page, rng = at(), np.random.default_rng(streams)
    for _ in range(4):
        state = drawn_operator(rng, streams)
        found = page.evaluate("(state) => playground.coupledScan(state)", state)
        states, outputs = oracle(state)
        close(found["h"], states)
        close(found["y"], outputs)
        S = np.exp(np.multiply(state["dt"], state["A"]))
        Phi, input_ = S[:, None] * np.array(state["W"]), np.multiply(state["dt"], state["B"])
        K = page.evaluate(
            "({ W, S, input, C }) => playground.kernelOf(playground.responses(playground.transition(S, W), input, 9), C)",
            {"W": state["W"], "S": S.tolist(), "input": input_.tolist(), "C": state["C"]},
        )
        close(K, [np.array(state["C"])[:, None] * np.linalg.matrix_power(Phi, j) * input_ for j in range(9)])


def test_the_kernel_of_the_page_convolved_with_x_equals_the_outputs_of_the_scan(at):
    page, state = at(), drawn_operator(np.random.default_rng(8))
    K = np.array(
        page.evaluate(
            "(s) => playground.kernelOf(playground.responses(playground.transition(playground.decays(s.dt, s.A), s.W), s.dt.map((d, m) => d * s.B[m]), 50), s.C)",
            state,
        )
    )
    x = np.array(state["x"])
    convolved = np.stack([sum(K[j] @ x[:, t - j] for j in range(t + 1)) for t in range(L)], 1)
    close(convolved, oracle(state)[1])


def test_eigenvalues_of_the_page_equal_numpy_for_real_complex_repeated_and_cyclic_matrices(at):
    page, rng = at(), np.random.default_rng(3)
    cyclic = [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    given = [np.eye(3), np.ones((3, 3)), np.array(cyclic), np.zeros((2, 2)), np.diag([0.5, 0.5, -2])]
    given += [rng.uniform(-3, 3, (n, n)) for n in (2, 3) for _ in range(40)]
    for matrix in given:
        found = [complex(*pair) for pair in page.evaluate("(m) => playground.eigenvalues(m)", matrix.tolist())]
        expected = list(np.linalg.eigvals(matrix))
        for value in found:
            nearest = min(expected, key=lambda other: abs(other - value))
            assert abs(nearest - value) < 1e-12 * max(1, abs(matrix).max())
            expected.remove(nearest)
        assert [abs(v) for v in found] == sorted((abs(v) for v in found), reverse=True)


def test_every_number_beside_the_charts_equals_the_oracle_to_the_digits_that_are_shown(at):
    state = drawn_operator(np.random.default_rng(5))
    page = at("coupled_scan/" + quote(json.dumps(state)))
    assert page.locator(".play-alert").inner_text() == ""
    S = np.exp(np.multiply(state["dt"], state["A"]))
    Phi, input_ = S[:, None] * np.array(state["W"]), np.multiply(state["dt"], state["B"])
    K = np.array(state["C"])[:, None] * np.linalg.matrix_power(Phi, state["lag"]) * input_
    shown = page.locator("table[aria-label='Kernel K'] .play-number").all_inner_texts()
    np.testing.assert_allclose([number(text) for text in shown], K.ravel(), rtol=6e-3)
    assert number(page.locator(".play-rho").inner_text()) == pytest.approx(abs(np.linalg.eigvals(Phi)).max(), rel=6e-6)
    own = page.locator("table[aria-label='Parameters of the streams'] .mmv-value").all_inner_texts()
    np.testing.assert_allclose([number(text) for text in own], [*S, *(np.log(0.5) / np.log(S))], rtol=6e-3)
    sums = page.locator("table[aria-label='Coupling weights W'] .mmv-value").all_inner_texts()
    np.testing.assert_allclose([number(text) for text in sums], np.sum(state["W"], 1), atol=5e-4)
    nodes = page.locator(".play-graph .play-node-text").evaluate_all(
        "(all) => all.map((e) => [e.dataset.node, e.textContent]).filter(([, text]) => text)"
    )
    assert len(nodes) == M * (state["lag"] + 1)
    for place, text in nodes:
        m, j = map(int, place.split(","))
        assert number(text) == pytest.approx((np.linalg.matrix_power(Phi, j) * input_)[m, 0], rel=6e-2, abs=1e-9)


def test_the_read_out_of_a_state_and_an_output_shows_the_oracle_to_six_digits(at):
    state = drawn_operator(np.random.default_rng(6))
    page = at("coupled_scan/" + quote(json.dumps(state)))
    for label, values in zip(("States h", "Outputs y"), oracle(state), strict=True):
        box = page.get_by_role("group", name=label)
        box.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        card = page.locator(".mmv-card dd").first.inner_text()
        assert number(card) == pytest.approx(values[0, L - 2], rel=6e-6)
        page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("preset", "words"),
    [("identity", "decay: half as large every 9.9 steps"), ("mean", "decay"), ("softmax", "decay"), ("cyclic", "decay"), ("exact_sum", "grow and diverge: by 180 % a step")],
)  # fmt: skip
def test_every_preset_of_the_coupled_scan_states_whether_it_decays(at, preset, words):
    page = at(f"coupled_scan/{preset}")
    assert words in page.locator(".play-side [role=status]").inner_text()
    page.wait_for_timeout(300)
    assert page.evaluate("location.hash") == f"#coupled_scan/{preset}"


def test_with_a_spectral_radius_of_one_and_without_memory_the_words_are_true(at):
    page = at("coupled_scan/identity")
    for m in ("audio", "image", "text"):
        page.get_by_role("spinbutton", name=f"A of {m}").fill("0")
    assert page.locator(".play-side [role=status]").inner_text() == "ρ = 1: the states neither decay nor diverge."
    for m in ("audio", "image", "text"):
        page.get_by_role("spinbutton", name=f"W, target {m}, source {m}").fill("0")
    assert "every state is 0" in page.locator(".play-side [role=status]").inner_text()
    page.get_by_role("spinbutton", name="W, target audio, source image").fill("2")
    assert "every state is 0" in page.locator(".play-side [role=status]").inner_text()


def test_drawing_with_the_pointer_sets_x_and_a_fast_stroke_leaves_no_gap(at):
    page = at("coupled_scan/identity")
    page.get_by_role("button", name="Clear x").click()
    box = page.locator(".play-lane").first.bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 3, steps=2)
    page.mouse.up()
    state = stated(page, "coupled_scan")
    assert state["x"][0][5:26] == [pytest.approx(state["x"][0][5])] * 21
    assert state["x"][0][5] > 0.8
    assert state["x"][0][:5] == [0] * 5
    assert sum(map(sum, state["x"][1:])) == 0


def test_the_arrow_keys_move_in_a_lane_and_change_x(at):
    page = at("coupled_scan/identity")
    lane = page.get_by_role("slider", name="Input x of text")
    lane.focus()
    for key in ["ArrowRight"] * 3 + ["ArrowUp"] * 2:
        page.keyboard.press(key)
    assert lane.get_attribute("aria-valuetext") == "step 3: 0.2"
    assert stated(page, "coupled_scan")["x"][2][3] == 0.2
    page.keyboard.press("Delete")
    assert lane.get_attribute("aria-valuetext") == "step 3: 0"


def test_x_written_as_numbers_is_used_and_a_wrong_one_is_named_and_changes_nothing(at):
    page = at("coupled_scan/identity")
    page.get_by_text("x as numbers", exact=True).click()
    field = page.get_by_role("textbox", name="x of image")
    field.fill("0.5, −0.25 1")
    field.press("Enter")
    assert stated(page, "coupled_scan")["x"][1] == [0.5, -0.25, 1] + [0] * (L - 3)
    field.fill("0.5 seven")
    field.press("Enter")
    assert (
        page.locator(".play-alert").inner_text()
        == "x of image as numbers: number 2 is “seven”, expected a number from -1 to 1"
    )
    assert stated(page, "coupled_scan")["x"][1][:3] == [0.5, -0.25, 1]


def test_a_number_outside_its_range_is_named_and_changes_nothing(at):
    page = at("coupled_scan/identity")
    field = page.get_by_role("spinbutton", name="A of image")
    field.fill("0.5")
    assert page.locator(".play-alert").inner_text() == "A of image is 0.5, expected a number from -2 to 0"
    assert field.get_attribute("aria-invalid") == "true"
    field.press("Tab")
    assert field.input_value() == "-0.07"


def test_two_streams_have_two_rows_everywhere_and_three_again_have_three(at):
    page = at("coupled_scan/softmax")
    page.get_by_label("Streams", exact=True).select_option(label="2")
    assert [len(stated(page, "coupled_scan")[key]) for key in ("x", "W", "A", "B", "C", "dt")] == [2] * 6
    assert page.locator(".play-lane:visible").count() == 2
    assert page.locator("table[aria-label='Kernel K'] .play-number:visible").count() == 4
    page.get_by_label("Streams", exact=True).select_option(label="3")
    assert len(stated(page, "coupled_scan")["W"]) == 3
    assert page.faults == []


def test_play_moves_the_lag_to_the_end_and_the_sentence_names_the_streams_that_were_reached(at):
    page = at("coupled_scan/cyclic")
    words = page.locator(".play-unrolled .play-words")
    assert words.inner_text() == "2 steps after a pulse of audio the states are: text 0.869. The others are 0."
    page.get_by_role("slider", name="Lag j").fill("6")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play", exact=True).wait_for(timeout=5000)
    assert words.inner_text().startswith("7 steps after a pulse of audio the states are: image")


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [
        ("coupled/x", "The address names the part “coupled”. The parts are coupled_scan"),
        ("coupled_scan/nothing", "The address names the preset “nothing”. The presets are softmax, identity"),
        ("coupled_scan/{", "The address holds no valid JSON behind coupled_scan/"),
        ('coupled_scan/{"W":[[1]]}', "W has 1 rows, expected 2 or 3"),
        ('coupled_scan/{"A":[-0.1,-0.1,"<b>"]}', 'A: number 3 is "<b>", expected a number from -2 to 0'),
        ('coupled_scan/{"lag":99}', "lag is 99, expected a whole number from 0 to 7"),
        ('coupled_scan/{"__proto__":{"x":1},"spare":1}', "__proto__ is unknown; the keys are x, W"),
        ("%E0%A4%A", "The address names the part"),
    ],
)
def test_a_wrong_address_is_named_and_the_first_preset_is_shown(at, fragment, fault):
    page = at(fragment if fragment.startswith("%") else quote(fragment, safe="/"))
    assert fault in page.locator(".play-alert").inner_text()
    assert page.locator(".play-rho").inner_text() == "Spectral radius ρ = 0.932394"
    assert page.faults == []


def test_the_page_makes_no_request_and_its_policy_blocks_an_inserted_script_and_eval(at):
    page = at()
    assert page.external == []
    refused = page.evaluate(
        """() => new Promise((done) => {
          document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
          document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.owned = 1' }));
          setTimeout(done, 5000, 'nothing'); })"""
    )
    assert refused == "script-src-elem"
    assert page.evaluate("window.owned === undefined")
    text = PAGE.read_text(encoding="utf-8")
    assert "unsafe" not in text
    assert re.findall(r"https?://(?!www\.w3\.org/)[^\"'` ]+", text) == []


LOOKS = {
    "light": {}, "dark": {"color_scheme": "dark"}, "forced colours": {"forced_colors": "active"},
    "forced colours, dark": {"forced_colors": "active", "color_scheme": "dark"},
}  # fmt: skip


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("part", PARTS)
def test_axe_reports_nothing_the_page_does_not_scroll_sideways_and_targets_are_large_enough(at, opened, part, width):
    try:
        opened.set_viewport_size({"width": width, "height": 768})
        page = at(part)
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = page.locator(".play :is(button, select, input, summary):visible").evaluate_all(
            "(all) => all.map((e) => [e.ariaLabel ?? e.textContent, ...[(e.type === 'checkbox' ? e.closest('label') : e).getBoundingClientRect()].flatMap((b) => [b.width, b.height])]).filter(([, w, h]) => w < 24 || h < 23.9)"
        )
        assert small == []
    finally:
        opened.set_viewport_size({"width": 1366, "height": 768})


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("part", PARTS)
def test_every_text_has_a_contrast_ratio_of_at_least_four_and_a_half(at, part, look):
    page = at(part)
    page.emulate_media(**LOOKS[look])
    found = contrasts(page)
    assert len(found) > 30
    assert [(text, ratio) for text, ratio in found if ratio < 4.5] == []


@pytest.mark.parametrize("part", PARTS)
def test_in_the_frame_of_a_notebook_the_page_works_without_an_address(open_page, tmp_path, part):
    import mmviz as mm

    shown = mm.course.playground(part)._repr_html_()
    (tmp_path / "notebook.html").write_text(f"<!doctype html><title>notebook</title>{shown}", encoding="utf-8")
    page = open_page(viewport={"width": 1000, "height": 900})
    page.goto((tmp_path / "notebook.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(f"[role=tab][aria-selected=true][data-part={part}]").wait_for()
    control = frame.locator(".play-part :is(.play-lane, .play-handle, input[type=range]):visible").first
    control.press("ArrowUp")
    page.wait_for_timeout(300)
    assert (
        frame.get_by_label("Preset").locator("visible=true").evaluate("(e) => e.selectedOptions[0].text")
        == "own values"
    )
    assert page.evaluate("location.hash") == ""
    assert page.faults == page.external == []


def test_on_logarithmic_axes_the_diverging_states_are_read_as_absolute_values(at):
    page = at("coupled_scan/exact_sum")
    assert page.get_by_role("checkbox", name="logarithmic |h| and |y|").is_checked()
    box = page.get_by_role("group", name="States h")
    box.focus()
    page.keyboard.press("ArrowLeft")
    label, value = (page.locator(f".mmv-card {tag}").first.inner_text() for tag in ("dt", "dd"))
    assert label == "|h|"
    state = page.evaluate(
        "playground.coupledScan({ x: [0, 1, 2].map((m) => Array.from({ length: 50 }, (_, t) => Number((m === 0 && t === 5) || (m === 1 && t === 20)))),"
        " dt: [1, 1, 1], A: [-0.07, -0.07, -0.07], B: [1, 1, 1], C: [1, 1, 1], W: [[1, 1, 1], [1, 1, 1], [1, 1, 1]] }).h[0].at(-1)"
    )
    assert number(value) == pytest.approx(state, rel=6e-4)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="logarithmic |h| and |y|").uncheck()
    assert stated(page, "coupled_scan")["log"] is False


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_a_question_to_predict_and_an_explanation_that_is_closed_at_first(at, part):
    page = at(part)
    question = page.locator(f"[data-part={part}] .play-predict")
    assert question.locator("p").first.inner_text().startswith("Predict: ")
    assert question.locator("p").first.inner_text().count("?") >= 1
    assert not question.locator("details p").is_visible()
    question.locator("summary").click()
    assert question.locator("details p").is_visible()
    assert findings(page) == []


def test_in_jupyterlab_the_frame_is_shown_and_a_change_of_w_is_computed(lab):
    from lab_harness import write_notebook

    write_notebook(lab.folder / "play.ipynb", ["import mmviz as mm\nmm.course.playground('coupled_scan', 'cyclic')"])
    page = lab("play.ipynb")
    frame = page.frame_locator("iframe[title='Playground: coupled scan']")
    frame.get_by_role("spinbutton", name="W, target audio, source text").fill("1.5")
    radius = frame.locator(".play-rho").inner_text()
    assert number(radius) == pytest.approx(np.exp(-0.07) * 1.5 ** (1 / 3), rel=6e-6)
    assert page.external == []
