"""A widget of one line: it is there only if the front end runs our JavaScript, and it tells the kernel so."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

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
