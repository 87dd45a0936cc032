"""Epoch loggers of ``fit(log=...)``: the history of a training as TensorBoard or MLflow scalars, or to a function; figures at its end."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mmviz.core.errors import ConfigError, MissingDependencyError, MmvizError

if TYPE_CHECKING:
    from mmviz.train.run import Run

    Figures = Callable[[Run], Mapping[str, Any]]

#: longest parameter value that MLflow's stores take
_LONGEST_PARAMETER = 500
_EVENT_FILES = "events.out.tfevents.*"
_NOT_IN_MLFLOW = re.compile(r"[^\w\-. /]", re.ASCII)


class EpochLogger(Protocol):
    """Receives the history of a training, epoch by epoch, in the process of the first device."""

    def check(self, *, resumes: bool, overwrite: bool) -> None:
        """Raise ConfigError or MissingDependencyError where nothing could be logged; called before the training, in every process."""

    def open(self, info: dict[str, Any]) -> int:
        """Begin; ``info`` is that of the run. Return the first epoch that is still to be written: -1 where no past epoch is wanted."""

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """Write one row of the history."""

    def close(self, run: Run | None) -> None:
        """End; None where the training raised an error."""


@dataclass
class TensorBoardLog:
    """Writes every entry of the history as a TensorBoard scalar, tag = name of the entry, step = epoch.

    Attributes
    ----------
    folder
        Folder of the event files, or an open ``torch.utils.tensorboard.SummaryWriter``, which is flushed and left open.
    figures
        Called with the run at the end; returns {tag: figure}, plotly or matplotlib, for example
        ``lambda run: {"shapley": mm.plots.plot_shapley(mm.analysis.shapley(mm.record(run, ds["valid"])))}``. None: no figures.

    Notes
    -----
    A resumed training writes the epochs of its first part again and marks the older events as purged, so that one log holds each epoch
    once. With a SummaryWriter only the epochs of the present call are written.
    """

    folder: str | Path | Any
    figures: Figures | None = None
    _writer: Any = field(default=None, init=False, repr=False, compare=False)

    def check(self, *, resumes: bool, overwrite: bool) -> None:
        """See :class:`EpochLogger`; refuses a folder with the event files of another training."""
        writer_class = _summary_writer()
        if isinstance(self.folder, writer_class):
            return
        if not isinstance(self.folder, (str, Path)):
            raise ConfigError(
                f"fit: log={self.folder!r:.80} is a {type(self.folder).__name__}; give a folder, a SummaryWriter, 'mlflow', a function of one "
                "row of the history, or a list of them"
            )
        folder = Path(self.folder)
        if folder.exists() and not folder.is_dir():
            raise ConfigError(f"fit: log={str(folder)!r} is a file; give a folder for the event files")
        if folder.is_dir() and not (resumes or overwrite) and any(folder.glob(_EVENT_FILES)):
            raise ConfigError(
                f"fit: log={str(folder)!r} already holds the event files of a training; give another folder, resume that training "
                "(resume=True), or pass overwrite=True, which hides the old events"
            )

    def open(self, info: dict[str, Any]) -> int:
        """See :class:`EpochLogger`."""
        writer_class = _summary_writer()
        if isinstance(self.folder, writer_class):
            self._writer, first = self.folder, -1
        else:
            try:
                self._writer, first = writer_class(str(self.folder), purge_step=0), 0
            except OSError as error:
                raise ConfigError(
                    f"fit: log={str(self.folder)!r} cannot be written ({error}); give another folder"
                ) from error
        self._writer.add_text("run", f"```json\n{json.dumps(info, indent=1, default=str)}\n```", 0)
        return first

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """See :class:`EpochLogger`."""
        for name, value in row.items():
            if name != "epoch":
                self._writer.add_scalar(name, value, int(row["epoch"]))
        self._writer.flush()

    def close(self, run: Run | None) -> None:
        """See :class:`EpochLogger`."""
        if self._writer is None:
            return
        try:
            if run is not None:
                self._writer.add_text("status", f"{run.status}; selected epoch {run.best_epoch}", run.best_epoch)
                for name, image in _images(self.figures, run):
                    self._writer.add_image(name, _pixels(image), run.best_epoch, dataformats="HWC")
            self._writer.flush()
        finally:
            if self._writer is not self.folder:
                self._writer.close()
            self._writer = None


@dataclass
class MLflowLog:
    """Writes every entry of the history as an MLflow metric, step = epoch; options of model and training as parameters.

    Attributes
    ----------
    figures
        As in :class:`TensorBoardLog`; stored as PNG artifacts under ``figures/``.
    tracking_uri, experiment
        Of MLflow; None: those that are set (``mlflow.set_tracking_uri``, ``MLFLOW_TRACKING_URI``).
    run_name
        None: "model on data set".

    Notes
    -----
    An MLflow run that is active in this process receives the values and stays active. Otherwise a run is started and ended: FINISHED,
    KILLED (interrupted) or FAILED (diverged, error). Its id is stored in ``run.info["mlflow_run"]``; a resumed training continues that
    MLflow run. Metric names: MLflow refuses characters other than letters, digits, ``_-. /``; each is replaced by ``_``.
    """

    figures: Figures | None = None
    tracking_uri: str | None = None
    experiment: str | None = None
    run_name: str | None = None
    _client: Any = field(default=None, init=False, repr=False, compare=False)
    _id: str = field(default="", init=False, repr=False, compare=False)
    _own: bool = field(default=False, init=False, repr=False, compare=False)

    def check(self, *, resumes: bool, overwrite: bool) -> None:
        """See :class:`EpochLogger`."""
        _mlflow()

    def open(self, info: dict[str, Any]) -> int:
        """See :class:`EpochLogger`."""
        mlflow = _mlflow()
        uri = self.tracking_uri or mlflow.get_tracking_uri()
        try:
            self._client = mlflow.MlflowClient(tracking_uri=uri)
            before = info.get("mlflow_run")
            active = mlflow.active_run()
            logged = self._logged(before, uri)
            if logged is not None and isinstance(before, dict):
                self._id, self._own = str(before["run_id"]), True
                self._client.update_run(self._id, status="RUNNING")
            elif active is not None and self.tracking_uri is None:
                self._id, self._own = active.info.run_id, False
            else:
                self._id, self._own = self._started(mlflow, info), True
            if logged is None:
                for key, value in _flat(
                    {"dataset": info["dataset"], "model": info["model"], "train": info["train"]}
                ).items():
                    self._client.log_param(self._id, _mlflow_name(key), str(value)[:_LONGEST_PARAMETER])
        except MmvizError:
            raise
        except Exception as error:
            raise ConfigError(
                f"fit: log='mlflow' cannot begin a run at {uri} ({error}); check the tracking URI and the experiment"
            ) from error
        info["mlflow_run"] = {"run_id": self._id, "tracking_uri": uri}
        return 0 if logged is None else logged + 1

    def _started(self, mlflow: Any, info: dict[str, Any]) -> str:
        """Return the id of a new MLflow run; it is the active one where neither URI nor experiment is given."""
        name = self.run_name or f"{info['model']['name']} on {info['dataset']}"
        if self.tracking_uri is None and self.experiment is None:
            return str(mlflow.start_run(run_name=name).info.run_id)
        experiment = "Default" if self.experiment is None else self.experiment
        found = self._client.get_experiment_by_name(experiment)
        number = self._client.create_experiment(experiment) if found is None else found.experiment_id
        return str(self._client.create_run(number, run_name=name).info.run_id)

    def _logged(self, before: Any, uri: str) -> int | None:
        """Return the last epoch that the MLflow run of a stopped training holds; None where there is no such run."""
        if not isinstance(before, dict) or before.get("tracking_uri") != uri:
            return None
        try:
            steps = [m.step for m in self._client.get_metric_history(str(before.get("run_id")), "epoch")]
        except Exception:  # noqa: BLE001 - the run was deleted, or is of another store
            return None
        return max(steps, default=-1)

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """See :class:`EpochLogger`."""
        names = [_mlflow_name(name) for name in row]
        if len(set(names)) < len(names):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise ConfigError(
                f"MLflow cannot distinguish the entries {', '.join(twice)} of the history; rename a modality"
            )
        pairs = sorted(zip(names, row.values(), strict=True), key=lambda pair: pair[0] == "epoch")
        for name, value in pairs:  # "epoch" last: it marks the epoch as complete
            self._client.log_metric(self._id, name, float(value), step=int(row["epoch"]))

    def close(self, run: Run | None) -> None:
        """See :class:`EpochLogger`."""
        if self._client is None:
            return
        status = "FAILED" if run is None or run.status == "diverged" else "FINISHED"
        status = "KILLED" if run is not None and run.status == "interrupted" else status
        try:
            if run is not None:
                self._client.set_tag(self._id, "mmviz.status", run.status)
                self._client.set_tag(self._id, "mmviz.best_epoch", str(run.best_epoch))
                self._store(_images(self.figures, run))
        finally:
            active = _mlflow().active_run()
            if self._own and active is not None and active.info.run_id == self._id:
                _mlflow().end_run(status)
            elif self._own:
                self._client.set_terminated(self._id, status)
            self._client = None

    def _store(self, images: list[tuple[str, bytes]]) -> None:
        import tempfile

        for name, image in images:
            with tempfile.TemporaryDirectory(prefix="mmviz-figure-") as folder:
                path = Path(folder) / f"{_mlflow_name(name).replace('/', '_')}.png"
                path.write_bytes(image)
                self._client.log_artifact(self._id, str(path), "figures")


@dataclass
class FunctionLog:
    """Calls a function with a copy of every new row of the history."""

    function: Callable[[dict[str, float]], Any]

    def check(self, *, resumes: bool, overwrite: bool) -> None:
        """See :class:`EpochLogger`."""

    def open(self, info: dict[str, Any]) -> int:
        """See :class:`EpochLogger`; past epochs are not repeated."""
        return -1

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """See :class:`EpochLogger`."""
        self.function(dict(row))

    def close(self, run: Run | None) -> None:
        """See :class:`EpochLogger`."""


@dataclass
class EpochLoggers:
    """The loggers of one training; an error after the start becomes a warning, and the training continues.

    Attributes
    ----------
    loggers
        They are open after :meth:`open`.
    """

    loggers: tuple[EpochLogger, ...]
    _missing: dict[int, list[Mapping[str, float]]] = field(default_factory=dict, init=False, repr=False)
    _opened: list[EpochLogger] = field(default_factory=list, init=False, repr=False)

    def check(self, *, resumes: bool = False, overwrite: bool = False) -> None:
        """Check every logger, see :class:`EpochLogger`."""
        for each in self.loggers:
            each.check(resumes=resumes, overwrite=overwrite)

    def open(self, info: dict[str, Any], past: list[dict[str, float]]) -> None:
        """Open all; those that want them receive the epochs of a stopped training."""
        for number, each in enumerate(self.loggers):
            first = each.open(info)
            self._opened.append(each)
            self._missing[number] = [row for row in past if first >= 0 and row["epoch"] >= first]
            self._write(number, each)

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """Write one row of the history; a logger that failed before receives the missing rows first."""
        for number, each in enumerate(self._opened):
            self._missing[number].append(row)
            self._write(number, each)

    def _write(self, number: int, logger: EpochLogger) -> None:
        rows = self._missing[number]
        try:
            while rows:
                logger.on_epoch(rows[0])
                rows.pop(0)
        except Exception as error:  # noqa: BLE001 - whatever a logger raises must not end the training
            epoch, again = int(rows[0]["epoch"]), "these values are tried again after the next epoch"
            if isinstance(logger, FunctionLog):
                rows.clear()  # the function may have acted before it failed
                again = "the function is called again for the next epoch"
            _warn(logger, f"failed at epoch {epoch}", error, again)

    def close(self, run: Run | None) -> None:
        """Close all that are open, with the figures of the run."""
        for number, each in enumerate(self._opened):
            try:
                each.close(run)
            except Exception as error:  # noqa: BLE001 - as above
                _warn(each, "failed when it was closed", error, "its last values or figures may be missing")
            if missing := [int(row["epoch"]) for row in self._missing[number]]:
                warnings.warn(
                    f"fit: the log of {type(each).__name__} lacks the epochs {missing}; run.history holds them",
                    UserWarning,
                    stacklevel=2,
                )
        self._opened.clear()


def epoch_loggers(log: Any) -> EpochLoggers | None:
    """Return the loggers that ``fit(log=...)`` names; None for None.

    Raises
    ------
    ConfigError
        If an entry is of no known kind.
    """
    if log is None:
        return None
    return EpochLoggers(tuple(_logger(each) for each in (log if isinstance(log, (list, tuple)) else [log])))


def _logger(log: Any) -> EpochLogger:
    if isinstance(log, str) and log == "mlflow":
        return MLflowLog()
    if isinstance(log, (TensorBoardLog, MLflowLog, FunctionLog)):
        return log
    if isinstance(log, str) and not log.strip():
        raise ConfigError("fit: log='' names no folder; give a folder for TensorBoard, such as 'runs/tb', or 'mlflow'")
    if isinstance(log, (str, Path)) or hasattr(log, "add_scalar"):
        return TensorBoardLog(log)
    if callable(log):
        return FunctionLog(log)
    raise ConfigError(
        f"fit: log={log!r:.80} is a {type(log).__name__}; give a folder (TensorBoard), a SummaryWriter, 'mlflow', a TensorBoardLog or "
        "MLflowLog, a function of one row of the history, or a list of them"
    )


def _summary_writer() -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingDependencyError(
            "fit: log= with TensorBoard needs the package tensorboard; install the extra 'log': pip install 'mmviz[log]'"
        ) from error
    return SummaryWriter


def _mlflow() -> Any:
    try:
        import mlflow
    except ImportError as error:
        raise MissingDependencyError(
            f"fit: log='mlflow' needs the package mlflow (or mlflow-skinny), which cannot be imported ({error}); install the extra 'log': "
            "pip install 'mmviz[log]'"
        ) from error
    return mlflow


def _mlflow_name(name: str) -> str:
    return _NOT_IN_MLFLOW.sub("_", name)


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Return the leaves of nested dicts, names joined by dots."""
    if not isinstance(value, dict):
        return {name: value}
    nested = (_flat(inner, f"{name}.{key}".lstrip(".")) for key, inner in value.items())
    return {key: leaf for part in nested for key, leaf in part.items()}


def _images(figures: Figures | None, run: Run) -> list[tuple[str, bytes]]:
    """Return (name, PNG) of the figures of a run."""
    return [] if figures is None else [(str(name), _png(figure)) for name, figure in figures(run).items()]


def _png(figure: Any) -> bytes:
    """Return a plotly or matplotlib figure as PNG."""
    if isinstance(figure, bytes):
        return figure
    if hasattr(figure, "to_image"):
        return bytes(figure.to_image(format="png"))
    if hasattr(figure, "savefig"):
        from io import BytesIO

        buffer = BytesIO()
        figure.savefig(buffer, format="png")
        return buffer.getvalue()
    raise ConfigError(
        f"figures: a {type(figure).__name__} is no figure; return plotly or matplotlib figures, or the bytes of PNG files"
    )


def _pixels(png: bytes) -> Any:
    """Return a PNG as an array (height, width, 3), uint8."""
    from io import BytesIO

    import numpy as np
    from PIL import Image

    with Image.open(BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def _warn(logger: EpochLogger, what: str, error: Exception, then: str) -> None:
    warnings.warn(
        f"fit: {type(logger).__name__} {what} ({error!r:.300}); the training continues, {then}",
        UserWarning,
        stacklevel=4,
    )
