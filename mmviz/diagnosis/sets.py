"""Which data sets open without a download, and which need files of the reader's own."""

from __future__ import annotations

from collections.abc import Iterator

from mmviz.diagnosis.checkup import Finding
from mmviz.errors import MmvizError

BUILT_IN = ("av_digits", "watch")


def findings() -> Iterator[Finding]:
    """Open the built-in sets; name the others."""
    from mmviz import data
    from mmviz.data.known_sets import known_sets

    for name in BUILT_IN:
        try:
            found = data.load(name)
        except (MmvizError, OSError) as error:
            yield Finding("data", "bad", f"{name} does not open: {error}", "install mmviz anew: make lab")
        else:
            counts = ", ".join(f"{len(found[split])} {split}" for split in found.splits)
            yield Finding("data", "good", f"{name}: {counts}, {', '.join(found.spec.names)}")
    others = [name for name in known_sets() if name not in (*BUILT_IN, "own")]
    yield Finding(
        "data",
        "note",
        f"{len(others)} more sets can be read from files of yours: {', '.join(others)}",
        "python -m mmviz data list",
    )
