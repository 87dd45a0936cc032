"""Features of raw text, images and sound, offline: frozen models with weights inside packages, patches and spectra, or any callable."""

from mmviz.data.encoders.audio import LogMelFrames, log_mel_frames
from mmviz.data.encoders.encode import FeatureCache, encode
from mmviz.data.encoders.image import ImageEncoder, efficientnet_lite0
from mmviz.data.encoders.patches import ImagePatches, image_patches
from mmviz.data.encoders.text import LanguageModel, language_model, minilm

__all__ = [
    "FeatureCache",
    "ImageEncoder",
    "ImagePatches",
    "LanguageModel",
    "LogMelFrames",
    "efficientnet_lite0",
    "encode",
    "image_patches",
    "language_model",
    "log_mel_frames",
    "minilm",
]
