"""Small models of users with selective scans, written without mmviz."""

import torch
from mmkernels.peers.mamba_ssm import selective_scan_reference
from torch import nn

selective_scan_ref = selective_scan_reference()[0]


class UserBlock(nn.Module):
    """A Mamba-1 block that calls selective_scan_ref; with groups, as VMamba does."""

    def __init__(self, width=8, channels=12, states=4, groups=1, gated=False):
        super().__init__()
        self.into = nn.Linear(width, channels)
        self.select = nn.Linear(channels, channels + 2 * states * groups)
        self.A = nn.Parameter(-torch.rand(channels, states) - 0.1)
        self.D = nn.Parameter(torch.randn(channels))
        self.bias = nn.Parameter(torch.randn(channels))
        self.out = nn.Linear(channels, width)
        self.sizes = (channels, states * groups, states * groups)
        self.groups, self.states, self.gated = groups, states, gated

    def projections(self, x):
        """Return u, delta, B, C and z of selective_scan_fn."""
        u = self.into(x)
        delta, B, C = self.select(u).split(self.sizes, -1)
        B, C = (self.projection(q) for q in (B, C))
        return u.transpose(1, 2), delta.transpose(1, 2), B, C, u.transpose(1, 2).tanh() if self.gated else None

    def projection(self, q):
        """Return (batch, state, step), or (batch, group, state, step)."""
        return (
            q.transpose(1, 2) if self.groups == 1 else q.unflatten(-1, (self.groups, self.states)).permute(0, 2, 3, 1)
        )

    def forward(self, x):
        """Return the block's output."""
        u, delta, B, C, z = self.projections(x)
        y = selective_scan_ref(u, delta, self.A, B, C, self.D, z=z, delta_bias=self.bias, delta_softplus=True)
        return self.out(y.transpose(1, 2))


def scan_of_this_file(u, delta, A, B, C):
    """Return the scan of selective_scan_ref."""
    return selective_scan_ref(u, delta, A, B, C)


def channels_last_scan(values, steps, projections):
    """Return the scan with channels last."""
    return scan_of_this_file(values.mT, steps, *projections).mT


class LateFusion(nn.Module):
    """Encoders of different width, one per modality, means over time, and a linear head."""

    def __init__(self, encoders, features=(6, 9), widths=(8, 8), classes=3):
        super().__init__()
        self.into = nn.ModuleList(nn.Linear(f, w) for f, w in zip(features, widths, strict=True))
        self.encoders = nn.ModuleList(encoders)
        self.head = nn.Linear(sum(widths), classes)

    def forward(self, values):
        """Return logits of a list of (batch, step, feature)."""
        read = [layer(into(v)).mean(1) for into, layer, v in zip(self.into, self.encoders, values, strict=True)]
        return self.head(torch.cat(read, -1))


def values(steps=(20, 20), features=(6, 9), batch=2):
    """Return the same random inputs at each call."""
    random = torch.Generator().manual_seed(0)
    return [torch.randn(batch, s, f, generator=random) for s, f in zip(steps, features, strict=True)]
