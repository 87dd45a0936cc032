"""Description of a data set without its samples: modalities, task, source; also as plain values for JSON."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmviz.core.display import Display
from mmviz.core.errors import ConfigError
from mmviz.data.spec_checks import check_spec

TaskKind = Literal["classification", "regression"]


@dataclass(frozen=True, eq=False)
class Modality:
    """One modality: its size, clock, unit, channel names and training statistics.

    Attributes
    ----------
    name
        Name of the modality.
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
        Constant over a recording: no sample has more than one real row, or it was declared so. A model repeats it at every step; it
        does not affect the number of steps.
    looks_ahead
        The preprocessing by which a value depends on later frames, such as a zero-phase filter; "" where there is none.
    examples
        Real frames of the training split, (up to 8, features) float32, or None; a user's module is tested on them.
    whole
        Features that hold whole numbers only, (features,) bool, such as token ids; None where not known.
    display
        How a page draws the input; None: as lines.
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
    display: Display | None = None

    @property
    def has_channel_names(self) -> bool:
        """Whether the channels were named, and not numbered by :func:`default_channels`."""
        return self.channels != default_channels(self.name, self.features)


def default_channels(modality: str, features: int) -> tuple[str, ...]:
    """Return the names that channels have where none were given: ``audio[0]``, ``audio[1]``, ..."""
    return tuple(f"{modality}[{f}]" for f in range(features))


@dataclass(frozen=True)
class Task:
    """Prediction task.

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
    """Description of a data set without its samples.

    Attributes
    ----------
    name
        Of the data set.
    modalities
        In a fixed order: the order of every array with a modality axis.
    task
        What is to be predicted.
    source, licence
        Origin and terms of use of the data.
    notes
        Facts for the interpretation of results (construction of modalities, meaning of the splits).
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


def spec_to_json(spec: Spec) -> dict[str, Any]:
    """Return a spec as plain values; the float32 statistics survive the way back exactly."""
    plain = asdict(spec)
    for modality in plain["modalities"]:
        for name in ("mean", "std", "examples", "whole"):
            modality[name] = None if modality[name] is None else np.asarray(modality[name]).tolist()
    return plain


def spec_from_json(plain: dict[str, Any]) -> Spec:
    """Return the spec that `spec_to_json` wrote.

    Raises
    ------
    DataError, KeyError, TypeError, ValueError, AttributeError, OverflowError
        If the values are not those of a spec; see `mmviz.data.spec_checks.check_spec`.
    """
    modalities = []
    for entry in plain["modalities"]:
        dtypes: dict[str, type] = {"mean": np.float32, "std": np.float32, "examples": np.float32, "whole": np.bool_}
        statistics: dict[str, Any] = {
            name: None if entry.get(name) is None else np.array(entry[name], dtype=dtype)
            for name, dtype in dtypes.items()
        }
        shown = None if entry.get("display") is None else Display(**entry["display"])
        modalities.append(Modality(**{**entry, **statistics, "channels": tuple(entry["channels"]), "display": shown}))
    task = Task(**{**plain["task"], "classes": tuple(plain["task"]["classes"])})
    return check_spec(Spec(**{**plain, "modalities": tuple(modalities), "task": task, "notes": tuple(plain["notes"])}))
