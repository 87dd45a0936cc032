"""Command line ``python -m mmviz data``: list, check, convert and store, with their errors and exit statuses."""

import pickle
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import mmviz as mm
from mmviz.__main__ import main
from mmviz.data import load
from mmviz.data.disk import Ragged
from mmviz.data.formats import FORMATS
from mmviz.data.load import LOADERS, MANIFESTS, REQUIRED, catalogue

ROOT = Path(__file__).parents[2]


@pytest.fixture
def own(tmp_path):
    rng = np.random.default_rng(0)
    tree = {s: {"sound": rng.normal(size=(6, 4, 2)), "target": np.arange(6) % 2} for s in ("train", "test")}
    path = tmp_path / "own.pkl"
    path.write_bytes(pickle.dumps(tree))
    return path


def test_list_prints_every_data_set_and_the_full_entry_of_one(capsys):
    assert main(["data", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in catalogue())
    assert main(["data", "list", "cmu_mosi"]) == 0
    assert "d3994fd25681f9c7" in capsys.readouterr().out
    assert main(["data", "list", "nothing"]) == 1
    assert "no data set 'nothing'" in capsys.readouterr().err


def test_the_manifest_is_complete_and_its_formats_exist():
    entries = tomllib.loads((ROOT / "data" / "manifest.toml").read_text(encoding="utf-8"))
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for name, entry in entries.items():
        assert set(REQUIRED) <= set(entry), name
        assert entry["format"] in {**FORMATS, **LOADERS}, name
        assert f"`{name}`" in readme, name
        for file in entry.get("files", []):
            assert len(file.get("sha256", "0" * 64)) == 64


def test_a_wheel_contains_the_manifest_at_the_path_where_it_is_read():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    carried = build["targets"]["wheel"]["force-include"]
    beside, inside = (str(place.relative_to(ROOT)) for place in MANIFESTS)
    assert carried == {beside: inside}


def test_check_prints_the_layout_the_digest_and_the_report(own, capsys):
    assert main(["data", "check", str(own), "--set", "nonfinite=zero"]) == 0
    shown = capsys.readouterr().out
    for part in (FORMATS["named_arrays"], "sha256 ", "train: 6 samples", "Report on named_arrays"):
        assert part in shown


def test_check_of_a_bad_file_prints_the_error_and_changes_nothing(own, capsys):
    own.write_bytes(own.read_bytes()[:-9])
    before = own.read_bytes()
    assert main(["data", "check", str(own)]) == 1
    assert "refused, nothing in it was run" in capsys.readouterr().err
    assert own.read_bytes() == before
    assert main(["data", "check", str(own.with_name("absent"))]) == 1


def test_convert_writes_an_npz_with_equal_data_and_overwrites_only_on_request(own, tmp_path, capsys):
    new = tmp_path / "new.npz"
    assert main(["data", "convert", str(own), str(new)]) == 0
    assert load(new).fingerprint() == load(own).fingerprint()
    assert main(["data", "convert", str(own), str(new)]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert main(["data", "convert", str(own), str(new), "--overwrite"]) == 0
    assert main(["data", "convert", str(own), str(tmp_path / "x.pkl")]) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new.npz", "own.pkl"]


def test_the_module_runs_and_an_unknown_command_is_named():
    done = subprocess.run([sys.executable, "-m", "mmviz", "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no command 'nonsense'" in done.stderr
    done = subprocess.run([sys.executable, "-m", "mmviz"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "data" in done.stdout


def test_store_writes_a_folder_from_which_load_reads_equal_data(own, tmp_path, capsys):
    folder = tmp_path / "stored"
    assert main(["data", "store", str(own), str(folder)]) == 0
    assert str(folder) in capsys.readouterr().out
    stored, read = mm.data.load(folder), mm.data.load(own)
    assert isinstance(stored["train"].inputs["sound"], Ragged)
    assert stored.fingerprint() == read.fingerprint()


def test_store_keeps_an_existing_data_set_without_overwrite(own, tmp_path, capsys):
    folder = tmp_path / "stored"
    assert main(["data", "store", str(own), str(folder)]) == 0
    before = sorted(p.name for p in folder.iterdir())
    assert main(["data", "store", str(own), str(folder)]) == 1
    assert "holds a set already" in capsys.readouterr().err
    assert sorted(p.name for p in folder.iterdir()) == before
    assert main(["data", "store", str(own), str(folder), "--overwrite"]) == 0
    assert main(["data", "store", str(folder), str(tmp_path / "again")]) == 1
    assert "copy the folder" in capsys.readouterr().err


def test_a_file_truncated_after_it_was_opened_gives_an_error(own, tmp_path):
    folder = tmp_path / "stored"
    assert main(["data", "store", str(own), str(folder)]) == 0
    split = mm.data.load(folder)["train"]
    for file in folder.glob("*sound*.safetensors"):
        with file.open("r+b") as raw:
            raw.truncate(file.stat().st_size - 40)
    with pytest.raises(mm.core.errors.DataError, match="truncated after it was opened"):
        split.inputs["sound"].gather([5])
