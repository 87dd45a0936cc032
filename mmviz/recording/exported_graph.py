"""Operator graph of a model: frames of one sample and subsets of modalities in, predictions of every subset at every step out."""

from __future__ import annotations

import traceback
import warnings
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import fx, nn
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

from mmviz.core.errors import ExportError
from mmviz.io.page_operators import OPERATORS
from mmviz.models.base import Observation
from mmviz.models.batch import Batch
from mmviz.models.fusions.wrapped import WrappedFusion
from mmviz.models.ssm.blocks import CoupledBlock
from mmviz.models.ssm.modality_aware import ModalityAwareLayer
from mmviz.models.user_module.model import Adapted
from mmviz.recording.decomposed_operators import decomposed, normalised
from mmviz.recording.edited_layers import replaced, scan_layers
from mmviz.recording.graph_nodes import FIXED_ROWS, GraphNodes, ancestors, operator_name, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from mmviz.models.base import FusionModel
    from mmviz.models.batch import Steps

#: number of rows of the example; larger than any other dimension that a row count is compared with
_ROWS = 509


class ExportedGraph(NamedTuple):
    """Graph of operators in plain values, and the tensors and the names of its constants, by the position of their node.

    ``left_out`` are sentences on activations that the model has and the graph does not compute.
    """

    graph: dict[str, Any]
    constants: dict[int, Tensor]
    parameters: dict[int, str]
    left_out: tuple[str, ...] = ()


class RowOutputs(NamedTuple):
    """Outputs of :class:`RowPredictions`: predictions (row, time, output), and of the last row all the rest.

    ``valid`` is the mask (modality, time), ``positions`` the positions (modality, time) of each layer's tokens, ``routing`` the expert weights
    (modality, time, expert) of each layer, ``plans`` the plan and the cost (time, anchor time) and the distance, a scalar, of each pair.
    """

    predictions: Tensor
    valid: Tensor
    positions: list[Tensor]
    routing: list[Tensor]
    plans: list[tuple[Tensor, Tensor, Tensor]]


class RowPredictions(nn.Module):
    """Predictions of one sample with a subset of its modalities in each row, and internal activations of the last row.

    Parameters
    ----------
    model
        In evaluation mode.
    order
        Modality name to the feature of the data for each feature of the model, where they differ.
    columns
        Output of the model for each output of the data; None where they agree.
    routing, plans
        Return expert weights and transport plans, where the model has them.

    Attributes
    ----------
    by_prefix
        The model is not causal: each row has its own number of steps that the model receives.
    """

    def __init__(
        self,
        model: FusionModel,
        order: Mapping[str, Tensor] | None = None,
        columns: np.ndarray | None = None,
        *,
        routing: bool = False,
        plans: bool = False,
    ) -> None:
        super().__init__()
        self.routing, self.plans = routing, plans
        self.model, self.names, self.order = model, model.spec.names, dict(order or {})
        self.columns = None if columns is None else torch.from_numpy(columns)
        self.timed, self.by_prefix = model.timed, not model.causal and model.steps > 1

    def forward(
        self,
        values: list[Tensor],
        valid: list[Tensor],
        share: list[Tensor],
        members: Tensor,
        until: Sequence[Tensor] = (),
    ) -> RowOutputs:
        """Return the outputs for one sample.

        ``members`` (row, modality): which modalities are available in each row. ``until``, with :attr:`by_prefix`: one tensor (row,), the number
        of steps of the prefix; later steps are masked, which is the same to the model as a sequence that ends there.
        """
        model = self.model
        steps, count = self.encode(values, valid, share), members.shape[0]
        rows = steps._replace(x=steps.x.expand(-1, count, -1, -1), mask=steps.mask.expand(-1, count, -1))
        there = members.t()[..., None]
        for stops in until:
            there = there & (torch.arange(model.steps) < stops[:, None])
        rows = rows.where(there)
        with ExitStack() as stack:
            positions: list[Tensor] = []
            seen = Observation()
            for layer in scan_layers(model):
                if isinstance(layer, ModalityAwareLayer):
                    stack.enter_context(replaced(layer.mixer, "forward", _with_positions(layer.mixer, positions)))
                    if self.routing:
                        stack.enter_context(replaced(layer, "gates", _with_routing(layer, seen)))
            output = model.fuse_prefixes(rows) if model.causal else model.fuse(rows)[:, None]
        if model.spec.task.kind == "classification":
            output = output.softmax(-1)
        if self.columns is not None:
            output = output[..., self.columns]
        routing = [layer.weight[:, 0] for layer in seen.routing]
        last = rows._replace(x=rows.x[:, -1][:, None], mask=rows.mask[:, -1][:, None])
        pairs = model.transport_plans(last) if self.plans else []
        plans = [(pair.plan[0], pair.cost[0], pair.distance[0]) for pair in pairs]
        return RowOutputs(output, rows.mask[:, -1], positions, routing, plans)

    def encode(self, values: list[Tensor], valid: list[Tensor], share: list[Tensor]) -> Steps:
        """Return the encoded steps of one sample."""
        frames = dict(zip(self.names, values, strict=True))
        frames |= {name: frames[name][..., index] for name, index in self.order.items()}
        batch = Batch(frames, dict(zip(self.names, valid, strict=True)))
        if not self.timed:
            return self.model.encode(batch)
        shares = dict(zip(self.names, share, strict=True))
        with replaced(self.model.encoders, "shares", lambda _: shares):  # in place of seconds
            return self.model.encode(batch)


