"""Data sets on disk: sequences without padding in safetensors, read on access."""

from mmviz.data.disk.ragged import Ragged
from mmviz.data.disk.read import from_disk
from mmviz.data.disk.storage import is_stored
from mmviz.data.disk.write import to_disk

__all__ = ["Ragged", "from_disk", "is_stored", "to_disk"]
