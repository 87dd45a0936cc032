"""Checks of a graph of operators from a file: versions, references, sizes, places of the weights."""

from __future__ import annotations

import math
from typing import Any

from mmviz.core.errors import DataError
from mmviz.io.page_operators import OPERATORS
from mmviz.io.stored_floats import LEVELS, MAX_LEVEL_BITS

VERSION = 1
#: bytes of a stored value of a constant
STORED = {"f4": 4, "f3": 3, "f2": 2, "u2": 2, "f8": 8, "i8": 8, "u1": 1}
MAX_NODES, MAX_SIZE, MAX_AXES, MAX_DEPTH = 20_000, 1 << 26, 8, 6
_INPUTS = ("values", "valid", "share", "members", "until", "weights")


def check_graph(graph: Any, weights: int) -> None:
    """Raise DataError for a graph that the page would refuse; the message names the node.

    Parameters
    ----------
    graph
        As in :class:`mmviz.io.page_model.PageModel`.
    weights
        Bytes of the weights.

    Raises
    ------
    DataError
        Another version, an unknown operator, a reference to a later or missing node (so that there are no cycles), sizes beyond the
        limits, weights that are cut short, or inputs and outputs that do not exist. Shapes inside operators are checked by the page.
    """
    if not isinstance(graph, dict) or graph.get("version") != VERSION:
        version = graph.get("version") if isinstance(graph, dict) else None
        raise DataError(f"the graph has version {version!r:.40}, this mmviz reads version {VERSION}")
    nodes = graph.get("nodes")
    if not isinstance(nodes, list) or not 0 < len(nodes) <= MAX_NODES:
        raise DataError(f"the graph has no list of 1 to {MAX_NODES} nodes")
    for index, node in enumerate(nodes):
        _check_node(index, node, nodes, weights)
    inputs, outputs = graph.get("inputs"), graph.get("outputs")
    if not isinstance(inputs, list) or not isinstance(outputs, dict):
        raise DataError("the graph has no inputs or outputs")
    for entry in inputs:
        place = entry.get("node") if isinstance(entry, dict) else None
        known = isinstance(place, int) and 0 <= place < len(nodes) and nodes[place]["op"] == "input"
        if not known or entry.get("kind") not in _INPUTS:
            raise DataError(f"the input {entry!r:.80} is no input node of kind {', '.join(_INPUTS)}")
    sites = graph.get("scans", [])
    if not isinstance(sites, list) or not all(isinstance(site, dict) for site in sites):
        raise DataError("the graph has no list of scans")
    routing, transport = outputs.get("routing", []), outputs.get("transport", [])
    if (
        not isinstance(routing, list)
        or not isinstance(transport, list)
        or not all(isinstance(p, dict) for p in transport)
    ):
        raise DataError("the graph has no list of expert weights or of transport plans")
    plans = [pair.get(key) for pair in transport for key in ("plan", "cost", "distance")]
    positions = [site.get("positions", {"ref": 0}) for site in sites]
    named = [outputs.get("predictions"), outputs.get("valid"), *positions, *routing, *plans]
    named += [outputs[name] for name in ("share", "bias") if name in outputs]
    if "gradient" in graph:  # of the end-to-end attribution, with the same weights
        check_graph(graph["gradient"], weights)
    for found in named:
        _reference("an output", found.get("ref") if isinstance(found, dict) else None, len(nodes))
    for site in sites:
        place = site.get("node")
        if not isinstance(place, int) or not 0 <= place < len(nodes) or nodes[place]["op"] != "mmkernels.coupled_scan":
            raise DataError(f"the scan {site!r:.80} is no node with a scan")


def _check_node(index: int, node: Any, nodes: list[Any], weights: int) -> None:
    where = f"node {index}"
    if not isinstance(node, dict) or node.get("op") not in OPERATORS:
        raise DataError(f"{where} is the unknown operator {node.get('op') if isinstance(node, dict) else node!r:.60}")
    where = f"{where} ({node['op']})"
    sizes = [_size(where, part) for part in (node, *(node.get("parts") or ())) if part is not None and "shape" in part]
    _check_argument(where, list((node.get("args") or {}).values()), index, 0)
    if node["op"] == "constant":
        width, at = STORED.get(node.get("store", "")), node.get("at")
        if width is None or not isinstance(at, int) or at < 0 or not sizes or at + width * sizes[0] > weights:
            raise DataError(
                f"{where} lies at byte {at!r:.40} of {weights} bytes of weights, stored as {node.get('store')!r:.40}"
            )
        if node["store"] == LEVELS and not _are_levels(node.get("step"), node.get("zero")):
            raise DataError(
                f"{where} has levels with the step {node.get('step')!r:.40} and the zero {node.get('zero')!r:.40}"
            )


def _are_levels(step: Any, zero: Any) -> bool:
    return isinstance(step, float) and 0 < step < math.inf and isinstance(zero, int) and 0 <= zero < 1 << MAX_LEVEL_BITS


def _size(where: str, part: dict[str, Any]) -> int:
    """Return the number of values for one row."""
    shape, total = part["shape"], 1
    if not isinstance(shape, list) or len(shape) > MAX_AXES or part.get("type") not in ("f", "d", "i", "b"):
        raise DataError(f"{where} has the shape {shape!r:.80} and type {part.get('type')!r:.40}")
    for entry in shape:
        size = entry.get("rows") if isinstance(entry, dict) else entry
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_SIZE:
            raise DataError(f"{where} has the size {entry!r:.60}")
        total *= size
    if total > MAX_SIZE:
        raise DataError(f"{where} has {total} values, more than {MAX_SIZE}")
    return total


def _check_argument(where: str, value: Any, index: int, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DataError(f"{where} has arguments nested deeper than {MAX_DEPTH}")
    if isinstance(value, list):
        for part in value:
            _check_argument(where, part, index, depth + 1)
    elif isinstance(value, dict):
        if set(value) == {"ref"}:
            _reference(where, value["ref"], index)
        elif set(value) not in ({"rows"}, {"number"}):
            raise DataError(f"{where} has the argument {value!r:.80}")
    elif value is not None and not isinstance(value, (bool, int, float, str)):
        raise DataError(f"{where} has the argument {value!r:.80}")


def _reference(where: str, place: Any, end: int) -> None:
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < end:
        raise DataError(f"{where} refers to node {place!r:.40}, expected one of the {end} before it")
