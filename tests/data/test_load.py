"""Built-in sets: known names and options only, the file that was checked or none."""

import importlib.util
from importlib.metadata import requires
from types import SimpleNamespace

import numpy as np
import pytest

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.data import load, package_data


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package 'toyset' with one file, listed in the manifest with the sha256 of b'data'."""
    (tmp_path / "toyset").mkdir()
    (tmp_path / "toyset" / "x.bin").write_bytes(b"data")
    (tmp_path / "toyset" / "__init__.py").write_text("raise SystemExit('the package was imported')")
    monkeypatch.syspath_prepend(tmp_path)
    digest = "3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7"
    entry = {"package": "toyset", "version": "9.9", "path": "x.bin", "bytes": 4, "sha256": digest}
    monkeypatch.setattr(package_data, "manifest", lambda: {"x.bin": entry, "y.bin": entry | {"path": "y.bin"}})
    return tmp_path / "toyset"


def test_file_is_read_without_importing_its_package(package):
    assert package_data.read_wheel_file("x.bin") == b"data"


def test_changed_file_is_refused_with_both_hashes(package):
    (package / "x.bin").write_bytes(b"Data")
    with pytest.raises(DataError, match=r"x\.bin of toyset==9\.9.*sha256 [0-9a-f]{64}, expected 3a6eb0790f39"):
        package_data.read_wheel_file("x.bin")


def test_missing_package_is_named_with_the_line_that_installs_it(package, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"pip install toyset==9\.9"):
        package_data.read_wheel_file("x.bin")


def test_package_without_the_file_is_named(package):
    with pytest.raises(
        MissingDependencyError, match=r"no file y\.bin; run: pip install --force-reinstall toyset==9\.9"
    ):
        package_data.read_wheel_file("y.bin")


def test_package_that_is_a_single_module_counts_as_missing(package, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: SimpleNamespace(submodule_search_locations=None))
    with pytest.raises(MissingDependencyError):
        package_data.read_wheel_file("x.bin")


@pytest.mark.parametrize("name", list(package_data.manifest()))
def test_listed_file_is_there_with_the_listed_size(name):
    assert len(package_data.read_wheel_file(name)) == package_data.manifest()[name]["bytes"]


def test_listed_versions_are_the_required_ones():
    pinned = {f"{e['package']}=={e['version']}" for e in package_data.manifest().values()}
    assert pinned <= set(requires("mmviz"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wotch", r"no data set 'wotch' \(did you mean 'watch'\?\); there is 'av_digits', 'synthetic', 'watch'"),
        ("", "no data set ''"),
        (3, "no data set 3"),
        (None, "from_arrays"),
    ],
)
def test_unknown_name_is_refused_with_the_nearest(name, message):
    with pytest.raises(ConfigError, match=message):
        load(name)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("watch", {"folds": 1}, r"no option 'folds' \(did you mean 'fold'\?\)"),
        ("watch", {"fold": 5}, "fold=5; give a whole number from 0 to 4"),
        ("watch", {"fold": -1}, "fold=-1"),
        ("watch", {"fold": "0"}, "fold='0'"),
        ("watch", {"fold": 1.0}, r"fold=1\.0"),
        ("watch", {"fold": True}, "fold=True"),
        ("av_digits", {"image_energy": 0}, "image_energy=0; give a finite number above"),
        ("av_digits", {"image_energy": 1.1}, r"image_energy=1\.1"),
        ("av_digits", {"image_energy": "25%"}, "image_energy='25%'"),
        ("av_digits", {"image_energy": np.nan}, "image_energy=nan"),
        ("av_digits", {"seed": -1}, "seed=-1"),
    ],
)
def test_wrong_option_is_refused_before_anything_is_read(name, options, message, monkeypatch):
    monkeypatch.setattr(package_data, "manifest", dict)
    with pytest.raises(ConfigError, match=message):
        load(name, **options)


def test_synthetic_data_load_by_name():
    assert len(load("synthetic", n=40, seed=3)["train"]) == 28
