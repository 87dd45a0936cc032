"""Settings of the site; mmviz.report.site gathers its pages around this file."""

import mmviz

project = "mmviz"
author = "the mmviz authors"
release = mmviz.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mmviz.report.mathml"]
html_theme = "furo"
html_title = "mmviz"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
# links between files of the clone that are no pages of the site, the fields of dataclasses told twice
suppress_warnings = [
    "myst.xref_missing",
    "myst.header",
    "autodoc",
    "docutils",
    "ref",
    "toc.not_included",
    "mystnb.unknown_mime_type",
]


def setup(app):
    """A bar in a docstring is an absolute value, not the mark of a substitution."""
    app.connect("autodoc-process-docstring", _bars)


def _bars(_app, _what, _name, _of, _options, lines):
    for i, line in enumerate(lines):
        parts = line.split("``")  # every second one is code
        lines[i] = "``".join(part if k % 2 else part.replace("|", "\\|") for k, part in enumerate(parts))
