"""The section "overview": a cell, a lasso or a rectangle chooses samples, and the list shows exactly those."""

import numpy as np
import pytest

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def page(show):
    return show(
        every_view=True,
        listed=60,
        selection={"section": "overview"},
        context={"viewport": {"width": 1366, "height": 900}},
    )


def listed(page):
    """Return the ids of all rows, over all pages of the table."""
    found = []
    while True:
        found += page.locator(".mmv-samples tbody th").all_text_contents()
        later = page.get_by_role("button", name="Next page of samples")
        if later.is_disabled():
            return sorted(found)
        later.click()


def ids(frame, rows):
    return sorted(str(frame["listed_id"].values[i]) for i in np.flatnonzero(rows))


def test_a_cell_of_the_confusion_matrix_lists_its_samples_and_a_removed_filter_widens_the_list(page):
    frame = page.explorer.frame
    true, best = frame["overview_target"].values, frame["overview_predicted"].values[:, -1]
    cells = frame["confusion"].values[-1]
    a, b = (int(k) for k in np.unravel_index(cells.argmax(), cells.shape))
    page.locator(".mmv-confusion tbody tr").nth(a).locator("button").nth(b).click()
    assert listed(page) == ids(frame, (true == a) & (best == b))
    name = str(frame["output"].values[b])
    page.get_by_role("button", name=f"Remove the filter predicted = {name}").click()
    assert listed(page) == ids(frame, true == a)


def test_a_cell_of_the_scores_lists_the_misclassified_samples_of_its_class_and_subset(page):
    frame = page.explorer.frame
    true, best = frame["overview_target"].values, frame["overview_predicted"].values
    cells = page.locator(".mmv-scores tbody tr").nth(2).locator("button")
    cells.first.focus()
    page.keyboard.press("ArrowRight")  # without the last modality
    page.keyboard.press("Enter")
    assert listed(page) == ids(frame, (true == 2) & (best[:, 0b011] != 2))
    assert page.locator(".mmv-chip").count() == 2


def test_a_lasso_and_a_rectangle_by_keyboard_choose_the_samples_inside(page):
    frame = page.explorer.frame
    phi = frame["listed_phi"].values
    box = page.locator(".mmv-samples-plot")
    box.scroll_into_view_if_needed()
    size = box.bounding_box()
    low, high = phi[:, 0].min(), phi[:, 0].max()
    middle = (low + high) / 2
    x, y = size["x"] + size["width"] / 2, size["y"]
    page.mouse.move(size["x"] + 1, y + 1)
    page.mouse.down()
    for place in ((x, y + 1), (x, y + size["height"] - 1), (size["x"] + 1, y + size["height"] - 1)):
        page.mouse.move(*place, steps=3)
    page.mouse.up()
    inside = phi[:, 0] < middle
    assert listed(page) == ids(frame, inside)
    area = page.get_by_role("button", name="Rectangle of the scatter plot")
    area.focus()
    page.keyboard.press("Escape")
    assert len(listed(page)) == 60
    area.focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    # the rectangle begins at the top left corner, and 12 steps of 5 % make it 80 % of the plot wide and high
    edge = 10

    def across(v, length):
        return (edge + (v - v.min()) / (v.max() - v.min()) * (length - 2 * edge)) / length

    within = (across(phi[:, 0], size["width"]) <= 0.8) & (across(phi[:, 1], size["height"]) >= 0.2)
    assert listed(page) == ids(frame, within)


def test_the_sentence_and_the_tables_are_shown_and_nothing_fails(page):
    assert "Accuracy with all modalities" in page.locator(".mmv-sentence").inner_text()
    assert page.faults == []


@pytest.mark.parametrize("width", [1366, 390])
def test_the_overview_is_not_cut_off_at_the_side(show, width):
    page = show(
        every_view=True, selection={"section": "overview"}, context={"viewport": {"width": width, "height": 800}}
    )
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def place_of(box, frame, k, edge=10):
    """Return where the dot of listed sample k lies in the scatter plot of the first two Shapley values."""
    phi = frame["listed_phi"].values
    size = box.bounding_box()

    def share(v, i, length):
        return edge + (v[i] - v.min()) / (v.max() - v.min()) * (length - 2 * edge)

    return (
        float(size["x"] + share(phi[:, 0], k, size["width"])),
        float(size["y"] + size["height"] - share(phi[:, 1], k, size["height"])),
    )


