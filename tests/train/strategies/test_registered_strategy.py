"""A strategy from outside: docs/templates/strategy.py is executed, registered, and run through the contract of every strategy."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import test_every_strategy as contract

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train.cache import cache_folder
from mmviz.train.strategies import register

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "docs" / "templates" / "strategy.py"


@pytest.fixture
def template(monkeypatch):
    """Execute the template; afterwards the registry is as before."""
    before = dict(mm.train.STRATEGIES)
    spec = importlib.util.spec_from_file_location("strategy_template", TEMPLATE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "strategy_template", module)
    spec.loader.exec_module(module)
    yield module
    mm.train.STRATEGIES.clear()
    mm.train.STRATEGIES.update(before)


def test_the_template_of_a_strategy_passes_the_contract_of_every_strategy(template, easy, single, ragged, regression):
    name = template.AuxiliaryLosses.name
    contract.test_the_validation_loss_of_every_strategy_falls_on_an_easy_task(easy, name)
    contract.test_the_same_seed_gives_the_same_weights_and_history_for_every_strategy(easy, name)
    contract.test_every_strategy_without_contributions_trains_on_one_modality(single, name)
    contract.test_every_strategy_trains_on_samples_and_batches_without_some_modality(ragged, name)
    contract.test_every_strategy_for_regression_lowers_the_training_loss(regression, name)


def test_a_run_of_a_registered_strategy_is_saved_loaded_and_holds_its_entries(template, easy, tmp_path):
    run = contract.trained(easy, "auxiliary_losses", options={"weight": 0.5}, out=tmp_path / "run")
    again = mm.train.load(tmp_path / "run")
    assert again.info["train"]["strategy"] == "auxiliary_losses"
    assert again.info["train"]["strategy_options"] == {"weight": 0.5}
    assert {f"loss/{name}" for name in easy.spec.names} <= run.history[1].keys()
    with pytest.raises(ConfigError, match="auxiliary_losses: weight=-1"):
        contract.trained(easy, "auxiliary_losses", options={"weight": -1})


def test_register_refuses_other_objects_empty_names_and_names_of_other_strategies():
    with pytest.raises(ConfigError, match="not a subclass of mmviz"):
        register(dict)
    with pytest.raises(ConfigError, match=r"Nameless\.name is ''"):
        register(type("Nameless", (mm.train.Strategy,), {}))
    with pytest.raises(ConfigError, match=r"strategy 'joint' exists \(Joint\)"):
        register(type("Other", (mm.train.Strategy,), {"name": "joint"}))
    assert mm.train.STRATEGIES["joint"].__name__ == "Joint"


def test_a_strategy_registered_before_collection_is_in_every_test_over_all_strategies(tmp_path):
    """Fails where a test that claims to cover all strategies lists them by hand."""
    (tmp_path / "registers_template.py").write_text(f"import runpy\nrunpy.run_path({str(TEMPLATE)!r})\n")
    files = [
        "tests/train/strategies/test_every_strategy.py",
        "tests/train/test_devices.py",
        "tests/cases/test_repeatability.py",
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "registers_template",
        "-p",
        "no:cacheprovider",
    ]
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT}:{ROOT / 'kernels'}"}
    done = subprocess.run(
        [*command, *files, "tests/cases/test_imbalanced_classes.py"],
        cwd=ROOT, env={**os.environ, **path}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    tests = [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]
    new = {t.partition("[")[0] for t in tests if "auxiliary_losses" in t}
    all_strategies = {
        t.partition("[")[0] for t in tests if "modality_dropout" in t and "[modality_dropout-options" not in t
    }
    assert len(new) >= 14
    assert all_strategies == new


def test_the_cache_folder_depends_on_the_source_of_a_strategy_from_outside(easy, tmp_path, monkeypatch):
    source = "import mmviz as mm\nclass Mine(mm.train.strategies.Joint):\n    name = 'mine'\n    scale = {}\n"
    monkeypatch.syspath_prepend(tmp_path)
    folders = []
    for number, scale in enumerate((1, 2, 1)):
        (tmp_path / f"mine{number}.py").write_text(source.format(scale))
        module = importlib.import_module(f"mine{number}")
        module.Mine.__module__ = "mine"
        monkeypatch.setitem(sys.modules, "mine", module)
        model, config = mm.models.build("concat", easy.spec, seed=0, width=8), mm.train.TrainConfig(strategy="mine")
        folders.append(cache_folder(tmp_path, model, easy, config, 1, module.Mine()))
    assert folders[0] == folders[2] != folders[1]
