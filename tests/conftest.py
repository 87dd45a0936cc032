"""Small data sets, runs and a Trace that many tests read and none changes."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from skip_table import skip_table

import mmviz as mm

TINY = {"width": 8, "layers": 2, "state": 4}


def pytest_terminal_summary(terminalreporter, config):
    """Write the skipped tests by reason, in one table, after those of all workers have ended."""
    reports = terminalreporter.stats.get("skipped", [])
    if reports:
        terminalreporter.write_sep("=", f"skipped: {len(reports)} of the tests or files, by reason")
        for line in skip_table(reports, config.rootpath):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def toy():
    """Three modalities of equal length, two classes."""
    return mm.data.synthetic(n=120, steps=24, seed=0, task="classification")


@pytest.fixture(scope="session")
def regression():
    """Return synthetic data with a real target."""
    return mm.data.synthetic(n=80, steps=24, seed=0, task="regression")


@pytest.fixture(scope="session")
def ragged():
    """Two modalities of different lengths and rates; some samples lack one, one sample is a single frame."""
    rng = np.random.default_rng(0)
    n = 40
    target = rng.integers(0, 2, n)
    inputs = {
        "sound": rng.normal(size=(n, 15, 2)) + target[:, None, None],
        "light": rng.normal(size=(n, 9, 3)) - target[:, None, None],
    }
    lengths = {"sound": rng.integers(3, 16, n), "light": rng.integers(2, 10, n)}
    lengths["sound"][[1, 30]] = 0
    lengths["light"][[2, 31]] = 0
    lengths["light"][3] = 1
    rows = {"train": slice(0, 24), "valid": slice(24, 30), "test": slice(30, 40)}
    return mm.data.from_arrays(
        {split: {name: x[s] for name, x in inputs.items()} for split, s in rows.items()},
        {split: target[s] for split, s in rows.items()},
        lengths={split: {name: x[s] for name, x in lengths.items()} for split, s in rows.items()},
        classes=["no", "yes"],
        name="ragged",
    )


@pytest.fixture(scope="session")
def toy_run(toy, tmp_path_factory):
    """Return a tiny Coupled Mamba, trained for four epochs."""
    model = mm.models.build("coupled_mamba", toy.spec, **TINY)
    return mm.train.fit(model, toy, epochs=4, out=tmp_path_factory.mktemp("runs") / "toy", progress=False)


@pytest.fixture(scope="session")
def ragged_run(ragged):
    """Return the same model, trained on sequences of different lengths."""
    model = mm.models.build("coupled_mamba", ragged.spec, **TINY)
    return mm.train.fit(model, ragged, epochs=2, progress=False)


@pytest.fixture(scope="session")
def recorded(toy, toy_run):
    """A Trace of the toy's test split, one sample of which lacks a modality."""
    split = toy["test"].take(range(len(toy["test"])))
    valid = {name: v.copy() for name, v in split.valid.items()}
    valid[toy.spec.names[1]][3] = False
    split = type(split)(split.name, split.inputs, valid, split.target, split.ids, split.group)
    return mm.record(toy_run, split, recorded_samples=[0, 3, 5, 7])


@pytest.fixture(scope="session")
def toy_page(toy, toy_run):
    """The frame of a Trace with three recorded samples, and the model for its page."""
    trace = mm.record(toy_run, toy["test"], recorded_samples=3, coalitions=True)
    return mm.plots.explorer_frame(trace), mm.recording.export_model(toy_run, toy["test"])


@pytest.fixture(scope="session")
def saved_page():
    """The module that reads and rewrites the parts of a saved page."""
    spec = importlib.util.spec_from_file_location("saved_page", Path(__file__).parent / "widgets" / "saved_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def trace(recorded):
    """Return a copy of the recorded Trace, which a test may change."""
    return recorded.copy()


@pytest.fixture(scope="session")
def seed_traces(toy):
    """Traces of one model trained with three seeds; the third has other recorded samples and epochs."""
    traces = []
    for seed in range(3):
        model = mm.models.build("coupled_mamba", toy.spec, seed=seed, **TINY)
        run = mm.train.fit(model, toy, epochs=3, seed=seed, progress=False)
        chosen, epochs = ([0, 3, 5, 7], None) if seed < 2 else ([7, 3, 1, 0], [0, 2])
        traces.append(mm.record(run, toy["test"], recorded_samples=chosen, epochs=epochs))
    return traces
