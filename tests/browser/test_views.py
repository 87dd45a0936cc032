"""Every further view: shows the numbers of the frame, follows the selection, works by keyboard."""

import numpy as np
import pytest
from page_queries import sentence, slider

from mmviz.widgets import html_page
from mmviz.widgets.readout import fixed

pytestmark = pytest.mark.timeout(90)
HERE = {"sample": 1, "epoch": 3, "layer": 1, "time": 30, "channel": 4}
ALWAYS = {"lanes", "prediction", "shapley", "coupling"}


@pytest.fixture
def all_views(show):
    page = show(every_view=True, selection=HERE)
    page.frame = page.explorer.frame.isel(recorded_sample=1, layer=1)
    return page


def cells(page, label):
    rows = page.locator(f"table[aria-label='{label}'] tbody tr")
    return [row.locator("td").all_text_contents() for row in rows.all()]


def names_of_views(page):
    """Return the names of the views on a page."""
    return set(page.eval_on_selector_all("[data-view]", "(nodes) => nodes.map((node) => node.dataset.view)"))


def test_every_registered_view_is_shown_for_a_frame_with_all_arrays_and_only_four_for_the_smallest_frame(
    show, all_views, open_page
):
    blank = open_page()
    blank.evaluate(html_page.script().replace("var mmviz=", "window.mmviz=", 1))
    registered = set(blank.evaluate("mmviz.viewNames()"))
    assert len(registered) >= 13
    # no signal of this frame is an image or a sound: test_input.py
    assert names_of_views(all_views) == registered - {"input"}
    assert all_views.faults == []
    assert names_of_views(show()) == ALWAYS


def test_the_channel_table_shows_half_life_and_norm_and_follows_the_keyboard(all_views):
    page, frame = all_views, all_views.frame
    slider(page, "Channel").focus()
    page.keyboard.press("ArrowRight")
    # a view that has just come into sight follows after a short rest
    page.wait_for_selector(".mmv-channel[aria-valuetext='row 6 of 16']")
    told = cells(page, "Selected channel of each SSM stream")
    for m in range(3):
        life = float(frame["half_life"].values[m, 5])
        norm = frame["state"].values[3, m, 5, 30] / 255 * 1.4
        assert told[m][0] == str(int(frame["channel_index"].values[m, 5]))
        assert float(told[m][1]) == pytest.approx(life, rel=6e-3)
        assert float(told[m][2].removeprefix("≥ ")) == pytest.approx(norm, rel=6e-3)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.mmv-row')].map((row) => row.style.top).join() === '31.25%,31.25%,31.25%'"
    )


def test_the_trajectory_view_shows_each_state_at_its_position_and_the_coupling_weights(all_views):
    page = all_views
    place = page.frame["path"].values
    low, high = place.reshape(-1, 2).min(0), place.reshape(-1, 2).max(0)
    unit = min(364 / (high[0] - low[0]), 214 / (high[1] - low[1]))
    marks = page.eval_on_selector_all(
        ".mmv-plane .mmv-glyph", "(m) => m.map((g) => [parseFloat(g.style.left), parseFloat(g.style.top)])"
    )
    for m in range(3):
        x, y = place[m, 30] - (low + high) / 2
        assert marks[m][0] * 4 == pytest.approx(200 + x * unit, abs=0.1)
        assert marks[m][1] * 2.5 == pytest.approx(125 - y * unit, abs=0.1)
    heard = page.frame["path_coupling"].values
    label = page.locator(".mmv-plane svg").get_attribute("aria-label")
    assert f"W[dynamic, gyro] = {fixed(float(heard[0, 1]), 2)}" in label
    before = page.locator(".mmv-plane path").nth(3).get_attribute("d")
    slider(page, "Time cursor").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".mmv-plane path").nth(3).get_attribute("d").startswith(before)


