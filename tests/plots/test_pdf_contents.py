"""inspect_pdf returns the page size, fonts, texts and rectangles that were drawn."""

import numpy as np
import pytest

from mmviz import analysis, plots
from mmviz.core.errors import DataError
from mmviz.plots.paper_figure import inspect_pdf


@pytest.fixture(scope="module")
def phi(recorded):
    return analysis.shapley(recorded)


@pytest.mark.parametrize(
    ("venue", "columns", "width"), [("neurips2024", 1, 5.5), ("icml2024", 1, 3.25), ("cvpr", 2, 6.875)]
)
def test_inspect_pdf_returns_page_size_and_fonts(phi, tmp_path, venue, columns, width):
    path = plots.paper(plots.plot_shapley, phi, file=tmp_path / "fig.pdf", venue=venue, columns=columns)
    found = inspect_pdf(path)
    assert found.width == pytest.approx(width, abs=1e-3)
    assert 0.5 < found.height < 9
    assert found.embedded
    assert any("STIX" in name for name in found.fonts)


def test_inspect_pdf_returns_the_texts_and_bars_of_the_frame(phi, tmp_path):
    found = inspect_pdf(plots.paper(plots.plot_shapley, phi, file=tmp_path / "fig.pdf"))
    frame = plots.shapley_frame(phi)
    names = [str(n) for n in frame["modality"].values]
    assert set(names) <= set(found.words)
    mean = frame["mean"].values
    printed = [word for word in found.words if word.lstrip("+")[:2] == "0." and len(word.lstrip("+")) == 5]
    assert [abs(float(word)) for word in printed] == [round(abs(v), 3) for v in mean]
    bars = found.boxes[np.isclose(found.boxes[:, 3], np.median(found.boxes[:, 3]), atol=1e-2)]
    np.testing.assert_allclose(bars[:, 2] / bars[:, 2].max(), np.abs(mean) / np.abs(mean).max(), atol=1e-3)


def test_inspect_pdf_refuses_other_pdfs_and_missing_files(tmp_path):
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(DataError, match="not a one-page PDF"):
        inspect_pdf(tmp_path / "no.pdf")
    with pytest.raises(DataError, match="cannot be read"):
        inspect_pdf(tmp_path / "absent.pdf")
