"""Change the sources in one place at a time, run the tests that reach that place, and count the changes that no test notices.

    python tests/bars/mutants.py [--only io data] [--count 60] [--seed 0] [--measure [tests/io/test_npz.py ...]]

Places are drawn at random among all that cosmic-ray can change; annotations and bodies that are compiled
(Numba, Triton) are left out, and the folder `gpu`. Everything happens in a copy of the tree, so that processes started by tests see the change too. Which tests
reach a line is measured once with coverage (some 20 minutes) and kept in the copy; `--measure` copies and measures again, all or
only the tests named. What was killed stays killed until then. A failing test counts only if it passes on the unchanged code in the same runner;
a mutant that runs out of time counts only if the unchanged code takes less than a third of that time. Survivors were read: `read` in the JSON
holds for each whether it is equivalent (nothing that a caller can see changes) and why.
"""

import argparse
import ast
import difflib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from itertools import accumulate, islice
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "kernels": "kernels/mmkernels",
    "analysis": "mmviz/analysis",
    "io": "mmviz/io",
    "data": "mmviz/data",
    "train": "mmviz/train",
}
FOLDERS = ("io", "hostile", "trace", "analysis", "train", "kernels", "data", "properties", "metrics")
TESTS = [f"tests/{one}" for one in FOLDERS]
NOT_RUN = ["tests/kernels/gpu", "tests/kernels/bench", "tests/kernels/transport/test_transport_triton.py"]
COMPILED = ("njit", "jit", "compiled", "intrinsic", "overload", "typeof_impl", "unbox")
AT_MOST = 40  # tests for one mutant
MEMORY = 12 << 30
BAR = 0.85


class Watch:
    """A pytest plugin: seconds of each test, what failed first, and, with `coverage`, the lines each test reaches."""

    def __init__(self, coverage=None):
        self.coverage, self.seconds, self.failed = coverage, Counter(), None

    def pytest_runtest_logstart(self, nodeid, location):
        if self.coverage:
            self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report):
        if report.failed:
            self.failed = self.failed or "collection"


def run_pytest(arguments, watch):
    """Run pytest in this process with the plugin `watch`; return its status."""
    import pytest

    return int(pytest.main(["-q", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments], plugins=[watch]))


def measure_coverage(tree, packages, path, not_run=NOT_RUN):
    """Run the tests at `path` of `tree` once; store the lines each reaches and its seconds beside the copy. Return pytest's status."""
    import coverage

    name = path.replace("/", "-")
    found = coverage.Coverage(
        data_file=tree / f".coverage.{name}", source=[str(tree / one) for one in packages], concurrency="thread"
    )
    found.start()
    watch = Watch(found)
    code = run_pytest([*(f"--ignore={one}" for one in not_run), path], watch)
    found.stop()
    found.save()
    (tree / f".seconds.{name}.json").write_text(json.dumps(watch.seconds))
    return code


def reached(tree, path):
    """The tests by line of the file at `path`: {line: {node of a test, ...}}; "" stands for a line that an import reaches."""
    import coverage

    by_line = {}
    for stored in sorted(tree.glob(".coverage.*")):
        data = coverage.CoverageData(basename=stored)
        data.read()
        for line, tests in data.contexts_by_lineno(str(tree / path)).items():
            by_line.setdefault(line, set()).update(tests)
    return by_line