def _with_positions(mixer: Any, positions: list[Tensor]) -> Callable[..., Tensor]:
    """Return a mixer's forward pass that also adds the last row's token positions of its forward scan."""
    plain = mixer.forward

    def forward(x: Tensor, arrangements: Any, gates: Any, observation: Any) -> Tensor:
        tokens = x.shape[0] * x.shape[2]
        positions.extend(a.positions(x.shape[1], tokens, x.device)[:, -1] for a in arrangements if not a.backward)
        return plain(x, arrangements, gates, observation)

    return forward


def _with_routing(layer: ModalityAwareLayer, seen: Observation) -> Callable[..., Tensor | None]:
    """Return a layer's gates, which also add the expert weights of the last row."""
    plain = layer.gates

    def gates(normed: Tensor, mask: Tensor | None, observation: Any) -> Tensor | None:
        plain(normed[:, -1][:, None], None if mask is None else mask[:, -1][:, None], seen)
        return plain(normed, mask, observation)

    return gates


def exported_graph(net: RowPredictions, example: tuple[list[Tensor], list[Tensor], list[Tensor]]) -> ExportedGraph:
    """Return the graph of operators that a model runs for one sample.

    Parameters
    ----------
    net
        The predictions of a copy of a model: its operators of ``backend="reference"`` become single nodes.
    example
        Values (1, frame, feature), masks (1, frame) and, with timestamps, clock fractions (1, frame, 2) of one sample.

    Raises
    ------
    ExportError
        If ``torch.export`` cannot trace the model, or an operator is missing in the page; the message names it.
    """
    name = model_name(net)
    if net.timed and isinstance(net.model, Adapted):
        raise ExportError(
            f"export_model: {name} is a user's module on data with timestamps, whose alignment the page cannot compute; use the kernel: "
            "Explorer(trace, what_if=mmviz.recording.what_if(run, part))"
        )
    for part in net.modules():
        if getattr(part, "backend", None) == "reference":
            part.backend = "auto"  # type: ignore[assignment]
        if isinstance(part, BatchNorm):
            part.forward = partial(normalised, part)  # type: ignore[method-assign]
        if isinstance(part, WrappedFusion):  # a constant of the graph
            order = part.order.cpu().numpy()
            del part.order
            part.order = order  # type: ignore[assignment]
    fixed = isinstance(net.model, Adapted)  # a user's module may read the number of rows as a constant
    rows = FIXED_ROWS if fixed else _ROWS
    members = torch.ones(rows, len(net.names), dtype=torch.bool)
    values, valid, share = example
    with torch.no_grad():
        seen = net.model.observe(net.encode(values, valid, share)) if scan_layers(net.model) else Observation()
    net.routing, net.plans = bool(seen.routing), bool(seen.plans)
    inputs = (values, valid, share, members, [torch.full((rows,), net.model.steps)] if net.by_prefix else [])
    left_out: tuple[str, ...] = ()
    try:
        program = _traced(net, inputs, fixed=fixed)
    except ExportError:
        if not (net.routing or net.plans):
            raise
        left_out = (f"{'expert weights' if net.routing else 'transport plans'}: torch.export cannot trace them",)
        net.routing = net.plans = False
        program = _traced(net, inputs, fixed=fixed)
    return _Writer(program, net, seen, left_out, rows=rows if fixed else 0).graph()


