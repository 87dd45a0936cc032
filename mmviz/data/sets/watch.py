"""Shoulder exercises seen by a smartwatch: dynamic acceleration, angular velocity and gravity, split by subject."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from mmviz.core.errors import DataError
from mmviz.core.options import one_of, whole
from mmviz.data.dataset import Dataset
from mmviz.data.from_arrays import from_arrays
from mmviz.data.package_data import read_wheel_file
from mmviz.data.padding import windows
from mmviz.io.safe_pickle import read_object_npy

RATE_HZ = 50.0
WINDOW = 200
FOLDS = 5
GRAVITY_CUTOFF_HZ = 0.3
GRAVITY_ORDER = 3
MODALITIES = ("dynamic", "gyro", "gravity")

FILTERS = {
    "causal": "forwards only, so that a value depends on nothing that was recorded after it; slow turns show about a second late",
    "zero_phase": "forwards and backwards over the whole recording, as UCI HAR does; the filter looks ahead, so that a window contains a "
    "little of what follows it in the same recording",
}
_AHEAD = "zero-phase low-pass filter over the whole recording"
_NOTES = (
    "Windows of 4 s that do not overlap; what is left at the end of a recording is not used.",
    "Folds by subject: fold k tests subjects 2k+1 and 2k+2 and validates on the next one; no subject is in two splits.",
    "Units are not stated by the package but inferred: the accelerometer's norm is close to 1 at rest, so g; the size of the "
    "angular velocity excludes degrees per second and suggests rad/s, which a fit of how gravity turns supports only weakly.",
    "Classes are the package's abbreviations; left and right arms are mixed.",
)


def fold_subjects(fold: int) -> dict[str, tuple[int, ...]]:
    """Return the subjects 1..10 of each split of a fold.

    Parameters
    ----------
    fold
        0..4.

    Returns
    -------
    dict
        "train" (7 subjects), "valid" (1), "test" (2).
    """
    test = (2 * fold + 1, 2 * fold + 2)
    valid = ((2 * fold + 2) % 10 + 1,)
    train = tuple(s for s in range(1, 11) if s not in (*test, *valid))
    return {"train": train, "valid": valid, "test": test}


def split_gravity(
    acceleration: NDArray[np.float64], *, filtering: str = "causal"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the dynamic part and the gravity of an accelerometer recording.

    Parameters
    ----------
    acceleration
        (steps, 3) at 50 Hz, the whole recording.
    filtering
        ``causal``: the low-pass filter runs forwards, from its steady state for the first sample.
        ``zero_phase``: forwards and backwards, which looks ahead.

    Returns
    -------
    dynamic, gravity
        (steps, 3) each; their sum is the input.
    """
    one_of(filtering, tuple(FILTERS), "gravity")
    low_pass = signal.butter(GRAVITY_ORDER, GRAVITY_CUTOFF_HZ, fs=RATE_HZ, output="sos")
    if filtering == "zero_phase":
        gravity = signal.sosfiltfilt(low_pass, acceleration, axis=0)
    else:
        begin = signal.sosfilt_zi(low_pass)[..., None] * acceleration[0]
        gravity, _ = signal.sosfilt(low_pass, acceleration, axis=0, zi=begin)
    return acceleration - gravity, gravity