def test_unchecking_a_modality_masks_it_and_the_readout_contains_the_value_without_it(all_views):
    page, frame = all_views, all_views.frame
    page.get_by_role("group", name="Available modalities").get_by_role("checkbox", name="gyro").focus()
    page.keyboard.press("Space")
    left = fixed(float(frame["game"].values[3, 30, 0b101]), 2)
    assert sentence(page).endswith(f"without gyro: {left}")
    assert cells(page, "Value v(S) of each subset of modalities")[5][-1] == left
    page.explorer.selection = {"masked": ["gyro"]}
    assert page.explorer.readout == sentence(page)
    shares = [fixed(float(v), 2, plus=True) for v in frame["phi"].values[3, 30]]
    assert [row[-1] for row in cells(page, "Waterfall from baseline to full model")][1:-1] == shares


def test_the_mean_shapley_values_are_shown_with_their_intervals(all_views):
    told = cells(all_views, "Mean Shapley value of each modality with its interval")
    assert [row[1] for row in told] == ["+0.400", "+0.150", "−0.100"]
    assert "+0.300 to +0.500" in told[0][2]


def test_the_operator_map_is_causal_and_its_table_uses_only_the_time_range(all_views):
    page = all_views
    pixels = np.array(page.evaluate(
        "(() => { const c = document.querySelector('.mmv-blocks canvas'); return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; })()"
    )).reshape(3, 5, 3, 5, 4)  # fmt: skip
    later = np.arange(5)[:, None] >= np.arange(5)
    assert ((pixels[..., 3] > 0) == later[None, :, None, :]).all()
    seen = (page.frame["influence"].values.astype(float) ** 2)[:, 3]  # block 3 holds step 30
    for part, brush in ((slice(0, 4), None), (slice(1, 2), [10, 19])):
        if brush:
            slider(page, "Time cursor").fill("19")
            page.keyboard.press("]")
            slider(page, "Time cursor").fill("10")
            page.keyboard.press("[")
            slider(page, "Time cursor").fill("30")
            page.wait_for_timeout(150)
        sums = seen[:, :, part].sum(-1)
        told = cells(page, "Relative influence on each SSM stream at the cursor")
        for m in range(3):
            shares = [float(text.split(" ")[0]) for text in told[m]]
            assert shares == pytest.approx((100 * sums[m] / sums[m].sum()).tolist(), abs=0.51)


def numbers(texts):
    return [float(text.replace("−", "-").replace(" %", "")) for text in texts]


def test_the_end_to_end_view_shows_the_shares_of_the_prediction_up_to_the_cursor_and_of_the_whole_sequence(all_views):
    page = all_views
    frame, label = page.explorer.frame.isel(recorded_sample=1), "Share of each modality"
    level = frame["attribution_prefix"].values[30].astype(float) - 128
    early = float(frame["attribution_prefix_limit"][30]) * (np.sign(level) * (level / 127) ** 2).sum(-1)
    share = frame["attribution"].values
    expected = {
        30: [*early, frame["attribution_prefix_bias"].values[30], frame["attribution_prefix_total"].values[30]],
        49: [*share.sum(-1), float(frame["attribution_bias"]), float(frame["attribution_total"])],
    }
    for step, values in expected.items():
        slider(page, "Time cursor").fill(str(step))
        page.wait_for_timeout(150)
        shown = numbers(row[-1] for row in cells(page, label))
        assert shown == pytest.approx([float(v) for v in values], rel=0.051)
    note = page.locator("[data-view='end-to-end attribution'] p").nth(1).text_content()
    m, t = np.unravel_index(np.abs(share).argmax(), share.shape)
    assert note.startswith(f"Largest: {page.frame['modality'].values[m]} at {4 * (t + 1) / 50:.2f} s ")
    assert "conservation error 4.2e−7" in note


def test_the_time_range_restricts_the_shares_to_its_steps_and_hides_the_bias(all_views):
    page = all_views
    slider(page, "Time cursor").fill("30")
    page.keyboard.press("]")
    slider(page, "Time cursor").fill("20")
    page.keyboard.press("[")
    slider(page, "Time cursor").fill("49")
    page.wait_for_timeout(150)
    share = page.explorer.frame["attribution"].isel(recorded_sample=1).values[:, 20:31].sum(-1)
    rows = cells(page, "Share of each modality")
    assert numbers(row[-1] for row in rows[:3]) == pytest.approx(share.tolist(), rel=0.051)
    assert not page.locator("table[aria-label='Share of each modality'] tr", has_text="bias").is_visible()


