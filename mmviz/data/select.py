"""A data set of fewer modalities: the others are not absent, they do not exist."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mmviz.arguments import takes
from mmviz.data.dataset import Dataset
from mmviz.data.missing.change import chosen
from mmviz.data.report import Report


@takes(ds="dataset")
def select_modalities(ds: Dataset, names: Iterable[str]) -> Dataset:
    """Return the data set without the other modalities, as the baseline that has never heard of them needs it.

    Parameters
    ----------
    ds
        Left alone; the values are shared with it.
    names
        What remains; the order of the data set is kept.

    Returns
    -------
    Dataset
        Its spec names these modalities alone. All samples stay, so that scores compare; a sample in which none of the named
        ones was recorded has nothing left, and the report counts such samples per split. The truth of synthetic data is gone.

    Raises
    ------
    ConfigError
        If a name is unknown, or none is given.

    See Also
    --------
    mmviz.data.missing.keep_modalities : masks the others instead, so that a model of all modalities reads the result.
    """
    kept = chosen(ds.spec.names, names, "names")
    if kept == ds.spec.names:
        return ds
    report = Report(ds.report.name, list(ds.report.findings))
    splits = {}
    for name, split in ds.splits.items():
        inputs, valid = {m: split.inputs[m] for m in kept}, {m: split.valid[m] for m in kept}
        nothing = int((~np.any([valid[m].any(axis=1) for m in kept], axis=0)).sum())
        if nothing:
            report.add("note", "absent", f"{name} {'+'.join(kept)}", nothing, action="samples with nothing left")
        times = {m: t for m, t in split.times.items() if m in kept}
        splits[name] = replace(split, inputs=inputs, valid=valid, times=times)
    note = f"only {', '.join(kept)} of {', '.join(ds.spec.names)}"
    left = tuple(ds.spec.modality(m) for m in kept)
    duration = ds.spec.duration_s if any(m.spacing_s is not None for m in left) else None
    spec = replace(ds.spec, modalities=left, notes=(*ds.spec.notes, note), duration_s=duration)
    return Dataset(spec, splits, report)
