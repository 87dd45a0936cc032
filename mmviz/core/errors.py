"""Exceptions of mmviz; each message says what, where, the value seen and what to do."""

from mmviz.core.escape import printable


class MmvizError(Exception):
    """The base of all errors raised by mmviz itself.

    Names, ids and paths in a message come from files; control characters in them are shown as escapes, so that a terminal does
    not obey them.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*(printable(arg) if isinstance(arg, str) else arg for arg in args))


class DataError(MmvizError, ValueError):
    """Data, a file or a Trace is not what it should be."""


class UnsafeFileError(DataError):
    """A file asks for something a data file never needs; nothing in it was run."""


class ConfigError(MmvizError, ValueError):
    """An option is unknown, of the wrong type, or contradicts another."""


class CheckpointError(MmvizError):
    """A checkpoint or a run folder cannot be written, read or trusted."""


class InUseError(CheckpointError):
    """Another process writes to the folder at this moment; the message names it."""


class MissingDependencyError(MmvizError, ImportError):
    """A package, or the data file inside it, is not installed."""


class DeviceError(MmvizError):
    """One of several devices that train one model has failed, or does not answer."""
