"""Selective state, Shapley orders, transport and missing data of the playground beside the kernels, the metrics and POT in float64."""

import itertools
import json
import re
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pytest
import torch
from mmkernels import coupled_scan, entropic_plan, exact_plan, relaxed_plan

from mmviz.metrics.shapley import shapley_values
from mmviz.models.ssm.coupling import Coupling

pytestmark = pytest.mark.timeout(120)
PAGE = Path(__file__).parents[2] / "docs" / "playground" / "index.html"
L = 24


@pytest.fixture(scope="module")
def opened(opening):
    with opening(viewport={"width": 1366, "height": 768}) as page:
        yield page


@pytest.fixture
def at(opened):
    """Return a function that opens the playground at a part with a preset's name or a state."""

    def going(part, state):
        opened.goto("about:blank")
        opened.goto(f"{PAGE.as_uri()}#{part}/{state if isinstance(state, str) else quote(json.dumps(state))}")
        opened.wait_for_selector(f"[role=tab][aria-selected=true][data-part={part}]")
        assert opened.locator(".play-alert").inner_text() == ""
        assert opened.faults == []
        return opened

    return going


def stated(page, part):
    """Return the state in the address."""
    page.wait_for_timeout(300)
    return json.loads(unquote(page.evaluate("location.hash")).removeprefix(f"#{part}/"))


def numbers(text):
    """Return the numbers in a text of the page."""
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", text.replace("−", "-"))]


def table(page, label):
    """Return the numbers of a table, row by row; a row without numbers is left out."""
    rows = page.locator(f"table[aria-label='{label}'] tbody tr").all()
    return [row.locator(".mmv-value").all_inner_texts() for row in rows]


def double(values):
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def rounded(rng, low, high, *shape):
    return np.round(rng.uniform(low, high, shape), 2).tolist()


# selective state


def valves(seed=0):
    rng = np.random.default_rng(seed)
    return {
        "A": -0.8,
        "x": rounded(rng, -1, 1, L),
        "dt": rounded(rng, 0, 4, L),
        "B": rounded(rng, 0, 1, L),
        "C": rounded(rng, 0.1, 1, L),
    }


def selective_oracle(state, x=None):
    """Return states and outputs of mmkernels for one stream."""
    x, dt, B, C = (
        double(state[key] if key != "x" or x is None else x)[None, None, :, None] for key in ("x", "dt", "B", "C")
    )
    A, W = double([[[state["A"]]]]), double([[1.0]])
    return tuple(coupled_scan(x, dt, A, B, one, W=W)[0, 0, :, 0].numpy() for one in (torch.ones_like(C), C))


@pytest.mark.parametrize("seed", range(3))
def test_state_output_and_input_weights_of_the_selective_state_equal_mmkernels(at, seed):
    state = valves(seed)
    page = at("selective_state", "copy_constant")
    found = page.evaluate("(state) => playground.selectiveState(state)", state)
    h, y = selective_oracle(state)
    np.testing.assert_allclose(found["h"], h, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["y"], y, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.add(found["kept"], found["written"]), h, rtol=0, atol=1e-12)
    weights = [selective_oracle(state, x=np.eye(L)[t])[1][-1] for t in range(L)]
    np.testing.assert_allclose(found["weights"], weights, rtol=0, atol=1e-12)


def test_the_valves_at_a_step_show_what_is_kept_written_and_read(at):
    state = {**valves(7), "task": "copy", "step": 11}
    page = at("selective_state", state)
    h, y = selective_oracle(state)
    t, S = 11, np.exp(state["A"] * state["dt"][11])
    shown = [(numbers(opening)[0], numbers(flow)[-1]) for opening, flow in table(page, "The three valves at one step")]
    written = state["dt"][t] * state["B"][t]
    expected = [(S, S * h[t - 1]), (written, written * state["x"][t]), (state["C"][t], y[t])]
    np.testing.assert_allclose(shown, expected, rtol=6e-3)


@pytest.mark.parametrize(
    ("preset", "low", "high"),
    [("copy_selective", 0, 1e-12), ("copy_constant", 0.5, 2), ("noise_selective", 0, 0.05), ("noise_constant", 0.3, 2)],
)
def test_selective_valves_solve_the_task_and_constant_ones_do_not(at, preset, low, high):
    page = at("selective_state", preset)
    (error,) = numbers(page.locator(".play-error:visible").inner_text().split(":")[1])
    assert low <= error <= high


def test_the_error_that_is_shown_is_that_of_the_oracle(at):
    marks = {"copy": [6], "noise": [2, 9, 17]}
    for task in marks:
        state = {**valves(3), "task": task, "step": 0}
        page = at("selective_state", state)
        _, y = selective_oracle(state)
        last = [max((k for k in marks[task] if k <= t), default=None) for t in range(L)]
        target = np.array([0 if k is None else state["x"][k] for k in last])
        expected = abs(y[-1] - target[-1]) if task == "copy" else np.sqrt(((y - target) ** 2).mean())
        (error,) = numbers(page.locator(".play-error:visible").inner_text().split(":")[1])
        assert error == pytest.approx(expected, rel=6e-4)


