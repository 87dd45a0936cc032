"""The causal depthwise convolution in front of a selective scan."""

from mmkernels.conv.causal import causal_conv

__all__ = ["causal_conv"]
