import json
from pathlib import Path

import pytest
from explorer_frames import make_frame

from mmviz.core.errors import ConfigError
from mmviz.widgets import Explorer, register_view, unregister_view, views

TEMPLATE = Path(__file__).parents[2] / "docs" / "templates" / "view.js"


@pytest.fixture(autouse=True)
def _no_view_is_left():
    yield
    for view in views.registered():
        unregister_view(view.name)


def test_a_registered_view_is_in_the_script_of_explorers_made_afterwards_and_of_no_other():
    before = Explorer(frame=make_frame())
    register_view(TEMPLATE)
    after = Explorer(frame=make_frame())
    assert TEMPLATE.read_text() in after._esm
    assert TEMPLATE.read_text() not in before._esm
    unregister_view("view")
    assert Explorer(frame=make_frame())._esm == before._esm


def test_the_same_file_registered_twice_is_one_view():
    register_view(TEMPLATE)
    register_view(TEMPLATE)
    assert [view.name for view in views.registered()] == ["view"]


def test_the_variables_of_a_registered_view_are_packed_if_the_frame_has_them():
    frame = make_frame().assign(energy=(("epoch", "recorded_sample"), [[1.0, 2.0, 3.0]] * 5))
    register_view(TEMPLATE, variables=["energy", "not in this frame"])
    arrays = json.loads(Explorer(frame=frame).data["meta"])["arrays"]
    assert arrays["energy"]["shape"] == [5, 3]
    assert "not in this frame" not in arrays
    assert "energy" not in json.loads(Explorer(frame=make_frame()).data["meta"])["arrays"]


@pytest.mark.parametrize(
    "line", ['import { h } from "./dom.js";', "export default {};", 'const text = "</script>";', "// <!-- note"]
)
def test_a_view_file_with_import_export_or_script_end_raises_a_config_error_with_its_line(tmp_path, line):
    (tmp_path / "bad.js").write_text(f"const a = 1;\n{line}\n")
    with pytest.raises(ConfigError, match=r"bad\.js, line 2: "):
        register_view(tmp_path / "bad.js")
    assert views.registered() == ()


def test_a_missing_view_file_and_an_unregistered_name_raise_config_errors(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.js cannot be read"):
        register_view(tmp_path / "nowhere.js")
    with pytest.raises(ConfigError, match="no view 'nothing' is registered; registered are none"):
        unregister_view("nothing")
