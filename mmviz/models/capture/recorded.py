"""One recorded call of a scan function, and its replay by ``mmkernels.coupled_scan``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from mmviz.core.errors import ConfigError
from mmviz.models.capture.layouts import OperatorCall, to_operator
from mmviz.models.capture.replay import output_and_state, relative_difference, run_scan, tolerance_of

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.capture.layouts import Arguments


class Replayed(NamedTuple):
    """A call in the operator's names, its output and last state by the operator, and the relative difference from the captured output."""

    operator: OperatorCall
    y: Float[Tensor, "stream batch step channel"]
    last: Float[Tensor, "stream batch channel state"]
    error: float


class Recorded:
    """Tensors of one call: references, no copies, except what an optimizer or a cache changes in place (A, D, the bias of dt, h0).

    Parameters
    ----------
    call
        Arguments of the call.
    layouts
        Layouts that agree with their shapes, see :func:`mmviz.models.capture.layouts.fitting_layouts`.
    compared
        Whether the captured function computed the output, so that a replay can be compared with it.
    """

    def __init__(self, call: Arguments, layouts: tuple[str, ...], *, compared: bool = True) -> None:
        self._compared = compared
        copied = {name: getattr(call, name) for name in ("A", "D", "dt_bias", "h0", "W")}
        copied = {name: value.detach().clone() for name, value in copied.items() if value is not None}
        kept = {name: getattr(call, name) for name in ("x", "dt", "B", "C", "z", "mask")}
        kept = {name: value.detach() for name, value in kept.items() if value is not None}
        self.call, self.layouts = call._replace(**copied, **kept), layouts
        self.output: Tensor | None = None
        self.last: Tensor | None = None
        self._versions = [(name, value, _version(value)) for name, value in kept.items()]

    def set_output(self, output: Any) -> None:
        """Set what the model received: a tensor, or a tuple of the output, the last state and more."""
        first, last = output_and_state(output)
        self.last = None if last is None or last.ndim < 3 else last.detach().clone()
        if first is not None:
            self.output = first.detach()
            self._versions.append(("its output", self.output, _version(self.output)))

    def overwritten(self) -> list[str]:
        """Return the names of the tensors that were changed in place since the call began."""
        return [name for name, value, version in self._versions if _version(value) != version]

    @torch.no_grad()
    def replay(self) -> Replayed:
        """Return the call in the operator's names, run by the operator, and its difference from the output.

        Where several layouts agree with the shapes, the one with the smallest difference counts.
        """
        best: Replayed | None = None
        for layout in self.layouts:
            operator = to_operator(self.call, layout)
            y, last = run_scan(operator.inputs, operator.h0)
            again, state = operator.returned(y, last)
            compared = self._compared and self.output is not None
            error = relative_difference(again, self.output) if compared and self.output is not None else math.nan
            if compared and self.last is not None and self.last.shape == state.shape:
                error = max(error, relative_difference(state, self.last))
            if best is None or error < best.error:
                best = Replayed(operator, y, last, error)
        if best is None:  # never: a recorded call has a layout
            raise ConfigError("capture: the call has no layout")
        return best

    @property
    def tolerance(self) -> float:
        """Largest accepted replay error."""
        call = self.call
        return tolerance_of(call.x, call.dt, call.A, call.B, call.C, self.output)


def _version(tensor: Tensor) -> int:
    """Return the number of changes in place; -1 for an inference tensor, which does not count them."""
    return -1 if tensor.is_inference() else tensor._version