def test_the_end_to_end_view_shows_the_sources_of_a_chosen_stream(all_views):
    page = all_views
    view = page.locator("[data-view='end-to-end attribution']")
    view.get_by_label("Target").select_option("2")  # gyro
    frame = page.explorer.frame.isel(recorded_sample=1)
    sums = ((frame["attribution_stream"].values[1, 3] / 255) ** 2).sum(-1)  # block 3 holds step 30
    shown = numbers(row[-1] for row in cells(page, "Share of each modality")[:3])
    assert shown == pytest.approx((100 * sums / sums.sum()).tolist(), abs=0.51)
    assert "what reaches SSM stream gyro" in view.locator(".mmv-heading").text_content()


def test_a_press_on_the_map_of_shares_moves_the_cursor_to_the_step_of_the_prediction(all_views):
    page = all_views
    box = page.locator(".mmv-pairs")
    box.scroll_into_view_if_needed()
    size = box.bounding_box()
    box.click(position={"x": 5, "y": size["height"] * 10.5 / 50})
    assert "t = 0.88 s" in sentence(page)


def test_the_map_of_shares_is_blank_after_the_step_of_the_prediction(all_views):
    pixels = np.array(all_views.evaluate(
        "(() => { const c = document.querySelector('.mmv-pairs canvas'); return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]; })()"
    )).reshape(50, 3, 5, 4)  # fmt: skip
    drawn = np.arange(50)[:, None] >= np.arange(5) * 10
    assert ((pixels[..., 3] > 0) == drawn[:, None, :]).all()


def test_the_lanes_show_the_shares_of_each_modality_and_the_signs_of_their_steps(all_views):
    page = all_views
    slider(page, "Time cursor").fill("49")
    share = page.explorer.frame["attribution"].isel(recorded_sample=1).values
    limit = np.abs(share).max()
    for m in range(3):
        lane = page.locator(".mmv-lane .mmv-lane-bars").nth(m)
        for kind, part in (("raises", share[m]), ("lowers", -share[m])):
            bars = lane.locator(f".mmv-{kind}").get_attribute("d").count("M")
            assert bars == (48 * part / limit > 0.05).sum()


def test_every_view_states_what_it_shows_and_its_row_of_the_page_on_trust(all_views):
    from mmviz.plots.trust import PAGE, ROWS, row_of

    page = all_views
    for name in names_of_views(page):
        note = page.locator(f"[data-view='{name}'] details.mmv-trust")
        assert note.count() == 1, name
        row = ROWS[row_of(name)]
        text = note.text_content()
        assert row.question in text
        assert row.cannot in text
        assert f"{PAGE}#{row_of(name)}" in text
    measured = page.locator("[data-view='end-to-end attribution'] .mmv-measured").text_content()
    assert measured == "p(predicted class) after deleting the top 20 % of cells: 0.31; in random order: 0.94"


def test_values_of_subsets_that_training_did_not_contain_are_marked_and_explained(show):
    words = "1 of 8 subsets was not met in training: its values are out of distribution"
    page = show(
        every_view=True, attrs={"trained": "[true, true, true, true, true, false, true, true]", "untrained": words}
    )
    marked = [
        row.text_content() for row in page.locator("table[aria-label^='Value v(S)'] tr:has(.mmv-untrained)").all()
    ]
    assert len(marked) == 1
    assert "gyro" not in marked[0]
    assert "gravity" in marked[0]
    assert "not met in training" in marked[0]
    for name in ("modality ablation", "shapley", "mean shapley"):
        assert words in page.locator(f"[data-view='{name}']").text_content()
    known = show(every_view=True)
    assert known.locator(".mmv-untrained").count() == 0


