"""Spoil inputs of every reader by the million: only our own exceptions may come out, and the process must live.

python tests/hostile/fuzz.py [--count 1000000] [--reader NAME ...] [--workers 2] [--seed 0] [--json FILE]

What the JSON holds already of a reader, as many inputs and with the same code, is not repeated: a long run may be stopped and goes on.
"""

import argparse
import gc
import json
import multiprocessing
import os
import sys
import time
import traceback
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mutations import numbers
from readers import readers

from mmviz.core.errors import MmvizError
from mmviz.io.digest import version_of

CHUNK = 20_000
SWEEP = 1000  # inputs between two collections of garbage and two reports
HANGS = 120  # seconds for one input after which its process is killed


def attempt_many(name, attempt, seed, first, last, at=None):
    """Try inputs first..last-1 of one reader; return what else than our exceptions came out."""
    wrong = []
    accepted = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for i in range(first, last):
            if at is not None:
                at.value = i
            try:
                attempt(numbers(seed, i))
                accepted += 1
            except MmvizError:
                pass
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                where = traceback.extract_tb(error.__traceback__)[-1]
                wrong.append(
                    (i, f"{type(error).__name__}: {error!s:.150} at {Path(where.filename).name}:{where.lineno}")
                )
    return accepted, wrong


def _work(name, attempt, seed, first, last, at, pipe):
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    except (ImportError, ValueError, OSError):
        pass
    gc.freeze()
    gc.disable()
    for start in range(first, last, SWEEP):
        pipe.send(attempt_many(name, attempt, seed, start, min(start + SWEEP, last), at))
        gc.collect()


def _used_by_children():
    times = os.times()
    return times.children_user + times.children_system


def fuzz(name, attempt, count, seed, workers):
    """Fuzz one reader in processes of its own; one that dies or hangs is counted with the number of its input."""
    fork = multiprocessing.get_context("fork")
    chunks = [(a, min(a + CHUNK, count)) for a in range(0, count, CHUNK)]
    running, accepted, wrong, died = [], 0, [], []
    start, used = time.perf_counter(), _used_by_children()
    while chunks or running:
        while chunks and len(running) < workers:
            first, last = chunks.pop(0)
            ours, theirs = fork.Pipe(duplex=False)
            at = fork.Value("q", first)
            process = fork.Process(target=_work, args=(name, attempt, seed, first, last, at, theirs))
            process.start()
            theirs.close()
            running.append([process, ours, at, last, first, 0.0])
        for entry in list(running):
            process, ours, at, last, seen, waited = entry
            if not ours.poll(
                0.02
            ):  # the waits are counted, not the clock: all of this may have been stopped for a while
                entry[4:] = at.value, waited + 0.02 if at.value == seen else 0.0
                if entry[5] > HANGS:
                    process.kill()
                continue
            try:
                more, bad = ours.recv()
                accepted += more
                wrong += bad
            except EOFError:
                running.remove(entry)
                process.join()
                if process.exitcode:
                    died.append(int(at.value))
                    if at.value + 1 < last:
                        chunks.append((at.value + 1, last))
    seconds, cpu = time.perf_counter() - start, _used_by_children() - used
    return {"reader": name, "inputs": count, "accepted": accepted, "seconds": round(seconds, 1),
            "cpu_seconds": round(cpu, 1), "wrong": wrong[:20], "wrong_count": len(wrong), "died": died[:20],
            "died_count": len(died)}  # fmt: skip


def code_of(name):
    """Name the code that a reader's inputs go through: that of single files, or that of the data formats as well."""
    if name.startswith("own: "):
        return version_of(("core", "io", "data", "models", "train", "trace"), kernels=False)
    return version_of(("core", "io") if name.startswith("bytes: ") else ("core", "io", "data"), kernels=False)


def with_result(results, new):
    """Add a result: one for each reader and version of the code. The most inputs count; something wrong counts more."""
    best = {}
    for result in [*results, new]:
        key = (result["reader"], result["code"])
        old = best.get(key)
        if old is None or (old["wrong_count"] > 0, old["inputs"]) <= (result["wrong_count"] > 0, result["inputs"]):
            best[key] = result
    return list(best.values())


def main():
    """Fuzz, print a table, write JSON; the status is 1 if anything but our exceptions came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--reader", action="append", default=[])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    known = readers()
    results = json.loads(given.json.read_text())["results"] if given.json and given.json.exists() else []
    for name in given.reader or known:
        code = code_of(name)
        if any(r["reader"] == name and r["code"] == code and r["inputs"] >= given.count for r in results):
            print(f"{name:<24} done before, with this code")
            continue
        result = fuzz(name, known[name], given.count, given.seed, given.workers)
        result |= {"seed": given.seed, "workers": given.workers, "code": code}
        results = with_result(results, result)
        print(f"{name:<24} {result['inputs']:>9} inputs, {result['accepted']:>8} read, {result['wrong_count']:>4} wrong, "
              f"{result['died_count']:>3} deaths, {result['seconds']:>8.1f} s", flush=True)  # fmt: skip
        for i, what in result["wrong"][:5]:
            print(f"    input {i}: {what}")
        if given.json:
            given.json.write_text(json.dumps({"results": results}, indent=1) + "\n")
    # the HDF5 library may die: mmviz only lets it read in a process of its own first, where death is a DataError
    now = [r for r in results if r["reader"] in known and r["code"] == code_of(r["reader"])]
    bad = any(r["wrong_count"] or (r["died_count"] and r["reader"] != "bytes: hdf5") for r in now)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
