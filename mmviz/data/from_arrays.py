"""A data set from one's own arrays: the same checks that every built-in set passes."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mmviz.data.assemble import Description, Treatment, assemble
from mmviz.data.checks import Nonfinite, Side
from mmviz.data.choice import one_of, whole
from mmviz.data.dataset import Dataset
from mmviz.data.labels import OutOfRange
from mmviz.data.parts import Part, make_part, parts_from_splits, parts_from_whole
from mmviz.errors import ConfigError, DataError


def from_arrays(
    inputs: Mapping[str, Any],
    target: Any,
    *,
    lengths: Mapping[str, Any] | None = None,
    valid: Mapping[str, Any] | None = None,
    times: Mapping[str, Any] | None = None,
    ids: Any = None,
    group: Any = None,
    extras: Any = None,
    task: Literal["classification", "regression"] = "classification",
    classes: Sequence[str] | None = None,
    label_range: tuple[float, float] | None = None,
    labels: OutOfRange = "raise",
    split: Mapping[str, float] | None = None,
    split_by: Literal["sample", "group"] = "sample",
    seed: int = 0,
    padding: Side = "end",
    nonfinite: Nonfinite = "raise",
    rate_hz: Mapping[str, float | None] | None = None,
    units: Mapping[str, str] | None = None,
    channels: Mapping[str, Sequence[str]] | None = None,
    descriptions: Mapping[str, str] | None = None,
    name: str = "arrays",
    source: str = "",
    licence: str = "",
    notes: Sequence[str] = (),
) -> Dataset:
    """Make a data set from arrays, refusing what would mislead and counting what was repaired.

    Two forms. *Splits given*: every per-sample argument is a mapping from split to content,
    ``inputs={"train": {"audio": x, ...}, "test": {...}}``, ``target={"train": y, ...}``. *Splits made*: the same without
    the outer level, ``inputs={"audio": x}``, ``target=y``, and ``split={"train": 0.7, "valid": 0.15, "test": 0.15}``.

    Parameters
    ----------
    inputs
        Real numbers (n, steps, features) per modality. Padding may hold anything; it is set to 0.
    target
        (n,): whole class labels from 0, or finite values.
    lengths
        Per modality, whole numbers (n,) from 0 to steps; 0 means absent. At most one of `lengths` and `valid` for a
        modality; with neither, every step counts as real and the report says so.
    valid
        Per modality, booleans (n, steps): True where the step is real.
    times
        Per modality, when each frame was recorded, in seconds on one clock that all modalities of a sample share:
        (n, steps); n sequences of different lengths; or (steps,), the same for all samples. Also ``datetime64``,
        ``timedelta64`` and pandas or Python dates. Times increase from frame to frame; what padding holds is not looked at.
        Gaps, irregular rates and different starts are kept: models align the modalities by time. Times that count from
        an epoch (above 10⁶ s, about 11 days) are counted from the first frame of each sample. Give them for every modality
        of more than one step, or for none: frames are then taken as equally spaced, and the report says so.
    ids, group
        Text (n,). Ids default to split and number; groups (subject, speaker, video) to "".
    extras
        Name to n values that no model reads, such as the raw text; kept in ``Split.extras``.
    task
        What the target is.
    classes
        Names of the classes; default "0", "1", ....
    label_range, labels
        Regression: the lowest and highest value, and what to do beyond: "raise", "clip", "drop".
    split, split_by, seed
        Shares of the splits to be made, whether samples or whole groups are dealt out, and the seed.
    padding
        On which side padding lies where `lengths` are given.
    nonfinite
        NaN, ±inf and numbers beyond float32 in real steps: "raise", "mask" (remove the step), "zero" (the value).
    rate_hz, units, channels, descriptions
        Per modality; all optional, never guessed.
    name, source, licence, notes
        Of the data set.

    Returns
    -------
    Dataset
        With float32 inputs, padded with 0 to the longest split, and training statistics. The first split is the
        training split if none is called "train".

    Raises
    ------
    DataError
        If the data are not what they should be; see ``tests/data`` for the full list. The message says where.
    ConfigError
        If an option is unknown or contradicts another.
    """
    treatment = Treatment(task, classes, label_range, labels, padding, nonfinite)
    one_of(split_by, ("sample", "group"), "split_by")
    whole(seed, "seed", low=0)
    parts = _parts(
        inputs,
        target,
        lengths=lengths,
        valid=valid,
        ids=ids,
        group=group,
        extras=extras,
        times=times,
        split=split,
        split_by=split_by,
        seed=seed,
    )
    about = Description(
        rate_hz or {}, units or {}, channels or {}, descriptions or {}, name, source, licence, tuple(notes)
    )
    return assemble(parts, treatment, about)


def _parts(
    inputs: Mapping[str, Any],
    target: Any,
    *,
    lengths: Mapping[str, Any] | None,
    valid: Mapping[str, Any] | None,
    ids: Any,
    group: Any,
    extras: Any,
    times: Mapping[str, Any] | None,
    split: Mapping[str, float] | None,
    split_by: str,
    seed: int,
) -> list[Part]:
    if not isinstance(inputs, Mapping) or not inputs:
        raise DataError(f"inputs: a {type(inputs).__name__} without modalities; give a mapping from modality to array")
    nested = [isinstance(v, Mapping) for v in inputs.values()]
    if all(nested):
        if split is not None:
            raise ConfigError(f"split={dict(split)}: the splits are given by inputs already; leave one of them out")
        return parts_from_splits(inputs, target, lengths, valid, ids, group, extras, times)
    if any(nested):
        raise ConfigError(
            "inputs: some values are arrays and some are mappings; give either splits or modalities outside"
        )
    if split is None:
        raise ConfigError(
            "split: none given; pass split={'train': 0.7, 'valid': 0.15, 'test': 0.15}, or inputs per split"
        )
    everything = make_part("", inputs, target, lengths or {}, valid or {}, ids, group, extras, times)
    return parts_from_whole(everything, split, by=split_by, seed=seed)
