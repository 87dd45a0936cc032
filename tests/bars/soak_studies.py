"""Kill processes of a study at random moments, again and again: it resumes, and its table is that of an undisturbed one. Writes JSON.

    python tests/bars/soak_studies.py [--kills 20] [--writers 6] [--recordings 6] [--seed 0] [--out tests/bars/soak_studies.json]

In turn the victim is the process of the plain loop, a Dask worker, the Dask scheduler, and the Dask client. A worker that is killed is
replaced by another one; where scheduler or client went, the same command is given again. The study is a grid of trainings.

Then two trainings with one ``out=``: the second is refused, the first is killed, a third resumes; and recordings into a file that are killed. Both are
repeated, and must end with the same weights and the same Trace as without a kill. ``--kills 0`` runs these only, and keeps what the JSON holds of the others.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import mmviz as mm

VICTIMS = ("loop", "worker", "scheduler", "client")
HERE = str(Path(__file__).parent)
GIVE_UP = 300


def study():
    """Return the study whose processes are killed."""
    grid = mm.studies.grid(
        data={"name": "synthetic", "n": 120, "steps": 32, "task": "classification"},
        model=[{"name": name, "width": 16} for name in ("average", "concat", "gated")],
        train={"epochs": 4},
        seed=range(4),
    )
    return mm.studies.Study("soak", grid)


def start(*words):
    """Start Python with some words, silent."""
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def client(store, scheduler=None):
    """Start the study, in one process or on a cluster."""
    code = (
        f"import sys; sys.path.insert(0, {HERE!r}); import mmviz as mm, soak_studies;"
        f"mm.studies.run(soak_studies.study(), {str(store)!r}, scheduler={scheduler!r}, progress=False)"
    )
    return start("-c", code)


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder):
        self.file = folder / f"scheduler-{time.monotonic_ns()}.json"
        words = (
            "-m",
            "distributed.cli.dask_scheduler",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(self.file),
        )
        self.scheduler = start(*words)
        self.workers = [self.worker(), self.worker()]
        wait(self.file.exists)
        time.sleep(0.2)
        self.address = json.loads(self.file.read_text())["address"]

    def worker(self):
        words = ("--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny", "--no-dashboard")
        return start("-m", "distributed.cli.dask_worker", *words)

    def close(self):
        for process in (*self.workers, self.scheduler):
            kill(process)


def wait(ready):
    """Wait until a condition holds; end the program where it does not within GIVE_UP seconds."""
    end = time.monotonic() + GIVE_UP
    while not ready():
        if time.monotonic() > end:
            raise SystemExit(f"nothing happened in {GIVE_UP} s")
        time.sleep(0.02)


def kill(process):
    """Kill a process, unless it has ended."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


def rows(store):
    """Return how many cells of a study are stored."""
    return len(list((store / "finished").glob("[!.]*.parquet")))


def one(victim, folder, draw):
    """Kill one process of one study at a random moment of its work, let it end; return what was seen."""
    store = folder / f"store-{time.monotonic_ns()}"
    total = len(study())
    cluster = None if victim == "loop" else Cluster(folder)
    try:
        running = client(store, None if cluster is None else cluster.address)
        moment = int(draw.integers(0, total - 1))
        wait(lambda: rows(store) >= moment or running.poll() is not None)
        time.sleep(draw.uniform(0, 0.3))
        before, alive = rows(store), running.poll() is None
        if victim in ("loop", "client"):
            kill(running)
        elif victim == "worker":
            kill(cluster.workers[0])
            cluster.workers[0] = cluster.worker()
        else:
            kill(cluster.scheduler)
        if victim == "worker":
            wait(lambda: running.poll() is not None)
        if victim == "scheduler":
            wait(lambda: running.poll() is not None)
            cluster.close()
            cluster = Cluster(folder)
        kept = rows(store)
        runs = 1
        while rows(store) < total and runs < 4:
            again = client(store, None if cluster is None else cluster.address)
            wait(lambda again=again: again.poll() is not None)
            runs += 1
    finally:
        if cluster is not None:
            cluster.close()
    return {"victim": victim, "alive": alive, "rows_at_the_kill": before, "rows_kept": kept, "commands": runs}, store


TRAINING = """
import mmviz as mm
ds = mm.data.synthetic(n=120, steps=32, seed=0, task="classification")
model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=1, seed=0)
"""
WRITER = (
    TRAINING
    + """
import sys
from mmviz.core.errors import InUseError
try:
    mm.train.fit(model, ds, epochs=200, patience=0, out=sys.argv[1], resume=True, progress=False)
except InUseError as error:
    print(error)
    sys.exit(3)
"""
)
RECORDER = (
    TRAINING
    + """
import sys
run = mm.train.load(sys.argv[1])
mm.record(run, ds["test"], recorded_samples=12, path=sys.argv[2], chunk=1, progress=False)
"""
)
REFUSED = 3


