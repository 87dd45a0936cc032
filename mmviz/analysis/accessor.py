"""The accessor ``.mmviz`` of analysis results: conversion to shap, shapiq, pandas and CSV. Importing ``mmviz.analysis`` registers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from mmviz.analysis.attribution_export import explanation_of, interaction_values_of
from mmviz.analysis.per_run import has_runs, select_run
from mmviz.analysis.tidy_table import tidy_table, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd


@xr.register_dataset_accessor("mmviz")
class ResultAccessor:
    """Conversions of a result of :mod:`mmviz.analysis`: ``found.mmviz.to_shap()``, ``to_shapiq()``, ``to_pandas()``, ``to_csv(path)``."""

    def __init__(self, found: xr.Dataset) -> None:
        self._found = found

    def to_shap(self, data: Any = None) -> Any:
        """Return Shapley values as a ``shap.Explanation`` that ``shap.plots.bar``, ``beeswarm`` and ``waterfall`` draw.

        Parameters
        ----------
        data
            (sample, player): one number per sample and player, the colour of beeswarm, such as the share of recorded frames. A modality is
            not a number, so nothing is assumed; None: one colour.

        Returns
        -------
        shap.Explanation
            ``values`` (sample, player) = phi, ``base_values`` = v(∅), both in the units of v, ``feature_names`` = modalities (of windows: modality
            and steps), ``instance_names`` = ids of the samples. For sampled values ``lower_bounds``, ``upper_bounds`` (95 %) and
            ``error_std``. Without a sample dimension, such as ``phi.isel(sample=0)``, the explanation of that sample. For a combined Trace {run:
            Explanation}, which ``shap.plots.bar`` draws as cohorts. Samples with a value that is not finite are left out, with a warning.

        Raises
        ------
        DataError
            If the Dataset holds no Shapley values, or phi has further dimensions (epoch, time): select one entry first.
        ConfigError
            If ``data`` has another shape.
        MissingDependencyError
            If shap (extra ``explain``) is not installed.
        """
        return self._each_run(lambda found: explanation_of(found, data))

    def to_shapiq(self, index: str | None = None, order: int | None = None, *, sample: int | str = "mean") -> Any:
        """Return Shapley values or interactions as ``shapiq.InteractionValues``.

        Parameters
        ----------
        index
            For :func:`mmviz.analysis.interactions`: ``SII`` (default), ``k-SII``, ``STII``, ``Moebius`` or ``SV``, as shapiq names them. For
            Shapley values: ``SV``.
        order
            Largest size of a set of modalities. None: the order of the result; all sizes for ``Moebius``.
        sample
            ``mean`` over the samples, ``each`` (a list), a position from 0, or the id of a sample.

        Returns
        -------
        shapiq.InteractionValues
            Players are numbered in the order of the modalities; pass ``feature_names=`` to its plots. As shapiq's exact
            computation of the same game; sampled values are marked ``estimated``, with their budget. For a combined Trace {run:
            InteractionValues}.

        Raises
        ------
        DataError
            If the Dataset holds neither Shapley values nor interactions, or no finite ones.
        ConfigError
            Unknown index, order or sample.
        MissingDependencyError
            If shapiq (extra ``explain``) is not installed.
        """
        return self._each_run(lambda found: interaction_values_of(found, index, order, sample))

    def to_pandas(self, variable: str | None = None) -> pd.DataFrame:
        """Return a tidy table: one row per entry of a variable (sample, modality, epoch, run, ...).

        Parameters
        ----------
        variable
            None: the first variable of the result.

        Returns
        -------
        pandas.DataFrame
            Columns: the dimensions, coordinates (``sample_id``, ``group``, ...), the variable, every other variable on the same dimensions or
            fewer (repeated), and ``units`` where they are known. ``attrs``: those of the result, and ``left_out``, the variables on
            other dimensions, each of which has a table of its own.

        Raises
        ------
        ConfigError
            If there is no such variable.
        DataError
            If the Dataset holds no variables.
        """
        return tidy_table(self._found, variable)

    def to_csv(self, path: str | Path, variable: str | None = None) -> Path:
        """Write the table of :meth:`to_pandas` as CSV (UTF-8, full precision); return the path. An existing file is replaced.

        Raises
        ------
        DataError
            If the file cannot be written.
        """
        return write_csv(self._found, path, variable)

    def _each_run(self, convert: Callable[[xr.Dataset], Any]) -> Any:
        if not has_runs(self._found):
            return convert(self._found)
        return {str(run): convert(select_run(self._found, str(run))) for run in self._found["run"].values}
