"""Formats and data sets from outside: registered, loaded, refused, removed; the template docs/templates/format.py is executed."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "hostile"))
from mutations import frozen, numbers, spoil_tree
from seeds import files, trees

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, MmvizError
from mmviz.data import formats
from mmviz.data.command_line import main
from mmviz.data.load import LOADERS, loader_of
from mmviz.io.content import Content
from mmviz.io.npz import write_npz

TEMPLATES = Path(__file__).parents[2] / "docs" / "templates"


def template(name):
    spec = importlib.util.spec_from_file_location(name, TEMPLATES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def weather(n=12):
    rng = np.random.default_rng(0)
    return {
        "wind": rng.normal(size=(n, 5, 2)),
        "pressure": rng.normal(1000, 5, (n, 5)),
        "storm": np.arange(n) % 2,
        "station": np.array([f"station {i // 2}" for i in range(n)]),
    }


@pytest.fixture
def registered():
    formats.register("weather", template("format"), description="weather stations, npz")
    yield
    formats.unregister("weather")


def test_the_template_of_a_format_is_recognised_and_read_once_it_is_registered(registered, tmp_path, capsys):
    path = tmp_path / "station.npz"
    write_npz(path, weather())
    ds = mm.data.load(path, test_share=0.5)
    assert ds.spec.names == ("wind", "pressure")
    assert {name: len(split) for name, split in ds.splits.items()} == {"train": 6, "test": 6}
    assert not set(ds["train"].group) & set(ds["test"].group)
    np.testing.assert_allclose(
        ds["train"].inputs["wind"][0], weather()["wind"][int(ds["train"].ids[0].split("_")[1])], rtol=1e-6
    )
    with pytest.raises(ConfigError, match="did you mean 'test_share'"):
        mm.data.load(path, test_shares=0.5)
    assert main(["check", str(path)]) == 0
    assert "weather stations, npz" in capsys.readouterr().out


def test_a_file_of_a_registered_format_is_unknown_after_it_was_removed(tmp_path):
    path = tmp_path / "station.npz"
    write_npz(path, weather())
    formats.register("weather", template("format"), description="weather stations, npz")
    formats.unregister("weather")
    with pytest.raises(DataError, match="no known layout"):
        mm.data.load(path)


def test_damaged_inputs_of_the_template_of_a_format_give_data_or_an_error_of_mmviz(registered):
    tree, outcomes = frozen(weather()), set()
    for i in range(400):
        content = Content("station.npz", Path("station.npz"), "npz", spoil_tree(tree, numbers(0, i)))
        try:
            formats.read_content(content, "weather", {})
            outcomes.add("data")
        except MmvizError:
            outcomes.add("refused")
    assert outcomes == {"data", "refused"}


def test_a_format_from_outside_is_tried_before_the_built_in_ones(registered):
    tree = weather() | dict(trees()["mosi_words"][1])
    assert formats.detect(Content("both.npz", Path("both.npz"), "npz", tree)) == "weather"


@pytest.mark.parametrize("name", ["mmsa", "", None])
def test_a_format_cannot_take_the_name_of_a_built_in_one(name):
    with pytest.raises(ConfigError, match="give a name other than"):
        formats.register(name, template("format"), description="")


def test_a_reader_without_one_of_its_functions_is_refused_by_the_name_of_the_function():
    class Half:
        def matches(self, content):
            return True

    with pytest.raises(ConfigError, match=r"no function read\(content, repairs, \.\.\.\)"):
        formats.register("half", Half(), description="")
    assert "half" not in formats.FORMATS


def test_a_built_in_format_cannot_be_removed():
    with pytest.raises(ConfigError, match="name='mmsa'"):
        formats.unregister("mmsa")


@pytest.mark.parametrize("name", formats.FORMATS)
def test_every_format_has_a_valid_input_that_the_fuzzer_damages(name):
    assert name in trees() or name in {target for target, _ in files().values()}


@pytest.mark.parametrize("name", formats.FORMATS)
def test_every_format_explains_each_of_its_options(name):
    reader = formats.reader_of(name)
    documented = reader.read.__doc__ or ""
    options = [p for p in formats.registry.inspect.signature(reader.read).parameters if p not in ("content", "repairs")]
    headers = [line.strip() for line in documented.splitlines()]
    named = {option for line in headers for option in line.split(", ")}
    assert set(options) <= named
    assert (reader.matches.__doc__ or "").startswith("Return whether")


def test_a_data_set_is_loaded_by_its_name_from_its_registration_to_its_removal():
    def numbers_of(*, n: int = 20):
        x = np.random.default_rng(0).normal(size=(n, 3, 2))
        return mm.data.from_arrays({"x": x}, np.arange(n) % 2, split={"train": 0.5, "test": 0.5}, name="numbers")

    mm.data.register("numbers", numbers_of)
    try:
        assert sum(map(len, mm.data.load("numbers", n=40).splits.values())) == 40
        with pytest.raises(ConfigError, match="no option 'm'"):
            mm.data.load("numbers", m=3)
    finally:
        mm.data.unregister("numbers")
    with pytest.raises(ConfigError, match="no data set 'numbers'"):
        mm.data.load("numbers")


def test_a_data_set_cannot_take_the_name_of_a_built_in_one_and_needs_a_function():
    with pytest.raises(ConfigError, match="give a name other than"):
        mm.data.register("watch", lambda: None)
    with pytest.raises(ConfigError, match="give a function"):
        mm.data.register("numbers", [1, 2])
    with pytest.raises(ConfigError, match="name='watch'"):
        mm.data.unregister("watch")


@pytest.mark.parametrize("name", LOADERS)
def test_every_data_set_is_in_the_catalogue_or_generated_and_explains_its_options(name):
    loader = loader_of(name)
    documented = {w for line in (loader.__doc__ or "").splitlines() for w in line.strip().split(", ")}
    assert set(formats.registry.inspect.signature(loader).parameters) <= documented
    assert name == "synthetic" or name in mm.data.load.__globals__["catalogue"]()
