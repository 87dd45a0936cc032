"""What a target must be: whole class labels in range, or finite numbers; never text, None or NaN."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmviz.data.report import Report
from mmviz.errors import ConfigError, DataError

MAX_CLASSES = 100_000
OutOfRange = Literal["raise", "clip", "drop"]


def as_target(values: ArrayLike, n: int, where: str, *, classification: bool) -> NDArray[Any]:
    """Take a target as int64 or float32 (n,), or raise DataError with the first bad place.

    Parameters
    ----------
    values
        What the user gave.
    n
        Number of samples.
    where
        Name of the split, for errors.
    classification
        Whether labels are classes (whole numbers from 0) or values.

    Returns
    -------
    ndarray
        int64 (n,) or float32 (n,).

    Raises
    ------
    DataError
        If the shape is not (n,), a label is text, None, NaN or infinite, or a class is negative or fractional.
    """
    try:
        y = np.asarray(values)
    except ValueError as error:
        raise DataError(f"{where}: target: {error}; give one number per sample") from None
    if y.shape != (n,):
        raise DataError(f"{where}: target of shape {y.shape} for {n} samples; give ({n},)")
    if y.dtype.kind not in "fiub":
        # not y itself: NumPy turns [0, "a"] into text
        given = y.tolist() if isinstance(values, np.ndarray) else list(values)  # type: ignore[arg-type]
        at = next((i for i, v in enumerate(given) if not isinstance(v, (int, float, np.number))), 0)
        raise DataError(
            f"{where}: target is not numeric (first: sample {at}: {given[at]!r:.60}); "
            "give class labels 0, 1, ... with classes=(names), or finite numbers"
        )
    bad = ~np.isfinite(y)
    if classification:
        wide = y.astype(np.float64)  # a half-precision label is compared as the number it is
        bad |= (wide < 0) | (wide != np.floor(wide)) | (wide >= MAX_CLASSES)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        wanted = f"whole numbers from 0, below {MAX_CLASSES}" if classification else "finite numbers"
        raise DataError(f"{where}: {int(bad.sum())} bad labels (first: sample {at}: {y[at]}); give {wanted}")
    if classification:
        return y.astype(np.int64)
    with np.errstate(over="ignore"):
        cast = y.astype(np.float32)
    if not np.isfinite(cast).all():
        at = int(np.flatnonzero(~np.isfinite(cast))[0])
        raise DataError(f"{where}: target of sample {at} is {y[at]}, beyond float32; rescale it")
    return cast


def check_classes(targets: dict[str, NDArray[Any]], classes: Sequence[str] | None, report: Report) -> tuple[str, ...]:
    """Compare labels with the names of the classes; make names where none were given.

    Parameters
    ----------
    targets
        Split name to int64 labels.
    classes
        Names in the order of the labels, or None: "0", "1", ... up to the largest label.
    report
        Receives a "class" finding for each class that no training sample has.

    Returns
    -------
    tuple of str
        Names of the classes.

    Raises
    ------
    ConfigError
        If two classes have the same name.
    DataError
        If a label has no name, or there is only one class.
    """
    highest = max(int(y.max()) for y in targets.values())
    names = tuple(map(str, classes)) if classes is not None else tuple(str(k) for k in range(highest + 1))
    if len(set(names)) < len(names):
        raise ConfigError(f"classes: {names} holds a name twice")
    for split, y in targets.items():
        if len(y) and y.max() >= len(names):
            at = int(np.flatnonzero(y >= len(names))[0])
            raise DataError(
                f"{split}: label {y[at]} of sample {at} is beyond the {len(names)} classes {names}; name all classes"
            )
    if len(names) < 2:
        raise DataError(f"target: only one class ({', '.join(names)}); a classification needs two")
    reference = next(iter(targets))
    missing = sorted(set(range(len(names))) - set(np.unique(targets[reference]).tolist()))
    first = f"class {names[missing[0]]!r}" if missing else ""
    report.add("warning", "class", reference, len(missing), first=first, action="no sample; kept as an output")
    return names


def within(
    y: NDArray[np.float32],
    limits: tuple[float, float],
    where: str,
    report: Report,
    *,
    labels: OutOfRange,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Deal with values beyond a stated range.

    Parameters
    ----------
    y
        (n,) finite.
    limits
        Lowest and highest value allowed.
    where
        Name of the split.
    report
        Receives a "label" finding.
    labels
        "raise" refuses, "clip" moves values to the limit, "drop" removes the samples.

    Returns
    -------
    y, keep
        The values, (n,), and which samples stay, bool (n,).

    Raises
    ------
    DataError
        If `labels` is "raise" and a value lies outside.
    """
    low, high = limits
    # a limit such as 0.1 is compared in the precision of the labels
    outside = (y < np.float32(low)) | (y > np.float32(high))
    keep = np.ones(len(y), dtype=bool)
    if not outside.any():
        return y, keep
    at = int(np.flatnonzero(outside)[0])
    first = f"sample {at}: {y[at]}"
    if labels == "raise":
        raise DataError(
            f"{where}: {int(outside.sum())} labels outside {low} to {high} (first: {first}). "
            'Pass labels="clip" or labels="drop", or widen label_range.'
        )
    action = "clipped" if labels == "clip" else "samples dropped"
    report.add("repair", "label", where, int(outside.sum()), first=first, action=action)
    if labels == "clip":
        return np.clip(y, np.float32(low), np.float32(high)), keep
    return y, ~outside
