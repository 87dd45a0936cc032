"""Figures for papers: exact width, embedded fonts, reproducible bytes, the numbers of the frame, no change of global settings."""

import re
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest

from mmviz import analysis, plots
from mmviz.core.errors import ConfigError, DataError
from mmviz.plots.figure_registry import FIGURES
from mmviz.plots.matplotlib_backend import drawable_text
from mmviz.plots.venue import venue_of

WIDTHS = {("neurips2024", 1): 396.0, ("icml2024", 1): 234.0, ("icml2024", 2): 486.0, ("cvpr", 1): 234.0, ("cvpr", 2): 495.0,
          ("acl", 1): 7.7 / 2.54 * 72, ("acl", 2): 16 / 2.54 * 72}  # fmt: skip


@pytest.fixture(scope="module")
def phi(recorded):
    return analysis.shapley(recorded)


def media_box(path):
    found = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", path.read_bytes())
    assert len(found) == 1
    return tuple(map(float, found[0]))


@pytest.mark.parametrize(("venue", "columns"), WIDTHS)
def test_the_pdf_is_as_wide_as_the_columns_of_the_venue(phi, tmp_path, venue, columns):
    path = plots.paper(plots.plot_shapley, phi, file=tmp_path / "fig.pdf", venue=venue, columns=columns)
    assert abs(media_box(path)[0] - WIDTHS[venue, columns]) < 0.01


@pytest.mark.parametrize("plot", FIGURES, ids=lambda plot: plot.__name__)
def test_every_figure_fits_the_narrowest_column_with_embedded_fonts(plot, figure_data, tmp_path):
    data, options = figure_data[plot]
    path = plots.paper(plot, *data, file=tmp_path / "fig.pdf", venue="acl", **options)
    raw = path.read_bytes()
    width, height = media_box(path)
    assert abs(width - WIDTHS["acl", 1]) < 0.01
    assert height < 11 * 72
    assert b"/FontFile2" in raw
    assert b"/Type3" not in raw
    assert len(re.findall(rb"/Type /Font\b.{0,400}?/Subtype /(?!Type0|CIDFontType2)", raw, flags=re.DOTALL)) == 0


@pytest.mark.parametrize("ending", ["pdf", "svg", "png"])
def test_the_same_call_gives_the_same_bytes(figure_data, tmp_path, ending):
    for plot in (plots.plot_shapley, plots.plot_coupling):
        data, options = figure_data[plot]
        one, two = (plots.paper(plot, *data, file=tmp_path / f"{n}.{ending}", **options).read_bytes() for n in "ab")
        assert one == two


def test_another_process_writes_the_same_bytes(recorded, phi, tmp_path):
    import mmviz as mm

    here = plots.paper(plots.plot_shapley, phi, file=tmp_path / "here.pdf").read_bytes()
    saved = mm.trace.save(recorded, tmp_path / "trace.nc")
    code = (
        f"import mmviz as mm; phi = mm.analysis.shapley(mm.trace.load({str(saved)!r}));"
        f"mm.plots.paper(mm.plots.plot_shapley, phi, file={str(tmp_path / 'there.pdf')!r});"
        "import sys; assert 'matplotlib.pyplot' not in sys.modules; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / "there.pdf").read_bytes() == here


def test_the_bars_in_the_svg_are_proportional_to_the_numbers(phi, tmp_path):
    text = plots.paper(plots.plot_shapley, phi, file=tmp_path / "fig.svg").read_text()
    mean = plots.shapley_frame(phi)["mean"].values
    lengths = []
    for path in re.findall(r'd="M ([^"]*?)z\s*"[^>]*fill: (?:#0072b2|url\(#h)', text):
        points = np.array(re.findall(r"-?[\d.]+", path), dtype=float).reshape(-1, 2)
        lengths.append(np.ptp(points[:, 0]))
    assert len(lengths) == len(mean)
    np.testing.assert_allclose(np.array(lengths) / lengths[0], np.abs(mean / mean[0]), rtol=2e-5)


def test_paper_does_not_change_the_settings_of_matplotlib(phi, tmp_path):
    mpl.rcParams["lines.linewidth"] = 7.25
    before = dict(mpl.rcParams)
    try:
        plots.paper(plots.plot_shapley, phi, file=tmp_path / "fig.pdf")
        assert dict(mpl.rcParams) == before
    finally:
        mpl.rcParams["lines.linewidth"] = mpl.rcParamsDefault["lines.linewidth"]


def test_settings_of_the_user_do_not_change_the_file(phi, tmp_path):
    one = plots.paper(plots.plot_shapley, phi, file=tmp_path / "a.pdf").read_bytes()
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30, "pdf.fonttype": 3, "axes.facecolor": "red"}):
        assert plots.paper(plots.plot_shapley, phi, file=tmp_path / "b.pdf").read_bytes() == one


