"""The options that every fusion model has."""

from __future__ import annotations

from dataclasses import dataclass, fields

from mmkernels import backends

from mmviz.errors import ConfigError


@dataclass(frozen=True)
class FusionConfig:
    """Options of every fusion model.

    Attributes
    ----------
    width
        Channels per modality and step.
    pooling
        ``mean``, ``max`` (the published code of Coupled Mamba) or ``last`` valid step.
    steps
        Common number of steps. 0: where all modalities have one length, that length; otherwise that of the shortest
        signal, as long as no step averages more than four frames of another one; else that of the longest, of which shorter ones repeat
        frames. At most 1024 (with ``align="pad"`` as many as the longest has). A static modality (one row per sample, or
        declared in ``from_arrays(static=)``) is repeated at every step and has no influence on their number. Where a step averages more
        than four frames of a signal, :func:`~mmviz.models.build` warns if the number was left open, and the notes of ``model.spec`` say so.
    align
        How the frames of signals become steps. ``pad``: one frame, one step. ``bin``: averages over equal numbers of frames, on one clock for
        all sequences. ``resample``: averages over equal parts of each sequence's own duration. ``auto`` pads when every signal has
        ``steps`` frames, bins when all have the same number and it is larger, and resamples otherwise.
        With timestamps (``from_arrays(times=)``) steps are intervals of time: ``bin`` cuts the longest recording of the data set,
        ``resample`` each sample's own duration, over all its modalities; ``auto`` bins. A frame covers the time until the next
        one, at most three times the median spacing; a step that no frame covers is masked. ``pad`` takes frames one by one,
        whatever their times are.
    dropout
        On the features before the head, in [0, 1).
    backend
        What computes the model's operators (scan, convolution, gate, transport, discrepancy, attention): ``auto``, the
        fastest that can run; ``reference``, plain PyTorch for every one of them, slower, with derivatives of any order and
        kind (torch.func, forward mode); or the name of a backend of the scan, see ``mmkernels.coupled_scan``, which leaves
        the others at ``auto``.

    Notes
    -----
    Whole numbers are ≥ 1, but for ``steps``, in every model's options.
    """

    width: int = 64
    pooling: str = "mean"
    steps: int = 0
    align: str = "auto"
    dropout: float = 0.1
    backend: str = "auto"

    def __post_init__(self) -> None:
        name = type(self).__name__.removesuffix("Config")
        for field in fields(self):
            value, lowest = getattr(self, field.name), 0 if field.name == "steps" else 1
            if field.type in (int, "int") and (type(value) is not int or value < lowest):
                zero = " (0 = from the data)" if lowest == 0 else ""
                raise ConfigError(f"{name}: {field.name}={value!r}, expected an integer ≥ {lowest}{zero}")
            if field.type in (bool, "bool") and type(value) is not bool:
                raise ConfigError(f"{name}: {field.name}={value!r}, expected True or False")
        if self.align not in ("auto", "pad", "bin", "resample"):
            raise ConfigError(f"{name}: align={self.align!r} is unknown; choose auto, pad, bin or resample")
        if isinstance(self.dropout, bool) or not isinstance(self.dropout, (int, float)) or not 0 <= self.dropout < 1:
            raise ConfigError(f"{name}: dropout={self.dropout!r}, expected a number in [0, 1)")
        known = ("auto", *(row.backend for row in backends("coupled_scan")))
        if self.backend not in known:
            raise ConfigError(f"{name}: backend={self.backend!r} is unknown; choose one of {', '.join(known)}")

    @property
    def other_backend(self) -> str:
        """The backend of every operator but the scan: ``reference`` where that is asked for, else ``auto``."""
        return beside_scan(self.backend)


def beside_scan(backend: str) -> str:
    """Return the backend of the operators beside a scan that runs on this one."""
    return "reference" if backend == "reference" else "auto"
