"""Figures as image files in one call: by plotly with kaleido, or by matplotlib; the files are opened."""

import copy
import io
import json
import pickle
import shutil
import xml.etree.ElementTree as ET

import plotly.graph_objects as go
import pytest
from PIL import Image

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.plots.spec_figure import SpecFigure

pytest.importorskip("tueplots", reason="tueplots is not installed: pip install -e '.[paper]'")


@pytest.fixture(scope="module")
def phi(recorded):
    return mm.analysis.shapley(recorded)


@pytest.fixture
def no_chrome(monkeypatch):
    """Plotly cannot write images, as without Chrome."""

    def refuse(*_, **__):
        raise RuntimeError("Kaleido requires Google Chrome\nto be installed")

    monkeypatch.setattr("plotly.io.to_image", refuse)


def opened(content, kind):
    if kind == "png":
        image = Image.open(io.BytesIO(content))
        image.load()
        return image.size
    if kind == "svg":
        root = ET.fromstring(content)  # noqa: S314 - our own file
        return root.tag.rpartition("}")[2]
    return content[:5]


@pytest.mark.parametrize(("kind", "expected"), [("png", (1280, 332)), ("svg", "svg"), ("pdf", b"%PDF-")])
def test_without_chrome_matplotlib_writes_the_image_and_the_result_states_it(phi, tmp_path, no_chrome, kind, expected):
    figure = mm.plots.plot_shapley(phi)
    found = mm.plots.write_image(figure, file=tmp_path / f"phi.{kind}")
    assert found.backend == "matplotlib"
    assert "Kaleido requires Google Chrome" in found.note
    seen = opened(found.path.read_bytes(), kind)
    assert (seen[0] == expected[0]) if kind == "png" else (seen == expected)
    if kind == "pdf":
        assert {"m1", "m2", "m3"} <= set(mm.plots.inspect_pdf(found.path).words)


def test_the_methods_of_a_figure_write_with_a_warning_that_names_the_reason(phi, tmp_path, no_chrome):
    figure = mm.plots.plot_shapley(phi)
    with pytest.warns(UserWarning, match=r"drawn by matplotlib.*requires Google Chrome"):
        figure.write_image(tmp_path / "phi.png")
    assert opened((tmp_path / "phi.png").read_bytes(), "png")[0] > 0
    buffer = io.BytesIO()
    with pytest.warns(UserWarning, match="drawn by matplotlib"):
        figure.write_image(buffer, format="svg")
    assert opened(buffer.getvalue(), "svg") == "svg"
    with pytest.warns(UserWarning, match="drawn by matplotlib"):
        small, large = (opened(figure.to_image("png", width=w), "png") for w in (300, 600))
    assert large[0] == 2 * small[0]


@pytest.mark.browser
@pytest.mark.skipif(not (shutil.which("chromium") or shutil.which("google-chrome")), reason="no Chrome or Chromium")
def test_with_kaleido_plotly_writes_png_svg_and_pdf_at_the_given_size(phi, tmp_path):
    pytest.importorskip("kaleido", reason="kaleido is not installed: pip install 'mmviz[lab]'")
    figure = mm.plots.plot_shapley(phi)
    for kind, expected in (("png", (800, 400)), ("svg", "svg"), ("pdf", b"%PDF-")):
        found = mm.plots.write_image(figure, file=tmp_path / f"phi.{kind}", width=400, height=200)
        assert found.backend == "plotly", found.note
        assert opened(found.path.read_bytes(), kind) == expected


def test_a_plot_function_with_its_data_a_specification_and_a_venue_are_written(phi, tmp_path, no_chrome):
    one = mm.plots.write_image(mm.plots.plot_shapley, phi, file=tmp_path / "a.png", backend="matplotlib")
    two = mm.plots.write_image(mm.plots.plot_shapley(phi).spec, file=tmp_path / "b.png", backend="matplotlib")
    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.note == ""
    paper = mm.plots.write_image(mm.plots.plot_shapley, phi, file=tmp_path / "c.pdf", venue="icml2024")
    assert paper.backend == "matplotlib"
    same = mm.plots.paper(mm.plots.plot_shapley, phi, file=tmp_path / "d.pdf", venue="icml2024")
    assert paper.path.read_bytes() == same.read_bytes()


def test_every_figure_of_the_package_is_a_plotly_figure_with_its_specification(phi):
    figure = mm.plots.plot_shapley(phi)
    assert isinstance(figure, go.Figure)
    assert isinstance(figure.spec, mm.plots.FigureSpec)
    for again in (copy.deepcopy(figure), pickle.loads(pickle.dumps(figure))):  # noqa: S301 - our own
        assert json.loads(again.to_json()) == json.loads(figure.to_json())
        assert isinstance(again, SpecFigure)


def test_bad_input_is_refused_with_what_to_do(phi, tmp_path, no_chrome):
    figure = mm.plots.plot_shapley(phi)
    with pytest.raises(ConfigError, match=r"ends in '.gif'; choose one of .png"):
        mm.plots.write_image(figure, file=tmp_path / "a.gif")
    with pytest.raises(ConfigError, match=r"backend='matplot' .did you mean 'matplotlib'"):
        mm.plots.write_image(figure, file=tmp_path / "a.png", backend="matplot")
    with pytest.raises(ConfigError, match="takes no data"):
        mm.plots.write_image(figure, phi, file=tmp_path / "a.png")
    with pytest.raises(ConfigError, match="a Dataset; give a figure"):
        mm.plots.write_image(phi, file=tmp_path / "a.png")
    with pytest.raises(ConfigError, match="sets the width"):
        mm.plots.write_image(figure, file=tmp_path / "a.png", venue="acl", width=300)
    for width in (0, -3, "wide", float("nan"), 1e9):
        with pytest.raises(ConfigError, match="write_image: width"):
            mm.plots.write_image(figure, file=tmp_path / "a.png", width=width)
    with pytest.raises(DataError, match="requires Google Chrome"):
        mm.plots.write_image(figure, file=tmp_path / "a.png", backend="plotly")
    with pytest.raises(DataError, match="requires Google Chrome"):
        mm.plots.write_image(go.Figure(), file=tmp_path / "a.png")
    with pytest.raises(ConfigError, match="has no specification"):
        mm.plots.write_image(go.Figure(), file=tmp_path / "a.png", backend="matplotlib")
    with pytest.raises(DataError, match="cannot be written"):
        mm.plots.write_image(figure, file=tmp_path / "missing" / "a.png")
    with pytest.raises(MissingDependencyError, match="no specification"):
        copy.deepcopy(figure).to_image("png")
    with pytest.warns(UserWarning, match="drawn by"), pytest.raises(ConfigError, match="needs kaleido"):
        figure.to_image("webp")
    assert not list(tmp_path.glob("*"))
