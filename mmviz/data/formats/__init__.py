"""Data formats: one reader per layout, recognised by what is in a file, never by its name.

Each module has ``matches(content)`` and ``read(content, repairs, **options)``; `register` adds one from outside.
"""

from mmviz.data.formats.clip_files import Media
from mmviz.data.formats.registry import FORMATS, detect, read_content, read_path, reader_of, register, unregister

__all__ = ["FORMATS", "Media", "detect", "read_content", "read_path", "reader_of", "register", "unregister"]