def model_name(net: RowPredictions) -> str:
    """Return the name of a model, or of the module that it wraps, for messages."""
    model = net.model
    return f"the user's module {model.config.name}" if isinstance(model, Adapted) else type(model).__name__


def _traced(net: RowPredictions, inputs: tuple[Any, ...], *, fixed: bool) -> torch.export.ExportedProgram:
    """Return the exported program; its number of rows is free, or ``fixed`` where sizes of the program may be read as constants."""
    name, free = model_name(net), {0: torch.export.Dim.DYNAMIC}
    dynamic = (*([None] * len(part) for part in inputs[:3]), free, [free] * len(inputs[4]))
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch.export warns about its own internals
            program = torch.export.export(net, inputs, strict=False, dynamic_shapes=None if fixed else dynamic)
            if not all(_is_functional(node) for node in program.graph.nodes):
                program = program.run_decompositions(decomp_table={})
            return decomposed(program)
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ExportError(
            f"export_model: torch.export cannot trace {name} ({type(error).__name__}: {lines[0]:.300}){_place_of(error)}; control flow of a module "
            "must not depend on values of its inputs. Use the kernel: Explorer(trace, what_if=mmviz.recording.what_if(run, part))"
        ) from error


def _place_of(error: Exception) -> str:
    """Return the line of code of a user's module at which an error was raised; "" outside of one."""
    inside = (str(Path(torch.__file__).parent), str(Path(__file__).parents[1]), "<")
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not one.filename.startswith(inside)]
    if not frames:
        return ""
    return f" at line {frames[-1].lineno} of {Path(frames[-1].filename).name}: {(frames[-1].line or '').strip():.120}"


def _is_functional(node: fx.Node) -> bool:
    """Return whether a node is a single operator without side effects."""
    target: Any = node.target
    if (
        node.op != "call_function"
        or "getitem" in str(target)
        or not isinstance(value_of(node), (torch.Tensor, tuple, list))
    ):
        return True
    return isinstance(target, torch._ops.OpOverload) and not target._schema.is_mutable


