"""Claims by kind: an identity and a test raise, a finding states that it does not hold; the list of a notebook's claims and its faults."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.core.intervals import mean_interval
from mmviz.course import findings_over_seeds, notebook_claims

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


# identity


def test_an_identity_prints_its_text_with_the_largest_difference_of_all_elements(capsys):
    claim = mm.course.identity("sums", np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0 + 1e-13, 4.0 - 3e-13]))
    assert capsys.readouterr().out == "identity: sums (largest difference 3e-13)\n"
    assert (claim.kind, claim.text, claim.holds, bool(claim)) == ("identity", "sums", True, True)
    assert repr(claim) == "identity: sums (largest difference 3e-13)"


@pytest.mark.parametrize(
    ("found", "expected", "tolerance"),
    [
        (1.0, 1.0 + 1e-11, 1e-12),
        (np.array([1.0, 0.0]), np.array([1.0, 1e-11]), 1e-12),
        (1e-300, 0.0, 0.0),
        (np.nan, 1.0, 1e9),
        (np.nan, np.nan, 1e9),
        (np.inf, 1.0, 1e-12),
        (np.array([1.0, np.nan]), np.array([1.0, 1.0]), 1.0),
        (np.ones(3), np.ones((3, 1)), 1e-12),
        (1j, 1.0, 1e-12),
        (b"one", b"two", 1e-12),
        ("a", "b", 1e-12),
        ({"x": 1.0}, {"y": 1.0}, 1.0),
        ({"x": 1.0, "y": 2.0}, {"x": 1.0, "y": 3.0}, 1e-12),
        ([[1], [1, 2]], [[1], [1, 3]], 1e-12),
        ([], [1], 1e-12),
    ],
)
def test_an_identity_that_does_not_hold_raises_and_prints_nothing(found, expected, tolerance, capsys):
    with pytest.raises(AssertionError, match="identity does not hold"):
        mm.course.identity("text", found, expected, tolerance=tolerance)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("found", "expected", "tolerance"),
    [
        (1000.0, 1000.0 + 0.5e-9, 1e-12),  # relative to the largest expected value
        (np.array([1e-13, 1000.0]), np.array([0.0, 1000.0]), 1e-12),
        (1e-13, 0.0, 1e-12),  # absolute beside 0
        (0.0, 0, 0),
        (np.inf, np.inf, 0.0),
        (np.zeros((2, 2)), 0, 0),  # one expected number for all
        (torch.ones(2), xr.DataArray(np.ones(2)), 0),
        (1 + 1j, 1 + 1j, 0),
        (b"one", b"one", 0),
        ({"x": np.ones(2), "y": "b"}, {"y": "b", "x": np.ones(2)}, 0),
        ([True, False], [True, False], 0),
        ([], [], 0),
    ],
)
def test_an_identity_that_holds_to_its_tolerance_passes(found, expected, tolerance):
    assert mm.course.identity("text", found, expected, tolerance=tolerance)


def test_the_message_of_a_wrong_identity_has_both_numbers_their_place_and_the_permitted_difference():
    found = np.array([[1.0, 2.0], [3.0, 4.5]])
    with pytest.raises(AssertionError) as raised:
        mm.course.identity("y equals K x", found, np.array([[1.0, 2.0], [3.0, 4.0]]), tolerance=1e-3)
    assert "y equals K x: found 4.5, expected 4 at (1, 1); difference 5e-01, permitted 4e-03" in str(raised.value)


def test_an_identity_of_values_that_are_not_numbers_prints_equal(capsys):
    mm.course.identity("bytes", b"a", b"a")
    assert capsys.readouterr().out == "identity: bytes (equal)\n"


# test


def test_a_test_prints_its_text_and_raises_for_one_false_condition_or_element(capsys):
    assert mm.course.test("bounded", True, np.array([True, True])).kind == "test"
    assert capsys.readouterr().out == "test: bounded\n"
    with pytest.raises(AssertionError, match=r"test fails: bounded: condition 2 of 3 is false for 1 of 2 elements"):
        mm.course.test("bounded", True, np.array([True, False]), True)
    with pytest.raises(AssertionError, match=r"test fails: bounded: the condition is false$"):
        mm.course.test("bounded", False)
    with pytest.raises(ConfigError, match="no condition"):
        mm.course.test("bounded")
    assert capsys.readouterr().out == ""


# finding


def test_a_finding_over_seeds_prints_mean_interval_number_of_seeds_control_and_that_it_holds(capsys):
    values = [0.10, 0.12, 0.14]
    mean, low, high = mean_interval(values)
    claim = mm.course.finding("gain", values, above=0, control={"joint, another seed": [-0.01, -0.03]}, form="+.1%")
    assert claim.holds
    assert claim.kind == "finding"
    assert capsys.readouterr().out == (
        f"finding: gain: {mean:+.1%} (95 % interval {low:+.1%} to {high:+.1%}, 3 seeds), claimed: above +0.0%; "
        "control: joint, another seed -2.0%; holds in this run\n"
    )


@pytest.mark.parametrize(
    ("value", "options", "reason"),
    [
        (0.1, {"above": 0.2, "control": {"c": 0.0}}, "it is not above 0.2"),
        (0.2, {"above": 0.2, "control": {"c": 0.0}}, "it is not above 0.2"),
        (0.3, {"below": 0.2, "control": {"c": 0.4}}, "it is not below 0.2"),
        (0.3, {"above": 0.2, "control": {"untrained": 0.25}}, "untrained fulfils it too"),
        (0.1, {"below": 0.2, "control": {"a": 0.3, "permuted": 0.0}}, "permuted fulfils it too"),
        ([0.0, 0.6], {"above": 0.1, "control": {"c": 0.0}}, "its interval reaches 0.1"),
        ([0.0, 0.6], {"below": 0.5, "control": {"c": 1.0}}, "its interval reaches 0.5"),
        (0.3, {"above": 0.2, "interval": (0.1, 0.5), "control": {"c": 0.0}}, "its interval reaches 0.2"),
        ([1.0, 1.1, 1.2], {"contains": 0, "control": {"c": 3.0}}, "the interval does not contain 0"),
        ([-1.0, 0.0, 1.0], {"contains": 0, "control": {"masking": 2.0}}, "masking is inside the interval"),
        (0.0, {"contains": 0, "control": {"c": 3.0}}, "there is no interval"),
        (np.nan, {"above": 0, "control": {"c": -1.0}}, "it is not above 0"),
        (np.nan, {"below": 0, "control": {"c": 1.0}}, "it is not below 0"),
        (0.5, {"above": 0.1, "below": 0.4, "control": {"c": 0.0}}, "it is not below 0.4"),
    ],
)
def test_a_finding_that_does_not_hold_says_so_with_the_reason_and_does_not_raise(value, options, reason, capsys):
    claim = mm.course.finding("statement", value, **options)
    printed = capsys.readouterr().out
    assert not claim
    assert printed.startswith("not in this run: statement: ")
    assert printed.rstrip().endswith(f"; {reason}")
    assert "holds in this run" not in printed


@pytest.mark.parametrize(
    ("value", "options"),
    [
        (0.3, {"above": 0.2, "control": {"c": 0.2}}),
        (0.1, {"below": 0.2, "control": {"c": 0.2}}),
        ([0.3, 0.31, 0.32], {"above": 0.2, "control": {"c": [0.1, 0.2]}}),
        ([-0.1, 0.0, 0.1], {"contains": 0, "control": {"c": 3.0}}),
        (0.3, {"above": 0.2, "interval": (0.25, 0.5), "n": 7, "control": {"c": 0.0}}),
        (0.3, {"above": 0.2, "below": 0.4, "control": {"low": 0.1, "high": 0.5}}),
    ],
)
def test_a_finding_holds_if_its_whole_interval_fulfils_the_condition_and_no_control_does(value, options):
    assert mm.course.finding("statement", value, **options)


def test_a_finding_of_one_seed_says_that_it_has_no_interval_and_other_replicates_are_named(capsys):
    mm.course.finding("a", 0.5, above=0.1, control={"c": 0})
    mm.course.finding("a", 0.5, above=0.1, control={"c": 0}, over="recordings", n=16, interval=(0.4, 0.6))
    first, second = capsys.readouterr().out.splitlines()
    assert "0.5 (1 seed, no interval)" in first
    assert "0.5 (95 % interval 0.4 to 0.6, 16 recordings)" in second


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        (0.1, {"above": 0, "control": {}}, "no control"),
        (0.1, {"control": {"c": 0}}, "no condition"),
        (np.ones((2, 2)), {"above": 0, "control": {"c": 0}}, r"shape \(2, 2\)"),
        ([], {"above": 0, "control": {"c": 0}}, r"shape \(0,\)"),
        (0.1, {"above": 0, "control": {"c": 0}, "stored": "99 no such"}, "no such finding"),
    ],
)
def test_a_finding_without_control_condition_numbers_or_stored_seeds_is_refused(value, options, message):
    with pytest.raises(ConfigError, match=message):
        mm.course.finding("statement", value, **options)


def test_a_finding_needs_the_word_control():
    with pytest.raises(TypeError, match="control"):
        mm.course.finding("statement", 0.1, above=0)


def test_a_claim_is_not_displayed_twice_in_a_notebook(capsys):
    claim = mm.course.test("once", True)
    assert claim._ipython_display_() is None
    assert capsys.readouterr().out == "test: once\n"


# stored findings


def made_up_store(tmp_path, monkeypatch):
    one = {"quantity": "gain", "values": [0.1, 0.2, 0.3], "control": "joint", "control_values": [0.0, 0.0, 0.03]}
    path = tmp_path / "findings.json"
    path.write_text(json.dumps({"06 gain": one | {"seeds": [0, 1, 2], "provenance": {"commit": "abc"}}}))
    monkeypatch.setattr(findings_over_seeds, "STORED", path)
    return one


def test_a_finding_with_a_key_prints_the_stored_seeds_below_it(tmp_path, monkeypatch, capsys):
    made_up_store(tmp_path, monkeypatch)
    mean, low, high = mean_interval([0.1, 0.2, 0.3])
    mm.course.finding("gain", 0.15, above=0, control={"joint": 0.0}, form=".2f", stored="06 gain")
    assert capsys.readouterr().out.splitlines()[1] == (
        f"         stored: gain: {mean:.2f} (95 % interval {low:.2f} to {high:.2f}, 3 seeds); control: joint 0.01"
    )
    with pytest.raises(ConfigError, match="there are 06 gain"):
        mm.course.stored_finding("06 other")


# the list of claims


SOURCE = """
import mmviz as mm
# %% [markdown]
# assert 1
# %%
for energy in (1, 2):
    mm.course.identity(f"sum at {energy:.1f}", 1, 1)
