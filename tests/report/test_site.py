"""Static site: built offline, without external resources; formulas and live views work without a kernel."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from mmviz.report.notebooks import frame, run_study

FOLDER = Path(__file__).parents[2]
STUDY = """\
import mmviz as mm
import plotly.graph_objects as go

ds = mm.data.synthetic(n=60, modalities=2, steps=12, task="classification", seed=0)
model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, seed=0)
run = mm.train.fit(model, ds, epochs=1, progress=False, seed=0)
trace = mm.record(run, ds["test"], recorded_samples=2)
mm.widgets.Explorer(trace)"""


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    v4, folder = nbformat.v4, tmp_path_factory.mktemp("notebooks")
    cells = [
        v4.new_markdown_cell("# A study\n\nWith $x_t$ and\n\n$$\\frac12 \\sum_m \\varphi_m$$"),
        v4.new_code_cell(STUDY),
        v4.new_code_cell("go.Figure(go.Bar(y=[1, 2]))"),
        v4.new_code_cell("go.Figure(go.Bar(y=[2, 1]))"),
        v4.new_code_cell("mm.widgets.play(lambda height=3: go.Figure(go.Bar(y=[height, 1])), height=(1, 5, 1))"),
    ]
    nbformat.write(v4.new_notebook(cells=cells), folder / "00_study.ipynb")
    return folder


@pytest.fixture(scope="module")
def site(notebooks, tmp_path_factory):
    pytest.importorskip("myst_nb", reason="the extra `report` is not installed")
    from mmviz.report import build

    out = tmp_path_factory.mktemp("report")
    return build(out, notebooks=notebooks).parent


def test_build_writes_pages_of_studies_kernels_reference_and_data(site):
    there = {str(path.relative_to(site)) for path in site.rglob("*.html")}
    wanted = {
        "index.html",
        "studies/00_study.html",
        "kernels/operators.html",
        "api/analysis.html",
        "api/mmkernels.html",
        "data.html",
    }
    assert wanted <= there
    assert "coupled_scan" in (site / "api/mmkernels.html").read_text()


def test_no_page_loads_a_script_image_or_style_from_another_host(site):
    external = re.compile(
        r"""(?:<(?:script|img|iframe|source)[^>]*\ssrc|<link(?![^>]*rel="canonical")[^>]*\shref)=["'](https?:)?//"""
    )
    for path in [*site.glob("*.html"), *site.glob("[a-z]*/*.html")]:
        assert not external.search(path.read_text(encoding="utf-8")), path
    for path in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", path.read_text(encoding="utf-8")), path


def test_formulas_are_mathml_and_figures_load_plotly_once_from_the_site(site):
    text = (site / "studies/00_study.html").read_text()
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">' in text
    assert "<mfrac>" in text
    assert text.index("plotly.min.js") < text.index("Plotly.newPlot")
    assert text.count("plotly.min.js") == 1
    assert (site / "_static/plotly.min.js").stat().st_size > 1e6
    assert len(text) < 500_000, "plotly.js is not in every page"


def test_a_live_view_is_framed_as_a_standalone_page(site):
    text = (site / "studies/00_study.html").read_text()
    (address,) = set(re.findall(r'<iframe src="([^"]+)"', text))
    page = (site / "studies" / address).resolve()
    assert page.is_file()
    assert "Content-Security-Policy" in page.read_text()


def test_a_figure_with_controls_is_drawn_at_their_first_values_and_says_so(site):
    text = (site / "studies/00_study.html").read_text()
    assert text.count("Plotly.newPlot") == 3
    assert "Drawn at the first values of its controls (height), which move in the notebook." in text
    assert "application/vnd.jupyter.widget" not in text


def test_a_notebook_runs_again_only_when_it_or_the_code_changed(notebooks, tmp_path):
    path, out, views = notebooks / "00_study.ipynb", tmp_path / "studies" / "00_study.ipynb", tmp_path / "views"
    assert run_study(path, out, views, version="1")
    before = out.read_bytes()
    assert not run_study(path, out, views, version="1")
    assert out.read_bytes() == before
    assert run_study(path, out, views, version="2")
    book = json.loads(out.read_text())
    assert "embed_views" not in json.dumps(book)
    assert "iframe" in json.dumps(book)


def test_text_of_the_data_is_escaped_in_the_frame():
    text = frame("views/a.html", 'x" onload="alert(1)<script>')
    assert 'onload="alert' not in text
    assert "<script>" not in text


def test_a_view_is_saved_with_the_model_of_the_notebook_if_that_is_wanted(notebooks, tmp_path):
    path, sizes = notebooks / "00_study.ipynb", {}
    for models in (False, True):
        out, views = tmp_path / f"{models}.ipynb", tmp_path / f"views{models}"
        assert run_study(path, out, views, version="1", models=models)
        sizes[models] = (views / "00_study" / "view1.html").stat().st_size
    assert sizes[True] > sizes[False] + 20_000, "weights, samples and the kernels of the page"
