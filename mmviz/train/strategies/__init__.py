"""Training strategies, one file each, and their registry: a name and options in, a strategy out."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.train.strategies.agm import Agm
from mmviz.train.strategies.base import Strategy
from mmviz.train.strategies.cml import Cml
from mmviz.train.strategies.dgl import Dgl
from mmviz.train.strategies.g2d import G2D
from mmviz.train.strategies.g_blend import GBlend
from mmviz.train.strategies.greedy import Greedy
from mmviz.train.strategies.inforeg import InfoReg
from mmviz.train.strategies.joint import Joint
from mmviz.train.strategies.lfm import Lfm
from mmviz.train.strategies.midas import Midas
from mmviz.train.strategies.mla import Mla
from mmviz.train.strategies.mmcosine import MMCosine
from mmviz.train.strategies.mmpareto import MMPareto
from mmviz.train.strategies.modality_dropout import ModalityDropout
from mmviz.train.strategies.modality_equilibrium import ModalityEquilibrium
from mmviz.train.strategies.ogm_ge import OgmGe
from mmviz.train.strategies.opm import Opm
from mmviz.train.strategies.pmr import Pmr
from mmviz.train.strategies.reconboost import ReconBoost
from mmviz.train.strategies.relearning import Relearning
from mmviz.train.strategies.shapley_alternating import ShapleyAlternating
from mmviz.train.strategies.umt import Umt
from mmviz.train.strategies.unimodal import Unimodal
from mmviz.train.strategies.valuation import Valuation

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = TypeVar("Kind", bound=type[Strategy])

#: name -> class of every strategy that ``fit`` takes by name
STRATEGIES: dict[str, type[Strategy]] = {}


def register(kind: Kind) -> Kind:
    """Add a strategy to the names that ``fit(strategy=...)`` takes; a class decorator.

    An instance of a class that is not registered can be passed to ``fit`` as well. On several devices the module that registers it must be
    importable by the other processes.

    Raises
    ------
    ConfigError
        Not a subclass of `Strategy`, no ``name``, or the name of another strategy.
    """
    if not (isinstance(kind, type) and issubclass(kind, Strategy)):
        raise ConfigError(f"register: {kind!r} is not a subclass of mmviz.train.Strategy")
    if not isinstance(kind.name, str) or not kind.name:
        raise ConfigError(f"register: {kind.__name__}.name is {kind.name!r}; set the name that fit(strategy=...) takes")
    if STRATEGIES.get(kind.name, kind).__qualname__ != kind.__qualname__:
        raise ConfigError(
            f"register: strategy {kind.name!r} exists ({STRATEGIES[kind.name].__name__}); choose another name"
        )
    STRATEGIES[kind.name] = kind
    return kind


def strategy_of(strategy: str | Strategy, options: Mapping[str, Any] | None = None) -> Strategy:
    """Return a new strategy.

    Parameters
    ----------
    strategy
        A name of :data:`STRATEGIES`, or a strategy with its options, which is copied.
    options
        Options of a strategy given by name.

    Raises
    ------
    ConfigError
        Unknown name or option (with the nearest name), a value out of range, or options beside a strategy that has its options.
    """
    if isinstance(strategy, Strategy):
        if options:
            raise ConfigError(
                f"fit: strategy is a {type(strategy).__name__} that has its options; leave out strategy_options, "
                f"or name it: strategy={strategy.name!r}"
            )
        return copy.deepcopy(strategy)
    if not isinstance(strategy, str) or strategy not in STRATEGIES:
        raise ConfigError(
            f"fit: strategy={strategy!r} is unknown{nearest(strategy, STRATEGIES)}; available: {', '.join(STRATEGIES)}"
        )
    if options is not None and not hasattr(options, "keys"):
        raise ConfigError(f"fit: strategy_options={options!r}, expected a dict of option names and values")
    return STRATEGIES[strategy](**(options or {}))


for _kind in (
    Joint,
    ShapleyAlternating,
    Unimodal,
    ModalityDropout,
    OgmGe,
    Mla,
    GBlend,
    Valuation,
    InfoReg,
    Relearning,
    Midas,
    Dgl,
    Umt,
    G2D,
    ReconBoost,
    MMPareto,
    Agm,
    Pmr,
    Opm,
    Cml,
    Lfm,
    MMCosine,
    ModalityEquilibrium,
):
    register(_kind)

__all__ = [
    "G2D",
    "STRATEGIES",
    "Agm",
    "Cml",
    "Dgl",
    "GBlend",
    "Greedy",
    "InfoReg",
    "Joint",
    "Lfm",
    "MMCosine",
    "MMPareto",
    "Midas",
    "Mla",
    "ModalityDropout",
    "ModalityEquilibrium",
    "OgmGe",
    "Opm",
    "Pmr",
    "ReconBoost",
    "Relearning",
    "ShapleyAlternating",
    "Umt",
    "Unimodal",
    "Valuation",
    "register",
    "strategy_of",
]
