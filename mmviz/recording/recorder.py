"""Recording of a Trace: in memory, or in chunks of samples appended to a netCDF file."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from tqdm.auto import tqdm

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import takes
from mmviz.core.subsets import MAX_EXACT_PLAYERS, membership
from mmviz.data.matching import matched
from mmviz.io.atomic import atomic_path
from mmviz.io.files import checked_path
from mmviz.models.prefixes import prefix_meaning
from mmviz.models.ssm.alignment import AnchorConfig
from mmviz.recording.coalitions import warn_of_untrained
from mmviz.recording.end_to_end import attribution_rule
from mmviz.recording.groups import Recording
from mmviz.recording.sample_selection import default_selection, without_model
from mmviz.recording.samples import chosen_epochs
from mmviz.recording.size_estimate import Sizes, refuse_large
from mmviz.trace.buffered_hdf5 import BufferedFile
from mmviz.trace.netcdf_append import NetcdfAppender
from mmviz.trace.schema import validate
from mmviz.trace.store import load
from mmviz.train.threads import threads_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run


#: bytes of a chunk of recorded samples where the number of samples is not given
CHUNK_OF_SAMPLES_BYTES = 64 << 20
_SAMPLED = (
    "{count} modalities have too many subsets to record; estimate Shapley values with mmviz.recording.record_sampled_coalitions and "
    "mmviz.analysis.sampled_shapley"
)
_MAX_PREDICTED = 4096  # samples per chunk of /coalitions, so that the progress bar moves


def write_in_chunks(
    recording: Recording,
    chosen: np.ndarray,
    path: str | Path,
    sizes: Sizes,
    chunk: int | None,
    limit_bytes: int,
    progress: bool,
) -> Path:
    """Record and write a Trace, ``chunk`` samples at a time; the file gets its name when the last chunk is written.

    Raises
    ------
    MmvizError
        If one chunk would take more than ``limit_bytes``.
    DataError
        If the disk has less room than the Trace may take, or the file cannot be written.
    """
    target = checked_path(path, "record: path")
    per_sample = sum(sizes.each.values())
    size = chunk or _fitting(CHUNK_OF_SAMPLES_BYTES, per_sample, len(chosen))
    refuse_large(
        {name: one * min(size, len(chosen)) for name, one in sizes.each.items()},
        limit_bytes,
        what=f"a chunk of {min(size, len(chosen))} samples",
        other="a smaller chunk " if size > 1 else "",
    )
    predicted = chunk or min(_MAX_PREDICTED, _fitting(CHUNK_OF_SAMPLES_BYTES // 8, sizes.sample, len(recording.split)))
    try:
        with atomic_path(target) as temporary:
            temporary.touch()  # fails before the model runs where the folder cannot be written
            _refuse_full(target, sum(sizes.groups.values()))
            count = _chunk_count(recording, chosen, size, predicted)
            with tqdm(total=count, disable=not progress, desc="recording") as bar, BufferedFile(temporary) as file:
                _write(recording, chosen, file, size, predicted, bar)
    except OSError as error:
        raise DataError(
            f"record: {target} cannot be written ({error}); no incomplete file is left, and an older file of that name is unchanged. "
            "Choose a writable folder with enough free space"
        ) from error
    return target


def _write(recording: Recording, chosen: np.ndarray, disk: BufferedFile, size: int, predicted: int, bar: tqdm) -> None:
    rows = np.arange(len(recording.split))
    first = recording.per_run() | recording.recorded_samples(chosen[:size]) | recording.coalitions(rows[:predicted])
    tree = xr.DataTree.from_dict(first)
    tree.attrs = recording.attrs()
    validate(tree)
    bar.update(2 if recording.members is not None else 1)
    grown = {"recorded_sample": len(chosen), "sample": len(rows)}
    with NetcdfAppender(disk, tree, grown, {"recorded_sample": size, "sample": predicted}) as file:
        del first, tree
        for start in _starts(len(chosen), size):
            file.write(recording.recorded_samples(chosen[start : start + size]), "recorded_sample", start)
            bar.update()
        if recording.members is not None:
            for start in _starts(len(rows), predicted):
                file.write(recording.coalitions(rows[start : start + predicted]), "sample", start)
                bar.update()


def _starts(count: int, size: int) -> Iterator[int]:
    """Yield the starts of the chunks after the first."""
    yield from range(size, count, size)


def _chunk_count(recording: Recording, chosen: np.ndarray, size: int, predicted: int) -> int:
    return -(-len(chosen) // size) + (0 if recording.members is None else -(-len(recording.split) // predicted))


def _fitting(available: int, each: int, most: int) -> int:
    """Return the largest power of two of samples that fit, at least 1."""
    return 1 << (max(1, min(available // max(each, 1), most)).bit_length() - 1)


def _refuse_full(target: Path, needed: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if needed > free:
        raise DataError(
            f"record: the Trace may take {needed / 2**20:.0f} MiB, and the disk of {target.parent} has {free / 2**20:.0f} MiB free; "
            "free space, choose another folder, or give fewer recorded samples or epochs"
        )


@takes(run="run")
def record(
    run: Run,
    split: Split,
    *,
    recorded_samples: int | Sequence[int] | np.ndarray | None = None,
    epochs: Sequence[int] | None = None,
    coalitions: bool | None = None,
    prefixes: str = "steps",
    influence: bool = True,
    attribution: str | None = "auto",
    alignment: bool | None = None,
    limit_bytes: int = 1 << 30,
    path: str | Path | None = None,
    chunk: int | None = None,
    progress: bool = True,
) -> xr.DataTree:
    """Return the Trace of a model on a split: inputs, hidden states, predictions of all subsets and prefixes, influence, routing, transport.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a user's module from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``; also of another data set, which is matched with the run by name (see :func:`mmviz.data.matching.matched`).
        The Trace states the name, classes, units and channels of the data that are recorded.
    recorded_samples
        Samples whose states are recorded: how many (evenly spaced in the order of the target), or their positions. None: six samples,
        three evenly spaced in the order of the target, and the three others with the largest error: the misclassified samples with the largest loss -ln p(true class), one of each class before a second of any, or the
        largest absolute errors of a regression. They are a chosen, not a random sample: means over them are no estimates for the split. Without labels or without
        ``coalitions`` all six are evenly spaced. The attribute ``recorded_samples`` of the Trace states the rule, and which samples were chosen for their error.
    epochs
        Epochs to replay for those samples; None: all with stored weights. The best epoch is always included.
    coalitions
        Also record the predictions for all 2^M subsets of modalities: every sample at the best epoch, recorded samples at
        every epoch and step. None: with up to 12 modalities; with more, a note of the Trace states how to estimate Shapley values
        (:func:`mmviz.recording.record_sampled_coalitions`).
    prefixes
        Definition of the prediction at step t. ``steps``: from the first steps of the aligned recording, in one pass where the model is
        causal. ``recording``: from the recording truncated there: frames that begin later are removed from every modality before alignment,
        with one pass per step unless both definitions agree. The definition is stored in the attributes of ``/prefixes``
        (``meaning``, ``label``, ``description``), and every figure shows it.
    influence
        Also record the coupled influence map of the recorded samples at the best epoch, where the model has a scan.
    attribution
        Also record the end-to-end attribution of the recorded samples at the best epoch: the contribution of every modality and step to each
        logit (or the value), to the streams before pooling and to the prediction for every prefix, see
        :func:`mmviz.models.frozen_gates.freeze`. ``frozen`` or ``half``: the rule for gates. ``integrated gradients`` (captum, 32 points): for any
        differentiable model; of a user's module relative to its imputed inputs, without streams and prefixes. ``auto``: ``frozen`` where the fusion has an
        affine form with frozen gates; for a user's module integrated gradients where they take less than about 2e11 operations; otherwise none, and
        the notes of the Trace state why. None: none.
    alignment
        Also record the distances of the encoded modalities from the anchor, at every replayed epoch. None: for models with alignment.
    limit_bytes
        Limit of the memory for the Trace, or with ``path`` for one chunk of it; checked before the first batch.
    path
        Write the Trace to this file in chunks instead of holding it in memory, and return it opened there. The file
        appears when it is complete; an older one is replaced at that moment.
    chunk
        With ``path``: number of samples per chunk, ≥ 1. None: about 64 MiB per chunk. Affects results in the last digits
        only.
    progress
        With ``path``: show a progress bar.

    Returns
    -------
    xr.DataTree
        See :mod:`mmviz.trace.schema`. Groups ``operator``, ``coalitions``, ``influence`` and ``attribution`` belong to the best epoch.
        With ``path``, values stay in the file until they are computed, as with ``mmviz.trace.load(path, chunks="auto")``.

    Raises
    ------
    ConfigError
        Unknown epoch or sample, another ``prefixes``, an ``attribution`` by name that does not apply to the model, more than 12 modalities with ``coalitions=True``, or ``chunk`` without ``path``.
    MmvizError
        If the Trace needs more than ``limit_bytes``; the message lists the size of each group.
    DataError
        With ``path``: if the disk has too little free space, or the file cannot be written.

    Warns
    -----
    UserWarning
        With ``coalitions``, where training never met some non-empty subset of the modalities: its values are out of distribution.
    """
    spec = run.model.spec
    matching = matched(spec, split, "record")
    selection = without_model(split, recorded_samples)
    replayed = chosen_epochs(run, epochs)
    many = len(spec.modalities) > MAX_EXACT_PLAYERS
    if coalitions and many:
        raise ConfigError(
            f"record: {len(spec.modalities)} modalities mean 2^{len(spec.modalities)} subsets, more than the limit of "
            f"2^{MAX_EXACT_PLAYERS}; leave out coalitions=, and estimate Shapley values with mmviz.recording.record_sampled_coalitions"
        )
    notes: tuple[str, ...] = (_SAMPLED.format(count=len(spec.modalities)),) if many and coalitions is None else ()
    coalitions = not many if coalitions is None else coalitions
    if chunk is not None and (path is None or type(chunk) is not int or chunk < 1):
        raise ConfigError(
            f"record: chunk={chunk!r}, expected an integer ≥ 1 together with path=, the file that is written in chunks"
        )
    aligns = isinstance(run.model.config, AnchorConfig) if alignment is None else alignment
    members = membership(len(spec.modalities)) if coalitions else None
    if members is not None:
        warn_of_untrained(run, members)
    prefix_meaning(run.model, prefixes)
    with threads_for(run.model):
        rule, note = attribution_rule(run, split, matching, selection.rows, attribution)
        notes += (note,) if note else ()
        recording = Recording(run, split, matching, replayed, members, influence, aligns, prefixes, rule, notes)
        sizes = Sizes.of(recording, len(selection.rows))
        if path is None:
            refuse_large(sizes.groups, limit_bytes)
        if recorded_samples is None and members is not None:  # the predictions of all samples are recorded as well
            selection = default_selection(run, split, matching)
        recording, chosen = replace(recording, selection=selection.attrs()), selection.rows
        if path is not None:
            return load(write_in_chunks(recording, chosen, path, sizes, chunk, limit_bytes, progress), chunks="auto")
        rows = np.arange(len(split))
        trace = xr.DataTree.from_dict(
            recording.per_run() | recording.recorded_samples(chosen) | recording.coalitions(rows)
        )
        trace.attrs = recording.attrs()
        validate(trace)
        return trace
