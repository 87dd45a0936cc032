"""The wheel of this source tree, and environments to try it in."""

import os
import subprocess
import sys
import venv
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def build_wheel(folder):
    """Build the wheel into a folder and return its path."""
    # without hatchling here, `build` installs it into an environment of its own, which needs a package index
    here = () if find_spec("hatchling") is None else ("--no-isolation",)
    run([sys.executable, "-m", "build", "--wheel", *here, f"--outdir={folder}", str(ROOT)], cwd=folder)
    (wheel,) = Path(folder).glob("*.whl")
    return wheel


def run(command, *, cwd, state=None):
    """Run a command that sees neither the source tree nor files of this user; return what it printed."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "JUPYTER_PATH", "VIRTUAL_ENV")
    surroundings = {name: value for name, value in os.environ.items() if name not in hidden}
    surroundings |= {"OMP_NUM_THREADS": "1", "PYTHONNOUSERSITE": "1"}
    if state is not None:
        names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        surroundings |= {name: str(Path(state) / name.lower()) for name in names}
    done = subprocess.run(command, cwd=cwd, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def python_of(environment):
    """Return the interpreter of an environment."""
    scripts, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    return environment / scripts / f"python{suffix}"


def required(requirements, *, by):
    """Return the installed distributions that these requirements of ``by`` need, directly or not, by name.

    Raises
    ------
    LookupError
        A required distribution is not installed, or its version is not allowed.
    """
    found, seen = {}, set()
    waiting = [(by, text, ("",)) for text in requirements]
    while waiting:
        source, text, extras = waiting.pop()
        one = Requirement(text)
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name, key = canonicalize_name(one.name), (canonicalize_name(one.name), *sorted(one.extras))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError as error:
            raise LookupError(f"{source} requires {text}, which is not installed") from error
        if not one.specifier.contains(found[name].version, prereleases=True):
            raise LookupError(f"{source} requires {text}, installed is {found[name].version}")
        if key not in seen:
            seen.add(key)
            waiting += [(name, further, ("", *one.extras)) for further in found[name].requires or ()]
    return found


def restricted_environment(folder, wheel):
    """Install a wheel, without what it requires, into a new environment that sees only the distributions which its metadata require.

    Those are not installed again: the environment has links to the top-level files and folders of the installed ones. A package that another one
    installs into its own folder (a namespace package) is therefore visible too. Returns the environment's interpreter and the names.
    """
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = python_of(folder)
    run([*_PIP, "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)], cwd=folder)
    shown = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], cwd=folder)
    visible = Path(shown.strip())
    (installed,) = visible.glob("mmviz-*.dist-info")
    needed = required(Distribution.at(installed).requires, by="mmviz")
    for one in needed.values():
        for name in {file.parts[0] for file in one.files or ()} - {"..", "__pycache__"}:
            target, link = Path(one.locate_file(name)).resolve(), visible / name
            if target.exists() and not link.exists():
                link.symlink_to(target, target_is_directory=target.is_dir())
    return python, sorted(needed)
