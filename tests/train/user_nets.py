"""Networks of a user, for the trainings of the tests; other processes import this file."""

import torch
from torch import nn

import mmviz as mm


class Late(nn.Module):
    """A linear encoder without bias per modality, and one linear head over their concatenation: the network of OGM-GE's equations."""

    def __init__(self, spec, width=4, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.encoders = nn.ModuleDict({m.name: nn.Linear(m.features, width, bias=False) for m in spec.modalities})
        self.head = nn.Linear(width * len(spec.modalities), spec.task.outputs, bias=False)

    def forward(self, x):
        return self.head(torch.cat([torch.tanh(self.encoders[name](x[name]).mean(1)) for name in self.encoders], -1))


class Biased(nn.Module):
    """A recurrent encoder with biases per modality, and a head of two layers."""

    def __init__(self, spec, width=4, dropout=0.0, norm=None):
        super().__init__()
        torch.manual_seed(0)
        self.encoders = nn.ModuleDict({m.name: nn.GRU(m.features, width, batch_first=True) for m in spec.modalities})
        wide = width * len(spec.modalities)
        self.norm = norm(wide) if norm else nn.Identity()
        self.head = nn.Sequential(nn.Linear(wide, 6), nn.GELU(), nn.Dropout(dropout), nn.Linear(6, spec.task.outputs))

    def forward(self, x):
        last = [self.encoders[name](x[name])[1][-1] for name in self.encoders]
        return self.head(self.norm(torch.cat(last, -1)))


class Tied(nn.Module):
    """One encoder for two modalities of equal width, under two names."""

    def __init__(self, spec):
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(spec.modalities[0].features, 4)
        self.second = self.first
        self.head = nn.Linear(4, spec.task.outputs)
        self.register_buffer("limit", torch.tensor([float("-inf"), 0.0]))
        self.register_buffer("big", torch.tensor(2**40 + 1))

    def forward(self, x):
        a, b = x.values()
        return self.head(torch.tanh(self.first(a)).mean(1) + torch.tanh(self.second(b)).mean(1))


def adapted(net, ds, **options):
    """Return the network, adapted with zeros for missing modalities unless told otherwise."""
    return mm.models.adapt(net, ds.spec, **{"missing": "zeros"} | options)
