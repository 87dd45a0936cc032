"""A network of a recurrent, a convolutional and a dense encoder: a sequence, an image and a table row per sample."""

import torch
from torch import nn


class GruCnnTable(nn.Module):
    """{"audio": (batch, frame, feature), "image": (batch, row, column), "table": (batch, 1, column)} to logits (batch, class)."""

    def __init__(self, audio: int, table: int, classes: int, width: int = 16) -> None:
        super().__init__()
        self.audio = nn.GRU(audio, width, batch_first=True)
        self.image = nn.Sequential(
            nn.Conv2d(1, 8, 5, stride=2),
            nn.ReLU(),
            nn.Conv2d(8, width, 5, stride=2),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
        )
        self.table = nn.Sequential(nn.Linear(table, width), nn.ReLU())
        self.head = nn.Linear(3 * width, classes)

    def forward(self, x: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return logits."""
        audio = self.audio(x["audio"])[0].mean(1)
        image = self.image(x["image"][:, None]).flatten(1)
        return self.head(torch.cat([audio, image, self.table(x["table"][:, 0])], 1))
