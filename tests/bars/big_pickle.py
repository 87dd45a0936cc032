"""Read a 400 MB pickle shaped like MMSA's: time against plain pickle.load, peak memory against the file's size.

python tests/bars/big_pickle.py [--megabytes 400] [--protocol 4] [--rounds 3]

Each reading runs in a process of its own. Time is process CPU time, the least of the rounds; peak memory is the growth
of the resident set over the process before reading. Writes big_pickle.json beside this file.
"""

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from mmkernels.timing import report

HERE = Path(__file__).parent
TIME_BAR, MEMORY_BAR = 2.5, 2.0


def write(path, megabytes, protocol):
    """Write train/valid/test with MMSA's keys; the sizes of unaligned CMU-MOSI, as many samples as are needed."""
    rng = np.random.default_rng(0)
    per_sample = 4 * (50 * 768 + 375 * 5 + 500 * 20 + 3 * 50)
    total = megabytes * 1_000_000 // per_sample
    data = {}
    for split, share in (("train", 0.6), ("valid", 0.1), ("test", 0.3)):
        n = max(1, int(total * share))
        data[split] = {
            "raw_text": [f"utterance {i}" for i in range(n)],
            "audio": rng.random((n, 375, 5), np.float32),
            "vision": rng.random((n, 500, 20), np.float32),
            "text": rng.random((n, 50, 768), np.float32),
            "text_bert": np.ones((n, 3, 50), np.float32),
            "id": [f"{split}{i}$_$1" for i in range(n)],
            "audio_lengths": [375] * n,
            "vision_lengths": [500] * n,
            "annotations": ["Positive"] * n,
            "classification_labels": np.full(n, 2.0),
            "regression_labels": rng.random(n, np.float32),
        }
    with path.open("wb") as file:
        pickle.dump(data, file, protocol=protocol)


def read(how, path):
    """Read once and print CPU seconds and the growth of the resident set in bytes."""
    from mmviz.io.safe_pickle import load

    before = _peak()
    start = time.process_time()
    if how == "plain":
        with Path(path).open("rb") as file:
            value = pickle.load(file)  # noqa: S301 - our own file, for comparison
    else:
        value = load(path)
    seconds = time.process_time() - start
    total = float(value["train"]["audio"].sum(dtype=np.float64))
    print(json.dumps({"seconds": seconds, "peak": _peak() - before, "sum": total}))


def _peak():
    """The highest resident set of this process so far, bytes; Linux only (getrusage would count the parent's)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--protocol", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read(*given.read)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mmsa.pkl"
        write(path, given.megabytes, given.protocol)
        size = path.stat().st_size
        runs = {"plain": [], "safe": []}
        for _ in range(given.rounds):
            for how in runs:
                command = [sys.executable, __file__, "--read", how, str(path)]
                done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
                runs[how].append(json.loads(done.stdout))
    seconds = {how: min(r["seconds"] for r in rs) for how, rs in runs.items()}
    peak = {how: max(r["peak"] for r in rs) for how, rs in runs.items()}
    result = {
        "bytes": size, "protocol": given.protocol, "rounds": given.rounds, "cpu_seconds": seconds, "peak_bytes": peak,
        "times_plain": seconds["safe"] / seconds["plain"], "peak_of_file": peak["safe"] / size,
        "same_sum": len({r["sum"] for rs in runs.values() for r in rs}) == 1,
        "bars": {"times_plain": TIME_BAR, "peak_of_file": MEMORY_BAR},
        **report.about("cpu", "numpy"),
    }  # fmt: skip
    report.write(HERE / "big_pickle.json", result)
    print(json.dumps(result, indent=1))
    return 0 if result["times_plain"] <= TIME_BAR and result["peak_of_file"] <= MEMORY_BAR and result["same_sum"] else 1


if __name__ == "__main__":
    sys.exit(main())
