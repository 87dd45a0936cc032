"""What a layer's scan did, told per modality and step, whether it has a chain for every modality or one for all tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from mmviz.trace.states import states_of

if TYPE_CHECKING:
    from jaxtyping import Float, Int
    from torch import Tensor

    from mmviz.models.coupled_block import ScanInputs
    from mmviz.models.observation import Observation, TokenScan
    from mmviz.models.steps import Steps


class Chains(NamedTuple):
    """States after every step of every modality, and what the operator read there, float32."""

    h: Float[Tensor, "modality batch time channel state"]
    dt: Float[Tensor, "modality batch time channel"]
    A: Float[Tensor, "modality channel state"]
    B: Float[Tensor, "modality batch time state"]
    C: Float[Tensor, "modality batch time state"]
    W: Float[Tensor, "batch listener source"]


def chains_of(seen: Observation) -> list[Chains]:
    """Return what each layer's scan did; no layer where a model has none.

    Of a layer that reads its tokens both ways, the forward scan. Where all modalities share one chain W is NaN: nothing is
    coupled, every token hears the one before it.
    """
    if seen.tokens:
        return [_from_tokens(tokens) for tokens in seen.tokens if not tokens.backward]
    return [_from_scan(scan) for scan in seen.scans]


def no_chain(steps: Steps) -> Chains:
    """Return the shapes of a scan without channels and states."""
    M, batch, _ = steps.mask.shape
    nothing = torch.zeros(*steps.mask.shape, 0)
    return Chains(
        torch.zeros(*steps.mask.shape, 0, 0), nothing, torch.zeros(M, 0, 0), nothing, nothing, torch.zeros(batch, M, M)
    )


def whole(scan: ScanInputs) -> ScanInputs:
    """Return the scan in float32: under mixed precision the projections come in half."""
    return scan._replace(**{name: tensor.float() for name, tensor in scan._asdict().items() if name != "mask"})


def _from_scan(scan: ScanInputs) -> Chains:
    scan = whole(scan)
    return Chains(states_of(scan), scan.dt, scan.A, scan.B, scan.C, scan.W)


def _from_tokens(tokens: TokenScan) -> Chains:
    scan, places = whole(tokens.scan), tokens.places
    M, batch, _ = places.shape
    dt, B, C = (_at(part[0], places) for part in (scan.dt, scan.B, scan.C))
    uncoupled = scan.dt.new_full((batch, M, M), torch.nan)
    return Chains(_at(states_of(scan)[0], places), dt, scan.A.expand(M, -1, -1), B, C, uncoupled)


def _at(
    x: Float[Tensor, "batch token *rest"], places: Int[Tensor, "modality batch time"]
) -> Float[Tensor, "modality batch time *rest"]:
    """Return x[b, places[m, b, t]], zeros where the place is -1."""
    rows = torch.arange(len(x), device=x.device)[None, :, None]
    real = (places >= 0).view(*places.shape, *(1,) * (x.ndim - 2))
    return torch.where(real, x[rows, places.clamp(min=0)], 0.0)