class _Writer:
    """Writes the nodes of an exported program that its outputs depend on."""

    def __init__(
        self, program: Any, net: RowPredictions, seen: Observation, left_out: tuple[str, ...], rows: int
    ) -> None:
        self._program, self._net, self._seen, self._left_out = program, net, seen, left_out
        self._name = model_name(net)
        self._nodes = GraphNodes(self._name, rows=rows)
        self._constants: dict[int, Tensor] = {}
        self._parameters: dict[int, str] = {}
        self._scans: list[int] = []

    def graph(self) -> ExportedGraph:
        """Return the graph, the constants and their names."""
        nodes = list(self._program.graph.nodes)
        outputs = self._outputs(next(node for node in nodes if node.op == "output"))
        used = set().union(*(ancestors(node) for _, part in outputs for node in part))
        signature = self._program.graph_signature
        source = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        free = [node for node in nodes if node.op == "placeholder" and node.name not in source]
        inputs = []
        for node in nodes:
            if node.op == "placeholder" and node.name in source:
                if node in used:
                    self._constant(node, source[node.name])
            elif node.op == "placeholder":
                inputs.append(self._input(node, free.index(node)))
            elif (
                node.op == "call_function" and node in used and isinstance(value_of(node), (torch.Tensor, tuple, list))
            ):
                place = self._nodes.operator(node)
                if self._nodes.entries[place]["op"] == "mmkernels.coupled_scan":
                    self._scans.append(place)
        self._nodes.check()
        written = {what: [self._nodes.argument(node) for node in part] for what, part in outputs}
        prediction, valid = written["predictions"]
        named: dict[str, Any] = {"predictions": prediction, "valid": valid}
        if written.get("routing"):
            named["routing"] = written["routing"]
        if written.get("plans"):
            flat, keys = written["plans"], ("plan", "cost", "distance")
            named["transport"] = [dict(zip(keys, flat[k : k + 3], strict=True)) for k in range(0, len(flat), 3)]
        graph = {
            "version": 1,
            "nodes": self._nodes.entries,
            "inputs": inputs,
            "outputs": named,
            "scans": self._sites(written["positions"]),
            "modalities": len(self._net.names),
            "steps": self._net.model.steps,
        }
        return ExportedGraph(graph, self._constants, self._parameters, self._left_out)

    def _outputs(self, output: fx.Node) -> list[tuple[str, list[fx.Node]]]:
        """Return the outputs by their kind, without activations that need an operator that the page does not have."""
        flat = _flat(output.args[0])
        routing = len(self._seen.routing) if self._net.routing else 0
        plans = 3 * len(self._seen.plans) if self._net.plans else 0
        ends = np.cumsum([2, len(flat) - 2 - routing - plans, routing, plans])
        kinds = ("predictions", "positions", "routing", "plans")
        parts = [(kind, flat[begin:end]) for kind, begin, end in zip(kinds, [0, *ends], ends, strict=False)]
        found = parts[:2]
        for kind, part in parts[2:]:
            used = set().union(*map(ancestors, part))
            missing = sorted({name for name in map(operator_name, used) if name} - OPERATORS)
            if missing:
                what = "expert weights" if kind == "routing" else "transport plans"
                self._left_out += (f"{what}: the page does not have the operator {', '.join(missing)}",)
            else:
                found.append((kind, part))
        return found

    def _sites(self, positions: list[Any]) -> list[dict[str, Any]]:
        """Return the node of each layer's forward scan, and the positions of its tokens."""
        if not (self._seen.scans or self._seen.tokens):  # scans without hidden states of single modalities
            return []
        sites, layers, remaining = [], scan_layers(self._net.model), iter(self._scans)
        of_tokens = iter(positions)
        for layer in layers:
            if isinstance(layer, CoupledBlock):
                sites.append({"node": next(remaining)})
                continue
            found = [next(remaining) for _ in layer.mixer.cores]
            sites.append({"node": found[0], "positions": next(of_tokens)})
        if next(remaining, None) is not None and layers:
            raise ExportError(f"export_model: {self._name} runs more scans than it has layers with a scan")
        return sites

    def _constant(self, node: fx.Node, name: str) -> None:
        program = self._program
        tensor = program.state_dict[name] if name in program.state_dict else program.constants[name]
        place = self._nodes.add(node, {"op": "constant", **self._nodes.described(tensor.detach())})
        self._constants[place] = tensor.detach()
        if name in program.state_dict:
            self._parameters[place] = name

    def _input(self, node: fx.Node, index: int) -> dict[str, Any]:
        place = self._nodes.add(node, {"op": "input", **self._nodes.described(value_of(node))})
        count = len(self._net.names)
        kinds = ["values", "valid", *(["share"] if self._net.timed else [])]
        if index >= count * len(kinds):
            return {"node": place, "kind": ("members", "until")[index - count * len(kinds)]}
        return {"node": place, "kind": kinds[index // count], "modality": index % count}


def _flat(outputs: Any) -> list[Any]:
    return [leaf for part in outputs for leaf in (_flat(part) if isinstance(part, (list, tuple)) else [part])]


def sizes_of(shape: Sequence[Any], rows: int) -> list[int]:
    """Return a shape of a graph for a number of rows."""
    return [size["rows"] * rows if isinstance(size, dict) else size for size in shape]
