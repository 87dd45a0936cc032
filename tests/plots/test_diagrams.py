"""Diagrams: texts inside their boxes, the same positions in TikZ and SVG, escaped names, and sources that LaTeX compiles."""

import re
import shutil
import subprocess
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots import diagram_file
from mmviz.plots.diagram_spec import At, position

NAMES = (None, ("text", "vision"), ("one", "pressures", "image", "sound"))
COLUMN = 7.7 / 2.54 * 72  # of ACL, the narrowest of the venues, in points


def drawn(diagram):
    """The matplotlib figure, and the extent of each line of text in points: [(left, bottom, right, top)]."""
    with mpl.rc_context(diagram_file._RC):
        figure = diagram_file._draw(diagram, diagram.width)
        figure.set_dpi(72)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        texts = [one for one in figure.axes[0].texts if isinstance(one, Text) and one.get_text()]
        return figure, [one.get_window_extent(canvas.get_renderer()).extents for one in texts]


@pytest.mark.parametrize("names", NAMES, ids=["paper", "two", "four"])
@pytest.mark.parametrize("name", mm.plots.DIAGRAMS)
def test_every_text_of_a_diagram_is_inside_its_box_and_inside_a_column(name, names):
    diagram = mm.plots.diagram(name, modalities=names)
    assert diagram.width <= COLUMN
    _, extents = drawn(diagram)
    boxes = [node for node in diagram.nodes.values() for _ in node.text]
    assert len(boxes) == len(extents)
    for node, (left, bottom, right, top) in zip(boxes, extents, strict=True):
        assert left >= -0.5, node.name
        assert right <= diagram.width + 0.5, node.name
        assert bottom >= -1, node.name
        assert top <= diagram.height + 1, node.name
        if node.width:
            assert right - left <= node.width, (node.name, right - left, node.width)
    for node in diagram.nodes.values():
        assert node.x - node.width / 2 >= 0, node.name
        assert node.x + node.width / 2 <= diagram.width, node.name
    points = [position(diagram, at) for edge in diagram.edges for at in edge.points]
    assert np.all((np.array(points) >= 0) & (np.array(points) <= (diagram.width, diagram.height)))


@pytest.mark.parametrize("name", mm.plots.DIAGRAMS)
def test_the_tikz_source_is_balanced_ascii_and_has_every_node_where_the_description_has_it(name):
    diagram = mm.plots.diagram(name)
    source = diagram.tikz()
    assert source.isascii()
    bare = re.sub(r"\\.", "", source)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    found = {n: (float(x), float(y)) for n, x, y in re.findall(r"\] \(([\w-]+)\) at \((-?[\d.]+),(-?[\d.]+)\)", source)}
    assert found.keys() == diagram.nodes.keys()
    for node in diagram.nodes.values():
        np.testing.assert_allclose(found[node.name], (node.x, node.y), atol=1e-4)
    assert source.count(r"\draw") == len(diagram.edges)
    assert "documentclass" not in source
    assert r"\documentclass" in diagram.tikz(document=True)


def test_a_modality_has_the_colour_and_dashes_of_the_theme_in_both_formats():
    diagram = mm.plots.diagram("coupled_mamba_layers")
    source, svg = diagram.tikz(), diagram_file.image_bytes(diagram, ".svg").decode()
    for m in range(3):
        colour = mm.plots.theme.colour(m)
        assert rf"\definecolor{{mmv{m}}}{{HTML}}{{{colour[1:]}}}" in source
        assert colour.lower() in svg.lower()
    assert "m1/.style={draw=mmv1, dash pattern=on 5bp off 2bp}" in source
    assert "stroke-dasharray: 5,2" in svg


def test_the_svg_file_is_well_formed_has_a_title_and_needs_no_font_and_no_other_file(tmp_path):
    diagram = mm.plots.diagram("alignmamba2")
    path = diagram.save(tmp_path / "a.svg")
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314  (our own file)
    assert float(root.get("width").removesuffix("pt")) == pytest.approx(diagram.width)
    assert float(root.get("height").removesuffix("pt")) == pytest.approx(diagram.height)
    text = path.read_text()
    assert "<title>AlignMamba-2</title>" in text
    assert "<text" not in text
    links = re.findall(r'(?:href|src)="([^"]*)"', text)
    assert links
    assert all(link.startswith("#") for link in links)
    assert diagram.save(tmp_path / "b.svg").read_bytes() == path.read_bytes()