# Shapley orders


def test_the_shapley_values_and_increments_equal_the_metrics_and_the_orders(at):
    v = rounded(np.random.default_rng(4), -1, 1, 8)
    page = at("shapley_orders", {"v": v})
    phi = shapley_values(np.array(v))
    *orders, means = [[numbers(text)[0] for text in row] for row in table(page, "Increments by order")]
    np.testing.assert_allclose(means, [*phi, v[7] - v[0]], rtol=0, atol=6e-5)
    expected = []
    for order in itertools.permutations(range(3)):
        members, own = 0, [0.0] * 3
        for i in order:
            own[i] = v[members | 1 << i] - v[members]
            members |= 1 << i
        expected.append([*own, v[7] - v[0]])
    np.testing.assert_allclose(orders, expected, rtol=0, atol=6e-5)
    np.testing.assert_allclose(page.evaluate("(v) => playground.shapleyByOrders(v).phi", v), phi, rtol=0, atol=1e-14)
    stairs = page.locator(".play-stairs-all svg").first.get_attribute("aria-label")
    np.testing.assert_allclose(numbers(stairs.replace("+", "")), expected[0][:3], atol=6e-4)


@pytest.mark.parametrize(
    ("preset", "phi"),
    [
        ("additive", [0.3, 0.2, 0.1]),
        ("redundant", [0.2, 0.2, 0.2]),
        ("synergy", [0.5, 0.5, 0]),
        ("dummy", [0.55, 0.25, 0]),
    ],
)
def test_the_presets_have_the_shapley_values_of_their_kind(at, preset, phi):
    page = at("shapley_orders", preset)
    *_, means = table(page, "Increments by order")
    assert [numbers(text)[0] for text in means] == pytest.approx([*phi, sum(phi)])


def test_a_slider_of_a_value_changes_the_shapley_values_and_their_sum(at):
    page = at("shapley_orders", "synergy")
    page.get_by_role("slider", name="v(all)").fill("1.6")
    assert (
        "φ(audio) = 0.7000, φ(image) = 0.7000, φ(text) = 0.2000. Their sum is v(all) − v(∅) = 1.6000."
        in page.locator("[data-part=shapley_orders] [role=status]").inner_text()
    )
    assert stated(page, "shapley_orders") == {"v": [0, 0, 0, 1, 0, 0, 0, 1.6]}


# transport


def points(seed):
    rng = np.random.default_rng(seed)
    return {
        "x": rounded(rng, 0, 1, 4),
        "y": rounded(rng, 0, 1, 4),
        "a": rounded(rng, 0.1, 1, 4),
        "b": rounded(rng, 0.1, 1, 4),
    }


def problem(state):
    """Return cost (1, 4, 4) and marginals (1, 4)."""
    cost = (double(state["x"])[:, None] - double(state["y"])) ** 2
    a, b = (double(state[key]) / sum(state[key]) for key in "ab")
    return cost[None], a[None], b[None]


@pytest.mark.parametrize("seed", range(6))
def test_exact_entropic_and_relaxed_plans_equal_pot_and_mmkernels(at, seed):
    page, (cost, a, b) = at("transport", "equal"), problem(points(seed))
    if seed >= 3:  # any cost, not only distances on a line
        cost = double(np.random.default_rng(seed).uniform(0, 1, (1, 4, 4)))
    given = [one[0].tolist() for one in (cost, a, b)]
    plan = double(page.evaluate("([c, a, b]) => playground.exactPlan(c, a, b)", given))
    best = exact_plan(cost, a=a, b=b)
    assert (plan * cost[0]).sum().item() == pytest.approx(best.cost.item(), abs=1e-12)
    np.testing.assert_allclose(plan.sum(1), a[0], atol=1e-12)
    np.testing.assert_allclose(plan.sum(0), b[0], atol=1e-12)
    assert (plan >= 0).all()
    for epsilon in (0.02, 0.3):
        found = page.evaluate("([c, a, b, e]) => playground.entropicPlan(c, a, b, e)", [*given, epsilon])
        expected = entropic_plan(cost, epsilon=epsilon, a=a, b=b, tolerance=1e-13, max_iterations=50_000)
        np.testing.assert_allclose(found["plan"], expected.plan[0], atol=1e-10)
    relaxed = page.evaluate("([c, a]) => playground.relaxedPlan(c, a)", given[:2])
    np.testing.assert_allclose(relaxed, relaxed_plan(cost, a=a).plan[0], atol=1e-15)


