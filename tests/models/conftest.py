"""The fusion template, registered from outside the package for the duration of a test module."""

import importlib.util
import sys
from pathlib import Path

import pytest

import mmviz as mm

TEMPLATE = Path(__file__).parents[2] / "docs" / "templates" / "fusion.py"


@pytest.fixture(scope="module")
def template():
    """Return the module `docs/templates/fusion.py`, which registers `convolution`."""
    spec = importlib.util.spec_from_file_location("fusion_template", TEMPLATE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    if "convolution" in mm.models.available():
        mm.models.unregister("convolution")
    del sys.modules[spec.name]
