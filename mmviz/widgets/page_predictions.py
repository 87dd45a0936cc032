"""What the page sends back to Python: the last prediction of the model in the page, and saved counterfactuals; both are validated."""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mmviz.io.page_model import PageModel

MAX_COUNTERFACTUALS = 50
_ROW_KEYS = ("sample", "epoch", "time", "edits", "masked", "value", "recorded", "phi")


class PagePrediction(NamedTuple):
    """Prediction of the model in the page: its request, and frames (epoch and recorded_sample of size 1) without and with the edits."""

    request: Mapping[str, Any]
    plain: xr.Dataset | None
    edited: xr.Dataset | None


def read_page_prediction(
    frame: xr.Dataset, given: object, check: Callable[[dict[str, Any]], dict[str, Any]]
) -> PagePrediction:
    """Return the validated prediction of the page.

    Parameters
    ----------
    frame
        Of the recorded samples.
    given
        What the page sent: ``request``, ``plain`` and ``edited``; arrays are float32, little-endian, in base64.
    check
        Returns the complete selection of a request, or raises ConfigError.

    Raises
    ------
    ConfigError
        Anything else; names what is wrong.
    """
    if not isinstance(given, dict) or set(given) != {"request", "plain", "edited"}:
        raise ConfigError(f"page_prediction: {given!r:.80}; expected request, plain and edited")
    request = given["request"]
    keys = ("sample", "epoch", "masked", "edits")
    if not isinstance(request, dict) or set(request) != set(keys):
        raise ConfigError(f"page_prediction: request is {request!r:.80}, expected {', '.join(keys)}")
    selected = check(request)
    shown = {key: selected[key] for key in keys}
    return PagePrediction(shown, *(_arrays(frame, given[part], part) for part in ("plain", "edited")))


def _arrays(frame: xr.Dataset, given: object, place: str) -> xr.Dataset | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ConfigError(f"page_prediction: {place} is a {type(given).__name__}, expected arrays")
    names = [str(name) for name in frame["modality"].values]
    dims = {"prediction": ("output",), "phi": ("modality",), "game": ("coalition",)}
    out: dict[str, Any] = {}
    for key, last in dims.items():
        if key not in given:
            continue
        shape = (1, 1, frame.sizes["time"], 2 ** len(names) if key == "game" else frame.sizes[last[0]])
        try:
            raw = base64.b64decode(given[key], validate=True)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"page_prediction: {key} is not base64: {error}") from None
        if len(raw) != 4 * math.prod(shape):
            raise ConfigError(f"page_prediction: {key} has {len(raw)} bytes, expected {4 * math.prod(shape)}")
        values = np.frombuffer(raw, "<f4").reshape(shape).astype(np.float32)
        out[key] = (("epoch", "recorded_sample", "time", *last), values)
    if "prediction" not in out:
        raise ConfigError(f"page_prediction: {place} has no prediction")
    seconds = given.get("duration_s")
    seconds = None if seconds is None else number(seconds, "page_prediction: duration_s", low=0)
    found = xr.Dataset(
        out,
        coords={"modality": names},
        attrs={key: frame.attrs[key] for key in ("task", "labelled", "align") if key in frame.attrs},
    )
    return found.assign_attrs({} if seconds is None else {"duration_s": seconds})


def one_sample_frame(frame: xr.Dataset, model: PageModel, row: int, prediction: xr.Dataset, epoch: int) -> xr.Dataset:
    """Return a frame of one sample that was not recorded, from the prediction of the page: what :func:`mmviz.widgets.readout.readout` needs.

    Parameters
    ----------
    frame, model
        Of the recorded samples; the model in the page.
    row
        Position of the sample among the model's samples.
    prediction, epoch
        Its prediction, Shapley values and game; the index of the model's epoch. Other epochs are NaN.
    """
    one = frame[["prediction", "phi", *(["game"] if "game" in frame and "game" in prediction else [])]].isel(
        recorded_sample=[0]
    )
    for name in one.data_vars:
        values = np.full(one[name].shape, np.nan, np.float32)
        if name in prediction:
            values[epoch] = prediction[name].values[0]
        one[name] = (one[name].dims, values)
    target = prediction["prediction"].values[0, 0, -1]
    if model.split.targets is not None and frame.attrs.get("labelled", 1):
        known = model.split.targets[row]
    else:
        known = (
            int(np.nanargmax(target)) if frame.attrs["task"] == "classification" and np.isfinite(target).any() else 0
        )
    from mmviz.widgets.page_model import unrecorded_frame

    time = unrecorded_frame(frame, model, [row])
    one = one.assign({name: time[name] for name in time.data_vars})
    return one.assign_coords(target=("recorded_sample", [known]), sample_id=("recorded_sample", [model.split.ids[row]]))


def check_counterfactuals(
    given: object, frame: xr.Dataset, check: Callable[[dict[str, Any]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return validated rows of saved counterfactuals: JSON values, at most :data:`MAX_COUNTERFACTUALS`.

    Raises
    ------
    ConfigError
        Not a list, too many rows, or a row with an unknown key, a selection that does not exist, or values that are not finite.
    """
    if not isinstance(given, (list, tuple)) or len(given) > MAX_COUNTERFACTUALS:
        count = f"{len(given)} rows" if isinstance(given, (list, tuple)) else f"a {type(given).__name__}"
        raise ConfigError(f"counterfactuals: {count}; give a list of at most {MAX_COUNTERFACTUALS} rows")
    return [_row(one, k, frame, check) for k, one in enumerate(given, 1)]


def _row(one: object, k: int, frame: xr.Dataset, check: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    place = f"counterfactuals: row {k}"
    if not isinstance(one, dict) or set(one) != set(_ROW_KEYS):
        raise ConfigError(f"{place}: {one!r:.80}; expected {', '.join(_ROW_KEYS)}")
    try:
        selected = check({key: one[key] for key in ("sample", "epoch", "time", "edits", "masked")})
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from None
    phi = one["phi"]
    if not isinstance(phi, (list, tuple)) or len(phi) != frame.sizes["modality"]:
        raise ConfigError(f"{place}: phi is {phi!r:.80}, expected {frame.sizes['modality']} numbers")
    whole(one["time"], f"{place}: time", low=0, high=frame.sizes["time"] - 1)
    recorded = one["recorded"]
    return {
        **{key: selected[key] for key in ("sample", "epoch", "time", "edits", "masked")},
        "value": number(one["value"], f"{place}: value", low=-math.inf),
        "recorded": None if recorded is None else number(recorded, f"{place}: recorded", low=-math.inf),
        "phi": [number(value, f"{place}: phi", low=-math.inf) for value in phi],
    }
