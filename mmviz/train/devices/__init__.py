"""Training on several devices: sharing of batches, collective operations, worker processes."""

from mmviz.train.devices.collective import Devices

__all__ = ["Devices"]