def test_importing_plots_imports_neither_matplotlib_nor_plotly_nor_torch():
    code = "import mmviz.plots, sys; assert not {'matplotlib', 'tueplots', 'plotly', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_alternative_text_is_in_the_metadata_of_the_file(phi, tmp_path):
    text = plots.paper(plots.plot_shapley, phi, file=tmp_path / "fig.svg").read_text()
    assert "Shapley values of the modalities" in text
    assert "95 %" in text


@pytest.mark.parametrize(
    "text", ["$x^2$ & 5 %", r"\frac{1}{2}", r"\$", "a_b^c", "<b>bold</b>", "标签", "\x00nul", "🎧", "$"]
)
def test_tex_and_unknown_characters_in_names_are_drawn_literally(phi, tmp_path, text):
    named = phi.assign_coords(modality=[text, *phi["modality"].values.astype(str)[1:]])
    named.attrs["units"] = text
    plots.paper(plots.plot_shapley, named, file=tmp_path / "fig.pdf")
    shown = drawable_text(text)
    assert "标" not in shown
    assert shown.count("$") == shown.count(r"\$")


def test_a_character_without_a_glyph_is_drawn_as_its_code():
    assert drawable_text("标x") == r"\u6807x"
    assert drawable_text("größer ± π") == "größer ± π"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"venue": "nature"}, "neurips2024, icml2024, cvpr or acl"),
        ({"columns": 2}, "one column"),
        ({"columns": 0, "venue": "cvpr"}, "two columns"),
        ({"columns": True, "venue": "cvpr"}, "columns=True"),
        ({"file": "fig.jpg"}, r"\.jpg"),
        ({"height": 99}, "height=99"),
    ],
)
def test_paper_refuses_an_unknown_venue_column_ending_or_height(phi, tmp_path, change, match):
    options = {"file": "fig.pdf", **change}
    options["file"] = tmp_path / options["file"]
    with pytest.raises(ConfigError, match=match):
        plots.paper(plots.plot_shapley, phi, **options)
    assert list(tmp_path.iterdir()) == []


def test_paper_suggests_the_nearest_registered_figure(phi, tmp_path):
    def plot_shapely(phi):
        return phi

    with pytest.raises(ConfigError, match="did you mean 'plot_shapley'"):
        plots.paper(plot_shapely, phi, file=tmp_path / "fig.pdf")


def test_paper_refuses_a_missing_folder_and_keeps_an_older_file_on_failure(phi, tmp_path):
    with pytest.raises(DataError, match="cannot be written"):
        plots.paper(plots.plot_shapley, phi, file=tmp_path / "nowhere" / "fig.pdf")
    old = tmp_path / "fig.pdf"
    old.write_bytes(b"old")
    with pytest.raises(DataError):
        plots.paper(plots.plot_interactions, phi, file=old)
    assert old.read_bytes() == b"old"


def test_every_venue_names_the_source_of_its_widths():
    assert "tueplots" in venue_of("neurips2024").source
    assert "ours" in venue_of("acl").source