@pytest.mark.parametrize("kind", ["exact", "entropic"])
def test_costs_plans_and_received_masses_that_are_shown_equal_the_oracle(at, kind):
    state = {**points(9), "kind": kind, "epsilon": 0.1}
    page, (cost, a, b) = at("transport", state), problem(state)
    best, relaxed = exact_plan(cost, a=a, b=b), relaxed_plan(cost, a=a)
    own = (
        entropic_plan(cost, epsilon=0.1, a=a, b=b, tolerance=1e-13, max_iterations=50_000)
        if kind == "entropic"
        else best
    )
    for label, plan in (("Optimal plan", own.plan[0]), ("Relaxed plan", relaxed.plan[0])):
        rows = [[0.0 if text.startswith("<") else numbers(text)[0] for text in row] for row in table(page, label)]
        np.testing.assert_allclose([row[:4] for row in rows[:4]], plan, atol=1.01e-4)
        np.testing.assert_allclose([row[4] for row in rows[:4]], a[0], atol=6e-5)
        np.testing.assert_allclose(rows[4], plan.sum(0), atol=6e-5)
        np.testing.assert_allclose(rows[5], b[0], atol=6e-5)
    expected = [relaxed.cost.item(), best.cost.item(), *([own.cost.item()] if kind == "entropic" else [])]
    words = page.locator("[data-part=transport] [role=status]").inner_text()
    np.testing.assert_allclose(numbers(words)[: len(expected)], expected, atol=6e-7)
    assert expected == sorted(expected)


def test_a_point_is_dragged_and_moved_by_keys_and_its_mass_too(at):
    page = at("transport", "equal")
    handle = page.get_by_role("slider", name="source 1").first
    handle.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    state = stated(page, "transport")
    assert (state["x"][0], state["a"][0]) == (0.14, 0.48)
    box = page.get_by_role("slider", name="target 2").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 20, steps=4)
    page.mouse.up()
    after = stated(page, "transport")
    assert after["y"][1] > state["y"][1] + 0.05
    assert after["b"][1] > state["b"][1] + 0.1
    assert after["y"][:1] == state["y"][:1]


# missing data


def gaps(seed, kind):
    rng = np.random.default_rng(seed)
    on = rng.integers(0, 2, (3, L))
    on[0] *= seed % 2  # audio is absent in every other case
    return {"kind": kind, "A": rounded(rng, -1, 0, 3), "x": rounded(rng, -1, 1, 3, L), "on": on.tolist()}


def gap_oracle(state):
    """Return the states h, (way, stream, step), of the kernels with the package's coupling."""
    mask, x = torch.tensor(state["on"]).bool(), double(state["x"])
    coupling = Coupling(3, state["kind"]).double()
    usual = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)  # of the constant couplings
        whole, own = (coupling(present[None])[0].detach() for present in (torch.ones(3).bool(), mask.any(1)))
    finally:
        torch.set_default_dtype(usual)
    A, ones = double(state["A"])[:, None, None], torch.ones(3, 1, L, 1).double()

    def run(inputs, W, **more):
        return coupled_scan(inputs[:, None, :, None], ones, A, ones, ones, W=W, **more)[:, 0, :, 0].numpy()

    skipped = run(x, own, mask=mask[:, None])
    for m, t in itertools.product(range(3), range(L)):  # the output of a skipped step is 0, its state the one before
        if not mask[m, t]:
            skipped[m, t] = skipped[m, t - 1] if t else 0
    return run(x, whole), run(x * mask, whole), skipped


@pytest.mark.parametrize("kind", ["softmax", "identity", "mean", "exact_sum"])
@pytest.mark.parametrize("seed", [1, 2])
def test_states_with_zero_input_and_with_skipped_steps_equal_mmkernels_and_the_models_coupling(at, kind, seed):
    state = gaps(seed, kind)
    page = at("missing_data", state)
    found = page.evaluate("(state) => playground.statesWithGaps(state).states", state)
    expected = gap_oracle(state)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    ends = np.array([way[:, -1] for way in expected]).T
    shown = [[numbers(text)[0] for text in row] for row in table(page, "States at the last step")]
    np.testing.assert_allclose(
        shown, np.column_stack([ends, ends[:, 1] - ends[:, 0], ends[:, 2] - ends[:, 0]]), rtol=6e-3, atol=1e-9
    )


def test_a_skipped_step_keeps_the_state_and_an_absent_stream_is_removed_from_w(at):
    page = at("missing_data", "gap")
    words = page.locator("[data-part=missing_data] [role=status]")
    assert (
        words.inner_text()
        == "8 of 72 frames are missing. A skipped step keeps the state of its stream, which the other streams still receive."
    )
    page.get_by_role("button", name="All frames of audio off").click()
    assert "Absent: audio." in words.inner_text()
    assert "(row of image: 0, 0.881, 0.119)" in words.inner_text()
    page.get_by_role("button", name="All frames of audio on").click()
    assert words.inner_text().startswith("0 of 72 frames are missing.")
    for complete, zero, skipped, *_ in table(page, "States at the last step"):
        assert complete == zero == skipped


def test_a_frame_is_switched_off_with_the_pointer_and_on_with_the_keyboard(at):
    page = at("missing_data", "complete")
    lane = page.get_by_role("slider", name="Available frames of text")
    lane.scroll_into_view_if_needed()
    box = lane.bounding_box()
    page.mouse.click(box["x"] + 4.5 / L * box["width"], box["y"] + box["height"] - 2)
    off = [t for t, on in enumerate(stated(page, "missing_data")["on"][2]) if not on]
    assert off == [4]
    lane.focus()
    page.keyboard.press("ArrowUp")
    assert stated(page, "missing_data")["on"][2] == [1] * L
