"""HTML of notebooks without a server: Markdown with formulas as MathML, code, outputs; pages that load nothing from the network."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PARTS = re.compile(
    r"(?P<code>```.*?```|`[^`\n]+`)|\$\$(?P<display>.+?)\$\$|(?<!\\)\$(?P<inline>[^$\n]+?)\$", re.DOTALL
)

STYLE = """
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --wash: #f6f8fa; --mark: #0550ae; }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: #fff; font: 17px/1.55 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1, h2, h3 { line-height: 1.25; margin: 2em 0 .6em; } h1 { margin-top: .4em; }
a { color: var(--mark); } .anchor-link { display: none; }
code, pre { font: .86em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { background: var(--wash); padding: .1em .3em; border-radius: 4px; }
pre { background: var(--wash); padding: .7em .9em; border-radius: 6px; overflow-x: auto; margin: .6em 0; } pre code { background: none; padding: 0; }
pre.out { background: none; border-left: 3px solid var(--line); border-radius: 0; }
table { border-collapse: collapse; margin: .8em 0; } th, td { border: 1px solid var(--line); padding: .3em .6em; text-align: left; vertical-align: top; }
th { background: var(--wash); } math[display="block"] { margin: .8em 0; } .wide { overflow-x: auto; }
details > summary { cursor: pointer; color: var(--soft); font-size: .9em; }
.note { color: var(--soft); border-left: 3px solid var(--line); padding-left: .9em; }
td p, li p { margin: 0; }
@media print { body { font-size: 10.5pt; } main { max-width: none; padding: 0; } pre, tr { break-inside: avoid-page; } h2, h3 { break-after: avoid; } }
"""


def to_html(text: str) -> str:
    """Return HTML of a cell's Markdown; formulas are MathML (without latex2mathml: their TeX source)."""
    from nbconvert.filters import markdown2html

    formulas: list[str] = []

    def keep(found: re.Match[str]) -> str:
        if found["code"] is not None:
            return found.group()
        shown = "block" if found["display"] is not None else "inline"
        formulas.append(_formula((found["display"] or found["inline"]).strip(), shown))
        return f"FORMULA{len(formulas) - 1}X"

    done = markdown2html(_PARTS.sub(keep, text))
    return re.sub(r"FORMULA(\d+)X", lambda found: formulas[int(found[1])], done)


def _formula(tex: str, display: str) -> str:
    try:
        from latex2mathml.converter import convert
    except ImportError:
        return f"<code>{html.escape(tex)}</code>"
    return str(convert(tex, display=display))


def code_html(source: str) -> str:
    """Return highlighted Python."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return str(highlight(source, PythonLexer(), HtmlFormatter(noclasses=True, nobackground=True)))


def outputs_html(cell: NotebookNode) -> list[str]:
    """Return the HTML of each output of a code cell; what needs a kernel is shown as its text, messages on stderr not at all."""
    found = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            if output.name == "stdout":
                found.append(f'<pre class="out">{html.escape(output.text)}</pre>')
        elif output.output_type in ("display_data", "execute_result"):
            found += _data_html(output.data)
    return found


def _data_html(data: Any) -> list[str]:
    if "text/html" in data:
        return [f'<div class="wide">{data["text/html"]}</div>']
    if "image/png" in data:
        return [f'<img alt="" src="data:image/png;base64,{data["image/png"].strip()}">']
    if "application/vnd.jupyter.widget-view+json" in data:
        return []  # a progress bar or a control: nothing without its kernel
    return [f'<pre class="out">{html.escape(data["text/plain"])}</pre>'] if "text/plain" in data else []


def page(title: str, body: str, *, style: str = STYLE, script: str = "") -> str:
    """Return a whole page; ``body``, ``style`` and ``script`` are trusted."""
    end = f"<script>{script}</script>" if script else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{style}</style></head>\n<body>{body}{end}</body></html>\n"
    )


def title_of(book: NotebookNode) -> str:
    """Return the first heading of a notebook."""
    for cell in book.cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            if line.startswith("# "):
                return str(line[2:].strip())
    return "notebook"
