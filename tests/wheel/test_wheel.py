"""The built wheel: its files, and mmviz from it in an environment with nothing but what its metadata require.

``make wheel`` installs it with all it requires into an empty environment and runs the first notebook there.
"""

import json
import subprocess
import zipfile

import pytest
from wheel_environment import ROOT, build_wheel, required, restricted_environment, run

pytestmark = pytest.mark.timeout(240)
#: imports every module, then trains, records, analyses, draws and saves
_STUDY = """
import importlib, json, pkgutil, sys
from pathlib import Path
import mmviz as mm, mmkernels

failed, count = {}, 0
for package in (mm, mmkernels):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=lambda name: None):
        if module.name.endswith("__main__"):
            continue
        count += 1
        try:
            importlib.import_module(module.name)
        except ImportError as error:
            failed[module.name] = str(error)
ds = mm.data.synthetic(n=60, steps=16, seed=0, task="classification")
run = mm.train.fit(mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4), ds, epochs=1, progress=False)
trace = mm.record(run, ds["test"], recorded_samples=2, influence=False, progress=False)
mm.plots.plot_shapley(mm.analysis.shapley(trace))
page = mm.widgets.Explorer(trace, what_if=mm.recording.what_if(run, ds["test"])).save("study.html")
watch = mm.data.load("watch", fold=0)
doctor = mm.doctor()
print(json.dumps({"file": mm.__file__, "kernels": mmkernels.__file__, "modules": count, "failed": failed,
    "page": page.stat().st_size, "watch": list(watch.spec.names), "absent": [n for n in ("shap", "captum", "jupyterlab") if n in sys.modules]}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def study(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("restricted")
    python, names = restricted_environment(folder / "environment", wheel)
    (folder / "work").mkdir()
    out = run([str(python), "-W", "ignore", "-c", _STUDY], cwd=folder / "work")
    return {**json.loads(out.splitlines()[-1]), "names": names, "folder": folder}


def test_the_wheel_contains_every_tracked_file_of_the_packages_and_nothing_else(wheel):
    listed = subprocess.run(
        ["git", "ls-files", "mmviz", "kernels/mmkernels"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tracked = {name.removeprefix("kernels/") for name in listed.stdout.split("\n") if name}
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == tracked | {"mmviz/data/manifest.toml"}


def test_with_what_its_metadata_require_every_module_of_the_wheel_can_be_imported(study):
    for file in (study["file"], study["kernels"]):
        assert file.startswith(str(study["folder"])), "the source tree was imported"
    assert study["modules"] > 200
    # the GPU kernels need triton, of the extra `gpu`
    failed = {name: error for name, error in study["failed"].items() if "'triton'" not in error}
    assert failed == {}
    assert all(name.startswith("mmkernels.gpu.") for name in study["failed"])


def test_from_the_wheel_a_model_is_trained_recorded_drawn_and_saved_in_an_empty_folder(study):
    assert study["page"] > 50_000
    assert study["watch"] == ["dynamic", "gyro", "gravity"]
    assert study["absent"] == []


def test_the_environment_of_the_wheel_has_no_optional_package(study):
    assert {"torch", "numpy", "anywidget", "plotly"} <= set(study["names"])
    assert {"shap", "captum", "tueplots", "jupyterlab", "pytest", "transformers"} & set(study["names"]) == set()


def test_a_missing_requirement_and_a_version_that_is_not_allowed_are_reported():
    assert "numpy" in required(["scipy>=1"], by="mmviz")
    with pytest.raises(LookupError, match="mmviz requires no-such-package>=1, which is not installed"):
        required(["no-such-package>=1"], by="mmviz")
    with pytest.raises(LookupError, match=r"mmviz requires numpy<1, installed is \d"):
        required(["numpy<1"], by="mmviz")
    assert required(["no-such-package; python_version < '3'", "other; extra == 'lab'"], by="mmviz") == {}
