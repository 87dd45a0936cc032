"""``make truth``: the page follows from the JSON, the rows from the results of the cells, and results are kept as long as the code is the same."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).with_name("truth")))

import truth
import truth_registry
from truth_registry import MEASUREMENTS, Measurement, Row, load_all, measured, over_seeds

from mmviz.core.errors import DataError
from mmviz.plots.trust import ROWS
from mmviz.report.trust_page import trust_page

load_all()


@pytest.fixture(scope="module")
def stored():
    return json.loads(truth.JSON.read_text(encoding="utf-8"))


def test_the_page_is_the_one_of_the_stored_json(stored):
    assert truth.PAGE.read_text(encoding="utf-8") == trust_page(stored), "write it: python tests/bars/truth.py --page"


def test_the_stored_rows_follow_from_the_stored_results_of_the_cells(stored):
    counted = 0
    for name, one in stored["measurements"].items():
        measurement = MEASUREMENTS[name]
        if measurement.cells is None:
            continue
        cells = {c: one["cells"][c.key] for c in measurement.cells(one["seeds"]) if c.key in one["cells"]}
        assert len(cells) == len(one["cells"])
        again = [vars(row) for row in measurement.rows(cells)]
        assert [(r["id"], r["case"], r["what"], r["bar"]) for r in again] == [
            (r["id"], r["case"], r["what"], r["bar"]) for r in one["rows"]
        ]
        for new, old in zip(again, one["rows"], strict=True):
            assert new["value"] == pytest.approx(old["value"], rel=1e-4, abs=1e-9)
            assert new["holds"] == old["holds"]
            counted += 1
    assert counted > 50


def test_every_stored_measurement_is_registered_and_its_rows_belong_to_a_section_of_the_page(stored):
    assert "deletion" in stored["measurements"]
    for name, one in stored["measurements"].items():
        assert name in MEASUREMENTS
        assert one["rows"]
        assert {row["id"] for row in one["rows"]} <= set(ROWS)


def test_collect_takes_finished_cells_only_and_measures_nothing(tmp_path, monkeypatch):
    def refuse(cell, folder):
        raise AssertionError

    both = [Cell(), Other()]
    one = Measurement("test", lambda cell, folder: {"x": 1.0}, lambda seeds: both, lambda found: [], ("deletion.py",))
    measured(one, both[0], tmp_path, tmp_path / "results")
    again = Measurement("test", refuse, lambda seeds: both, lambda found: [], ("deletion.py",))
    monkeypatch.setitem(MEASUREMENTS, "test", again)
    assert truth.run(["test"], 1, tmp_path, collect=True) == {"test": ([], {"one, cell": {"x": 1.0}})}


def row(**changed):
    return {
        "id": "shapley",
        "case": "",
        "what": "coverage",
        "value": 0.95,
        "low": None,
        "high": None,
        "n": 5,
        "bar": "",
        "holds": None,
    } | changed


def page_of(*rows):
    one = {"when": "now", "code": "1", "seeds": 5, "planned": 3, "cells": {"a": {}}, "rows": list(rows)}
    return trust_page({"measurements": {"one": one}})


def test_the_page_has_an_anchor_a_question_and_the_limits_of_every_row():
    text = page_of()
    for key, each in ROWS.items():
        assert f'<a id="{key}"></a>\n\n## {each.question}' in text
        assert each.can in text
        assert each.cannot in text
        assert f"](#{key})" in text


def test_the_page_states_how_many_cells_are_finished():
    assert "- one: now, code 1, 1 of 3 cells of 5 seeds; `make truth` measures the others" in page_of(row())


def test_a_bar_that_does_not_hold_is_marked_and_counted_and_a_held_one_is_not():
    text = page_of(row(bar="≥ 0.92", holds=True), row(what="error", value=0.5, bar="≤ 0.1", holds=False))
    assert "2 bars, 1 of them not held" in text
    assert "| error | 0.500 **not held** | 5 | ≤ 0.1 |" in text
    assert "| coverage | 0.950 | 5 | ≥ 0.92 |" in text


def test_rows_of_one_quantity_and_several_cases_form_a_table_with_intervals():
    text = page_of(
        *(row(case=c, value=v, low=v - 0.1, high=v + 0.1, bar="≥ 0", holds=True) for c, v in (("a", 0.3), ("b", -0.2)))
    )
    assert (
        "| case | coverage (bar ≥ 0) |\n| --- | --- |\n| a | 0.300 [0.200, 0.400] |\n| b | −0.200 [−0.300, −0.100] |"
        in text
    )


def test_a_row_of_no_section_is_refused():
    with pytest.raises(DataError, match="'nothing' is no row of"):
        page_of(row(id="nothing"))


def test_over_seeds_takes_students_interval_and_the_bar_takes_the_mean():
    found = over_seeds("shapley", "", "x", [1.0, 2.0, 3.0], "≥ 2", lambda v: v >= 2)
    assert (found.value, found.n, found.holds) == (2.0, 3, True)
    assert found.high - found.value == pytest.approx(4.302653 / 3**0.5, rel=1e-6)
    assert not over_seeds("shapley", "", "x", [1.0, 2.0], "≥ 2", lambda v: v >= 2).holds


class Cell:
    key = "one, cell"

    def digest(self):
        return "0"


class Other(Cell):
    key = "other"


def test_a_result_is_kept_until_the_code_changes(tmp_path, monkeypatch):
    calls = []
    one = Measurement(
        "test",
        lambda cell, folder: calls.append(cell) or {"x": len(calls)},
        lambda seeds: [Cell()],
        None,
        ("deletion.py",),
    )
    assert [measured(one, Cell(), tmp_path, tmp_path) for _ in range(2)] == [{"x": 1}, {"x": 1}]
    monkeypatch.setattr(truth_registry, "version_of", lambda places: "other")
    assert measured(one, Cell(), tmp_path, tmp_path) == {"x": 2}


def test_a_measurement_without_cells_returns_rows(tmp_path):
    one = Measurement("rows", lambda: [Row("shapley", "", "x", 1.0)], files=("deletion.py",))
    assert measured(one, None, tmp_path, tmp_path)[0]["value"] == 1.0


def test_verify_finds_a_changed_value_and_passes_equal_ones(capsys, monkeypatch):
    one = Measurement(
        "test", lambda cell, folder: {"x": 1.0, "seconds": 9}, lambda seeds: [Cell()], None, ("deletion.py",)
    )
    monkeypatch.setitem(MEASUREMENTS, "test", one)
    kept = {"measurements": {"test": {"seeds": 1, "cells": {"one, cell": {"x": 1.0, "seconds": 3}}}}}
    assert truth.differences(kept, 1) == []
    kept["measurements"]["test"]["cells"]["one, cell"]["x"] = 1.1
    assert len(truth.differences(kept, 1)) == 1
