"""Data made incomplete on purpose: whole modalities, elements, frames, noise, delays. Seeded per sample, always a copy.

Every function returns a new data set and leaves its argument alone; what it did is in the report and in ``spec.notes``.
Draws belong to the sample's id, so order, batches and workers cannot change them, and training and test are treated alike.
The statistics in the spec stay those of the data as recorded, so that models of different rates standardise alike.
"""

from mmviz.data.missing.corruption import add_noise, delay, drop_frames, mask_elements
from mmviz.data.missing.modalities import IMDER_RATES, drop_modalities, keep_modalities, kept_members, subsets

__all__ = [
    "IMDER_RATES",
    "add_noise",
    "delay",
    "drop_frames",
    "drop_modalities",
    "keep_modalities",
    "kept_members",
    "mask_elements",
    "subsets",
]
