"""All recordings for measures of one model at once: product grid, permutations, windows, features, utilisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes
from mmviz.recording.features import record_features
from mmviz.recording.permutations import record_permutations
from mmviz.recording.product_grid import PASSES, record_product_grid
from mmviz.recording.utilisation import record_utilisation
from mmviz.recording.windows import record_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import xarray as xr

    from mmviz.data.dataset import Dataset
    from mmviz.train.run import Run

#: most windows per modality, and most windows of all modalities: 512 coalitions
MOST_WINDOWS, MOST_PLAYERS = 4, 9


@takes(run="run")
def record_measures(
    run: Run,
    ds: Dataset,
    *,
    split: str = "test",
    passes: int = PASSES,
    draws: int | None = 10,
    window_samples: int = 24,
    epochs: Sequence[int] | None = None,
    seed: int = 0,
) -> dict[str, xr.Dataset | str]:
    """Return every recording for measures of a model, or the reason why one is missing, for :func:`mmviz.trace.with_measures`.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    ds
        Its data.
    split
        The split of the Trace.
    passes
        Most fusion passes of the product grid, see :func:`mmviz.recording.record_product_grid`.
    draws, seed
        Permutations, see :func:`mmviz.recording.record_permutations`.
    window_samples
        Samples whose windows are recorded, see :func:`mmviz.recording.record_windows`: four windows per modality, of three modalities three, of more
        fewer, so that all of their at most 512 coalitions are evaluated.
    epochs
        Of the utilisation, see :func:`mmviz.recording.record_utilisation`.

    Returns
    -------
    dict
        ``product_grid``, ``permutations``, ``window_game``, ``features``, ``utilisation``, each a recording or a text. A reason is what the model or the data do not
        allow, such as one modality, a split without labels, or the unknown features of a user's module.

    Raises
    ------
    ConfigError
        If there is no such split.
    """
    if split not in ds.splits:
        raise ConfigError(f"record_measures: there is no split {split!r}; the data have {', '.join(ds.splits)}")
    chosen, modalities = ds[split], len(run.model.spec.names)
    windows = max(1, min(MOST_WINDOWS, run.model.steps, MOST_PLAYERS // modalities))
    calls: dict[str, Callable[[], xr.Dataset]] = {
        "product_grid": lambda: record_product_grid(run, chosen, passes=passes),
        "permutations": lambda: record_permutations(run, chosen, draws=draws, seed=seed),
        "window_game": lambda: record_windows(run, chosen, recorded_samples=window_samples, windows=windows),
        "features": lambda: record_features(run, chosen),
        "utilisation": lambda: record_utilisation(run, ds, split=split, epochs=epochs),
    }
    found: dict[str, xr.Dataset | str] = {}
    for name, call in calls.items():
        try:
            found[name] = call()
        except (ConfigError, DataError) as error:
            found[name] = str(error)
    return found