def test_names_with_special_characters_are_text_in_tikz_and_svg(tmp_path):
    name = r"$x_1&%\#"
    diagram = mm.plots.diagram("alignmamba", modalities=("gyro", name))
    source = diagram.tikz()
    assert r"\$x\_1\&\%\textbackslash{}\#" in source
    diagram.save(tmp_path / "a.png")
    assert diagram_file.mathtext(next(n for n in diagram.nodes.values() if n.name == "encoder1").text[0]).startswith(
        r"\$x_1"
    )


def test_an_edge_follows_its_node_in_every_format():
    diagram = mm.plots.diagram("coupled_mamba_states")
    assert position(diagram, At("h01", "east")) == (diagram.nodes["h01"].x + 13.5, diagram.nodes["h01"].y)
    assert position(diagram, At("W0", "west", level=("h00", "east")))[1] == diagram.nodes["h00"].y
    with pytest.raises(ConfigError, match=r"no point h99\.east"):
        position(diagram, At("h99", "east"))


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"name": "alignmamba3"}, "did you mean 'alignmamba2'|alignmamba2"),
        ({"name": "alignmamba", "modalities": "text"}, "list of two to four names"),
        ({"name": "alignmamba", "modalities": ["a"]}, "two to four different names"),
        ({"name": "alignmamba", "modalities": ["a", "a"]}, "two to four different names"),
        ({"name": "alignmamba", "modalities": list("abcde")}, "two to four different names"),
        ({"name": "alignmamba", "modalities": ["a", "electrocardiogram"]}, "17 characters"),
        ({"name": "alignmamba", "modalities": ["a", "b\n"]}, "printable"),
        ({"name": "alignmamba", "modalities": ["a", 1]}, "list of two to four names"),
    ],
)
def test_an_unknown_diagram_and_unusable_modalities_are_refused(given, match):
    with pytest.raises(ConfigError, match=match):
        mm.plots.diagram(**given)


def test_another_ending_and_a_missing_folder_are_refused(tmp_path):
    diagram = mm.plots.diagram("coupled_mamba_block")
    with pytest.raises(ConfigError, match=r"ends in '\.eps'"):
        diagram.save(tmp_path / "a.eps")
    with pytest.raises(DataError, match="cannot be written"):
        diagram.save(tmp_path / "none" / "a.tikz")


def test_a_notebook_shows_the_drawing_on_white_with_alternative_text():
    shown = mm.plots.diagram("alignmamba")._repr_html_()
    assert shown.startswith('<img alt="AlignMamba.')
    assert "background:white" in shown
    assert "data:image/svg+xml;base64," in shown


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex on this machine")
def test_latex_compiles_every_diagram_to_a_page_of_its_size(tmp_path):
    diagrams = [mm.plots.diagram(name) for name in mm.plots.DIAGRAMS]
    head, _ = diagrams[0].tikz(document=True).split(r"\begin{document}")
    head = head.replace("{standalone}", "[multi=tikzpicture]{standalone}").replace("][", ", ")
    for one in diagrams:
        one.save(tmp_path / f"{one.name}.tikz")
    inputs = "".join(rf"\input{{{one.name}.tikz}}" for one in diagrams)
    (tmp_path / "all.tex").write_text(f"{head}\\begin{{document}}{inputs}\\end{{document}}")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", r"\pdfobjcompresslevel=0 \input{all.tex}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)
    log = (tmp_path / "all.log").read_text(errors="replace")
    if re.search(r"File `(standalone\.cls|tikz\.sty|amsmath\.sty)' not found", log):
        pytest.skip("LaTeX without the packages standalone, tikz or amsmath")
    assert done.returncode == 0, log[-2000:]
    assert f"({len(diagrams)} pages" in log
    sizes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "all.pdf").read_bytes())
    if sizes:  # not in compressed objects
        np.testing.assert_allclose(
            np.array(sizes, dtype=float), [(one.width, one.height) for one in diagrams], atol=0.1
        )
    assert "Overfull" not in log
    assert "Missing character" not in log