def lonely(frame, recorded):
    """Return the listed sample, recorded or not, whose dot is farthest from any other."""
    phi = frame["listed_phi"].values[:, :2]
    unit = (phi - phi.min(0)) / (phi.max(0) - phi.min(0))
    apart = np.linalg.norm(unit[:, None] - unit, axis=-1)
    np.fill_diagonal(apart, np.inf)
    mine = (frame["listed_recorded"].values >= 0) == recorded
    return int(np.where(mine, apart.min(1), -1).argmax())


def card(page):
    rows = page.evaluate(
        "[...document.querySelectorAll('.mmv-card:not([hidden]) dt')].map((dt) => [dt.textContent, dt.nextSibling.textContent])"
    )
    return page.locator(".mmv-card .mmv-card-title").inner_text(), dict(rows)


def test_a_dot_of_the_scatter_plot_is_read_opened_pinned_and_copied(page):
    frame = page.explorer.frame
    box = page.locator(".mmv-samples-plot")
    box.scroll_into_view_if_needed()
    k = lonely(frame, recorded=True)
    x, y = place_of(box, frame, k)
    page.mouse.move(x + 9, y + 6)  # beside the dot: the nearest point within 24 pixels
    page.wait_for_timeout(100)
    title, rows = card(page)
    names = [str(n) for n in frame["modality"].values]
    phi = frame["listed_phi"].values[k]
    assert title == str(frame["listed_id"].values[k])
    assert rows["target"] == str(frame["listed_target"].values[k])
    for m in (0, 1):
        assert abs(float(rows[f"φ {names[m]}"].replace("−", "-")) - phi[m]) <= 0.006 * max(1, abs(phi[m]))
    page.mouse.click(x, y)
    chosen = page.get_by_role("combobox", name="Sample", exact=True)
    assert chosen.input_value() == str(int(frame["listed_recorded"].values[k]))
    pin = page.locator(".mmv-pin")
    assert pin.count() == 1
    assert pin.get_attribute("data-text").startswith(title + "\n")
    assert pin.get_by_role("button", name="Copy").count() == 1


def test_a_dot_or_row_of_a_sample_that_was_not_recorded_says_so_and_the_selection_stays(page):
    frame = page.explorer.frame
    box = page.locator(".mmv-samples-plot")
    box.scroll_into_view_if_needed()
    k = lonely(frame, recorded=False)
    page.mouse.click(*place_of(box, frame, k))
    said = f"{frame['listed_id'].values[k]} was not recorded, and the page holds no model"
    assert page.locator("[data-view='sample scatter'] .mmv-pointed").inner_text().startswith(said)
    page.get_by_role("searchbox").fill(str(frame["listed_id"].values[k]))
    page.locator(".mmv-samples button.mmv-closed").first.click()
    assert "was not recorded, and the page holds no model" in page.locator("[data-view=samples]").inner_text()
    assert page.get_by_role("combobox", name="Sample", exact=True).input_value() == "0"


def test_arrow_keys_read_the_dots_from_left_to_right_and_o_opens(page):
    frame = page.explorer.frame
    order = np.lexsort((-frame["listed_phi"].values[:, 1], frame["listed_phi"].values[:, 0]))
    recorded = frame["listed_recorded"].values
    start = next(i for i, k in enumerate(order) if recorded[k] == 0)
    box = page.locator(".mmv-samples-plot")
    box.focus()
    page.keyboard.press("ArrowRight")
    assert card(page)[0] == str(frame["listed_id"].values[order[start]])
    step = "ArrowRight" if start + 1 < len(order) else "ArrowLeft"
    page.keyboard.press(step)
    assert card(page)[0] == str(frame["listed_id"].values[order[start + (1 if step == "ArrowRight" else -1)]])
    target = next(i for i, k in enumerate(order) if recorded[k] == 1)
    for _ in range(abs(target - start) + 60):
        if card(page)[0] == str(frame["listed_id"].values[order[target]]):
            break
        at = [str(frame["listed_id"].values[k]) for k in order].index(card(page)[0])
        page.keyboard.press("ArrowRight" if at < target else "ArrowLeft")
    page.wait_for_timeout(30)
    page.keyboard.press("o")
    assert page.get_by_role("combobox", name="Sample", exact=True).input_value() == "1"


