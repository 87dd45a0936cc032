"""The command: ``python -m bench [--only scan,startup] [--quick] [--gpu] [--table]``, from the root with PYTHONPATH=kernels:."""

import argparse
import os
import sys
import time
from pathlib import Path


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="The operators against their peers.")
    parser.add_argument("--only", default="", help="groups, with commas between them; all if left out")
    parser.add_argument("--quick", action="store_true", help="tiny shapes: shows that it runs; writes only with --out")
    parser.add_argument("--threads", default=f"1,{min(2, os.cpu_count() or 1)}", help="numbers of CPU threads")
    parser.add_argument("--compile", action="store_true", help="race torch.compile too (minutes)")
    parser.add_argument("--gpu", action="store_true", help="measure on CUDA instead of the CPU")
    parser.add_argument(
        "--table", action="store_true", help="write the README's tables from the stored JSON, measure nothing"
    )
    parser.add_argument("--out", type=Path, default=None, help="folder of the JSON files; the README stays as it is")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run the chosen groups; return 0, or 1 if there is nothing to measure on or a row was refused."""
    chosen = _arguments(argv)
    try:
        import torch  # noqa: F401
    except ImportError as error:
        _say(f"bench: torch cannot be imported by {sys.executable} ({error}); install it, or choose another Python.")
        return 1
    from mmkernels.timing import report

    from bench import groups, promises, tables
    from bench.problems import Settings
    from bench.rows import RESULTS, read, write

    if chosen.table:
        tables.rewrite(read())
        _say(f"written: {tables.README}")
        return 0
    reason = groups.why_no_gpu() if chosen.gpu else None
    if reason is not None:
        _say(f"bench: nothing measured, nothing written: {reason}")
        return 1
    known = groups.GPU_NAMES if chosen.gpu else groups.NAMES
    wanted = [name.strip() for name in chosen.only.split(",") if name.strip()] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        _say(f"bench: there is no group {', '.join(unknown)}. Choose from {', '.join(known)}.")
        return 1
    threads = tuple(sorted({int(n) for n in chosen.threads.split(",")}))
    settings = Settings(chosen.quick, threads, chosen.compile)
    folder = chosen.out or (None if chosen.quick else RESULTS)
    found, broken = [], []
    for name in wanted:
        _say(f"== {name}")
        about, start = report.about("cuda" if chosen.gpu else "cpu"), time.perf_counter()
        try:
            rows = groups.run(name, settings)
        except Exception as error:  # noqa: BLE001 - one group that breaks must not cost the others their results
            _say(f"   FAILED, nothing written: {error}")
            broken.append(name)
            continue
        for row in rows:
            _say("   " + row.line())
        _say(f"   {time.perf_counter() - start:.0f} s")
        if folder is not None:
            write(name, rows, about, folder)
            if folder == RESULTS:
                tables.rewrite(read())
        found += rows
    comparisons = promises.ALL_GPU if chosen.gpu else promises.ALL
    for v in [] if chosen.quick else [v for compare in comparisons for v in compare(found)]:
        _say(f"{'met    ' if v.met else 'NOT MET'}  {v.bar}, {v.where}: expected {v.expected}, measured {v.measured}")
    if broken:
        _say(f"bench: failed: {', '.join(broken)}")
    return 1 if broken or any(row.status == "refused" for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
