"""Simulation of missing modalities, frames and values, of noise and delays: seeded per sample, always on a copy.

Every function returns a new data set and records the change in the report and in ``spec.notes``. Random numbers depend on seed and sample
id, not on order, batches or workers. The statistics in the spec stay those of the recorded data, so that models trained at different
rates standardise equally.
"""

from mmviz.data.missing.corruption import add_noise, delay, drop_frames, mask_elements
from mmviz.data.missing.modalities import IMDER_RATES, drop_modalities, keep_modalities, kept_modalities, subsets

__all__ = [
    "IMDER_RATES",
    "add_noise",
    "delay",
    "drop_frames",
    "drop_modalities",
    "keep_modalities",
    "kept_modalities",
    "mask_elements",
    "subsets",
]
