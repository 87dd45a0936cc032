"""Panels are parted into columns of like height, each column a run of the order of its first panel."""

import itertools

import pytest

from mmviz.widgets import source

BELOW = 22  # the space under a panel, as in spread.js


@pytest.fixture
def parted(show):
    page = show()
    script = source.read("spread.js").split("// panels:")[0].split('";\n', 1)[1].replace("export ", "")
    return lambda heights, columns: page.evaluate(f"() => {{ {script} return parted({heights}, {columns}); }}")


def tallest(way, heights, columns):
    return max(sum(h + BELOW for h, c in zip(heights, way, strict=True) if c == column) for column in range(columns))


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("heights", [[100], [300, 100, 100], [50, 400, 60, 70, 80], [200] * 6])
def test_no_other_way_has_a_lower_tallest_column(parted, heights, columns):
    way = parted(heights, columns)
    assert set(way) <= set(range(columns))
    every = itertools.product(range(columns), repeat=len(heights))
    assert tallest(way, heights, columns) == min(tallest(each, heights, columns) for each in every)


def test_columns_stand_in_the_order_of_their_first_panels(parted):
    for heights in ([50, 400, 60, 70, 80], [10, 20, 300, 40], [200] * 6):
        way = parted(heights, 3)
        first = list(dict.fromkeys(way))
        assert first == sorted(first)
