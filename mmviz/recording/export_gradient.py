"""Graph of the end-to-end attribution for a page: a forward pass with its gates held constant, and the backward pass to the encoder outputs."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx

from mmviz.core.errors import ConfigError, ExportError
from mmviz.models.frozen_gates import freeze, row_shares
from mmviz.models.user_module.model import Adapted
from mmviz.recording.exported_graph import ExportedGraph
from mmviz.recording.graph_nodes import FIXED_ROWS, GraphNodes, ancestors, value_of

if TYPE_CHECKING:
    from torch import Tensor

    from mmviz.recording.exported_graph import RowPredictions

RULE = "frozen"


def exported_gradient(
    net: RowPredictions, example: tuple[list[Tensor], list[Tensor], list[Tensor]]
) -> tuple[ExportedGraph | None, str]:
    """Return the graph of the end-to-end attribution of one sample, rule ``frozen``; or None, and why there is none.

    Inputs are the frames of the sample, and for each row the weight of every output at every step (one step for a model that is not causal).
    Outputs are ``share`` (row, modality, time), ``predictions``, here the raw outputs, and ``bias`` (step, output), see
    :func:`mmviz.models.frozen_gates.row_shares`, and ``valid`` (modality, time).

    Parameters
    ----------
    net
        As in :func:`mmviz.recording.exported_graph.exported_graph`, after that call.
    example
        Values (1, frame, feature), masks (1, frame) and, with timestamps, clock fractions (1, frame, 2) of one sample.
    """
    name = type(net.model).__name__
    if isinstance(net.model, Adapted):
        return None, "The attribution of a user's module (integrated gradients) is not computed in the page."
    try:
        with torch.no_grad():
            freeze(net.model, net.encode(*example), rule=RULE)
        return _traced(net, example, name), ""
    except (ConfigError, ExportError) as error:
        return None, f"The end-to-end attribution of {name} is not computed in the page: {error}."


def _traced(net: RowPredictions, example: tuple[list[Tensor], list[Tensor], list[Tensor]], name: str) -> ExportedGraph:
    model, sizes = net.model, [len(part) for part in example]
    outputs = model.spec.task.outputs
    shape = (FIXED_ROWS, model.steps if model.causal else 1, outputs if net.columns is None else len(net.columns))
    for parameter in net.parameters():
        parameter.requires_grad_(False)

    def shares(*given: Tensor) -> tuple[Tensor, ...]:
        rest = iter(given)
        values, valid, share = ([next(rest) for _ in range(size)] for size in sizes)
        wanted = next(rest)
        if net.columns is not None:  # weights in the order of the data's outputs
            wanted = wanted @ torch.eye(outputs)[net.columns]
        steps = net.encode(values, valid, share)
        found, *both = row_shares(model, steps, wanted, rule=RULE)
        return found, *(both if net.columns is None else (part[..., net.columns] for part in both)), steps.mask[:, 0]

    mode = FakeTensorMode(allow_non_fake_inputs=True)
    with mode:
        weights = torch.empty(shape)
    given = [*(mode.from_tensor(tensor) for part in example for tensor in part), weights]
    try:
        with warnings.catch_warnings(), mode:
            warnings.simplefilter("ignore")
            program = make_fx(shares)(*given)
    except Exception as error:
        reason = (str(error).strip().splitlines() or [""])[0]
        raise ExportError(f"its backward pass cannot be traced ({type(error).__name__}: {reason:.200})") from error
    return _written(program, name, net, sizes)


#: operator -> arguments that its gradient with respect to x does not depend on, as it is linear in x
_UNREAD = {
    "mmkernels::coupled_scan_backward": ("x", "checkpoints", "dh_last"),
    "mmkernels::causal_conv_backward": ("x",),
}


def _without_unread(program: torch.fx.GraphModule) -> None:
    """Remove arguments of backward operators that are not read, and with them the forward passes of the rows; other outputs than the first are none.

    Raises
    ------
    ExportError
        If a gradient with respect to something else, or of an activation, is used.
    """
    used = ancestors(next(node for node in program.graph.nodes if node.op == "output"))
    for node in program.graph.nodes:
        schema = node.target._schema if isinstance(node.target, torch._ops.OpOverload) else None
        if schema is None or schema.name not in _UNREAD or node not in used:
            continue
        names = [argument.name for argument in schema.arguments]
        given = dict(zip(names, node.args, strict=False)) | node.kwargs
        others = [user for user in node.users if user in used and user.args[1] != 0]
        if others or given.get("activated") or given.get("h0") is not None:
            raise ExportError(f"its backward pass uses {schema.name} for more than the gradient of x")
        node.args = tuple(None if name in _UNREAD[schema.name] else given[name] for name in names)
        node.kwargs = {}
        value = node.meta["val"]
        node.meta["val"] = (value[0], *(None for _ in value[1:]))


def _written(program: torch.fx.GraphModule, name: str, net: RowPredictions, sizes: list[int]) -> ExportedGraph:
    """Return the nodes that the outputs depend on; equal ones once."""
    _without_unread(program)
    nodes, constants, parameters = GraphNodes(name, shared=True, rows=FIXED_ROWS), {}, {}
    known = {id(tensor): key for key, tensor in [*net.named_parameters(), *net.named_buffers()]}
    all_nodes = list(program.graph.nodes)
    output = next(node for node in all_nodes if node.op == "output")
    used = ancestors(output)
    inputs: list[dict[str, Any]] = []
    places: dict[str, int] = {}
    kinds = [(kind, m) for kind, size in zip(("values", "valid", "share"), sizes, strict=True) for m in range(size)]
    for node in all_nodes:
        if node.op == "placeholder":
            kind, *modality = kinds[len(inputs)] if len(inputs) < len(kinds) else ("weights",)
            place = nodes.add(node, {"op": "input", **nodes.described(value_of(node))})
            inputs.append({"node": place, "kind": kind} | ({"modality": modality[0]} if modality else {}))
        elif node not in used:
            continue
        elif node.op == "get_attr":
            tensor = getattr(program, str(node.target))
            key = known.get(id(tensor), "")
            if key in places:
                nodes.same(node, places[key])
                continue
            place = nodes.add(node, {"op": "constant", **nodes.described(tensor.detach())})
            constants[place] = tensor.detach()
            if key:
                places[key], parameters[place] = place, key
        elif node.op == "call_function" and isinstance(value_of(node), (torch.Tensor, tuple, list)):
            nodes.operator(node)
    nodes.check()
    share, found, bias, valid = (nodes.argument(node) for node in output.args[0])
    graph: dict[str, Any] = {
        "version": 1,
        "nodes": nodes.entries,
        "inputs": inputs,
        "outputs": {"predictions": found, "valid": valid, "share": share, "bias": bias},
        "scans": [],
        "modalities": len(net.names),
        "steps": net.model.steps if net.model.causal else 1,
        "rule": RULE,
    }
    return ExportedGraph(graph, constants, parameters)
