"""The view of data with timestamps: frames at their seconds, gaps open, the cursor in seconds, as Python says them."""

import re

import numpy as np
import pytest
from page_queries import maps, sentence, slider

from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(90)
START, STOP = -1.5, 8.5


def with_times(frame, seed=0):
    """Give the first modality irregular times with a gap from 3 to 6 s, the others regular ones; the first sample alone begins late."""
    rng = np.random.default_rng(seed)
    for m, name in enumerate(map(str, frame["modality"].values)):
        dims = frame[f"signal_valid_{name}"].dims
        n, count = frame[f"signal_valid_{name}"].shape
        half = count // 2
        if m:
            times = np.tile(np.linspace(START, STOP, count + 1)[:-1], (n, 1))
            ends = times + (STOP - START) / count
        else:
            first, last = rng.uniform(START + 1, 2.5, (n, half)), rng.uniform(6, STOP - 0.5, (n, count - half))
            times = np.sort(np.concatenate([first, last], 1), axis=1)
            ends = np.concatenate([times[:, 1:], np.full((n, 1), STOP)], 1)
            ends[:, half - 1] = 3.0
            ends[:, -1] = STOP - 0.25
        frame[f"signal_time_{name}"], frame[f"signal_end_{name}"] = (dims, times), (dims, ends)
        frame[f"signal_{name}"].attrs |= {"spacing_s": 0.05, "irregular": int(m == 0), "rate_hz": ""}
    frame["clock"] = (("recorded_sample", "edge"), np.tile([START, STOP], (frame.sizes["recorded_sample"], 1)))
    return frame


@pytest.fixture
def show_timed(open_page, make_frame, tmp_path):
    def showing(selection=None, **kind):
        explorer = Explorer(frame=with_times(make_frame(**kind)), selection=selection)
        page = open_page(viewport={"width": 1366, "height": 768})
        page.goto(explorer.save(tmp_path / "timed.html").as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        page.explorer = explorer
        return page

    return showing


def share(seconds):
    return (seconds - START) / (STOP - START)


def test_cursor_and_readout_give_the_seconds_of_the_samples_timestamps(show_timed):
    page = show_timed()
    for time in (0, 7, 30, 49):
        page.explorer.selection = {"time": time}
        slider(page, "Time cursor").fill(str(time))
        second = START + (time + 1) / 50 * (STOP - START)
        assert sentence(page) == page.explorer.readout
        assert f"t = {second:.2f} s".replace("-", "−") in sentence(page)
    labels = page.locator(".mmv-axis span").all_inner_texts()
    assert labels[0] == "0" or labels[0].startswith("−")
    assert page.faults == []


def test_every_frame_is_drawn_at_its_timestamp_and_no_line_crosses_a_gap(show_timed):
    page = show_timed()
    name = str(page.explorer.frame["modality"].values[0])
    times = page.explorer.frame[f"signal_time_{name}"].values[0]
    path = page.locator(".mmv-signal path.mmv-line").first.get_attribute("d")
    runs = [[float(x) for x in re.findall(r"[ML]([-\d.]+) ", run)] for run in re.split(r"(?=M)", path) if run]
    assert len(runs) == 2
    half = len(times) // 2
    for run, seconds, end in ((runs[0], times[:half], 3.0), (runs[1], times[half:], STOP - 0.25)):
        np.testing.assert_allclose(run, 1000 * share(np.append(seconds, end)), atol=0.2)


def test_hatched_blocks_cover_exactly_the_time_without_frames(show_timed):
    page = show_timed()
    name = str(page.explorer.frame["modality"].values[0])
    first, after = page.explorer.frame[f"signal_time_{name}"].values[0][[0, 100]]
    blocks = page.locator(".mmv-signal").first.locator(".mmv-padding")
    drawn = blocks.evaluate_all("(all) => all.map((one) => [parseFloat(one.style.left), parseFloat(one.style.width)])")
    gaps = [(START, first), (3.0, after), (STOP - 0.25, STOP)]
    np.testing.assert_allclose(drawn, [(100 * share(a), 100 * (share(b) - share(a))) for a, b in gaps], atol=0.02)


def test_a_signal_map_is_transparent_in_gaps_and_opaque_elsewhere(show_timed):
    page = show_timed(features=12)
    canvas = page.locator(".mmv-signal canvas").first
    size = canvas.evaluate("(one) => [one.width, one.height]")
    alpha = canvas.evaluate(
        "(one) => [...one.getContext('2d').getImageData(0, 0, one.width, 1).data].filter((_, i) => i % 4 === 3)"
    )
    second = START + (np.arange(size[0]) + 0.5) / size[0] * (STOP - START)
    name = str(page.explorer.frame["modality"].values[0])
    times = page.explorer.frame[f"signal_time_{name}"].values[0]
    covered = (second >= times[0]) & ((second < 3.0) | (second >= times[100])) & (second < STOP - 0.25)
    assert (np.array(alpha) > 0).tolist() == covered.tolist()


def test_a_frame_without_timestamps_has_columns_of_equal_width(show_timed, show):
    plain = show()
    assert "signal_at_0" not in plain.explorer.data["meta"]
    assert maps(plain)
    assert "irregular" in show_timed().locator(".mmv-unit").first.inner_text()
