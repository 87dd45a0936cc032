"""Title of the Explorer: model and data set by default, or the given text."""

import html as html_text
import json

import pytest
from explorer_frames import make_frame

from mmviz import plots
from mmviz.core.errors import ConfigError
from mmviz.widgets import Explorer

HOSTILE = "</title><script>alert(1)</script>\u202e$x$"


def heading_of(explorer):
    return json.loads(explorer.data["meta"])["title"]


def test_the_title_is_the_model_in_the_words_of_papers_and_the_data_set(trace):
    frame = plots.explorer_frame(trace)
    assert frame.attrs["title"] == f"Coupled Mamba on {trace.attrs['dataset']}"
    assert heading_of(Explorer(frame=frame)) == frame.attrs["title"]


def test_every_registered_fusion_has_words_and_another_model_its_own_name():
    import mmviz as mm

    names = mm.models.available()
    assert {name for name in names if plots.explorer.model_words(name) == name} == set()
    assert plots.explorer.model_words("Net") == "Net"


def test_two_models_on_one_data_set_are_both_in_the_title():
    a, b = (make_frame(attrs={"title": f"{name} on watch", "dataset": "watch"}) for name in ("Late fusion", "LMF"))
    assert heading_of(Explorer(frame=a, other=b)) == "Late fusion and LMF on watch"
    assert heading_of(Explorer(frame=a, other=a)) == "Late fusion on watch"
    assert heading_of(Explorer(frame=a, other=b, title="mine")) == "mine"


def test_a_given_title_is_the_heading_and_the_title_of_the_saved_page(tmp_path):
    explorer = Explorer(frame=make_frame(), title="Fold 3, <b>seed</b> 1")
    assert heading_of(explorer) == "Fold 3, <b>seed</b> 1"
    page = explorer.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<title>Fold 3, &lt;b&gt;seed&lt;/b&gt; 1</title>" in page


def test_a_hostile_title_cannot_leave_its_element(tmp_path):
    explorer = Explorer(frame=make_frame(), title=HOSTILE)
    page = explorer.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page
    title = page.split("<title>")[1].split("</title>")[0]
    assert html_text.unescape(title) == HOSTILE.replace("\u202e", "\\u202e")


@pytest.mark.parametrize("title", ["", "  ", 3, ["a"], "x" * 201])
def test_a_title_that_is_no_text_empty_or_long_is_refused(title):
    with pytest.raises(ConfigError, match=r"Explorer: title=.*give a text of 1 to 200 characters"):
        Explorer(frame=make_frame(), title=title)
