"""The comparison with stored digests: what it must notice, and what it must not."""

import json

import numpy as np
import same_results
import xarray as xr


def test_a_digest_differs_when_one_bit_of_one_value_differs():
    values = np.linspace(0, 1, 7)
    changed = values.copy()
    changed[3] = np.nextafter(changed[3], 2)
    assert same_results.described(values) == same_results.described(values.copy())
    assert same_results.described(values) != same_results.described(changed)
    assert same_results.described(values) != same_results.described(values.astype(np.float32))


def test_a_digest_is_the_same_in_any_byte_order_and_memory_layout():
    values = np.arange(12.0).reshape(3, 4)
    assert same_results.described(values) == same_results.described(np.asfortranarray(values.astype(">f8")))


def test_renaming_variables_dimensions_and_labels_changes_no_line():
    before = xr.Dataset({"answer": (("traced", "output"), np.ones((2, 3)))}, coords={"traced": ["a", "b"]})
    after = before.rename(answer="prediction", traced="recorded").assign_coords(recorded=["c", "d"])
    assert same_results.lines_of(before) == same_results.lines_of(after)


def test_compare_names_the_item_that_differs_and_both_lines():
    (text,) = same_results.compare({"Trace": ["a", "b"], "frame": ["c"]}, {"Trace": ["a", "x"], "frame": ["c"]})
    assert text == "Trace:\n  before b\n  now    x"


def test_compare_reports_an_item_that_is_missing_and_one_that_is_new():
    assert same_results.compare({"old": ["a"]}, {"new": ["a"]}) == [
        "old: not computed any more",
        "new: has no stored digest",
    ]


def test_the_stored_digests_cover_five_trainings_with_every_result():
    items = json.loads(same_results.STORED.read_text(encoding="utf-8"))["items"]
    trainings = {label.split(": ")[0] for label in items if label.endswith(": Trace")}
    assert len(trainings) >= 5
    for name in trainings:
        assert {f"{name}: weights of every epoch", f"{name}: predictions", f"{name}: frame explorer"} <= set(items)