def test_the_expert_table_shows_mean_weights(all_views):
    page = all_views
    weight = page.frame["routing"].values[3] / 255
    told = cells(page, "Mean weight of each expert")
    for x in range(5):
        assert told[x] == [fixed(float(weight[m, :, x].mean()), 2) for m in range(3)]
    assert "gyro" in page.locator(".mmv-rows").first.text_content()


def test_the_transport_view_gives_the_lag_of_the_largest_mass_the_estimated_lag_and_the_distance(all_views):
    page = all_views
    plan = page.frame["plan"].values[0].astype(float)
    said, second = page.locator(".mmv-transport > p").all_text_contents()[:2]
    assert f": lag of the largest mass {fixed(float(plan[30].argmax() - 30), 0, plus=True)} steps;" in said
    assert "; estimated lag of the sequence +3 steps; distance" in said
    assert "; no estimated lag: none stands out from permuted controls; distance" in second
    assert f"distance {fixed(float(page.frame['distance'].values[3, 0]), 3)} at epoch 3 of 4" in said
    assert page.locator(".mmv-ribbon").count() == 160


def test_a_training_chart_shows_its_values_and_a_click_selects_the_epoch(all_views):
    page = all_views
    said = page.locator(".mmv-curve-values").all_text_contents()
    table = page.frame["history"].values[3]
    assert said[0].startswith(f"train_loss {float(f'{table[0]:.3g}'):g}")
    box = page.locator(".mmv-wide .mmv-pair .mmv-chart").last
    box.click(
        position={"x": 2, "y": 20}
    )  # waits until the place is at rest: views above are laid out as they come near
    assert sentence(page).startswith("epoch 0 of 4")


def test_samples_are_sorted_filtered_and_opened_by_keyboard(all_views):
    page = all_views
    table = page.get_by_role("table", name="Samples", exact=True)
    sort = table.get_by_role("button", name="gravity")
    sort.focus()
    page.keyboard.press("Enter")
    values = [row[-1] for row in cells(page, "Samples")]
    phi = np.sort(page.frame["listed_phi"].values[:, 2])
    assert values == [fixed(float(v), 2, plus=True) for v in phi[:12]]
    assert table.locator("th[aria-sort=ascending]").text_content().startswith("φ gravity")
    page.keyboard.press("Enter")
    assert next(row[-1] for row in cells(page, "Samples")) == fixed(float(phi[-1]), 2, plus=True)
    page.get_by_label("Show").select_option("1")
    assert "1 to 4 of 4" in page.locator(".mmv-inline", has_text="previous").text_content()
    page.get_by_role("searchbox").fill("s22")
    table.get_by_role("button", name="s22").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("combobox", name="Sample", exact=True).input_value() == "2"
    page.get_by_role("searchbox").fill("nobody")
    assert cells(page, "Samples") == []


def test_a_table_of_five_thousand_samples_has_pages_and_is_sorted_within_a_second(show):
    frame = {"every_view": True, "listed": 5000}
    page = show(**frame)
    assert "1 to 12 of 5000" in page.locator("main").text_content()
    page.get_by_role("button", name="Next page of samples").click()
    assert "13 to 24 of 5000" in page.locator("main").text_content()
    took = page.evaluate("""() => { const t0 = performance.now();
        document.querySelector('table[aria-label=Samples] button').click(); return performance.now() - t0; }""")
    assert took < 1000


@pytest.mark.parametrize("width", [1280, 700, 420])
def test_no_view_is_cut_off_at_the_side(show, width):
    page = show(every_view=True, context={"viewport": {"width": width, "height": 800}})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_model_without_states_is_shown_without_them(show, make_frame):
    import mmviz.widgets.explorer as module

    frame = make_frame(every_view=True).drop_dims(["layer"])
    explorer = module.Explorer(frame=frame)
    assert explorer.selection["layer"] == 0
    assert "state" not in explorer.data["meta"].split('"arrays"')[1].split("state_valid")[0]
