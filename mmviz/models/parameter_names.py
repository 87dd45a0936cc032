"""Parameters of a module that a user names by modality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest

if TYPE_CHECKING:
    from torch import nn


def named_parameters(
    module: nn.Module, names: object, modalities: tuple[str, ...], option: str
) -> dict[str, dict[str, nn.Parameter]]:
    """Return, by modality, the parameters that have one of the given names or lie in a submodule of that name.

    Parameters
    ----------
    module
        Owner of the parameters.
    names
        Modality to names, such as ``{"audio": ["encoders.audio", "position.weight"]}``; modalities may be left out.
    modalities
        Known modalities.
    option
        Where the names come from, for errors.

    Raises
    ------
    ConfigError
        If ``names`` is not such a mapping, a modality or name does not exist, or a parameter is named for two modalities.
    """
    if not isinstance(names, Mapping):
        raise ConfigError(
            f"{option} is a {type(names).__name__}, expected a mapping such as {{'{modalities[0]}': ['encoders.0']}}"
        )
    parameters = dict(module.named_parameters(remove_duplicate=False))
    found: dict[str, dict[str, nn.Parameter]] = {}
    owner: dict[int, str] = {}
    for modality, given in names.items():
        if modality not in modalities:
            raise ConfigError(
                f"{option} has the modality {modality!r}{nearest(str(modality), modalities)}; the data have {', '.join(modalities)}"
            )
        if isinstance(given, str) or not isinstance(given, (list, tuple)) or not all(isinstance(n, str) for n in given):
            raise ConfigError(
                f"{option}[{modality!r}] is {given!r:.80}, expected a list of names, such as ['encoders.0']"
            )
        found[modality] = {}
        for name in given:
            matches = {key: p for key, p in parameters.items() if key == name or key.startswith(f"{name}.")}
            if not matches:
                parts = [key for key, part in module.named_modules() if key and any(True for _ in part.parameters())]
                raise ConfigError(
                    f"{option}[{modality!r}]: {name!r} is no parameter or submodule with parameters of {type(module).__name__}"
                    f"{nearest(name, [*parts, *parameters])}; it has {', '.join([*parts, *parameters][:12])}, ..."
                )
            for key, parameter in matches.items():
                if owner.setdefault(id(parameter), modality) != modality:
                    raise ConfigError(
                        f"{option}: {key!r} is named for {owner[id(parameter)]!r} and for {modality!r}; a parameter that several modalities "
                        "use is shared: name it for none"
                    )
            found[modality] |= matches
    return found
