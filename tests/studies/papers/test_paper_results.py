"""Results are computed once and stored with their checksum; with compute=False a missing one names the command."""

import json

import pytest
import xarray as xr

from mmviz.core.errors import ConfigError, DataError
from mmviz.studies import Study, grid
from mmviz.studies.papers import Budget, PaperResults, artefacts, training_grids
from mmviz.studies.papers.command_line import main
from mmviz.studies.papers.results import MissingResultError


@pytest.fixture
def counted(monkeypatch):
    made = []

    def make(budget):
        made.append(budget)
        return xr.DataTree.from_dict({"/efficiency": xr.Dataset({"x": ("a", [1.0, 2.0])})})

    monkeypatch.setitem(artefacts.ARTEFACTS, "efficiency", make)
    return made


def test_an_artefact_is_computed_once_per_budget(counted, tmp_path):
    log = []
    for _ in range(2):
        assert PaperResults(tmp_path, log=log.append).artefact("efficiency")["efficiency"]["x"].values.tolist() == [
            1,
            2,
        ]
    assert len(counted) == 1
    assert log == ["artefact efficiency: computing"]
    PaperResults(tmp_path, budget=Budget(rounds=5)).artefact("efficiency")
    assert len(counted) == 2
    entry = json.loads((tmp_path / "artefacts.json").read_text())["efficiency"]
    assert {"sha256", "made", "seconds", "code", "budget"} == set(entry)


def test_an_artefact_of_another_code_version_is_computed_again(counted, tmp_path):
    PaperResults(tmp_path).artefact("efficiency")
    index = json.loads((tmp_path / "artefacts.json").read_text())
    index["efficiency"]["code"] = "0.0.1+other"
    (tmp_path / "artefacts.json").write_text(json.dumps(index))
    with pytest.raises(MissingResultError, match="computed by this code"):
        PaperResults(tmp_path, compute=False).artefact("efficiency")
    PaperResults(tmp_path).artefact("efficiency")
    assert len(counted) == 2


def test_a_changed_artefact_file_is_refused(counted, tmp_path):
    PaperResults(tmp_path).artefact("efficiency")
    path = tmp_path / "artefacts" / "efficiency.nc"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(DataError, match="the file was changed; remove it"):
        PaperResults(tmp_path).artefact("efficiency")


def test_an_unreadable_index_of_artefacts_is_refused(counted, tmp_path):
    (tmp_path / "artefacts.json").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        PaperResults(tmp_path).artefact("efficiency")


def test_a_missing_result_names_the_command_that_computes_it(counted, tmp_path):
    cached = PaperResults(tmp_path, compute=False)
    with pytest.raises(MissingResultError, match=r"make figures VENUE=neurips2024 \(without --cached\)"):
        cached.artefact("efficiency")
    with pytest.raises(MissingResultError, match=r"36 of 36 cells|\d+ of \d+ cells of the study 'equilibrium'"):
        cached.rows("equilibrium")
    assert counted == []


def test_rows_come_in_the_order_of_the_cells_and_are_trained_once(monkeypatch, tmp_path):
    tiny = {"name": "synthetic", "n": 40, "steps": 16, "task": "classification"}
    train = {"epochs": 1, "batch_size": 32}

    def declared(budget):
        return Study("tiny", grid(data=tiny, model=["concat", "average"], train=train, seed=list(range(budget.seeds))))

    monkeypatch.setitem(training_grids.STUDIES, "fusions", declared)
    log = []
    results = PaperResults(tmp_path, budget=Budget(seeds=1), log=log.append)
    rows = results.rows("fusions")
    assert rows["model"].tolist() == ["concat", "average"]
    assert log == ["study fusions: 2 of 2 trainings to run"]
    again = PaperResults(tmp_path, budget=Budget(seeds=1), compute=False, log=log.append).rows("fusions")
    assert again["test.accuracy"].tolist() == rows["test.accuracy"].tolist()
    assert len(log) == 1


@pytest.mark.parametrize("options", [{"seeds": 0}, {"epochs": 0}, {"width": 7}, {"rounds": 0}, {"seeds": 1.5}])
def test_a_budget_out_of_range_is_refused(options):
    with pytest.raises(ConfigError, match=next(iter(options))):
        Budget(**options)


def test_the_command_lists_figures_refuses_unknown_names_and_reports_missing_results(tmp_path, capsys):
    assert main(["--list"]) == 0
    assert "cm_memory" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="cm_stack"):
        main(["--only", "cm_stak"])
    with pytest.raises(ConfigError, match="unknown; choose neurips2024"):
        main(["--venue", "nature"])
    where = ["--venue", "icml2024", "--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache"), "--cached"]
    assert main(["--only", "cm_stack,cm_time", *where]) == 1
    seen = capsys.readouterr()
    assert "cm_stack.pdf" in seen.out
    assert "cm_time: artefact 'efficiency' is not in" in seen.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "cm_stack.pdf", "cm_stack.svg", "cm_stack.tikz", "cm_stack.tex", "all.tex",
    }  # fmt: skip
    assert r"\input{cm_stack.tex}" in (tmp_path / "out" / "all.tex").read_text()
