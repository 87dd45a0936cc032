"""Tables of kernels/README.md, written between markers from the stored rows."""

from pathlib import Path
from typing import Any

from bench import promises
from bench.promises import Verdict, verdicts
from bench.rows import MEASURED, UNAVAILABLE, Row

README = Path(__file__).parents[1] / "README.md"
GROUPS = (
    "backends",
    "operators_gpu",
    "conv",
    "transport",
    "plans",
    "influence",
    "mmd",
)  # whose rows are of our backends
PRECISIONS = ("float32", "float64", "bfloat16", "float16")
NOTHING = "Not measured yet: `make bench`."
NO_GPU = "No GPU has been measured yet (`make gpu`): what the documents say about GPUs is *projected* from instruction counts."


def _table(head: list[str], lines: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *lines))


def _number(value: float | None, unit: str = "") -> str:
    return "" if value is None else f"{value:.3g}{unit}"


def _spread(row: Row) -> str:
    if row.time is None:
        return "" if row.status == MEASURED else row.status
    return f"{row.time['median']:.3g} ({row.time['q1']:.3g} to {row.time['q3']:.3g})"


def operators(files: list[dict[str, Any]]) -> str:
    """Return operator, backend, precision, measured error, measured milliseconds."""
    lines = []
    for content in files:
        if content["group"] not in GROUPS:
            continue
        steps: dict[tuple[str, ...], dict[str, Row]] = {}
        for row in content["rows"]:
            if row.contender.split()[-1] not in PRECISIONS or row.step == "memory":
                continue  # a peer: the table is of ours
            sizes = ", ".join(f"{name}={size}" for name, size in row.shape.items())
            steps.setdefault((row.case, row.contender, sizes), {})[row.step] = row
        for (case, contender, sizes), found in steps.items():
            first = next(iter(found.values()))
            if first.status == UNAVAILABLE:
                lines.append([case, contender, first.simd, f"cannot run here: {first.note}", "", "", ""])
                continue
            alone = found.get("forward") or found.get("inference")
            speed = _spread(alone) if alone else ""
            both = _spread(found["forward + backward"]) if "forward + backward" in found else ""
            lines.append([case, contender, first.simd, sizes, _number(first.error), speed, both])
    head = ["operator", "backend, precision", "on", "shape", "error", "forward, ms", "forward + backward, ms"]
    return _table(head, lines) if lines else NOTHING


PROMISE = ["promise", "where", "expected", "measured", ""]


def _verdicts(found: list[Verdict]) -> str:
    return _table(PROMISE, [[v.bar, v.where, v.expected, v.measured, "met" if v.met else "**not met**"] for v in found])


def bars(files: list[dict[str, Any]]) -> str:
    """Return every promised ratio that was measured on a CPU, with its verdict, and what was refused."""
    rows = [row for content in files if not content["group"].endswith("gpu") for row in content["rows"]]
    found = verdicts(rows)
    if not found:
        return NOTHING
    refused = [f"{row.contender} ({row.case}, {row.step}): {row.note}" for row in rows if row.status == "refused"]
    tail = "\n\nRefused by the equality test, not timed: " + "; ".join(refused) + "." if refused else ""
    return _verdicts(found) + tail


def gpu(files: list[dict[str, Any]]) -> str:
    """Return the promises measured on a GPU; or that none was, and what is promised."""
    rows = [row for content in files if content["group"].endswith("gpu") for row in content["rows"]]
    found = [verdict for bar in promises.ALL_GPU for verdict in bar(rows)]
    promised = [[*line, "", "*projected*"] for line in promises.PROMISED]
    return _verdicts(found) if found else f"{NO_GPU}\n\n{_table(PROMISE, promised)}"


def machines(files: list[dict[str, Any]]) -> str:
    """Return which group was measured when, on what."""
    lines = []
    for content in files:
        machine, versions = content["machine"], content["versions"]
        packages = ", ".join(
            f"{name} {versions[name]}" for name in ("python", "torch", "numba", "triton") if name in versions
        )
        samples = [row.time for row in content["rows"] if row.time is not None]
        disturbed, taken = (int(sum(time[key] for time in samples)) for key in ("disturbed", "samples"))
        processor = f"{machine['processor']} ({' '.join(machine['flags'])}), {machine['cpus']} CPUs"
        processor = machine.get("gpu") or processor
        lines.append([content["group"], content["when"], processor, packages, f"{disturbed} of {taken}"])
    return _table(["group", "when (UTC)", "machine", "versions", "disturbed samples"], lines) if lines else NOTHING


TABLES = {"operators": operators, "bars": bars, "gpu": gpu, "machines": machines}


def written(text: str, files: list[dict[str, Any]]) -> str:
    """Return the text of the README with every table between its markers written anew.

    Raises
    ------
    ValueError
        If a pair of markers is missing.
    """
    for name, table in TABLES.items():
        begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
        if begin not in text or end not in text:
            raise ValueError(f"bench: the README has no markers {begin} and {end}. Put them where the table belongs.")
        head, rest = text.split(begin, 1)
        text = f"{head}{begin}\n{table(files)}\n{end}{rest.split(end, 1)[1]}"
    return text


def rewrite(files: list[dict[str, Any]], readme: Path = README) -> None:
    """Write the tables into the README."""
    readme.write_text(written(readme.read_text(encoding="utf-8"), files), encoding="utf-8")
