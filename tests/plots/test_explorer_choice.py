"""A frame of the live view with fewer traced samples shows the same numbers for those it keeps."""

import numpy as np
import pytest
import xarray as xr

from mmviz.errors import ConfigError
from mmviz.plots import explorer_frame
from mmviz.widgets import Explorer


@pytest.fixture
def whole(trace):
    return explorer_frame(trace, channels=4)


def test_chosen_samples_keep_every_number_and_their_order(trace, whole):
    ids = [str(whole["sample_id"].values[i]) for i in (2, 0)]
    frame = explorer_frame(trace, channels=4, traced=ids)
    assert list(frame["sample_id"].values) == ids
    fixed = "listed_traced"
    xr.testing.assert_identical(frame.drop_vars(fixed), whole.isel(traced=[2, 0]).drop_vars(fixed))
    rows = [list(frame["listed_traced"].values).index(place) for place in (0, 1)]
    assert [str(frame["listed_id"].values[row]) for row in rows] == ids
    assert sorted(set(frame["listed_traced"].values)) == [-1, 0, 1]


def test_a_number_is_an_even_choice_and_never_more_than_there_are(trace, whole):
    frame = explorer_frame(trace, channels=4, traced=2)
    there = whole.sizes["traced"]
    assert list(frame["sample_id"].values) == [str(whole["sample_id"].values[i]) for i in (0, there - 1)]
    xr.testing.assert_identical(explorer_frame(trace, channels=4, traced=there + 5), whole)


def test_the_saved_page_gets_smaller_and_opens(trace, whole, tmp_path):
    small = Explorer(frame=explorer_frame(trace, channels=4, traced=1)).save(tmp_path / "one.html")
    large = Explorer(frame=whole).save(tmp_path / "all.html")
    assert small.stat().st_size < large.stat().st_size


def test_a_choice_that_cannot_be_is_refused_by_name(trace, whole):
    known = str(whole["sample_id"].values[0])
    for bad in (0, True, [], known, [known, known], [known + "x"]):
        with pytest.raises(ConfigError, match="traced"):
            explorer_frame(trace, channels=4, traced=bad)
    with pytest.raises(ConfigError, match=f"did you mean '{known}'"):
        explorer_frame(trace, channels=4, traced=[known + "x"])
    assert np.array_equal(whole["sample_id"], explorer_frame(trace, channels=4)["sample_id"])
