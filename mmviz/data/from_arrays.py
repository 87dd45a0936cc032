"""A data set from arrays, with the checks of the built-in data sets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from mmviz.core.display import Display
from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import given_mapping, given_names, given_text, one_of, whole
from mmviz.data.assemble import Description, Rules, assemble
from mmviz.data.checks import Nonfinite, Side
from mmviz.data.dataset import Dataset
from mmviz.data.report import Report
from mmviz.data.sequences import Layout
from mmviz.data.split_arrays import (
    RawSplit,
    SplitFields,
    raw_split,
    raw_splits_from_mapping,
    split_raw,
    without_unlabelled,
)
from mmviz.data.targets import OutOfRange


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
    static: Sequence[str] = (),
    axes: Mapping[str, str] | None = None,
    encoders: Mapping[str, Callable[..., Any]] | None = None,
    looks_ahead: Mapping[str, str] | None = None,
    display: Mapping[str, Display | str] | None = None,
    tokens: Mapping[str, Any] | None = None,
    name: str = "arrays",
    source: str = "",
    licence: str = "",
    notes: Sequence[str] = (),
) -> Dataset:
    """Return a data set of arrays; misleading values are refused, repairs are counted in its report.

    Two forms. *Splits given*: every per-sample argument is a mapping from split to content,
    ``inputs={"train": {"audio": x, ...}, "test": {...}}``, ``target={"train": y, ...}``. *Splits made*: the same without
    the outer level, ``inputs={"audio": x}``, ``target=y``, and ``split={"train": 0.7, "valid": 0.15, "test": 0.15}``.

    Parameters
    ----------
    inputs
        Real numbers (n, steps, features) per modality; padding may hold anything, it is set to 0. Or n sequences (steps, features) of
        different lengths: a list of arrays, tensors, nested lists, masked arrays or DataFrames (whose columns name the channels), a nested
        tensor or a packed sequence; they are padded and their lengths known. None in such a list: the sample does not have the modality.
    target
        (n,): whole class labels from 0, names of classes, one-hot classes (n, k), or finite values. Names become numbers in the order of
        `classes`, else of a pandas categorical, else sorted; the report lists them. Several labels or targets per sample are refused.
        None, for everything or for a split: no labels, for prediction only; without `split` all samples are then the split "test".
    lengths
        Per modality, whole numbers (n,) from 0 to steps; 0 means absent. At most one of `lengths` and `valid` for a
        modality; with neither, every step counts as real, which is reported.
    valid
        Per modality, booleans (n, steps): True where the step is real.
    times
        Per modality, when each frame was recorded, in seconds on one clock that all modalities of a sample share:
        (n, steps); n sequences of different lengths; or (steps,), the same for all samples. Also ``datetime64``,
        ``timedelta64`` and pandas or Python dates. Times increase from frame to frame; those of padding are ignored.
        Gaps, irregular rates and different starts are kept: models align the modalities by time. Times that count from
        an epoch (above 10⁶ s, about 11 days) are counted from the first frame of each sample. Give them for every modality
        of more than one step, or for none: frames are then taken as equally spaced, which is reported.
    ids, group
        Text (n,). Ids default to split and number; groups (subject, speaker, video) to "".
    extras
        Name to n values that no model reads, such as the raw text; stored in ``Split.extras``.
    task
        Kind of the target.
    classes
        Names of the classes; default "0", "1", ....
    label_range, labels
        Regression: the lowest and highest value, and the treatment of values outside: "raise", "clip", "drop". "drop" also leaves out samples
        without a label (masked, NaN, None) where others have one; their number is reported.
    split, split_by, seed
        Fractions of the splits, whether samples or whole groups are assigned, and the seed.
    padding
        On which side padding lies where `lengths` are given.
    nonfinite
        NaN, ±inf, numbers beyond float32 and masked cells in real steps: "raise", "mask" (remove the step), "zero" (the value), or
        "mean" (the mean of the feature over the observed training cells; ``Split.extras["missing cells of NAME"]`` marks the cells). A step
        in which every cell of a masked array is masked is not valid.
    rate_hz, units, channels, descriptions
        Per modality; all optional, never guessed.
    static
        Modalities that are constant over a recording, such as a table repeated at every step: their real rows are averaged, and a
        model repeats the average at every step. A modality with at most one real row in every sample is static without being named.
    axes
        Modality to the axes of one sample, where they are not "steps features": "features" (a table, one step), "steps" (one feature per
        step) or "features steps" (channels first). The columns of a DataFrame of "features" name the channels.
    encoders
        Modality to an encoder, where the modality is a list of raw items: texts (`mmviz.data.encoders.minilm`), images
        (`image_patches`, `efficientnet_lite0`), sound (`log_mel_frames`), or any callable that takes a list of items and returns as many
        arrays (steps, features). None in the list: absent. Rates, channel names, units and times of the frames come from the encoder.
    looks_ahead
        Modality to the preprocessing by which its values depend on later frames, such as "zero-phase low-pass filter" or "z-scored over
        the recording". Its predictions for prefixes are then marked as not causal.
    display
        Modality to how a page draws its input: a `mmviz.data.Display`, or its kind: "image", "audio", "video", "text" or "lines", the
        default.
    tokens
        Per modality, the words or tokens of its steps: n lists of text, one text per real step; None where they are not known. Kept in
        ``Split.extras["tokens of NAME"]``, one text per step, "" in the padding. Encoders of texts state them.
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
        If the data are invalid; the message names split, argument, row of the given array and id. ``tests/data`` lists all cases.
    ConfigError
        If an option is unknown or contradicts another.
    """
    lengths = given_mapping(lengths, "lengths", "{'audio': [12, 9, ...]}, one number per sample")
    valid = given_mapping(valid, "valid", "{'audio': booleans (n, steps)}")
    if split is not None:
        split = given_mapping(split, "split", "{'train': 0.7, 'valid': 0.15, 'test': 0.15}")
    rules = Rules(labels, nonfinite, padding)
    if label_range is not None and task == "classification":
        raise ConfigError(f"label_range={label_range}: only a regression has one; `classes` limits class labels")
    about = Description(
        given_text(name, "name"),
        task,
        classes,
        label_range,
        given_text(source, "source"),
        given_text(licence, "licence"),
        given_names(notes, "notes"),
        given_mapping(rate_hz, "rate_hz", "{'audio': 100.0}"),
        given_mapping(units, "units", "{'audio': 'Pa'}"),
        given_mapping(channels, "channels", "{'audio': ['left', 'right']}"),
        given_mapping(descriptions, "descriptions", "{'audio': 'the microphone'}"),
        given_names(static, "static"),
        given_mapping(looks_ahead, "looks_ahead", "{'audio': 'a zero-phase filter'}"),
        given_mapping(display, "display", "{'image': 'image'}"),
    )
    orders = given_mapping(axes, "axes", "{'table': 'features'}")
    encoders = given_mapping(encoders, "encoders", "{'text': mmviz.data.encoders.minilm()}")
    layout = Layout(orders, encoders, padding)
    one_of(split_by, ("sample", "group"), "split_by")
    whole(seed, "seed", low=0)
    report = Report(name)
    if not isinstance(inputs, Mapping) or not inputs:
        raise DataError(f"inputs: a {type(inputs).__name__} without modalities; give a mapping from modality to array")
    given = SplitFields(dict(inputs), target, ids, group, lengths, valid, extras, times, tokens)
    nested = [isinstance(v, Mapping) for v in inputs.values()]
    if all(nested):
        if split is not None:
            raise ConfigError(f"split={dict(split)}: the splits are given by inputs already; leave one of them out")
        raw = raw_splits_from_mapping(given, report, layout)
    elif any(nested):
        raise ConfigError(
            "inputs: some values are arrays and some are mappings; give either splits or modalities outside"
        )
    else:
        raw = [raw_split("", given, layout)]
    if labels == "drop":
        raw = [without_unlabelled(part, report) for part in raw]
    if not all(nested):
        raw = split_raw(raw[0], _fractions(split, target), by=split_by, seed=seed)
    return assemble(raw, _described(about, layout, raw), rules, report)


def _described(about: Description, layout: Layout, raw: Sequence[RawSplit]) -> Description:
    """Return the description with what encoders and DataFrames state, where the user stated nothing."""
    named: dict[str, Any] = {}
    for part in raw:
        for m, columns in part.channels.items():
            if m not in about.channels and named.setdefault(m, columns) != columns:
                raise DataError(
                    f"{part.name} {m}: the columns {', '.join(columns)}, another split has {', '.join(named[m])}; put the same columns "
                    "into one order"
                )
    return replace(
        about,
        channels={**named, **layout.described("channels"), **about.channels},
        rate_hz={**layout.described("rate_hz"), **about.rate_hz},
        units={**layout.described("unit"), **about.units},
        descriptions={**layout.described("description"), **about.descriptions},
        display={**layout.described("display"), **about.display},
    )


def _fractions(split: Mapping[str, float] | None, target: Any) -> Mapping[str, float]:
    if split is None and target is not None:
        raise ConfigError(
            "split: none given; pass split={'train': 0.7, 'valid': 0.15, 'test': 0.15}, or inputs per split"
        )
    return {"test": 1.0} if split is None else split
