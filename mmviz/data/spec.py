"""What a data set is: its modalities, its task, where it comes from. Numbers and names only, no samples."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.errors import ConfigError

TaskKind = Literal["classification", "regression"]


@dataclass(frozen=True, eq=False)
class Modality:
    """One modality: its size, clock, unit, channel names and training statistics.

    Attributes
    ----------
    name
        How the modality is called everywhere.
    features
        Number of channels.
    steps
        The longest sequence over all splits; shorter ones are padded.
    rate_hz
        Steps per second, or None where it is not known: durations are then shown in steps.
    unit
        Unit of the values; "" where it is not known.
    channels
        Names of the channels, as many as `features`.
    mean, std
        Over the real steps of the training split, (features,) float32. A std of exactly 0 marks a constant channel.
    description
        One sentence.
    spacing_s
        Median seconds between frames in the training split; None without timestamps.
    irregular
        Whether more than one spacing in twenty is a tenth off the median; False without timestamps.
    static
        Constant over a recording: no sample has more than one real row, or it was declared so. A model repeats it at every step, and
        it has no influence on the number of steps.
    looks_ahead
        What made a value depend on what was recorded after it, such as a zero-phase filter; "" where nothing did.
    examples
        Real frames of the training split, (up to 8, features) float32; None where none were kept. What a user's module is tried on.
    whole
        Which features hold whole numbers only, (features,) bool, such as token ids; None where it is not known.
    """

    name: str
    features: int
    steps: int
    rate_hz: float | None
    unit: str
    channels: tuple[str, ...]
    mean: NDArray[np.float32]
    std: NDArray[np.float32]
    description: str = ""
    spacing_s: float | None = None
    irregular: bool = False
    static: bool = False
    looks_ahead: str = ""
    examples: NDArray[np.float32] | None = None
    whole: NDArray[np.bool_] | None = None

    @property
    def has_channel_names(self) -> bool:
        """Whether the channels were named, and not numbered by :func:`default_channels`."""
        return self.channels != default_channels(self.name, self.features)


def default_channels(modality: str, features: int) -> tuple[str, ...]:
    """Return the names that channels have where none were given: ``audio[0]``, ``audio[1]``, ..."""
    return tuple(f"{modality}[{f}]" for f in range(features))


@dataclass(frozen=True)
class Task:
    """What is to be predicted.

    Attributes
    ----------
    kind
        "classification" or "regression".
    classes
        Names of the classes in the order of their labels 0, 1, ...; empty for a regression.
    outputs
        Number of outputs a model needs.
    """

    kind: TaskKind
    classes: tuple[str, ...]
    outputs: int

    @property
    def has_class_names(self) -> bool:
        """Whether the classes were named, and not numbered "0", "1", ...."""
        return self.classes != tuple(map(str, range(len(self.classes))))


@dataclass(frozen=True, eq=False)
class Spec:
    """A data set without its samples.

    Attributes
    ----------
    name
        Of the data set.
    modalities
        In a fixed order: the order of every array with a modality axis.
    task
        What is to be predicted.
    source, licence
        Who made the data, and what may be done with them.
    notes
        What a reader of a result must know (how modalities were made, what the splits mean).
    duration_s
        The longest recording over all splits in seconds, from its first frame to the end of its last; None without timestamps.
    """

    name: str
    modalities: tuple[Modality, ...]
    task: Task
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()
    duration_s: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the modalities, in order."""
        return tuple(m.name for m in self.modalities)

    def modality(self, name: str) -> Modality:
        """Return the modality called `name`.

        Raises
        ------
        ConfigError
            If there is none; the message lists the names.
        """
        for modality in self.modalities:
            if modality.name == name:
                return modality
        raise ConfigError(f"{self.name}: no modality {name!r}; it has {', '.join(map(repr, self.names))}")
