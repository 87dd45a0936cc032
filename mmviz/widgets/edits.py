"""What a person edits in the what-if studio: a dict of JSON values per modality, checked, and in words."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmviz.errors import ConfigError
from mmviz.plots.escape import visible

#: edits of a modality beside masking it, in the order they are written
KINDS = ("delay", "noise", "seed", "swap", "text")
LOUDEST = 10.0
LONGEST = 10_000


@dataclass(frozen=True)
class Editable:
    """What can be edited: nothing where no callable was given."""

    #: modality to the kinds its callable offers
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: modality to how many steps of its own were recorded at most
    frames: Mapping[str, int] = field(default_factory=dict)
    #: how many samples there are to swap with
    samples: int = 0


def check_edits(given: object, editable: Editable) -> dict[str, dict[str, Any]]:
    """Return the edits in the order of the modalities, without those that change nothing.

    Parameters
    ----------
    given
        Modality name to a mapping from ``delay`` (whole steps of the modality, positive: later), ``noise`` (share of the sd, 0 to 10), ``seed`` (of the
        noise), ``swap`` (index of a traced sample) and ``text`` to a value; None stands for "not edited".

    Raises
    ------
    ConfigError
        Not such a mapping, or an edit that is not offered; edits where no callable was given.
    """
    if not isinstance(given, Mapping):
        raise ConfigError(f"selection: edits is {given!r:.80}, expected a dict from modality to edits")
    if given and not editable.offers:
        raise ConfigError(
            "selection: edits need a model; give Explorer(trace, what_if=mmviz.trace.what_if(run, part)), and no other run beside it"
        )
    wrong = [name for name in given if name not in editable.offers]
    if wrong:
        raise ConfigError(
            f"selection: edits names {wrong[0]!r:.80}, which is not one of {', '.join(map(str, editable.offers))}"
        )
    found = {name: _one(name, given[name], editable) for name in editable.offers if name in given}
    return {name: edits for name, edits in found.items() if edits}


def edit_words(edits: Mapping[str, Mapping[str, Any]], samples: Sequence[str]) -> str:
    """Return the edits in words; ``view/what_if.js`` writes the same."""
    return "; ".join(f"{name} {', '.join(_words(one, samples))}" for name, one in edits.items())


def _words(one: Mapping[str, Any], samples: Sequence[str]) -> list[str]:
    out = []
    if "swap" in one:
        out.append(f"of {samples[one['swap']]}")
    if "text" in one:
        out.append("of another text")
    if "delay" in one:
        steps = abs(one["delay"])
        out.append(f"{steps} step{'' if steps == 1 else 's'} {'later' if one['delay'] > 0 else 'earlier'}")
    if "noise" in one:
        out.append(f"with noise of {one['noise']:.2f} sd")
    return out


def _one(name: str, given: object, editable: Editable) -> dict[str, Any]:
    place = f"selection: edits of {visible(name)}"
    if not isinstance(given, Mapping):
        raise ConfigError(f"{place} are {given!r:.80}, expected a dict with {', '.join(KINDS)}")
    for kind in given:
        if kind not in KINDS:
            raise ConfigError(
                f"{place}: unknown edit {kind!r:.80}; choose from {', '.join(KINDS)} (and masked for a mask)"
            )
        if given[kind] is not None and kind not in editable.offers[name]:
            raise ConfigError(
                f"{place}: {kind} is not offered by what_if; it offers {', '.join(editable.offers[name])}"
            )
    out: dict[str, Any] = {}
    most = max(0, editable.frames[name] - 1)
    if delay := _whole(given.get("delay") or 0, -most, most, f"{place}: delay"):
        out["delay"] = delay
    if noise := _share(given.get("noise") or 0.0, place):
        out |= {"noise": noise, "seed": _whole(given.get("seed") or 0, 0, 2**32 - 1, f"{place}: seed")}
    if given.get("swap") is not None:
        out["swap"] = _whole(given["swap"], 0, editable.samples - 1, f"{place}: swap")
    text = given.get("text")
    if text is not None and (not isinstance(text, str) or len(text) > LONGEST):
        raise ConfigError(f"{place}: text is {text!r:.80}, expected at most {LONGEST} characters")
    if text:
        out["text"] = text
    if "swap" in out and "text" in out:
        raise ConfigError(f"{place}: both swap and text given; give one of them")
    return out


def _whole(value: object, low: int, high: int, place: str) -> int:
    expected = f"expected a whole number from {low} to {high}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ConfigError(f"{place} is {value!r:.80}, {expected}")
    number = operator.index(value)
    if not low <= number <= high:
        raise ConfigError(f"{place} is {number}, {expected}")
    return number


def _share(value: object, place: str) -> float:
    known = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not known or not 0 <= float(value) <= LOUDEST:  # type: ignore[arg-type]
        raise ConfigError(f"{place}: noise is {value!r:.80}, expected a share of the sd from 0 to {LOUDEST:g}")
    return float(value)  # type: ignore[arg-type]