def weights(folder):
    """Return the digests of the weights that run.json names, by epoch; reading checks every file."""
    run = mm.train.load(folder)
    return {epoch: sorted((k, v.numpy().tobytes()) for k, v in run.weights[epoch].items()) for epoch in run.epochs}


def two_writers(folder, draw, expected):
    """Start two trainings with one folder, kill the one that is not refused at a random moment, and let a third resume; return what was seen."""
    out = folder / f"run-{time.monotonic_ns()}"
    both = [start("-c", WRITER, str(out)) for _ in range(2)]
    wait(lambda: any(each.poll() is not None for each in both))
    first, second = sorted(both, key=lambda each: each.poll() is not None)
    time.sleep(draw.uniform(0, 1.0))
    alive = first.poll() is None
    kill(first)
    third = start("-c", WRITER, str(out))
    third.wait()
    parts = [path.name for path in out.rglob(".*.part*")]
    good = second.returncode == REFUSED and third.returncode == 0 and not parts and weights(out) == expected
    return {"victim": "one of two writers", "alive": alive, "second": second.returncode, "parts": parts, "good": good}


def recording(folder, draw, run, expected):
    """Kill a recording at a random moment of its work and repeat it; return what was seen."""
    path = folder / f"trace-{time.monotonic_ns()}.nc"
    running = start("-c", RECORDER, str(run), str(path))
    wait(lambda: any(folder.glob(".*.part.nc")) or running.poll() is not None)
    time.sleep(draw.uniform(0, 0.5))
    alive = running.poll() is None
    kill(running)
    incomplete = path.exists() and alive and not mm.trace.load(path).equals(expected)
    again = start("-c", RECORDER, str(run), str(path))
    again.wait()
    same = again.returncode == 0 and mm.trace.load(path).equals(expected)
    left = len(list(folder.glob(".*.part.nc")))
    for each in folder.glob(".*.part.nc"):
        each.unlink()
    return {
        "victim": "recording",
        "alive": alive,
        "incomplete": incomplete,
        "temporary_files": left,
        "good": same and not incomplete,
    }


def together(given, folder, draw):
    """Return what was seen of trainings with one folder, and of recordings that were killed."""
    start("-c", WRITER, str(folder / "whole")).wait()
    run = folder / "whole"
    expected, found = weights(run), []
    for _ in range(given.writers):
        found.append(two_writers(folder, draw, expected))
        print(found[-1], flush=True)
    start("-c", RECORDER, str(run), str(folder / "whole.nc")).wait()
    trace = mm.trace.load(folder / "whole.nc")
    for _ in range(given.recordings):
        found.append(recording(folder, draw, run, trace))
        print(found[-1], flush=True)
    return found


def main():
    """Kill processes of studies, trainings and recordings, print what was seen, and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--recordings", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    given = parser.parse_args()
    os.environ |= {"OMP_NUM_THREADS": "1", "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s"}
    draw, found, begun = np.random.default_rng(given.seed), [], time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.kills:
            mm.studies.run(study(), folder / "undisturbed", progress=False)
            expected = mm.studies.table(folder / "undisturbed", of=study()).csv()
        for i in range(given.kills):
            seen, store = one(VICTIMS[i % len(VICTIMS)], folder, draw)
            rows_ = mm.studies.Store(store)
            frame = rows_.rows()
            seen["lost"] = seen["rows_at_the_kill"] - min(seen["rows_at_the_kill"], seen["rows_kept"])
            seen["damaged"] = len(rows_.damaged)
            table = mm.studies.table(frame, of=study()).csv()
            seen["same_table"] = table == expected
            if not seen["same_table"]:
                seen["differs"] = sorted(set(table.splitlines()) ^ set(expected.splitlines()))
            found.append(seen)
            print(seen, flush=True)
        others = together(given, folder, draw)
    good = sum(s["same_table"] and not s["lost"] and not s["damaged"] for s in found)
    minutes = (time.monotonic() - begun) / 60
    result = json.loads(given.out.read_text()) if given.out.exists() and not given.kills else {}
    if given.kills:
        result = {"kills": len(found), "good": good, "minutes": minutes, "each": found}
    result["writers_and_recordings"] = {"good": sum(s["good"] for s in others), "minutes": minutes, "each": others}
    given.out.write_text(json.dumps(result, indent=1) + "\n")
    well = good + sum(s["good"] for s in others)
    print(f"{well} of {len(found) + len(others)} good")
    return 0 if well == len(found) + len(others) else 1


if __name__ == "__main__":
    sys.exit(main())
