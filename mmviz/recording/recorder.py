"""Recording of a Trace: in memory, or in chunks of samples appended to a netCDF file."""

from __future__ import annotations

import shutil
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
from mmviz.models.prefixes import prefix_meaning
from mmviz.models.ssm.alignment import AnchorConfig
from mmviz.recording.groups import Recording
from mmviz.recording.samples import chosen_epochs, chosen_samples
from mmviz.recording.size_estimate import Sizes, refuse_large
from mmviz.trace.buffered_hdf5 import BufferedFile
from mmviz.trace.netcdf_append import NetcdfAppender
from mmviz.trace.schema import validate
from mmviz.trace.store import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmviz.data.dataset import Split
    from mmviz.train.run import Run


#: bytes of the Trace that one piece holds, where nobody says how many samples it has
CHUNK_OF_SAMPLES_BYTES = 64 << 20
_MOST_ANSWERS = 4096  # so that the progress bar moves


def write_in_chunks(
    recording: Recording,
    chosen: np.ndarray,
    path: str | Path,
    sizes: Sizes,
    chunk: int | None,
    limit_bytes: int,
    progress: bool,
) -> Path:
    """Record and write, ``chunk`` samples at a time; the file appears under its name when the last piece is in it.

    Raises
    ------
    MmvizError
        If one piece would take more than ``limit_bytes``.
    DataError
        If the disk has less room than the Trace may take, or the file cannot be written.
    """
    target = Path(path)
    per_sample = sum(sizes.each.values())
    size = chunk or _fitting(CHUNK_OF_SAMPLES_BYTES, per_sample, len(chosen))
    refuse_large(
        {name: one * min(size, len(chosen)) for name, one in sizes.each.items()},
        limit_bytes,
        what=f"a piece of {min(size, len(chosen))} samples",
        other="a smaller chunk " if size > 1 else "",
    )
    answers = chunk or min(_MOST_ANSWERS, _fitting(CHUNK_OF_SAMPLES_BYTES // 8, sizes.sample, len(recording.split)))
    try:
        with atomic_path(target) as temporary:
            temporary.touch()  # a folder that cannot be written says so before the model runs
            _refuse_full(target, sum(sizes.groups.values()))
            count = _pieces(recording, chosen, size, answers)
            with tqdm(total=count, disable=not progress, desc="recording") as bar, BufferedFile(temporary) as file:
                _write(recording, chosen, file, size, answers, bar)
    except OSError as error:
        raise DataError(
            f"record: {target} cannot be written ({error}); no part of it is left, and an older file of that name is intact. "
            "Choose a folder that can be written and has room"
        ) from error
    return target


def _write(recording: Recording, chosen: np.ndarray, disk: BufferedFile, size: int, answers: int, bar: tqdm) -> None:
    rows = np.arange(len(recording.split))
    first = recording.around() | recording.recorded_samples(chosen[:size]) | recording.coalitions(rows[:answers])
    tree = xr.DataTree.from_dict(first)
    tree.attrs = recording.attrs()
    validate(tree)
    bar.update(2 if recording.members is not None else 1)
    grown = {"recorded_sample": len(chosen), "sample": len(rows)}
    with NetcdfAppender(disk, tree, grown, {"recorded_sample": size, "sample": answers}) as file:
        del first, tree
        for start in _starts(len(chosen), size):
            file.write(recording.recorded_samples(chosen[start : start + size]), "recorded_sample", start)
            bar.update()
        if recording.members is not None:
            for start in _starts(len(rows), answers):
                file.write(recording.coalitions(rows[start : start + answers]), "sample", start)
                bar.update()


def _starts(count: int, size: int) -> Iterator[int]:
    """Yield where the pieces after the first begin."""
    yield from range(size, count, size)


def _pieces(recording: Recording, chosen: np.ndarray, size: int, answers: int) -> int:
    return -(-len(chosen) // size) + (0 if recording.members is None else -(-len(recording.split) // answers))


def _fitting(room: int, each: int, most: int) -> int:
    """Return the largest power of two of samples that fit, at least 1."""
    return 1 << (max(1, min(room // max(each, 1), most)).bit_length() - 1)


def _refuse_full(target: Path, wanted: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if wanted > free:
        raise DataError(
            f"record: the Trace may take {wanted / 2**20:.0f} MiB, and the disk of {target.parent} has {free / 2**20:.0f} MiB free; "
            "make room, choose another folder, or give fewer recorded samples or epochs"
        )


@takes(run="run")
def record(
    run: Run,
    split: Split,
    *,
    recorded_samples: int | Sequence[int] | np.ndarray = 6,
    epochs: Sequence[int] | None = None,
    coalitions: bool = True,
    prefixes: str = "steps",
    influence: bool = True,
    alignment: bool | None = None,
    limit_bytes: int = 1 << 30,
    path: str | Path | None = None,
    chunk: int | None = None,
    progress: bool = True,
) -> xr.DataTree:
    """Run the model on a split and return the Trace.

    Parameters
    ----------
    run
        A training from :func:`mmviz.train.fit` or :func:`mmviz.train.load`, or a module from elsewhere from :func:`mmviz.train.as_run`.
    split
        For example ``ds["test"]``; also of another data set, which is matched with the run by name (see :func:`mmviz.data.matching.matched`).
        The Trace states the name, classes, units and channels of the data that are recorded.
    recorded_samples
        Samples whose states are recorded: how many (spread evenly over the samples in order of their target), or their positions.
    epochs
        Epochs to replay for those samples; all that the run kept when None. The best epoch is always among them.
    coalitions
        Also record the answers for all 2^M subsets of modalities, of every sample at the best epoch and of the recorded ones at
        every epoch and step.
    prefixes
        What the prediction at step t is made from. ``steps``: the first steps of the aligned recording, in one pass where the model is
        causal. ``recording``: the recording stopped there: frames that begin later are removed from every modality before alignment, and
        every step takes a pass of its own unless both are the same. What holds is written into the attributes of ``prefixes``
        (``meaning``, ``label``, ``says``), and every figure shows it.
    influence
        Also record the coupled influence map of the recorded samples at the best epoch, where the model has a scan.
    alignment
        Also record how far the encoded modalities are from the anchor, at every replayed epoch. None: for models that align.
    limit_bytes
        Refuse, before the first batch, to hold more than this in memory: the whole Trace, or with ``path`` one piece of it.
    path
        Write the Trace to this file piece by piece instead of holding it in memory, and return it opened there. The file
        appears when it is whole; an older one is replaced in that moment.
    chunk
        With ``path``: samples that are recorded and written at a time, ≥ 1. None: as many as take about 64 MiB. Has no
        influence on the result but on the last digits.
    progress
        With ``path``: show a progress bar.

    Returns
    -------
    xr.DataTree
        See :mod:`mmviz.trace.schema`. Everything under ``operator``, ``coalitions`` and ``influence`` is of the best epoch.
        With ``path``, values stay in the file until they are asked for, as with ``mmviz.trace.load(path, chunks="auto")``.

    Raises
    ------
    ConfigError
        Unknown epoch or sample, another ``prefixes``, more than 12 modalities with ``coalitions=True``, or ``chunk`` without ``path``.
    MmvizError
        If more than ``limit_bytes`` would be held; says how large each group is and what to leave out.
    DataError
        With ``path``: if the disk has no room for what is to come, or the file cannot be written.
    """
    spec = run.model.spec
    matching = matched(spec, split, "record")
    chosen = chosen_samples(split, recorded_samples)
    replayed = chosen_epochs(run, epochs)
    if coalitions and len(spec.modalities) > MAX_EXACT_PLAYERS:
        raise ConfigError(
            f"record: {len(spec.modalities)} modalities mean 2^{len(spec.modalities)} subsets, more than the limit of "
            f"2^{MAX_EXACT_PLAYERS}; pass coalitions=False"
        )
    if chunk is not None and (path is None or type(chunk) is not int or chunk < 1):
        raise ConfigError(
            f"record: chunk={chunk!r}, expected an integer ≥ 1 beside path=, the file that is written in pieces"
        )
    aligns = isinstance(run.model.config, AnchorConfig) if alignment is None else alignment
    members = membership(len(spec.modalities)) if coalitions else None
    prefix_meaning(run.model, prefixes)
    recording = Recording(run, split, matching, replayed, members, influence, aligns, prefixes)
    sizes = Sizes.of(recording, len(chosen))
    if path is not None:
        return load(write_in_chunks(recording, chosen, path, sizes, chunk, limit_bytes, progress), chunks="auto")
    refuse_large(sizes.groups, limit_bytes)
    rows = np.arange(len(split))
    trace = xr.DataTree.from_dict(recording.around() | recording.recorded_samples(chosen) | recording.coalitions(rows))
    trace.attrs = recording.attrs()
    validate(trace)
    return trace
