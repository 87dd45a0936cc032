"""The capstone's solution: the stored numbers stand in the page, and the differences are paired."""

import json

import capstone
import pytest


def test_the_page_has_the_table_of_the_stored_numbers():
    found = json.loads((capstone.HERE / "capstone.json").read_text(encoding="utf-8"))
    assert capstone.tables(found) in capstone.PAGE.read_text(encoding="utf-8")
    assert len(found["subsets"]) == 7
    assert found["subjects"] == 10


def test_the_summary_pairs_the_windows_and_counts_recordings_and_people():
    ids = ["s1_r1_w0", "s1_r1_w1", "s1_r2_w0", "s2_r1_w0"]
    rows = {
        "id": ids,
        "right": {"a + b": [1, 1, 1, 0], "a": [1, 0, 0, 0]},
        "masked": {"a + b": [0.75], "a": [0.5]},
        "weights": {"a + b": 2, "a": 1},
    }
    found = capstone.summary(rows)
    assert (found["windows"], found["recordings"], found["subjects"]) == (4, 3, 2)
    assert found["subsets"]["a"]["by_recording"][0] == pytest.approx(-50)
    assert found["subsets"]["a + b"]["by_subject"] == pytest.approx([0, 0, 0])
    assert found["subsets"]["a"]["masked"] == 50
