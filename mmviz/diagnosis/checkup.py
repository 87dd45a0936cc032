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
    """Result of one check.

    Attributes
    ----------
    area
        "python", "packages", "kernels", "threads", "widgets", "data" or "speed".
    state
        "good"; "note": an optional package or backend is missing; "bad": a notebook will fail or be very slow.
    what
        Observed state.
    advice
        What to do, or "".
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
        Results of the checks.
    widget
        In a notebook: a widget that shows when the browser has drawn it; None elsewhere.
    """

    findings: tuple[Finding, ...]
    widget: WidgetCheck | None = field(default=None, compare=False)

    @property
    def healthy(self) -> bool:
        """Whether no finding is "bad"."""
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
        end = "No problems found." if not bad else f"{bad} of {len(self.findings)} need attention (✗)."
        return "\n".join([*lines, end])

    __repr__ = __str__

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/plain": str(self)}, raw=True)
        if self.widget is not None:
            display(self.widget)


def _wrapped(before: str, text: str) -> list[str]:
    """Return the text in lines of notebook width, indented below the beginning of the first."""
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
  line.textContent = "✓ widgets work: the browser has drawn this line";
  line.style.margin = "0";
  el.append(line);
  model.set("alive", true);
  model.save_changes();
}
export default { render };
"""


class WidgetCheck(anywidget.AnyWidget):
    """Widget of one line that shows whether the front end runs JavaScript; ``alive`` becomes True when the browser has drawn it."""

    _esm = _DRAW
    alive = traitlets.Bool(False).tag(sync=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        message = (
            "✗ widgets are not drawn here: reload the page; if that does not help, this front end has no widget "
            "extension (JupyterLab: restart it from the environment in which mmviz is installed)"
        )
        (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"] = message
        return bundle


def in_a_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")
