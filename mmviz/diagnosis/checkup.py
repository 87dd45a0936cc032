"""Result of ``mm.doctor()``: findings that print as a table, and a widget that shows whether the front end runs JavaScript."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import anywidget
import traitlets

State = Literal["good", "note", "bad"]
_COLUMNS = 104
_MARKS = {"good": "✓", "note": "·", "bad": "✗"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    area
        "python", "packages", "kernels", "widgets", "data" or "speed".
    state
        "good"; "note": something optional is not there; "bad": a notebook will fail or be very slow.
    what
        What was found.
    advice
        What to do, where something is to be done.
    """

    area: str
    state: State
    what: str
    advice: str = ""


@dataclass(frozen=True)
class Checkup:
    """All findings, in order.

    Attributes
    ----------
    findings
        What was looked at.
    pulse
        In a notebook: a widget that says so when the browser has drawn it; None elsewhere.
    """

    findings: tuple[Finding, ...]
    pulse: Pulse | None = field(default=None, compare=False)

    @property
    def healthy(self) -> bool:
        """Whether nothing was found that is bad."""
        return all(finding.state != "bad" for finding in self.findings)

    def of(self, area: str) -> list[Finding]:
        """Return the findings of one area."""
        return [finding for finding in self.findings if finding.area == area]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __str__(self) -> str:
        width = max((len(finding.area) for finding in self.findings), default=0)
        lines, before = [], ""
        for finding in self.findings:
            area = finding.area if finding.area != before else ""
            before = finding.area
            lines += _wrapped(f"{area:<{width}}  {_MARKS[finding.state]} ", finding.what)
            if finding.advice:
                lines += _wrapped(f"{'':<{width}}    → ", finding.advice)
        bad = sum(finding.state == "bad" for finding in self.findings)
        end = "All is well." if not bad else f"{bad} of {len(self.findings)} need attention (✗)."
        return "\n".join([*lines, end])

    __repr__ = __str__

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/plain": str(self)}, raw=True)
        if self.pulse is not None:
            display(self.pulse)


def _wrapped(before: str, text: str) -> list[str]:
    """Return the text in lines that fit a notebook, each below the first one's beginning."""
    return textwrap.wrap(
        text,
        _COLUMNS,
        initial_indent=before,
        subsequent_indent=" " * len(before),
        break_long_words=False,
        break_on_hyphens=False,
    )


_DRAW = """
function render({ model, el }) {
  const line = document.createElement("p");
  line.textContent = "✓ widgets are alive: the browser has drawn this line";
  line.style.margin = "0";
  el.append(line);
  model.set("alive", true);
  model.save_changes();
}
export default { render };
"""


class Pulse(anywidget.AnyWidget):
    """Says in the page that widgets work; ``alive`` becomes true in the kernel when the browser has drawn it."""

    _esm = _DRAW
    alive = traitlets.Bool(False).tag(sync=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        said = (
            "✗ widgets are not drawn here: reload the page; if that does not help, this front end has no widget "
            "extension (JupyterLab: restart it from the environment in which mmviz is installed)"
        )
        (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"] = said
        return bundle


def in_a_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")
