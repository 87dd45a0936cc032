"""``python -m mmviz.course.notebook_claims notebooks``: list the claims of the notebooks by kind, with the control of each finding.

The scripts are parsed, not run. Exit code 1 if a claim has no kind (an ``assert``, or a printed "check:"), if a finding has no
control, or if its stored seeds are missing.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmviz.course.findings_over_seeds import stored_findings

KINDS = ("identity", "test", "finding")
_QUOTED = re.compile(r"""^f(['"])(.*)\1$""")  # how some versions of Python write one part of an f-string


@dataclass(frozen=True)
class ListedClaim:
    """A claim in the source of a notebook.

    Attributes
    ----------
    line
        In the script, from 1.
    kind
        ``"identity"``, ``"test"`` or ``"finding"``.
    text
        Its words; what is computed stands as source in braces.
    controls
        Names of the controls of a finding.
    stored
        Key of its stored seeds, or "".
    """

    line: int
    kind: str
    text: str
    controls: tuple[str, ...]
    stored: str


def claims_of(source: str) -> list[ListedClaim]:
    """Return the claims in the source of a notebook's script, in order."""
    calls = [(call, _kind(call)) for call in _calls(source)]
    found = [
        ListedClaim(call.lineno, kind, _text(call.args[0]) if call.args else "", _controls(call), _stored(call))
        for call, kind in calls
        if kind
    ]
    return sorted(found, key=lambda claim: claim.line)


def faults_of(source: str) -> list[str]:
    """Return a line of text for every claim without a kind, every finding without a control and every missing stored finding."""
    found = [
        (node.lineno, "an assert: use mm.course.identity, test or finding")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assert)
    ]
    for call in _calls(source):
        if getattr(call.func, "id", "") == "print" and any(_text(a).lstrip().startswith("check:") for a in call.args):
            found.append((call.lineno, 'a printed "check:": use mm.course.identity, test or finding'))
    known = stored_findings()
    for claim in claims_of(source):
        if claim.kind == "finding" and not claim.controls:
            found.append((claim.line, f"a finding without a named control: {claim.text}"))
        if claim.stored and claim.stored not in known:
            found.append((claim.line, f"no stored seeds of {claim.stored!r}: {claim.text}"))
    return [f"line {line}: {fault}" for line, fault in sorted(found)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the claims of all notebooks of a folder; return 1 if one has a fault."""
    parser = argparse.ArgumentParser(prog="python -m mmviz.course.notebook_claims", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the notebooks' scripts, NN_name.py")
    paths = sorted(parser.parse_args(arguments).folder.glob("[0-9]*.py"))
    if not paths:
        sys.stdout.write("no notebook NN_name.py in this folder\n")
        return 1
    count: Counter[str] = Counter()
    faults = []
    for path in paths:
        source = path.read_text(encoding="utf-8")
        sys.stdout.write(f"{path.stem}\n")
        for claim in claims_of(source):
            count[claim.kind] += 1
            sys.stdout.write(f"{claim.line:5} {claim.kind:9} {claim.text}{_tail(claim)}\n")
        faults += [f"{path.name}, {fault}" for fault in faults_of(source)]
    total = ", ".join(f"{kind} {count[kind]}" for kind in KINDS)
    sys.stdout.write(f"{sum(count.values())} claims in {len(paths)} notebooks: {total}\n")
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


def _tail(claim: ListedClaim) -> str:
    if claim.kind != "finding":
        return ""
    seeds = "; seeds stored" if claim.stored else ""
    return f"\n{'':15} control: {', '.join(claim.controls) or 'NONE'}{seeds}"


def _calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def _kind(call: ast.Call) -> str:
    """Return the kind of a claim, "" for another call."""
    words = ast.unparse(call.func).split(".")
    return words[-1] if words[-1] in KINDS and words[-2:-1] == ["course"] else ""


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (
            _text(part) if isinstance(part, ast.Constant) else _QUOTED.sub(r"\2", ast.unparse(part))
            for part in node.values
        )
        return "".join(parts)
    return ast.unparse(node)


def _controls(call: ast.Call) -> tuple[str, ...]:
    """Return the names of the controls; empty if they are not written out as a dict."""
    given = _keyword(call, "control")
    keys = given.keys if isinstance(given, ast.Dict) else []
    return tuple(_text(key) for key in keys if key is not None and _text(key).strip())


def _stored(call: ast.Call) -> str:
    given = _keyword(call, "stored")
    return _text(given) if given is not None else ""


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)


if __name__ == "__main__":
    sys.exit(main())
