"""A network of two Mamba encoders from transformers, one per modality, and a linear layer on their means."""

import torch
from torch import nn
from transformers import Mamba2Config, MambaConfig
from transformers.models.mamba.modeling_mamba import MambaMixer
from transformers.models.mamba2.modeling_mamba2 import Mamba2Mixer


class MambaFusion(nn.Module):
    """Late fusion: {name: (batch, frame, feature)} to logits (batch, class); one Mamba-1 layer per modality."""

    def __init__(self, features: dict[str, int], classes: int, width: int = 16, state: int = 8) -> None:
        super().__init__()
        config = MambaConfig(hidden_size=width, state_size=state, num_hidden_layers=1)
        self.project = nn.ModuleDict({name: nn.Linear(n, width) for name, n in features.items()})
        self.mixers = nn.ModuleDict({name: MambaMixer(config, 0) for name in features})
        self.head = nn.Linear(width * len(features), classes)

    def forward(self, x: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return logits."""
        pooled = [mixer(self.project[name](x[name])).mean(1) for name, mixer in self.mixers.items()]
        return self.head(torch.cat(pooled, 1))


class Mamba2Fusion(nn.Module):
    """Middle fusion: one Mamba-2 layer over the frames of all modalities, one modality after the other; {name: values} to logits."""

    def __init__(self, features: dict[str, int], classes: int, width: int = 16, state: int = 16) -> None:
        super().__init__()
        config = Mamba2Config(
            hidden_size=width,
            state_size=state,
            num_heads=4,
            head_dim=8,
            n_groups=1,
            expand=2,
            chunk_size=16,  # shorter sequences are padded to a chunk, whose cost is quadratic: 256 would be slow
            num_hidden_layers=1,
        )
        self.project = nn.ModuleDict({name: nn.Linear(n, width) for name, n in features.items()})
        self.mixer = Mamba2Mixer(config, 0)
        self.head = nn.Linear(width, classes)

    def forward(self, x: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return logits."""
        frames = [project(x[name]) for name, project in self.project.items()]
        return self.head(self.mixer(torch.cat(frames, 1)).mean(1))
