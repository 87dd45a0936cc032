"""Which code made a figure: the commit of the clone it lies in, and the hash over the sources that can change a number."""

from __future__ import annotations

from pathlib import Path

import mmviz
from mmviz.experiments.code_version import code_version

_SHOWN = 10


def commit() -> str:
    """Return "abc1234567, 0.1.0+hash"; the version and hash alone where there is no clone.

    The hash covers the sources as they are, so it differs where a file was changed after the commit.
    """
    found = _head(Path(mmviz.__file__).parents[1] / ".git")
    return f"{found[:_SHOWN]}, {code_version()}" if found else code_version()


def _head(git: Path) -> str:
    """Return the commit that is checked out, read from its files, or ""."""
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).exists():
            return (git / name).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        return ""
