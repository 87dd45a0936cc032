"""axe-core in a page: what it reports, of any level; a rule that failed itself counts as reported.

axe 4.4 cannot read ``color(srgb ...)``, the computed form of ``color-mix``: its rule of contrast then fails and reports nothing. Computed colours
are therefore written as ``rgba()`` while axe runs.
"""

from functools import cache
from pathlib import Path

import pytest

_PLAIN_COLOURS = """() => {
  const own = window.getComputedStyle, part = (v) => Math.round(255 * Math.min(1, Math.max(0, Number(v))));
  const plain = (v) => (typeof v !== 'string' ? v : v.replace(/color\\(srgb ([-\\d.e]+) ([-\\d.e]+) ([-\\d.e]+)(?: \\/ ([\\d.e-]+))?\\)/g,
    (_, r, g, b, a = '1') => `rgba(${part(r)}, ${part(g)}, ${part(b)}, ${a})`));
  window.getComputedStyle = (...given) => new Proxy(own(...given), { get: (style, key) =>
    (typeof style[key] === 'function' ? (...words) => plain(style[key](...words)) : plain(style[key])) });
  return () => { window.getComputedStyle = own; };
}"""
_RUN = f"""async ([within, options]) => {{
  const back = ({_PLAIN_COLOURS})();
  try {{
    const {{ violations, incomplete }} = await axe.run(within ?? document, {{ resultTypes: ['violations'], ...options }});
    const told = (one, of) => [one.id, one.impact, of(one)];
    return [...violations.map((one) => told(one, ({{ nodes }}) => nodes.map((node) => node.html.slice(0, 160)).slice(0, 3))),
      ...incomplete.filter((one) => one.message).map((one) => told(one, ({{ message }}) => message))];
  }} finally {{ back(); }}
}}"""


@cache
def _source():
    package = pytest.importorskip("axe_core_python", reason="axe-core-python is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def findings(page, *, only=(), within=None):
    """Return [rule, impact, elements or message] for each finding in a page or frame.

    ``only``: names of the rules to run. ``within``: selector of the elements that are examined; None for the whole document.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_source())
    return page.evaluate(_RUN, [within, {"runOnly": list(only)} if only else {}])
