"""Modules of a user's own that call a selective scan, for tests of captured scans."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import mmviz as mm


def selective_scan(u, delta, A, B, C, D=None):
    """y of a selective scan, step by step: u, delta (batch, channel, step), A (channel, state), B and C (batch, state, step)."""
    h, out = u.new_zeros(*u.shape[:2], A.shape[1]), []
    for t in range(u.shape[2]):
        h = torch.exp(delta[..., t, None] * A) * h + (delta[..., t] * u[..., t])[..., None] * B[:, None, :, t]
        out.append((h * C[:, None, :, t]).sum(-1))
    y = torch.stack(out, -1)
    return y if D is None else y + D[:, None] * u


class Block(nn.Module):
    """A causal convolution, then a selective scan."""

    def __init__(self, width, states, kernel=3):
        super().__init__()
        self.kernel = kernel
        self.conv = nn.Conv1d(width, width, kernel)
        self.dt, self.BC = nn.Linear(width, width), nn.Linear(width, 2 * states)
        self.A = nn.Parameter(-torch.rand(width, states) - 0.1)
        self.D = nn.Parameter(torch.ones(width))

    def forward(self, x):
        u = functional.silu(self.conv(functional.pad(x.transpose(1, 2), (self.kernel - 1, 0))))
        B, C = self.BC(u.transpose(1, 2)).transpose(1, 2).chunk(2, 1)
        delta = functional.softplus(self.dt(u.transpose(1, 2))).transpose(1, 2)
        return x + selective_scan(u, delta, self.A, B, C, self.D).transpose(1, 2)


class Encoders(nn.Module):
    """One encoder of blocks for each modality, their means into a linear head; ``before`` changes the tokens of a modality."""

    def __init__(self, spec, *, widths=None, states=None, depths=None, before=None, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        names = spec.names
        widths, states, depths = widths or dict.fromkeys(names, 6), states or dict.fromkeys(names, 4), depths or {}
        self.into = nn.ModuleDict({m.name: nn.Linear(m.features, widths[m.name]) for m in spec.modalities})
        self.blocks = nn.ModuleDict(
            {n: nn.ModuleList(Block(widths[n], states[n]) for _ in range(depths.get(n, 1))) for n in names}
        )
        self.head = nn.Linear(sum(widths.values()), spec.task.outputs)
        self.before = before or {}

    def forward(self, values):
        pooled = []
        for name, into in self.into.items():
            x = into(values[name])
            x = self.before[name](x) if name in self.before else x
            for block in self.blocks[name]:
                x = block(x)
            pooled.append(x.mean(1))
        return self.head(torch.cat(pooled, -1))


class Joint(nn.Module):
    """The tokens of all modalities, one after the other, through one block."""

    def __init__(self, spec):
        super().__init__()
        torch.manual_seed(0)
        self.into = nn.ModuleDict({m.name: nn.Linear(m.features, 6) for m in spec.modalities})
        self.block, self.head = Block(6, 4), nn.Linear(6, spec.task.outputs)

    def forward(self, values):
        return self.head(self.block(torch.cat([into(values[n]) for n, into in self.into.items()], 1)).mean(1))


def pair(lengths=(8, 8), features=(2, 3), n=24):
    """Two modalities without padding, two classes."""
    rng = np.random.default_rng(0)
    inputs = {
        name: rng.normal(size=(n, L, f)).astype(np.float32)
        for name, L, f in zip(("text", "audio"), lengths, features, strict=True)
    }
    target = (inputs["text"][:, :, 0].mean(1) > 0).astype(int)
    return mm.data.from_arrays(inputs, target, split={"train": 0.5, "valid": 0.25, "test": 0.25}, name="pair")