def test_a_swarm_reads_the_shapley_value_of_the_dot_of_its_own_modality(page):
    frame = page.explorer.frame
    swarm = page.locator(".mmv-swarm").nth(1)
    swarm.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    title, rows = card(page)
    name = title.split("·")[-1].strip()
    k = [str(i) for i in frame["listed_id"].values].index(name)
    assert abs(float(rows["φ"].replace("−", "-")) - frame["listed_phi"].values[k, 1]) <= 0.0051
    assert page.locator("[data-view='shapley distribution'] .mmv-field-title").inner_text().startswith("φ, ")


def test_the_chosen_samples_stand_beside_the_table_and_open(page):
    frame = page.explorer.frame
    true = frame["overview_target"].values
    page.locator(".mmv-confusion tbody tr").nth(1).locator("button").nth(1).click()
    inside = np.flatnonzero((true == 1) & (frame["overview_predicted"].values[:, -1] == 1))
    near = page.locator("[data-view='confusion matrix'] .mmv-chosen")
    assert f"{len(inside)} samples." in near.inner_text()
    shown = near.locator(".mmv-open").all_inner_texts()
    assert shown == [str(frame["listed_id"].values[k]) for k in inside[:8]]
    assert page.locator(
        "[data-view=overview] .mmv-chosen"
    ).is_hidden()  # the list stands beside the pressed table alone
    near.get_by_role("button", name="all samples").click()
    assert near.is_hidden()


def test_every_colour_of_samples_that_python_accepts_is_the_one_that_the_page_selects(show):
    from mmviz.widgets.sample_colours import sample_colours

    page = show(
        every_view=True, listed=30, selection={"section": "overview", "colours": {"samples": "predicted class"}}
    )
    keys = sample_colours(page.explorer.frame)
    views = [
        page.locator(f"[data-view='{name}'] select[aria-label=Colour]")
        for name in ("sample scatter", "shapley distribution")
    ]
    assert views[0].locator("option").count() == len(keys)
    assert [view.input_value() for view in views] == [str(keys.index("predicted class"))] * 2
    views[0].select_option(str(keys.index("loss")))  # both views follow, and the address holds it
    page.wait_for_timeout(500)
    assert views[1].input_value() == str(keys.index("loss"))
    assert page.evaluate("JSON.parse(decodeURIComponent(location.hash.slice(1))).colours.samples") == "loss"
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert page.locator("[data-view='sample scatter'] select[aria-label=Colour]").input_value() == str(
        keys.index("loss")
    )


def test_the_colour_scale_of_the_maps_is_part_of_the_address_and_an_unknown_one_is_refused(show):
    import json

    page = show(every_view=True, selection={"section": "all", "colours": {"scale": "quantile", "range": "channel"}})
    colours = page.get_by_label("Colours", exact=True)
    assert colours.locator("option:checked").inner_text() == "quantile"
    assert page.get_by_label("Range", exact=True).locator("option:checked").inner_text() == "per channel"
    colours.select_option(label="linear")
    page.wait_for_timeout(500)
    held = page.evaluate("JSON.parse(decodeURIComponent(location.hash.slice(1))).colours")
    assert (held["scale"], held["range"]) == ("linear", "channel")
    page.goto(page.path.as_uri() + "#" + json.dumps({"colours": {"scale": "rainbow"}}))
    page.reload()
    page.wait_for_selector(".mmv-readout:not(:empty)")
    assert "colours: scale is" in page.locator(".mmv-refused").inner_text()
    assert colours.locator("option:checked").inner_text() == "quantile"
