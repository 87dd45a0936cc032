"""Controls for the parameters of a function: kinds of widgets, first values, refusals, and that a change calls the function again."""

import ipywidgets
import pandas
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError


def test_every_kind_of_choice_is_a_widget_and_starts_at_the_default_of_the_parameter():
    def function(decay=0.9, stream="gyro", gated=False, steps=4):
        return None

    found = mm.widgets.play(
        function, decay=(0.5, 1.0, 0.01), stream=["accelerometer", "gyro"], gated=True, steps=(1, 8, 1)
    )
    kinds = [type(w) for w in found.controls.widgets.values()]
    assert kinds == [ipywidgets.FloatSlider, ipywidgets.Dropdown, ipywidgets.Checkbox, ipywidgets.IntSlider]
    assert found.values == {"decay": 0.9, "stream": "gyro", "gated": False, "steps": 4}


def test_without_a_default_a_slider_starts_in_the_middle_a_choice_at_the_first_value():
    found = mm.widgets.play(lambda a, b, c: None, a=(0.0, 1.0, 0.25), b=[3, 1], c=True)
    assert found.values == {"a": 0.5, "b": 3, "c": True}


def test_a_change_calls_the_function_with_all_values():
    seen = []
    found = mm.widgets.play(lambda a=1, b=2: seen.append((a, b)), a=(0, 4, 1), b=(0, 4, 1))
    found.set(a=3)
    found.set(b=0)
    assert seen == [(1, 2), (3, 2), (3, 0)]


def test_a_function_of_any_keyword_takes_all_choices():
    seen = []
    mm.widgets.play(lambda **values: seen.append(values), a=(0, 2, 1))
    assert seen == [{"a": 1}]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({}, "no choices"),
        ({"z": (0, 1, 1)}, "z"),
        ({"a": (0, 1)}, "give \\(low, high, step\\)"),
        ({"a": (1, 0, 1)}, "low < high"),
        ({"a": (0, 1, 0)}, "step above 0"),
        ({"a": (2, 3, 1)}, "a=1"),
        ({"a": []}, "a list of values"),
        ({"a": [5]}, "default 1 is not in"),
        ({"a": "no"}, "a list of values"),
        ({"a": (0, float("nan"), 1)}, "finite"),
    ],
)
def test_other_choices_are_refused_with_the_name(choices, message):
    with pytest.raises(ConfigError, match=message):
        mm.widgets.play(lambda a=1: None, **choices)


def test_a_value_outside_a_range_is_refused():
    found = mm.widgets.play(lambda a=1: None, a=(0, 4, 1))
    with pytest.raises(ConfigError, match="a=9"):
        found.set(a=9)


def test_a_front_end_without_widgets_reads_what_is_missing():
    bundle = mm.widgets.play(lambda a=1: None, a=(0, 4, 1))._repr_mimebundle_()
    forms = bundle[0] if isinstance(bundle, tuple) else bundle
    assert forms["text/plain"] == "Controls: a. They need a running kernel and a front end with widgets."
    assert "application/vnd.jupyter.widget-view+json" in forms


def test_a_figure_is_updated_in_place_and_replaced_where_its_traces_are_others():
    import plotly.graph_objects as go

    found = mm.widgets.play(
        lambda a=1: go.Figure([go.Scatter(y=[0, a])] * (1 + (a > 2)), {"title": {"text": str(a)}}), a=(0, 4, 1)
    )
    first = found.children[-1]
    found.set(a=2)
    assert found.children[-1] is first
    assert list(first.data[0].y) == [0, 2]
    assert first.layout.title.text == "2"
    found.set(a=3)
    assert found.children[-1] is not first
    assert len(found.children[-1].data) == 2


def test_text_is_escaped_tables_are_html_nothing_is_nothing_and_a_later_error_is_shown():
    found = mm.widgets.play(lambda a=1: "<b>" if a else 1 / a, a=(0, 4, 1))
    assert found.children[-1].value == "<pre>&lt;b&gt;</pre>"
    found.set(a=0)
    assert "ZeroDivisionError" in found.children[-1].value
    table = mm.widgets.play(lambda a=1: pandas.DataFrame({"a": [a]}), a=(0, 4, 1))
    assert "<table" in table.children[-1].value
    assert len(mm.widgets.play(lambda a=1: None, a=(0, 4, 1)).children) == 1
    with pytest.raises(ZeroDivisionError):
        mm.widgets.play(lambda a=0: 1 / a, a=(0, 4, 1))
