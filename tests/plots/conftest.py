"""Data for every figure, computed once per session."""

import pytest
from figure_examples import examples, full


@pytest.fixture(scope="session")
def whole(recorded):
    """A Trace with every optional group."""
    return full(recorded)


@pytest.fixture(scope="session")
def figure_data(recorded):
    return examples(recorded)
