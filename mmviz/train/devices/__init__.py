"""One training on several devices: who holds which samples, what is summed, how the processes are started and stopped."""

from mmviz.train.devices.collective import Devices

__all__ = ["Devices"]