def load_watch(*, fold: int = 0, gravity: Literal["causal", "zero_phase"] = "causal") -> Dataset:
    """Return the smartwatch shoulder exercises.

    Parameters
    ----------
    fold
        0..4: which two subjects are tested; see `fold_subjects`.
    gravity
        The filter that separates gravity from acceleration, see `split_gravity`: ``causal``, so that a prediction from the beginning of a
        recording contains nothing of what follows, or ``zero_phase``, which looks ahead.

    Returns
    -------
    Dataset
        1149 windows of 200 steps at 50 Hz, 7 classes, 3 modalities of 3 channels. Ids are
        ``s{subject}_r{recording}_w{window}``, groups are subjects.

    Raises
    ------
    ConfigError
        If `fold` is not 0..4 or `gravity` is another word.
    MissingDependencyError, DataError
        If the package seglearn is not installed, or its file is another one.

    References
    ----------
    .. [1] D. Burns et al., Shoulder physiotherapy exercise recognition: machine learning the inertial signals from a
       smartwatch, arXiv:1802.01489.
    """
    fold = whole(fold, "fold", low=0, high=FOLDS - 1)
    one_of(gravity, tuple(FILTERS), "gravity")
    raw = read_object_npy(read_wheel_file("watch_dataset.npy"), where="watch_dataset.npy")
    if set(raw) != {"X", "y", "subject", "side", "X_labels", "y_labels"}:
        raise DataError(f"watch_dataset.npy: keys {sorted(raw)}; install seglearn==1.2.5 again")
    cut: dict[str, list[NDArray[np.float64]]] = {m: [] for m in MODALITIES}
    label, subject, ids, unused = [], [], [], 0
    for r, recording in enumerate(raw["X"]):
        dynamic, slow = split_gravity(recording[:, :3], filtering=gravity)
        for m, x in zip(MODALITIES, (dynamic, recording[:, 3:], slow), strict=True):
            cut[m].append(windows(x, WINDOW))
        n = len(cut["gyro"][-1])
        unused += len(recording) - n * WINDOW
        who = int(raw["subject"][r])
        label += [int(raw["y"][r])] * n
        subject += [who] * n
        ids += [f"s{who}_r{r}_w{k}" for k in range(n)]
    inputs = {m: np.concatenate(x) for m, x in cut.items()}
    dataset = _dataset(inputs, np.array(label), np.array(subject), np.array(ids), tuple(raw["y_labels"]), fold, gravity)
    dataset.report.add("note", "unused", "recordings", unused, action="steps after the last whole window left out")
    return dataset


def _dataset(
    inputs: dict[str, NDArray[np.float64]],
    label: NDArray[np.int64],
    subject: NDArray[np.int64],
    ids: NDArray[np.str_],
    classes: tuple[str, ...],
    fold: int,
    filtering: str,
) -> Dataset:
    rows = {split: np.flatnonzero(np.isin(subject, who)) for split, who in fold_subjects(fold).items()}
    whole_window = np.ones((len(label), WINDOW), dtype=bool)
    filter_note = (
        "dynamic and gravity come from one sensor: gravity is the accelerometer after a low-pass filter (Butterworth, order 3, 0.3 Hz, "
        f"{FILTERS[filtering]}), dynamic is the accelerometer minus gravity."
    )
    ahead = {} if filtering == "causal" else dict.fromkeys(("dynamic", "gravity"), _AHEAD)
    return from_arrays(
        {s: {m: x[r] for m, x in inputs.items()} for s, r in rows.items()},
        {s: label[r] for s, r in rows.items()},
        valid={s: dict.fromkeys(MODALITIES, whole_window[r]) for s, r in rows.items()},
        ids={s: ids[r] for s, r in rows.items()},
        group={s: subject[r].astype(str) for s, r in rows.items()},
        classes=classes,
        rate_hz=dict.fromkeys(MODALITIES, RATE_HZ),
        units={"dynamic": "g", "gyro": "rad/s", "gravity": "g"},
        channels={
            "dynamic": ("ax − gx", "ay − gy", "az − gz"),
            "gyro": ("wx", "wy", "wz"),
            "gravity": ("gx", "gy", "gz"),
        },
        descriptions={
            "dynamic": "acceleration without gravity, wrist",
            "gyro": "angular velocity, wrist",
            "gravity": "slow part of the acceleration: the direction of gravity, wrist",
        },
        looks_ahead=ahead,
        name="watch",
        source="D. Burns et al., arXiv:1802.01489, as shipped in the package seglearn 1.2.5",
        licence="BSD-3-Clause (seglearn)",
        notes=(filter_note, *_NOTES),
    )
