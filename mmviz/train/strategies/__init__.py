"""One file per strategy. `strategy_of` is the only registry: a name and options in, a strategy out."""

from __future__ import annotations

import copy
import difflib
from typing import TYPE_CHECKING, Any

from mmviz.core.errors import ConfigError
from mmviz.train.strategies.base import Strategy
from mmviz.train.strategies.g_blend import GBlend
from mmviz.train.strategies.joint import Joint
from mmviz.train.strategies.mla import Mla
from mmviz.train.strategies.modality_dropout import ModalityDropout
from mmviz.train.strategies.ogm_ge import OgmGe
from mmviz.train.strategies.shapley_alternating import ShapleyAlternating
from mmviz.train.strategies.unimodal import Unimodal
from mmviz.train.strategies.valuation import Valuation

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: tuple[type[Strategy], ...] = (
    Joint,
    ShapleyAlternating,
    Unimodal,
    ModalityDropout,
    OgmGe,
    Mla,
    GBlend,
    Valuation,
)
STRATEGIES: dict[str, type[Strategy]] = {kind.name: kind for kind in _KINDS}


def strategy_of(strategy: str | Strategy, options: Mapping[str, Any] | None = None) -> Strategy:
    """Return a fresh strategy.

    Parameters
    ----------
    strategy
        A name of :data:`STRATEGIES`, or a strategy with its options; of the latter a copy is made.
    options
        Fields of the strategy's ``Options``, with a name only.

    Raises
    ------
    ConfigError
        Unknown name or option (with the nearest known one), a value out of range, or options beside a strategy that has its own.
    """
    if isinstance(strategy, Strategy):
        if options:
            raise ConfigError(
                f"fit: strategy is a {type(strategy).__name__} with options of its own; leave out strategy_options, "
                f"or name it: strategy={strategy.name!r}"
            )
        return copy.deepcopy(strategy)
    if not isinstance(strategy, str) or strategy not in STRATEGIES:
        close = difflib.get_close_matches(strategy, list(STRATEGIES), 1) if isinstance(strategy, str) else []
        hint = f", did you mean {close[0]!r}?" if close else ""
        raise ConfigError(f"fit: strategy={strategy!r} is unknown{hint}; available: {', '.join(STRATEGIES)}")
    if options is not None and not hasattr(options, "keys"):
        raise ConfigError(f"fit: strategy_options={options!r}, expected a dict of option names and values")
    return STRATEGIES[strategy](**(options or {}))


__all__ = [
    "STRATEGIES",
    "GBlend",
    "Joint",
    "Mla",
    "ModalityDropout",
    "OgmGe",
    "ShapleyAlternating",
    "Unimodal",
    "Valuation",
    "strategy_of",
]
