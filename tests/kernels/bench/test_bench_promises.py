"""The promised ratios: from rows of one run only, with the right side up; floors; the tables of the README."""

import json
from pathlib import Path
from typing import Any

import pytest
from bench import contenders, fusion, limits, promises, tables
from bench.groups import best_state
from bench.groups.scan_gpu import COUPLED, MAMBA_CUDA, MAMBA_THREE, SINGLE, TRITON
from bench.problems import Shape
from bench.rows import Row, find, read, unpack, write

README = Path(tables.__file__).parents[1] / "README.md"
SIZES = {"M": 3, "B": 16, "L": 500, "E": 128, "N": 16}
ABOUT = {"when": "now", "machine": {"processor": "p", "flags": ["avx2"], "cpus": 2}, "versions": {"torch": "2.11"}}
H200 = limits.Rates(exponentials=4.18e12, bytes=4.3e12, instructions=3.35e13)


def row(contender: str, median: float, **changes: Any) -> Row:
    time = dict.fromkeys(("median", "q1", "q3", "least", "cpu"), median) | {"samples": 7, "disturbed": 1, "calls": 1}
    given = {"group": "scan", "case": "coupled scan", "shape": SIZES, "step": "forward", "threads": 2, "simd": "avx512"}
    return Row(contender=contender, time=time, error=1e-7, **(given | changes))


def test_ratios_are_slow_over_fast_and_judged_by_the_vector_width() -> None:
    rows = [row(contenders.NUMBA, 2.0), row(contenders.LOOP, 30.0), row(contenders.CEILING, 1.9)]
    loop, ceiling = promises.scan(rows)
    assert (loop.expected, loop.measured, loop.met) == ("≥ 20×", "15×", False)
    assert (ceiling.expected, ceiling.measured, ceiling.met) == ("≤ 1.15×", "1.05×", True)
    narrow = [row(r.contender, r.median, simd="avx2 (emulated)") for r in rows if r.median]
    assert [(v.expected, v.met) for v in promises.scan(narrow)] == [("≥ 12×", True), ("≤ 1.15×", True)]


def test_training_is_judged_by_the_lower_ratio_each_in_its_best_state() -> None:
    def state(contender: str, median: float, least: float) -> Row:
        found = row(contender, median, group="best_state", step="forward + backward")
        assert found.time is not None
        found.time["least"] = least
        return found

    def of(contender: str, shipped: list[Row], kept: list[Row]) -> Row:
        return best_state.best({best_state.SHIPPED: shipped, best_state.KEPT: kept})

    fast, slow = contenders.NUMBA, contenders.LOOP
    ours = of(fast, [state(fast, 20.0, 19.0)], [state(fast, 24.0, 18.0)])
    loop = of(slow, [state(slow, 900.0, 600.0)], [state(slow, 400.0, 270.0), state(slow, 330.0, 280.0)])
    assert (ours.note[:20], ours.time and ours.time["least"]) == ("best state: shipped;", 18.0)
    assert (loop.note[:24], loop.median) == ("best state: memory kept;", 330.0)
    assert loop.values == {"shipped ms": 900.0, "memory kept ms": 330.0}
    (found,) = promises.best_state([ours, loop])  # 330 / 20 and 270 / 18
    assert (found.expected, found.measured, found.met) == ("≥ 15×", "15×", True)
    loop.time = {**(loop.time or {}), "median": 280.0}
    assert [v.measured for v in promises.best_state([ours, loop])] == ["14×"]


@pytest.mark.parametrize("other", [{"threads": 1}, {"simd": "avx2"}, {"shape": SIZES | {"L": 50}}, {"step": "memory"}])
def test_rows_of_different_runs_make_no_ratio(other: dict[str, Any]) -> None:
    assert list(promises.scan([row(contenders.NUMBA, 2.0), row(contenders.LOOP, 30.0, **other)])) == []


def test_refused_rows_make_no_ratio() -> None:
    refused = row(contenders.LOOP, 30.0)
    refused.status, refused.time = "refused", None
    assert list(promises.scan([row(contenders.NUMBA, 2.0), refused])) == []


