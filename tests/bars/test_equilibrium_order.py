"""The study of the order: page and JSON agree, the rule of decision, the comparisons are paired, and the data are what the page states."""

import json

import equilibrium_order as study
import numpy as np
import pytest

import mmviz as mm


def test_the_tables_of_the_page_are_those_of_the_stored_json():
    stored = json.loads(study.STORED.read_text(encoding="utf-8"))
    text = study.PAGE.read_text(encoding="utf-8")
    assert study.page(text, stored) == text
    changed = json.loads(json.dumps(stored))
    changed["results"]["watch"]["joint, mean"]["0"]["accuracy"] += 0.05
    assert study.page(text, changed) != text


def test_a_stored_result_is_repeated_by_the_present_code():
    stored = json.loads(study.STORED.read_text(encoding="utf-8"))["results"]
    for row in ("weak first, last", "joint, mean"):
        found = study.trained(study.loaded("synthetic", 4), "synthetic", row, 4)
        assert found["accuracy"] == pytest.approx(stored["synthetic"][row]["4"]["accuracy"], abs=0.01)


def test_all_rows_of_ten_seeds_on_three_sets_are_stored():
    results = json.loads(study.STORED.read_text(encoding="utf-8"))["results"]
    assert set(results) == set(study.SETS)
    for rows in results.values():
        assert set(rows) == set(study.ROWS)
        for by_seed in rows.values():
            assert set(by_seed) == {str(seed) for seed in range(10)}
            assert all(0 < one["accuracy"] <= 1 and one["edm"] >= 0 for one in by_seed.values())


def made_up(gain, seeds=10):
    """Return accuracies where weak first, last gains ``gain`` (set) over every other row, beside a small variation."""
    rng = np.random.default_rng(1)
    found = {}
    for name, more in zip(study.SETS, gain, strict=True):
        base = 0.8 + 0.05 * rng.normal(size=seeds)
        found[name] = {row: base + 0.004 * rng.normal(size=seeds) for row in study.ROWS}
        found[name]["weak first, last"] = found[name]["weak first, last"] + more
    return found


@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        ((0.05, 0.05, 0.05), "better"),
        ((-0.05, -0.05, -0.05), "worse"),
        ((0.0, 0.0, 0.0), "not decided"),
        ((-0.1, 0.2, 0.2), "not decided"),
        ((0.1, -0.2, -0.2), "not decided"),
    ],
)
def test_a_comparison_is_decided_only_beyond_the_seeds_and_without_a_set_on_the_other_side(gain, verdict):
    rows = study.compared(made_up(gain))
    assert len(rows) == 12
    assert {rows["last", other]["verdict"] for other in study.OTHERS} == {verdict}
    assert {rows["mean", other]["verdict"] for other in study.OTHERS if other != "no memory"} == {"not decided"}
    assert all(row["p_holm"] >= row["all"]["p_t"] for row in rows.values())
    *lines, sentence = study.verdicts(rows, rows)
    names = "strong first (last); random (last); fixed (last)"
    assert (f"Weak first is {verdict} than {names}." in lines[0]) == (verdict != "not decided")
    assert ("for some readouts" in sentence) == (verdict == "better")
    assert ("does not hold" in sentence) == (verdict != "better")


def test_differences_are_taken_seed_by_seed():
    found = made_up((0.0, 0.0, 0.0))
    for name in study.SETS:  # the same difference for every seed, beside a variation of five points over the seeds
        for row in study.ROWS:
            found[name][row] = found[name]["fixed, last"] - 0.001 * np.arange(1, 11) * (row != "weak first, last")
    row = study.compared(found)["last", "joint"]
    assert row["all"]["difference_high"] - row["all"]["difference_low"] < 0.01
    assert row["verdict"] == "better"


def test_a_seed_that_is_not_complete_is_left_out():
    each = {"accuracy": 0.5, "edm": 0.1}
    results = {s: {r: {"0": each, "1": each} for r in study.ROWS} for s in study.SETS}
    del results["watch"]["no memory"]["1"]
    found = study.complete({"results": results})
    assert all(len(values) == 1 for by in found.values() for values in by.values())


def test_every_row_changes_what_its_name_states():
    options = {name: mm.train.STRATEGIES["modality_equilibrium"](**row).options for name, row in study.ROWS.items()}
    assert len(set(options.values())) == len(study.ROWS)
    for readout in study.READOUTS:
        assert options[f"joint, {readout}"].order == options[f"weak first, {readout}"].order == "weakest_first"
        assert options[f"joint, {readout}"].updates == "joint"
        assert options[f"joint, {readout}"].readout == options[f"no alignment, {readout}"].readout == readout


def test_synthetic_data_are_drawn_anew_for_every_seed_with_a_strong_and_a_weak_modality():
    one, other, again = study.synthetic(0), study.synthetic(1), study.synthetic(0)
    assert np.array_equal(one["train"].inputs["weak"], again["train"].inputs["weak"])
    assert not np.array_equal(one["train"].inputs["weak"], other["train"].inputs["weak"])
    alone = mm.train.linear_baseline(one)
    assert alone["weak"] + 0.05 < alone["strong"] < alone["strong + weak"]
    assert alone["weak"] > 0.4


def test_seeds_of_watch_have_other_test_subjects_and_those_of_av_digits_other_samples():
    watch = [study.loaded("watch", seed) for seed in (0, 1, 5)]
    sizes = [len(ds["test"]) for ds in watch]
    assert sizes[0] == sizes[2]
    assert not np.array_equal(watch[0]["test"].inputs["gyro"], watch[1]["test"].inputs["gyro"][: sizes[0]])
    digits = [study.loaded("av_digits", seed) for seed in (0, 1)]
    assert {len(ds["train"]) for ds in digits} == {525}
    assert not np.array_equal(digits[0]["train"].inputs["audio"], digits[1]["train"].inputs["audio"])
    assert np.array_equal(digits[0]["test"].inputs["audio"], digits[1]["test"].inputs["audio"])


def test_a_training_of_the_study_repeats_bit_for_bit():
    ds = study.loaded("synthetic", 3)
    runs = [study.trained(ds, "synthetic", "weak first, mean", 3, epochs=2) for _ in range(2)]
    assert runs[0]["accuracy"] == runs[1]["accuracy"]
    assert runs[0]["edm"] == runs[1]["edm"]
