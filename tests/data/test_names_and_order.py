"""Names that later stages could not hold are refused at the door; the order of modalities is that of the first split."""

import numpy as np
import pytest

import mmviz as mm
from mmviz.errors import ConfigError


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "nul\x00", 1, "valid_x"])
def test_a_modality_name_that_no_file_could_hold_is_refused(name):
    with pytest.raises(ConfigError, match="modality name"):
        mm.data.from_arrays({name: np.zeros((4, 3, 2))}, [0, 1, 0, 1], split={"train": 0.5, "test": 0.5})


def test_every_split_lists_its_modalities_in_the_order_of_the_first():
    rng = np.random.default_rng(0)

    def arrays(*names):
        return {name: rng.normal(size=(6, 4, 2)) for name in names}

    inputs = {"train": arrays("a", "b"), "test": arrays("b", "a")}
    ds = mm.data.from_arrays(inputs, {"train": [0, 1] * 3, "test": [0, 1] * 3})
    assert ds.spec.names == ("a", "b")
    assert list(ds["test"].inputs) == ["a", "b"]
    np.testing.assert_allclose(ds["test"].inputs["a"], inputs["test"]["a"], rtol=1e-6)