def test_memory_is_compared_with_the_best_peer_and_with_itself() -> None:
    def peak(name: str, L: int, mib: int) -> Row:
        found = row(name, 1.0, group="memory", step="memory", shape=SIZES | {"L": L})
        found.time, found.peak_bytes = None, mib << 20
        return found

    rows = [peak(contenders.NUMBA, L, L // 10) for L in (500, 1000, 4000)]
    rows += [peak(contenders.LOOP, 500, 2000), peak(contenders.MAMBAPY, 500, 1000)]
    least, beyond, linear = promises.memory(rows)
    assert (least.measured, least.met) == ("20×", False)
    results = 4 * (3 * 3 * 16 * 500 * 128 + 2 * 3 * 16 * 500 * 16 + 3 * 128 * 16) / 2**20  # x-like, B-like, A-like
    assert float(beyond.measured.rstrip("×")) == pytest.approx((1000 - results) / (50 - results), rel=0.01)
    assert (linear.measured, linear.met) == ("4×", True)


def test_floors_are_those_of_the_arithmetic() -> None:
    sizes = Shape(3, 64, 500, 256, 16)
    forward, training = (limits.floors(sizes, H200, training=both) for both in (False, True))
    assert limits.traffic(sizes, training=False) == pytest.approx(0.315e9, rel=0.01)
    assert limits.traffic(sizes, training=True) == pytest.approx(0.84e9, rel=0.01)
    assert (forward.exponentials, forward.memory, forward.issue) == pytest.approx((0.094, 0.073, 0.113), rel=0.01)
    assert (training.exponentials, training.memory, training.issue) == pytest.approx((0.282, 0.195, 0.466), rel=0.01)
    assert forward.highest == forward.issue


def test_the_bars_of_a_gpu() -> None:
    wide = {"M": 3, "B": 64, "L": 500, "E": 256, "N": 16}
    on = {"group": "scan_gpu", "threads": 0, "simd": "cuda"}
    fast = row(TRITON, 0.15, shape=wide, case=COUPLED, **on)
    fast.values[promises.SHARE] = 0.75
    one = [row(n, ms, shape=wide | {"M": 1}, case=SINGLE, **on) for n, ms in ((TRITON, 0.05), (MAMBA_CUDA, 0.1))]
    rows = [fast, row(MAMBA_THREE, 0.3, shape=wide, case=COUPLED, **on), *one]
    verdicts = [v for judge in promises.ALL_GPU for v in judge(rows)]
    found = [(v.expected, v.measured, v.met) for v in verdicts]
    assert found == [("≥ 60 %", "75 %", True), ("≥ 3×", "2×", False), ("≤ 1×", "0.5×", True)]
    block = {"group": "block_gpu", "case": "fusion block", "step": "inference", "threads": 0, "simd": "cuda"}
    rows = [row(n, ms, **block) for n, ms in ((fusion.COUPLED, 1.0), (fusion.STORED, 4.0))]
    rows[0].peak_bytes, rows[1].peak_bytes = 100, 1000
    blocks = [*promises.block(rows)]
    assert [(v.measured, v.met) for v in blocks] == [("75 %", True), ("90 %", True)]
    promised = {(bar, wanted) for bar, _, wanted in promises.PROMISED}
    assert {(v.bar, v.expected) for v in (*verdicts, *blocks)} <= promised


def test_a_row_survives_its_file(tmp_path: Path) -> None:
    kept = row(contenders.NUMBA, 1.2345678)
    kept.values["strange"] = float("nan")
    path = write("scan", [kept], ABOUT, tmp_path)
    assert "NaN" not in path.read_text()
    (content,) = read(tmp_path)
    assert {name: content[name] for name in ABOUT} == ABOUT
    (back,) = content["rows"]
    assert back.median == pytest.approx(1.23457)
    assert find([back], contender=contenders.NUMBA, L=500) == [back]
    assert unpack([json.loads(path.read_text())["rows"][0] | {"of the future": 1}]) == [back]


def test_the_tables_show_what_was_measured(tmp_path: Path) -> None:
    ours = row("numba float32", 2.5, group="backends", case="coupled_scan")
    write("backends", [ours], ABOUT, tmp_path)
    write(
        "scan",
        [row(contenders.NUMBA, 2.0), row(contenders.LOOP, 60.0)],
        ABOUT,
        tmp_path,
    )
    text = tables.written(README.read_text(encoding="utf-8"), read(tmp_path))
    assert (
        "| coupled_scan | numba float32 | avx512 | M=3, B=16, L=500, E=128, N=16 | 1e-07 | 2.5 (2.5 to 2.5) |  |"
        in text
    )
    assert "| ≥ 20× | 30× | met |" in text
    assert tables.NO_GPU in text
    assert text.count("|  | *projected* |") == len(promises.PROMISED)
    assert "| 2 of 14 |" in text


def test_the_tables_in_the_readme_are_those_of_the_stored_results() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == tables.written(text, read()), "run: make bench-table"


def test_a_readme_without_the_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="has no markers <!-- bench:operators -->"):
        tables.written("# mmkernels", [])


def test_stored_times_have_passed_an_equality_test() -> None:
    rows = [r for content in read() for r in content["rows"]]
    unproven = [r.line() for r in rows if r.time is not None and r.error is None and r.group != "startup"]
    assert unproven == []
    assert all(content["machine"]["processor"] and content["versions"]["torch"] for content in read())
