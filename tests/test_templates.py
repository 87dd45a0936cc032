"""Templates of docs/templates: each one runs, does what CONTRIBUTING.md says, and is named there."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import mmviz as mm
from mmviz.analysis import game
from mmviz.core.errors import DataError
from mmviz.course.notebook_claims import claims_of

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "docs" / "templates"


def definitions(name):
    return runpy.run_path(str(TEMPLATES / f"{name}.py"))


def test_contributing_names_every_template_and_every_template_is_used_in_a_test():
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    templates = sorted(path for path in TEMPLATES.iterdir() if path.is_file())
    assert [path.name for path in templates if f"docs/templates/{path.name}" not in contributing] == []
    unused = [p.name for p in templates if p.name not in tests and f'definitions("{p.stem}")' not in tests]
    assert unused == []


def test_the_dataset_template_registers_a_set_that_load_finds_and_a_linear_model_classifies():
    definitions("dataset")
    try:
        ds = mm.data.load("tones", noise=0.3)
    finally:
        mm.data.unregister("tones")
    assert [len(ds[name]) for name in ("train", "valid", "test")] == [80, 20, 20]
    assert mm.train.linear_baseline(ds)["tone + light"] > 0.9


def test_the_metric_template_is_a_share_and_undefined_without_samples():
    within = definitions("metric")["within_tolerance"]
    assert within([1.0, 2.0, 3.0, 9.0], [1.2, 2.0, 4.0, 1.0]).value == 0.5
    assert np.isnan(within([], []).value)
    assert within([], [])[1]


def test_the_analysis_template_returns_the_mean_decay_of_the_operator_and_refuses_a_model_without_scan(trace, toy):
    decay = definitions("analysis")["decay"]
    found = decay(trace)["decay"]
    dt, A = (trace["operator"][name].values.astype(float) for name in ("dt", "A"))
    by_hand = np.exp(np.einsum("slmtc,lmcn->slmtcn", dt, A)).mean((0, 3, 4, 5))
    np.testing.assert_allclose(found.transpose("layer", "modality"), by_hand, rtol=1e-5)
    run = mm.train.fit(mm.models.build("average", toy.spec, width=8), toy, epochs=1, progress=False)
    with pytest.raises(DataError, match="no layer with a scan"):
        decay(mm.record(run, toy["test"], recorded_samples=1))


def test_the_exercise_template_accepts_its_solution_and_recognises_its_mistakes(monkeypatch):
    monkeypatch.setattr("mmviz.course.exercises.EXERCISES", dict(mm.course.EXERCISES))
    (exercise,) = definitions("exercise")["EXERCISES"]
    names = {"np": np}
    exec(exercise.solution, names)  # noqa: S102
    assert mm.course.check("99.1", names["answer"])
    wrong = (lambda a: -1 / np.log(a), lambda a: np.log(2) / np.log(a), lambda a: 0.5 / (1 - a))
    assert [mm.course.check("99.1", answer).mistake for answer in wrong] == [m.name for m in exercise.mistakes]


def test_the_notebook_template_runs_as_a_script_and_prints_its_checks(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    definitions("notebook")
    claims = claims_of((TEMPLATES / "notebook.py").read_text(encoding="utf-8"))
    printed = re.findall(r"^(identity|test|finding|not in this run): ", capsys.readouterr().out, re.MULTILINE)
    assert len(printed) == len(claims) >= 3
    assert {claim.kind for claim in claims} == {"identity", "test", "finding"}


def test_the_value_function_template_gives_shapley_values_that_add_up_to_the_margin(trace, monkeypatch):
    registry = {task: dict(known) for task, known in game._REGISTRY.items()}
    monkeypatch.setattr(game, "_REGISTRY", registry)
    margin = definitions("value_function")["margin"]
    np.testing.assert_allclose(margin(np.array([[0.2, 0.5, 0.3]]), np.array([0])), [-0.3])
    phi = mm.analysis.shapley(trace, value="margin")
    total = phi["baseline"] + phi["phi"].sum("modality")
    np.testing.assert_allclose(total, phi["full"], atol=1e-12)
    assert phi.attrs["value"] == "margin"
