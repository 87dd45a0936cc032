"""Exceptions of mmviz; each message states what, where, the value seen and what to do."""

from mmviz.core.escape import printable


class MmvizError(Exception):
    """Base of all exceptions of mmviz.

    Names, ids and paths in a message come from files; control characters in them are shown as escapes, so that a terminal does
    not interpret them.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*(printable(arg) if isinstance(arg, str) else arg for arg in args))


class DataError(MmvizError, ValueError):
    """Data, a file or a Trace is invalid."""


class UnsafeFileError(DataError):
    """A file contains code or references that a data file never needs; nothing in it was executed."""


class ConfigError(MmvizError, ValueError):
    """An option is unknown, of the wrong type, or contradicts another."""


class ScanDiffersError(ConfigError):
    """A captured function is no selective scan of its arguments, or these were changed after the call."""


class NothingCapturedError(ConfigError):
    """No scan was captured; the message lists the modules that look recurrent, and why."""


class ExportError(ConfigError):
    """A model cannot run in a page; the message names the operator that is missing."""


class CheckpointError(MmvizError):
    """A checkpoint or a run folder cannot be written or read, or its content is invalid."""


class InUseError(CheckpointError):
    """Another process is writing to the folder; the message names it."""


class MissingDependencyError(MmvizError, ImportError):
    """A package, or the data file inside it, is not installed."""


class DeviceError(MmvizError):
    """One of the devices of a distributed training failed or does not respond."""
