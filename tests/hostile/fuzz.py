"""Spoil inputs of every reader by the million: only our own exceptions may come out, and the process must live.

python tests/hostile/fuzz.py [--count 1000000] [--reader NAME ...] [--workers 2] [--seed 0] [--json FILE]

What the JSON holds already of a reader, as many inputs and with the same code, is not repeated: a long run may be stopped and goes on.
"""

import argparse
import json
import multiprocessing
import sys
import time
import traceback
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from readers import readers

from mmviz.errors import MmvizError
from mmviz.io.sources import version_of

CHUNK = 5000


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
                attempt(np.random.default_rng([seed, i]))
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
    pipe.send(attempt_many(name, attempt, seed, first, last, at))


def fuzz(name, attempt, count, seed, workers):
    """Fuzz one reader in processes of its own; a process that dies is counted with the number of its input."""
    fork = multiprocessing.get_context("fork")
    chunks = [(a, min(a + CHUNK, count)) for a in range(0, count, CHUNK)]
    running, accepted, wrong, died = [], 0, [], []
    start = time.perf_counter()
    while chunks or running:
        while chunks and len(running) < workers:
            first, last = chunks.pop(0)
            ours, theirs = fork.Pipe(duplex=False)
            at = fork.Value("q", first)
            process = fork.Process(target=_work, args=(name, attempt, seed, first, last, at, theirs))
            process.start()
            theirs.close()
            running.append((process, ours, at, last))
        for entry in list(running):
            process, ours, at, last = entry
            if not ours.poll(0.02) and process.is_alive():
                continue
            running.remove(entry)
            try:
                more, bad = ours.recv()
                accepted += more
                wrong += bad
            except EOFError:
                died.append(int(at.value))
                if at.value + 1 < last:
                    chunks.append((at.value + 1, last))
            process.join()
    seconds = time.perf_counter() - start
    return {"reader": name, "inputs": count, "accepted": accepted, "seconds": round(seconds, 1), "wrong": wrong[:20],
            "wrong_count": len(wrong), "died": died[:20], "died_count": len(died)}  # fmt: skip


def main():
    """Fuzz, print a table, write JSON; the status is 1 if anything but our exceptions came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--reader", action="append", default=[])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    known, code = readers(), version_of(("io", "data"), kernels=False)
    results = json.loads(given.json.read_text())["results"] if given.json and given.json.exists() else []
    for name in given.reader or known:
        if any(r["reader"] == name and r["code"] == code and r["inputs"] >= given.count for r in results):
            print(f"{name:<24} done before, with this code")
            continue
        result = fuzz(name, known[name], given.count, given.seed, given.workers)
        result |= {"seed": given.seed, "workers": given.workers, "code": code}
        results = [r for r in results if r["reader"] != name or r["inputs"] > given.count] + [result]
        print(f"{name:<24} {result['inputs']:>9} inputs, {result['accepted']:>8} read, {result['wrong_count']:>4} wrong, "
              f"{result['died_count']:>3} deaths, {result['seconds']:>8.1f} s", flush=True)  # fmt: skip
        for i, what in result["wrong"][:5]:
            print(f"    input {i}: {what}")
        if given.json:
            given.json.write_text(json.dumps({"results": results}, indent=1) + "\n")
    # the HDF5 library may die: mmviz only lets it read in a process of its own first, where death is a DataError
    bad = any(r["wrong_count"] or (r["died_count"] and r["reader"] != "bytes: hdf5") for r in results)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
