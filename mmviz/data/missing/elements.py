"""Single values changed: elements set to zero as in Coupled Mamba's Table 12, and Gaussian noise."""

from collections.abc import Iterable, Sequence

from mmviz.arguments import takes
from mmviz.data.choice import number, whole
from mmviz.data.dataset import Dataset
from mmviz.data.missing.change import Floats, Mask, changed
from mmviz.data.missing.draws import generator


@takes(ds="dataset")
def mask_elements(
    ds: Dataset,
    rate: float,
    *,
    modalities: Iterable[str] | None = None,
    seed: int = 0,
    splits: Sequence[str] | None = None,
) -> Dataset:
    """Set single values of real steps to 0, each with probability `rate`; every step stays real.

    Parameters
    ----------
    ds
        Left alone.
    rate
        Probability of a zero, 0 to 1.
    modalities, splits
        Which; all when None.
    seed
        Of the draws, one generator per sample and modality.

    Returns
    -------
    Dataset
        A changed copy.

    Raises
    ------
    ConfigError
        If the rate is no probability, or a name is unknown.

    Notes
    -----
    This is how Coupled Mamba (arXiv 2405.18014, Table 12) makes data "missing": a Bernoulli mask of the shape of the
    tensor. The baselines in that table lose whole modalities instead (`drop_modalities`), so its rows are not like for like. Its
    sentence on the mask mixes up p and 1 - p; `rate` as the probability of a zero is our reading.
    """
    rate, seed = number(rate, "rate", low=0.0, high=1.0), whole(seed, "seed", low=0)

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        rng = generator(seed, f"elements {modality}", key)
        x[valid] *= rng.random((int(valid.sum()), x.shape[1])) >= rate

    done = f"mask_elements(rate={rate}, seed={seed})"
    return changed(ds, edit, kind="elements", done=done, modalities=modalities, splits=splits)


@takes(ds="dataset")
def add_noise(
    ds: Dataset,
    scale: float,
    *,
    modalities: Iterable[str] | None = None,
    seed: int = 0,
    splits: Sequence[str] | None = None,
) -> Dataset:
    """Add independent Gaussian noise to every real value.

    Parameters
    ----------
    ds
        Left alone.
    scale
        Standard deviation of the noise in units of each channel's own (over the training split as recorded), ≥ 0; a signal-to-
        noise ratio of -20·log10(scale) dB. A constant channel stays as it is.
    modalities, splits
        Which; all when None.
    seed
        Of the draws, one generator per sample and modality.

    Returns
    -------
    Dataset
        A changed copy.

    Raises
    ------
    ConfigError
        If the scale is negative or not finite, or a name is unknown.
    """
    scale, seed = number(scale, "scale", low=0.0), whole(seed, "seed", low=0)
    std = {m.name: m.std for m in ds.spec.modalities}

    def edit(modality: str, x: Floats, valid: Mask, key: str) -> None:
        rng = generator(seed, f"noise {modality}", key)
        x[valid] += scale * std[modality] * rng.standard_normal((int(valid.sum()), x.shape[1]))

    done = f"add_noise(scale={scale}, seed={seed})"
    return changed(ds, edit, kind="noise", done=done, modalities=modalities, splits=splits)
