import pytest
from explorer_frames import make_frame


@pytest.fixture
def frame():
    return make_frame()
