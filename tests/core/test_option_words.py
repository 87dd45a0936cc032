"""Words of a command line become the values that code would pass."""

import pytest

from mmviz.core.errors import ConfigError
from mmviz.core.options import option


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=3", 3),
        ("a=0.25", 0.25),
        ("a=zero", "zero"),
        ("a=True", True),
        ("a=false", False),
        ("a=1,b", (1, "b")),
        ("a=", ""),
        ('a={"stretch": ["x", "y"], "gain": 0.3}', {"stretch": ["x", "y"], "gain": 0.3}),
        ("a=[1, 2]", [1, 2]),
        ("a=b=c", "b=c"),
    ],
)
def test_a_value_is_what_it_looks_like(text, value):
    name, found = option(text)
    assert name == "a"
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["a", "=3", "", "a={broken"])
def test_what_cannot_be_read_is_refused_with_itself(text):
    with pytest.raises(ConfigError) as refused:
        option(text)
    assert repr(text) in str(refused.value)
