"""Look at everything a notebook needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mmviz.diagnosis import kernels, packages, sets, speed
from mmviz.diagnosis.checkup import Checkup, Finding
from mmviz.diagnosis.pulse import Pulse, in_a_notebook

_AREAS: dict[str, Callable[[], Iterator[Finding]]] = {
    "packages": packages.findings,
    "kernels": kernels.findings,
    "data": sets.findings,
    "speed": speed.findings,
}


def doctor() -> Checkup:
    """Say whether the notebooks will run here, and how fast.

    Looks at Python and packages, runs the kernels and compares them with the reference, opens the built-in data, times a few training
    steps, and in a notebook shows a line that only a live widget can draw. Takes some seconds; the first time on a machine
    the kernels are compiled, which takes longer. Nothing is downloaded or changed.

    Returns
    -------
    Checkup
        Prints as a table; ``healthy`` is false where something will fail. An area that cannot be looked at is a finding itself.
    """
    found: list[Finding] = []
    for area, look in _AREAS.items():
        try:
            found.extend(look())
        except Exception as error:  # noqa: BLE001 - a broken installation may fail in any way, and that is what is asked for
            found.append(Finding(area, "bad", f"{type(error).__name__}: {error}", "install mmviz anew: make lab"))
    here = in_a_notebook()
    text = "the line below this table is drawn by the browser" if here else "not asked: this is not a notebook"
    found.append(Finding("widgets", "good" if here else "note", text))
    return Checkup(tuple(found), Pulse() if here else None)
