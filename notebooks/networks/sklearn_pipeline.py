"""A scikit-learn pipeline as a module: mean and standard deviation of every feature over the frames, standardised, logistic regression."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn


class SklearnPipeline(nn.Module):
    """{name: (batch, frame, feature)} to class probabilities (batch, class); trained by :meth:`fit`, without gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))

    def fit(self, x: dict[str, np.ndarray], y: np.ndarray) -> "SklearnPipeline":
        """Train the pipeline and return the module."""
        self.pipeline.fit(self.features(x), y)
        return self

    def features(self, x: dict[str, np.ndarray]) -> np.ndarray:
        """Return (batch, 2 × all features)."""
        return np.concatenate([f(np.asarray(v), axis=1) for v in x.values() for f in (np.mean, np.std)], 1)

    def forward(self, x: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return class probabilities."""
        return torch.from_numpy(self.pipeline.predict_proba(self.features({k: v.detach().cpu() for k, v in x.items()})))
