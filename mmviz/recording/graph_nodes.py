"""Nodes of an operator graph in plain values, from the nodes of a traced program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from mmviz.core.errors import ExportError
from mmviz.io.page_operators import OPERATORS

if TYPE_CHECKING:
    from torch import Tensor, fx

#: arguments of torch's operators that say where and how memory is laid out
_LAYOUT = frozenset({"dtype", "device", "layout", "pin_memory", "memory_format", "non_blocking", "copy"})
_TYPES = {torch.bool: "b", torch.float32: "f", torch.float64: "d", torch.int64: "i", torch.int32: "i"}
_IN_PLACE = ("masked_fill_",)
#: distance from a multiple of the number of rows that is taken for one plus or minus a constant; end of a slice without an end
_NEAR, _END = 64, 1 << 62
#: rows of an example that is traced with a fixed number of rows: a prime far larger than any other size, so that its multiples are known for what they are
FIXED_ROWS = 1_000_003
_KERNEL = "use the kernel: Explorer(trace, what_if=mmviz.recording.what_if(run, part))"


class GraphNodes:
    """List of nodes that grows by one for each node of a traced program.

    Parameters
    ----------
    name
        Of the model, for messages.
    shared
        Write an operator with equal arguments once.
    rows
        The number of rows in the traced program where it is no symbol: a prime larger than any other size. Its multiples are written as such.

    Attributes
    ----------
    entries
        The nodes in plain values.
    """

    def __init__(self, name: str, *, shared: bool = False, rows: int = 0) -> None:
        self.entries: list[dict[str, Any]] = []
        self._name, self._shared, self._rows = name, shared, rows
        self._place: dict[fx.Node, int] = {}
        self._known: dict[str, int] = {}

    def add(self, node: fx.Node, entry: dict[str, Any]) -> int:
        """Add a node; return its position."""
        self._place[node] = len(self.entries)
        self.entries.append(entry)
        return self._place[node]

    def same(self, node: fx.Node, place: int) -> None:
        """Let a node stand for the one at a position."""
        self._place[node] = place

    def described(self, tensor: Tensor) -> dict[str, Any]:
        """Return shape and type of a tensor."""
        if tensor.dtype not in _TYPES:
            raise ExportError(
                f"export_model: {self._name} computes in {tensor.dtype}, which the page cannot; convert the model: run.model.float()"
            )
        return {"shape": [self._size(size) for size in tensor.shape], "type": _TYPES[tensor.dtype]}

    def operator(self, node: fx.Node) -> int:
        """Add an operator, or one of several outputs of an operator; return its position.

        Raises
        ------
        ExportError
            No operator of torch with fixed shapes, a dtype or a size that the page does not have.
        """
        value = value_of(node)
        if "getitem" in str(node.target):
            source, item = node.args[0], node.args[1]
            args = {"self": self.argument(source), "index": item}
            return self._once(node, {"op": "getitem", "args": args, **self.described(value)})
        target: Any = node.target
        if not isinstance(target, torch._ops.OpOverload):
            raise ExportError(
                f"export_model: {self._name} uses {target!s:.80}, which is no operator of torch with fixed shapes; {_KERNEL}"
            )
        schema, args = target._schema, {}
        for k, argument in enumerate(schema.arguments):
            given = node.args[k] if k < len(node.args) else node.kwargs.get(argument.name, _default(argument))
            if given is not None and argument.name not in _LAYOUT:
                args[argument.name] = self.argument(given)
        name = operator_name(node)
        if schema.is_mutable:  # of an array that nothing else reads: the same without a side effect
            changed: Any = node.args[0]
            if name not in _IN_PLACE or len(changed.users) > 1:
                raise ExportError(
                    f"export_model: {self._name} uses {target!s:.80}, which changes an array in place; {_KERNEL}"
                )
            name = name.removesuffix("_")
        entry: dict[str, Any] = {"op": name, "args": args}
        if isinstance(value, torch.Tensor):
            entry |= self.described(value)
        else:
            entry["parts"] = [None if part is None else self.described(part) for part in value]
        return self._once(node, entry)

    def argument(self, value: Any) -> Any:
        """Return an argument in plain values: {"ref": node}, {"rows": factor}, {"number": "inf"}, a number, a text or a list."""
        if isinstance(value, torch.fx.Node):
            found = value_of(value)
            return self._size(found) if isinstance(found, torch.SymInt) else {"ref": self._place[value]}
        if isinstance(value, torch.SymInt) or (type(value) is int and self._rows):
            return self._size(value)
        if isinstance(value, (list, tuple)):
            return [self.argument(part) for part in value]
        if isinstance(value, float) and not np.isfinite(value):
            return {"number": str(value)}
        if isinstance(value, bool) or value is None or isinstance(value, (int, float, str)):
            return value
        return str(value)

    def check(self) -> None:
        """Raise ExportError where an operator is missing in the page; the message names it."""
        unknown = sorted({node["op"] for node in self.entries} - OPERATORS)
        if unknown:
            raise ExportError(
                f"export_model: {self._name} uses the operator{'s' * (len(unknown) > 1)} {', '.join(unknown)}, which the page cannot run; "
                f"replace it in the module, or {_KERNEL}"
            )

    def _once(self, node: fx.Node, entry: dict[str, Any]) -> int:
        if not self._shared:
            return self.add(node, entry)
        text = json.dumps(entry, sort_keys=True)
        if text not in self._known:
            self._known[text] = self.add(node, entry)
        self._place[node] = self._known[text]
        return self._known[text]

    def _size(self, value: Any) -> Any:
        """Return a size in plain values: a number, or a multiple of the number of rows."""
        if not isinstance(value, torch.SymInt):
            return self._multiple(int(value)) if self._rows else int(value)
        expression: Any = value.node.expr
        if not expression.free_symbols:
            return int(expression)
        (rows,) = expression.free_symbols
        factor = expression / rows
        if not factor.is_integer:
            raise ExportError(
                f"export_model: {self._name} has a size {expression} that is no multiple of the number of rows {rows}; {_KERNEL}"
            )
        return {"rows": int(factor)}

    def _multiple(self, value: int) -> Any:
        factor = round(value / self._rows)
        apart = value - factor * self._rows
        if factor < 1 or abs(apart) > _NEAR or value > _END:
            return value
        if apart:
            raise ExportError(
                f"export_model: {self._name} has a size of {factor} times the number of rows {'+-'[apart < 0]} {abs(apart)}; {_KERNEL}"
            )
        return {"rows": factor}


def value_of(node: fx.Node) -> Any:
    """Return the value that a node had when it was traced, without data."""
    return node.meta.get("val")


def operator_name(node: fx.Node) -> str:
    """Return the name of a node's operator, "" for an input, a constant, a size, or one of several outputs."""
    target: Any = node.target
    if not isinstance(target, torch._ops.OpOverload) or not isinstance(value_of(node), (torch.Tensor, tuple, list)):
        return ""
    space, _, name = target._schema.name.partition("::")
    return name if space == "aten" else f"{space}.{name}"


def ancestors(output: fx.Node) -> set[fx.Node]:
    """Return a node and all nodes that it depends on."""
    found, waiting = set(), [output]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(node.all_input_nodes)
    return found


def _default(argument: Any) -> Any:
    return argument.default_value if argument.has_default_value() else None
