"""python -m mmviz data store: a file becomes a folder that is read from disk."""

import pickle

import numpy as np
import pytest

import mmviz as mm
from mmviz.__main__ import main
from mmviz.data.disk import Ragged


@pytest.fixture
def own(tmp_path):
    rng = np.random.default_rng(0)
    tree = {s: {"sound": rng.normal(size=(6, 4, 2)), "target": np.arange(6) % 2} for s in ("train", "test")}
    path = tmp_path / "own.pkl"
    path.write_bytes(pickle.dumps(tree))
    return path


def test_store_writes_what_load_reads(own, tmp_path, capsys):
    folder = tmp_path / "stored"
    assert main(["data", "store", str(own), str(folder)]) == 0
    assert str(folder) in capsys.readouterr().out
    stored, read = mm.data.load(folder), mm.data.load(own)
    assert isinstance(stored["train"].inputs["sound"], Ragged)
    assert stored.fingerprint() == read.fingerprint()


def test_a_set_that_is_there_is_kept_unless_told(own, tmp_path, capsys):
    folder = tmp_path / "stored"
    assert main(["data", "store", str(own), str(folder)]) == 0
    before = sorted(p.name for p in folder.iterdir())
    assert main(["data", "store", str(own), str(folder)]) == 1
    assert "holds a set already" in capsys.readouterr().err
    assert sorted(p.name for p in folder.iterdir()) == before
    assert main(["data", "store", str(own), str(folder), "--overwrite"]) == 0
    assert main(["data", "store", str(folder), str(tmp_path / "again")]) == 1
    assert "copy the folder" in capsys.readouterr().err


def test_a_file_cut_off_after_it_was_opened_is_an_error_not_a_crash(own, tmp_path):
    folder = tmp_path / "stored"
    assert main(["data", "store", str(own), str(folder)]) == 0
    split = mm.data.load(folder)["train"]
    for file in folder.glob("*sound*.safetensors"):
        with file.open("r+b") as raw:
            raw.truncate(file.stat().st_size - 40)
    with pytest.raises(mm.core.errors.DataError, match="truncated after it was opened"):
        split.inputs["sound"].gather([5])
