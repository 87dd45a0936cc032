"""LaTeX tables and figures: escaped texts, rounded numbers, a complete caption."""

import math

import pytest

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.escape import latex
from mmviz.plots import latex_table
from mmviz.plots.latex import latex_figure

GIVEN = {"caption": "What each part is worth", "data": "watch, test", "seeds": [0, 1], "commit": "abc1234"}
ROWS = [
    {"variant": "whole", "accuracy": (0.8571, 0.012), "steps": 400, "note": None},
    {"variant": "no_transport & 5 %", "accuracy": (0.8564, 0.02), "steps": 400, "note": "a"},
    {"variant": "nothing", "accuracy": math.nan, "steps": -1, "note": "-0.5"},
]


def written(tmp_path, rows=ROWS, **options):
    return latex_table(rows, file=tmp_path / "table.tex", **{**GIVEN, **options}).read_text()


def test_table_cells_are_rounded_and_show_intervals(tmp_path):
    text = written(tmp_path, digits=2)
    assert r"whole & 0.86 \ensuremath{\pm} 0.01 & 400 & -- \\" in text
    assert r"nothing & -- & -1 & -0.5 \\" in text


def test_the_caption_states_data_seeds_interpretation_and_commit(tmp_path):
    text = written(tmp_path, interpretation="E1 of the equilibrium deviation")
    assert (
        r"\caption{What each part is worth. Data: watch, test. Seeds: 0, 1. "
        r"Our interpretation: E1 of the equilibrium deviation. Code: \texttt{abc1234}.}" in text
    )


def test_the_best_number_and_numbers_equal_in_print_are_bold(tmp_path):
    text = written(tmp_path, best={"accuracy": "max"}, digits=2)
    assert text.count(r"\textbf{0.86") == 2
    assert written(tmp_path, best={"accuracy": "max"}, digits=4).count(r"\textbf") == 1


def test_latex_commands_in_cells_headers_and_captions_are_escaped(tmp_path):
    hostile = r"\input{/etc/passwd} $x$ % # ~ ^ {} _ & \\"
    text = written(tmp_path, rows=[{hostile: hostile}], caption=hostile, commit=hostile)
    assert r"\input" not in text
    assert "$x" not in text.replace(r"\$x", "")
    assert text.count(r"\textbackslash{}input\{/etc/passwd\}") == 4


def test_latex_escapes_every_special_character():
    assert latex("50 % & a_b") == r"50 \% \& a\_b"
    assert latex("\\") == r"\textbackslash{}"
    assert latex("m1 × m2") == r"m1 \ensuremath{\times} m2"
    assert latex("nul\x00") == r"nul\textbackslash{}u0000"


@pytest.mark.parametrize(
    ("rows", "options", "error", "match"),
    [
        ([], {}, DataError, "empty"),
        ([{"a": 1}, {"b": 1}], {}, DataError, r"rows\[1\]"),
        ([{"a": (1, 2, 3)}], {}, DataError, "3 values"),
        (ROWS, {"best": {"accuracy": "most"}}, ConfigError, "max or min"),
        (ROWS, {"best": {"loss": "min"}}, ConfigError, "loss"),
        (ROWS, {"digits": -1}, ConfigError, "digits=-1"),
        (ROWS, {"label": "a}b"}, ConfigError, "label"),
    ],
)
def test_latex_table_refuses_no_rows_other_columns_and_invalid_options(tmp_path, rows, options, error, match):
    with pytest.raises(error, match=match):
        written(tmp_path, rows=rows, **options)
    assert list(tmp_path.iterdir()) == []


def test_latex_table_refuses_another_file_ending_and_a_missing_folder(tmp_path):
    with pytest.raises(ConfigError, match=r"\.tex"):
        latex_table(ROWS, file=tmp_path / "table.txt", **GIVEN)
    with pytest.raises(DataError, match="cannot be written"):
        latex_table(ROWS, file=tmp_path / "nowhere" / "table.tex", **GIVEN)


def test_groups_of_columns_have_a_heading_a_rule_and_a_gap(tmp_path):
    rows = [{"model": "a", "F1": 0.5, "F1 ": "85.6"}]
    text = written(
        tmp_path, rows=rows, groups={"measured": ["F1"], "printed, 50 %": ["F1 "]}, published="Table 1", small=True
    )
    assert r" & \multicolumn{1}{c}{measured} & \multicolumn{1}{c}{printed, 50 \%} \\" in text
    assert r"\cmidrule(lr){2-2}\cmidrule(lr){3-3}" in text
    assert r"\begin{tabular}{l@{\hspace{2em}}r@{\hspace{2em}}l}" in text
    assert "Published elsewhere, not measured here: Table 1." in text
    assert r"\small" in text


@pytest.mark.parametrize(
    "groups", [{"a": ["variant", "steps"]}, {"a": ["nothing"]}, {"a": ["steps"], "b": ["steps"]}, {"a": []}]
)
def test_latex_table_refuses_groups_of_columns_that_are_not_adjacent(tmp_path, groups):
    with pytest.raises(ConfigError, match="adjacent columns"):
        written(tmp_path, groups=groups)


def test_latex_figure_includes_the_file_at_its_size_with_a_complete_caption(tmp_path):
    file = latex_figure("fig_1.pdf", file=tmp_path / "fig.tex", **GIVEN, published="a & b", label="fig:one", wide=True)
    text = file.read_text()
    assert r"\includegraphics{fig_1.pdf}" in text
    assert r"\begin{figure*}" in text
    assert r"not measured here: a \& b. Code: \texttt{abc1234}.}" in text
    assert r"\label{fig:one}" in text
    for wrong in ({"graphic": "a}{b.pdf"}, {"file": tmp_path / "fig.pdf"}, {"label": "a b"}):
        with pytest.raises(ConfigError):
            latex_figure(**{"graphic": "fig.pdf", "file": tmp_path / "x.tex", **GIVEN, **wrong})
    assert not (tmp_path / "x.tex").exists()
