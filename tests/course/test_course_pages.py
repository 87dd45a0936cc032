"""Handout, slides and browser edition: complete, without network, formulas as MathML, no solutions where they do not belong."""

import re
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest

from mmviz.__main__ import main
from mmviz.course import EXERCISES
from mmviz.course.html_pages import outputs_html, to_html
from mmviz.course.slides import slides_of

v4 = nbformat.v4
NETWORK = re.compile(r"""(?:src|href)=["'](?:https?:)?//""")
FIGURE = '<div class="plotly-graph-div"></div>'


@pytest.fixture
def studies(tmp_path):
    """Write an executed notebook as `python -m mmviz report --run-only` does."""
    out = tmp_path / "run"
    (out / "studies").mkdir(parents=True)
    (out / "_static" / "views").mkdir(parents=True)
    (out / "_static" / "plotly.min.js").write_text("// plotly")
    hint = 'Stuck? `mm.course.hint("6.5")`; the solution: `mm.course.solution("6.5")`.'
    printed = v4.new_output("stream", name="stdout", text="a table\ncheck: it is < 3\n")
    warning = v4.new_output("stream", name="stderr", text="a warning")
    figure = v4.new_output("display_data", {"text/html": FIGURE})
    cells = [
        v4.new_markdown_cell("# Title: what?\n\n**The question: does it hold?** You need `00_start_here`."),
        v4.new_markdown_cell(
            "## 1 · Part\n\nWith $|x_t|$ it is. More text.\n\n$$\\frac12$$\n\n*Predict: will it?* And more."
        ),
        v4.new_code_cell("a < b", outputs=[warning, printed, figure]),
        v4.new_markdown_cell(hint),
        v4.new_code_cell('answer = ...  # your work\nmm.course.check("6.5", answer, result=result)'),
    ]
    for name in ("00_start_here", "06_imbalance"):
        nbformat.write(v4.new_notebook(cells=cells), out / "studies" / f"{name}.ipynb")
    return out


def test_markdown_becomes_html_with_mathml_and_code_is_no_formula():
    text = to_html("| a |\n| --- |\n| $|x_1|$ |\n\n`$5` and $y^2$ and\n\n$$\\sum_i z_i$$")
    assert text.count("<math") == 3
    assert 'display="block"' in text
    assert "<code>$5</code>" in text
    assert "<td><math" in text.replace("\n", "").replace("  ", "")


def test_outputs_are_escaped_and_messages_on_stderr_are_left_out():
    outputs = [v4.new_output("stream", name=n, text="<script>") for n in ("stdout", "stderr")]
    assert outputs_html(v4.new_code_cell("", outputs=outputs)) == ['<pre class="out">&lt;script&gt;</pre>']


def test_the_handout_has_every_exercise_with_solution_hints_and_mistakes(tmp_path, capsys):
    out = tmp_path / "h.html"
    assert main(["course", "handout", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert not NETWORK.search(text)
    sections = text.split("<section>")[1:]
    assert len(sections) == len(EXERCISES)
    in_order = sorted(EXERCISES.values(), key=lambda e: [int(n) for n in e.number.split(".")])
    for section, exercise in zip(sections, in_order, strict=True):
        assert f"<h3>{exercise.number} · " in section
        assert section.count("<tr>") == 1 + len(exercise.mistakes)
        assert section.count("<li>") >= 3
        assert "mm.course.solution" not in section
    capsys.readouterr()


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_the_handout_is_printed_to_pdf(tmp_path, capsys):
    out = tmp_path / "h.pdf"
    assert main(["course", "handout", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"%PDF-")
    capsys.readouterr()


def test_a_heading_begins_a_slide_with_question_predictions_formulas_figure_and_checks(studies):
    slides = slides_of(nbformat.read(studies / "studies" / "06_imbalance.ipynb", as_version=4))
    assert [slide.heading for slide in slides][:3] == ["Title: what?", "1 · Part", "1 · Part"]
    first, second, third = ("".join(slide.shown) for slide in slides[:3])
    assert "The question" in first
    assert "You need" not in first
    assert "More text" not in second
    assert second.count("<math") == 2
    assert 'class="predict"' in second
    assert "<p>✓ it is &lt; 3</p>" in second
    assert FIGURE in third
    assert any("More text" in note for note in slides[1].notes)


def test_slides_are_written_without_a_run_and_load_nothing_from_the_network(tmp_path, capsys):
    assert main(["course", "slides", "--only", "02", "--out", str(tmp_path)]) == 0
    (path,) = (tmp_path / "pages").glob("*.html")
    text = path.read_text(encoding="utf-8")
    assert text.count('<section class="slide') >= 8
    assert not NETWORK.search(text)
    assert main(["course", "slides", "--only", "77", "--out", str(tmp_path)]) == 1
    assert "contains no notebook of that name" in capsys.readouterr().err


def test_slides_of_executed_notebooks_have_their_files(studies, tmp_path, capsys):
    assert main(["course", "slides", "--studies", str(studies), "--out", str(tmp_path / "s")]) == 0
    assert (tmp_path / "s" / "_static" / "plotly.min.js").exists()
    assert FIGURE in (tmp_path / "s" / "pages" / "06_imbalance.html").read_text()
    capsys.readouterr()


def test_the_browser_edition_has_results_links_between_pages_no_solutions_and_fits_one_zip(studies, tmp_path, capsys):
    out = tmp_path / "browser"
    assert main(["course", "browser", "--studies", str(studies), "--out", str(out), "--zip"]) == 0
    pages = {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in out.rglob("*.html")}
    assert set(pages) == {"index.html", "pages/00_start_here.html", "pages/06_imbalance.html"}
    for name, text in pages.items():
        assert not NETWORK.search(text)
        for link in re.findall(r'(?:href|src)="([^"#]+)"', text):
            assert (out / name).parent.joinpath(link).exists(), (name, link)
    text = pages["pages/06_imbalance.html"]
    assert FIGURE in text
    assert '<a href="00_start_here.html"><code>00_start_here</code></a>' in text
    assert "course.solution" not in text
    assert "%env" not in text
    with zipfile.ZipFile(tmp_path / "browser.zip") as archive:
        assert "browser/index.html" in archive.namelist()
        assert "browser/_static/plotly.min.js" in archive.namelist()
    capsys.readouterr()


def test_a_folder_without_executed_notebooks_is_refused(tmp_path, capsys):
    for word in ("browser", "slides"):
        assert main(["course", word, "--studies", str(tmp_path), "--out", str(tmp_path / "o")]) == 1
        assert "python -m mmviz report --run-only" in capsys.readouterr().err
    assert not list(Path(tmp_path / "o").glob("pages/*"))
