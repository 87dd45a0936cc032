"""Runs of every model with changed weights, and the engine of the page in Node.js."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from engine_cases import changed, data
from mmkernels.wasm import MODULE_PATH

import mmviz as mm

HERE = Path(__file__).parent
BUNDLE = HERE.parents[1] / "mmviz" / "widgets" / "bundle" / "engine.js"


@pytest.fixture(scope="session")
def small():
    """Return the data of the engine tests."""
    return data()


@pytest.fixture(scope="session")
def trained(small):
    """A trained Coupled Mamba."""
    model = mm.models.build("coupled_mamba", small.spec, width=8, state=4)
    return mm.train.fit(model, small, epochs=2, progress=False)


@pytest.fixture(scope="session")
def exported(small, trained):
    """Return a function: name of a model -> its run with changed weights and its exported model with attribution, made once."""

    @cache
    def of(name):
        run = changed(trained, name, small)
        return run, mm.recording.export_model(run, small["test"])

    return of


@pytest.fixture(scope="session")
def in_engine(tmp_path_factory):
    """Return a function that runs jobs (name, PageModel or path, requests) in Node.js: name -> kind -> predictions per request, or an error."""
    if shutil.which("node") is None:
        reason = "Node.js is not on PATH: the engine of the page is not run (install Node.js 20)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    def running(jobs):
        folder = tmp_path_factory.mktemp("engine")
        listed = []
        for k, job in enumerate(jobs):
            path = job["page"] if isinstance(job["page"], Path) else job["page"].save(folder / f"{k}.model")
            listed.append(
                {"name": job["name"], "path": str(path), "requests": job["requests"], "change": job.get("change")}
            )
        (folder / "jobs.json").write_text(json.dumps(listed))
        words = ["node", str(HERE / "engine_runner.mjs"), str(BUNDLE), str(MODULE_PATH), str(folder / "jobs.json")]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return running
