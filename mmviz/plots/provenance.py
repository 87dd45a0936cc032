"""The words under a title: which data, model, seed and epoch the numbers are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def source_of(attrs: Mapping[Any, Any], *, epoch: bool = True) -> str:
    """Return "model coupled_mamba, seed 0, epoch 12": whatever of it the attributes hold."""
    said = []
    if attrs.get("model"):
        said.append(f"model {attrs['model']}")
    if attrs.get("seed") is not None:
        said.append(f"seed {attrs['seed']}")
    if epoch and attrs.get("epoch") is not None:
        said.append(f"epoch {attrs['epoch']}")
    return ", ".join(said)


def imputed(attrs: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the line of a caption that says what stands for missing modalities; none where the attributes do not hold it."""
    return (str(attrs["imputation"]),) if attrs.get("imputation") else ()


def titled(what: str, attrs: Mapping[Any, Any]) -> str:
    """Return "what — data set, split" with what the attributes hold of it."""
    of = ", ".join(str(attrs[name]) for name in ("dataset", "split") if attrs.get(name))
    return f"{what} — {of}" if of else what
