"""The playground in a notebook: the page of the wheel in a frame, and names that do not exist."""

import re
from html import unescape
from pathlib import Path

import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "playground" / "index.html").read_text(encoding="utf-8")


def test_the_page_of_the_wheel_and_the_page_of_the_docs_are_the_same_file():
    assert (ROOT / "mmviz" / "widgets" / "bundle" / "playground.html").read_text(encoding="utf-8") == PAGE
    assert PAGE.count('id="playground-start"></script>') == 1


def test_the_output_of_a_cell_is_a_frame_without_access_to_the_notebook_that_holds_the_page_and_its_start():
    html = mm.course.playground("coupled_scan", "mean", height=900)._repr_html_()
    (shown,) = re.findall(r'srcdoc="([^"]*)"', html)
    start = 'id="playground-start">coupled_scan/mean</script>'
    assert unescape(shown) == PAGE.replace('id="playground-start"></script>', start)
    assert 'sandbox="allow-scripts"' in html
    assert "height:900px" in html
    assert "<script" not in html


def test_without_a_preset_the_first_one_is_shown():
    assert ">coupled_scan/softmax&lt;" in mm.course.playground()._repr_html_().replace("&gt;", ">")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"part": "couple_scan"}, r"part='couple_scan' \(did you mean 'coupled_scan'\?\); use one of"),
        ({"preset": "softmix"}, r"preset='softmix' \(did you mean 'softmax'\?\); use one of 'softmax', 'identity'"),
        ({"height": 10}, "height=10; give a whole number from 200 to 5000"),
    ],
)
def test_an_unknown_part_or_preset_and_a_height_out_of_range_are_errors(arguments, message):
    with pytest.raises(ConfigError, match=message):
        mm.course.playground(**arguments)
