"""A transformer with attention masks: the frames of each modality attend to those of the other one."""

import torch
from torch import nn


class CrossAttention(nn.Module):
    """{name: (batch, frame, feature)} and {name: valid (batch, frame)} to logits (batch, class); padded frames are never attended to."""

    def __init__(self, features: dict[str, int], classes: int, width: int = 16, heads: int = 2) -> None:
        super().__init__()
        self.project = nn.ModuleDict({name: nn.Linear(n, width) for name, n in features.items()})
        self.attention = nn.ModuleDict(
            {name: nn.MultiheadAttention(width, heads, batch_first=True) for name in features}
        )
        self.head = nn.Linear(width * len(features), classes)

    def forward(self, x: dict[str, torch.Tensor], valid: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return logits."""
        frames = {name: project(x[name]) for name, project in self.project.items()}
        pooled = []
        for name, other in zip(frames, reversed(list(frames)), strict=True):
            attended, _ = self.attention[name](
                frames[name], frames[other], frames[other], key_padding_mask=~valid[other], need_weights=False
            )
            weight = valid[name][..., None] / valid[name].sum(1)[:, None, None]
            pooled.append(((frames[name] + attended) * weight).sum(1))
        return self.head(torch.cat(pooled, 1))