def left_out(source):
    """Ranges ((line, column), (line, column)) of annotations and of bodies that are compiled."""
    for node in ast.walk(ast.parse(source)):
        parts = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            parts.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            parts.append(node.returns)
            if any(word in ast.unparse(one) for one in node.decorator_list for word in COMPILED):
                yield (node.decorator_list[0].lineno, 0), (node.end_lineno, node.end_col_offset)
        for part in parts:
            if part is not None:
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def function_lines(source):
    """Yield the lines that run when a function is called."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            yield from range(node.body[0].lineno, node.end_lineno + 1)


def places(source):
    """Yield every change of a source as (operator's name, occurrence, line)."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    holes = list(left_out(source))
    nodes = list(ast_nodes(get_ast(source)))
    for name in sorted(operator_names()):
        operator = get_operator(name)
        if operator.arguments():
            continue
        found = (begin for node in nodes for begin, _ in operator().mutation_positions(node))
        for occurrence, begin in enumerate(found):
            if not any(first <= begin < last for first, last in holes):
                yield name, occurrence, begin[0]


def mutated(source, name, occurrence):
    """Return the changed source, or None where the change is no Python."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    changed = mutate_code(source, get_operator(name)(), occurrence)
    try:
        ast.parse(changed)
    except SyntaxError:
        return None
    return changed


def draw(tree, folder, count, seed):
    """Return `count` changes of the files in `folder` of the tree, and the number of places; each place is equally likely."""
    by_place = {}
    for file in sorted((tree / folder).rglob("*.py")):
        if file.parent.name == "gpu":  # runs on a GPU, or in Triton's interpreter, which takes minutes
            continue
        path = file.relative_to(tree).as_posix()
        for name, occurrence, line in places(file.read_text()):
            by_place.setdefault((path, line, name.partition("_")[0]), []).append((name, occurrence))
    chance = random.Random(seed)  # noqa: S311
    order = chance.sample(sorted(by_place), len(by_place))  # of one seed, a smaller count is the beginning of a larger
    drawn = ((path, line, *chance.choice(by_place[path, line, kind])) for path, line, kind in order)
    valid = (one for one in drawn if mutated((tree / one[0]).read_text(), *one[2:]) is not None)
    return list(islice(valid, count)), len(order)


class Runner:
    """Runs tests of the copy in forks of this process, which has imported the libraries, never the project."""

    def __init__(self, tree, seconds):
        self.tree, self.seconds = tree, seconds
        self.maps, self.sound, self.unsound = {}, set(), set()
        self.durations = {}
        for file in tree.glob(".seconds.*.json"):
            self.durations |= json.loads(file.read_text())

    def tests_for(self, path, line):
        """Tests that reach a line of a function, or, elsewhere, its file, or, if none does, whose own files name it; narrow and quick ones first."""
        if path not in self.maps:
            self.maps[path] = reached(self.tree, path), set(function_lines((self.tree / path).read_text()))
        by_line, in_functions = self.maps[path]
        size = Counter(test for found in by_line.values() for test in found if test)
        tests = [test for test in by_line.get(line, ()) if test] if line in in_functions else []
        tests = tests or list(size)
        if not tests:
            files = {test.partition("::")[0] for test in self.durations}
            naming = {one for one in files if Path(path).stem in (self.tree / one).read_text()}
            tests = [test for test in self.durations if test.partition("::")[0] in naming]
        cost = {test: self.durations.get(test, 1.0) for test in tests if test not in self.unsound}
        order = sorted(cost, key=lambda one: (size[one] * (0.2 + cost[one]), one))
        total = accumulate(cost[test] for test in order if cost[test] <= self.seconds)
        quick = [test for test in order if cost[test] <= self.seconds]
        return [test for test, spent in zip(quick, total, strict=True) if spent <= self.seconds][:AT_MOST] or order[:1]

    def run(self, tests):
        """Return ("passed" | "failed" | "out of time", the test that failed, seconds)."""
        end, limit = os.pipe(), 60 + 6 * self.seconds
        begin = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background starts with it ignored
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            code = 2
            watch = Watch()
            try:
                resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
                os.chdir(self.tree)
                code = run_pytest(["-x", *tests], watch)
            finally:
                os.write(end[1], (watch.failed or "collection").encode())
                os._exit(code != 0)
        os.close(end[1])
        outcome = "out of time"
        while outcome == "out of time" and time.monotonic() - begin < limit:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                outcome = "passed" if status == 0 else "failed"
            else:
                time.sleep(0.02)
        with suppress(ProcessLookupError):  # what a test started and left behind belongs to its group
            os.killpg(pid, signal.SIGKILL)
        if outcome == "out of time":
            os.waitpid(pid, 0)
            os.close(end[0])
            return outcome, None, limit
        with os.fdopen(end[0], "rb") as pipe:
            failed = pipe.read(4096).decode()
        return outcome, failed if outcome == "failed" else None, time.monotonic() - begin

    def judge(self, path, line, name, occurrence):
        """Run one mutant: a row with its change and what became of it."""
        file = self.tree / path
        source = file.read_text()
        changed = mutated(source, name, occurrence)
        lines = list(difflib.unified_diff(source.splitlines(), changed.splitlines(), n=0, lineterm=""))[3:]
        change = " ".join(
            [lines[0][0], lines[0][1:].strip(), *(part[0] + " " + part[1:].strip() for part in lines[1:])]
        )
        row = {"file": path, "line": line, "operator": name.partition("/")[2], "change": change}
        tests = self.tests_for(path, line)
        while tests:
            outcome, failed, _ = self._run_changed(file, changed, tests)
            if outcome == "passed":
                return row | {"result": "survived", "tests": len(tests)}
            if outcome == "out of time":
                again, _, took = self.run(tests)
                quick = again == "passed" and 3 * took < 60 + 6 * self.seconds
                return row | {"result": "killed" if quick else "not decided", "by": "out of time"}
            witness = tests[0] if failed == "collection" else failed
            if witness in self.sound or self.run([witness])[0] == "passed":
                self.sound.add(witness)
                return row | {"result": "killed", "by": failed}
            self.unsound.add(witness)
            tests = [test for test in tests if test != witness]
        return row | {"result": "not decided", "by": "no test that passes on the unchanged code"}

    def _run_changed(self, file, changed, tests):
        """Run tests on a changed file; the file, its time stamp and what Numba stored of it come back."""
        before, source = file.stat(), file.read_text()
        compiled = {one: one.read_bytes() for one in (file.parent / "__pycache__").glob(f"{file.stem}.*.nb*")}
        try:
            file.write_text(changed)
            return self.run(tests)
        finally:
            file.write_text(source)
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
            if compiled:
                for one in (file.parent / "__pycache__").glob(f"{file.stem}.*.nb*"):
                    one.unlink()
                for one, content in compiled.items():
                    one.write_bytes(content)


def interval(killed, n):
    """Wilson's 95 % interval of a share."""
    from scipy.stats import binomtest

    low, high = binomtest(killed, n).proportion_ci(method="wilson")
    return [round(float(low), 3), round(float(high), 3)]


def summary(rows, all_places, read):
    """Count what became of the mutants of a package; `read` says which survivors are equivalent, and why each survived."""
    counts = Counter(row["result"] for row in rows)
    judged, killed = len(rows) - counts["not decided"], counts["killed"]
    survivors = [
        row | read.get(f"{row['file']}: {row['change']}", {"why": "not read"})
        for row in rows
        if row["result"] == "survived"
    ]
    same = sum(bool(row.get("equivalent")) for row in survivors)
    return {
        "places": all_places,
        "drawn": len(rows),
        "killed": killed,
        "survived": len(survivors),
        "equivalent": same,
        "not decided": counts["not decided"],
        "share of all": round(killed / judged, 3),
        "share without equivalents": round(killed / (judged - same), 3),
        "interval": interval(killed, judged - same),
        "survivors": survivors,
    }


def copy_tree(tree):
    """Write the tracked and new files of the project into `tree`, where mutants and coverage live; unchanged files keep their time."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")[:-1]:
        if (ROOT / name).is_file() and not name.endswith(".png"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def import_libraries():
    """Import what tests import, once, before the forks; not Hypothesis, which pytest must import itself."""
    for name in (
        "h5netcdf",
        "lightning_fabric",
        "numba",
        "pandas",
        "plotly",
        "pytest",
        "sklearn",
        "scipy.stats",
        "torch",
        "xarray",
    ):
        __import__(name)
    sys.modules["torch"].set_num_threads(1)


def main(argv=None):
    """Judge the mutants of the chosen packages and write the JSON; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PACKAGES, default=list(PACKAGES))
    parser.add_argument("--count", type=int, default=60, help="mutants of each package")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=15, help="of tests for one mutant")
    parser.add_argument("--measure", nargs="*", help="copy the tree and run these tests (all by default) with coverage")
    parser.add_argument("--tree", type=Path, default=ROOT / "build/mutants", help="folder of the copy")
    parser.add_argument("--json", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--cover", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    tree = given.tree.resolve()
    if given.cover:
        return measure_coverage(tree, PACKAGES.values(), given.cover)
    os.environ |= {
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join([str(tree), str(tree / "kernels"), os.environ.get("PYTHONPATH", "")]),
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a changed file is put back
    judged_file = tree / "judged.json"
    if given.measure is not None or not tree.exists():
        copy_tree(tree)
        judged_file.unlink(missing_ok=True)
        for path in given.measure or TESTS:
            command = [sys.executable, __file__, "--tree", str(tree), "--cover", path]
            if subprocess.run(command, cwd=tree, check=False).returncode:
                print(f"{path} does not pass unchanged; its tests that fail say nothing about mutants")
    sys.path[:0] = [str(tree), str(tree / "kernels"), str(tree / "tests")]
    import_libraries()
    stored = json.loads(given.json.read_text()) if given.json.exists() else {}
    judged = json.loads(judged_file.read_text()) if judged_file.exists() else {}
    runner = Runner(tree, given.seconds)
    for package in given.only:
        mutants, all_places = draw(tree, PACKAGES[package], given.count, given.seed)
        rows = []
        for mutant in mutants:
            key = " ".join(map(str, mutant))
            if judged.get(key, {}).get("result") != "killed":
                judged[key] = runner.judge(*mutant)
                judged_file.write_text(json.dumps(judged))
            row = judged[key]
            rows.append(row)
            if row["result"] != "killed":
                print(f"{row['result']}: {row['file']}:{row['line']} {row['operator']}\n  {row['change']}", flush=True)
        stored[package] = {"seed": given.seed} | summary(rows, all_places, stored.get("read", {}))
        given.json.write_text(json.dumps(stored, indent=1) + "\n")
        found = stored[package]
        print(
            f"{package}: {found['killed']} of {found['drawn']} killed; {found['share of all']:.3f}, without equivalents "
            f"{found['share without equivalents']:.3f}, 95 % {found['interval']}; bar {BAR}",
            flush=True,
        )
    if runner.unsound:
        print("tests that failed on unchanged code and were not counted:", *sorted(runner.unsound), sep="\n  ")
    from mmkernels.timing import report  # last: the forks must not have imported the project

    report.write(
        given.json, stored | {"about": report.about("cpu", "numpy", "torch", "pytest", "cosmic-ray", "coverage")}
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
