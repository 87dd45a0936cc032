"""Every error mmviz raises on purpose: what, where, the value seen, what to do."""


class MmvizError(Exception):
    """The base of all errors raised by mmviz itself."""


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
