"""Features of raw text and images from frozen models, offline: weights inside packages, or any callable."""

from mmviz.data.encoders.encode import FeatureCache, encode
from mmviz.data.encoders.image import ImageEncoder, efficientnet_lite0
from mmviz.data.encoders.text import LanguageModel, language_model, minilm

__all__ = ["FeatureCache", "ImageEncoder", "LanguageModel", "efficientnet_lite0", "encode", "language_model", "minilm"]
