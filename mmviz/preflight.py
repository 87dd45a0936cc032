"""Say what is missing before anything is installed. Runs on any Python 3, from a plain clone, with nothing installed."""

import os
import shutil
import sys

NEEDED = (3, 11)
GIB = 1 << 30


def problems(version=None, folder=".", free=None, modules=("venv", "ensurepip", "ssl")):  # type: ignore[no-untyped-def]
    """Return one sentence for each thing that would make the installation fail."""
    found = []
    version = tuple(sys.version_info[:2]) if version is None else version
    if version < NEEDED:
        found.append(
            "Python %d.%d is too old (%s): mmviz needs %d.%d or newer. Install one and run: make lab PYTHON=python3.%d"
            % (version[0], version[1], sys.executable, NEEDED[0], NEEDED[1], NEEDED[1])
        )
    for name in modules:
        try:
            __import__(name)
        except ImportError:
            found.append(
                "Python's module '%s' is missing (%s). On Debian or Ubuntu: apt-get install python3-venv; elsewhere install a "
                "complete Python from python.org." % (name, sys.executable)
            )
    free = shutil.disk_usage(folder).free if free is None else free
    if free < 4 * GIB:
        found.append(
            "Only %.1f GiB are free in %s; the environment takes about 3 GiB. Make room."
            % (free / GIB, os.path.abspath(folder))
        )
    if not os.access(folder, os.W_OK):
        found.append("%s cannot be written; clone into a folder of your own." % os.path.abspath(folder))
    return found


if __name__ == "__main__":
    FOUND = problems()
    for sentence in FOUND:
        sys.stderr.write("mmviz: " + sentence + "\n")
    sys.exit(1 if FOUND else 0)