mm.course.finding("gain", 1, above=0, control={"joint": 0}, stored="06 gain")
mm.course.test("bounded", True)
mm.course.check("2.1", 1)
test("not ours")
"""


def test_the_list_has_line_kind_text_and_controls_of_every_claim_and_nothing_else(tmp_path, monkeypatch):
    made_up_store(tmp_path, monkeypatch)
    found = notebook_claims.claims_of(SOURCE)
    assert [(c.line, c.kind, c.text, c.controls, c.stored) for c in found] == [
        (7, "identity", "sum at {energy:.1f}", (), ""),
        (8, "finding", "gain", ("joint",), "06 gain"),
        (9, "test", "bounded", (), ""),
    ]
    assert notebook_claims.faults_of(SOURCE) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("assert 1 == 1", "an assert"),
        ("if 1:\n    assert 1 == 1", "an assert"),
        ("print('check: true')", 'a printed "check:"'),
        ("print(\n    f'check: {1}', 2\n)", 'a printed "check:"'),
        ("mm.course.finding('gain', 1, above=0)", "without a named control: gain"),
        ("mm.course.finding('gain', 1, above=0, control={})", "without a named control"),
        ("mm.course.finding('gain', 1, above=0, control={' ': 0})", "without a named control"),
        ("mm.course.finding('gain', 1, above=0, control=controls)", "without a named control"),
        ("mm.course.finding('gain', 1, above=0, control={'c': 0}, stored='99 no')", "no stored seeds of '99 no'"),
    ],
)
def test_each_fault_of_a_notebook_is_listed_and_gives_exit_code_1(line, fault, tmp_path, capsys):
    (tmp_path / "01_good.py").write_text("mm.course.test('bounded', True)\nprint('checked:')\n")
    assert notebook_claims.main([str(tmp_path)]) == 0
    assert "1 claims in 1 notebooks: identity 0, test 1, finding 0" in capsys.readouterr().out
    (tmp_path / "02_bad.py").write_text(line + "\n")
    assert notebook_claims.main([str(tmp_path)]) == 1
    (found,) = notebook_claims.faults_of(line)
    assert re.match(r"line \d: ", found)
    assert fault in found
    assert f"02_bad.py, {found}" in capsys.readouterr().out


def test_a_folder_without_notebooks_gives_exit_code_1(tmp_path, capsys):
    assert notebook_claims.main([str(tmp_path)]) == 1
    assert "no notebook" in capsys.readouterr().out
