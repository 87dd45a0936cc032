// The exported graph, checked, for one number of rows: every error is a sentence that names the node.
/** @import { Argument, BoundNode, Described, Exported, Graph, Size, Tensor, Type } from "./types.js" */
import { GraphError } from "./arguments.js";
import { OPERATORS } from "./operators/index.js";
import { sizeOf } from "./shape.js";

export const VERSION = 1;
/** limits of a graph: nodes, values of one array, values of all arrays, rows */
export const LIMITS = { nodes: 20000, size: 1 << 26, total: 1 << 28, rows: 4096, axes: 8 };
/** @type {Record<string, number>} bytes of a stored value */
const BYTES = { f4: 4, f3: 3, f2: 2, u2: 2, f8: 8, i8: 8, u1: 1 };
/** @type {readonly string[]} */
const TYPES = ["f", "d", "i", "b"];

/** @param {string} message @returns {never} */
const refuse = (message) => {
  throw new GraphError(`model in the page: ${message}; save the page again`);
};

/** @param {string} where @param {Size} size @param {number} rows */
function sizeFor(where, size, rows) {
  const found = typeof size === "object" && size !== null ? size.rows * rows : size;
  return Number.isInteger(found) && found >= 0 && found <= LIMITS.size ? found : refuse(`${where} has the size ${JSON.stringify(size)}`);
}

/**
 * @param {string} where @param {Partial<Described>} described @param {number} rows @param {number} index
 * @returns {Tensor}
 */
function described(where, { shape, type }, rows, index) {
  if (!Array.isArray(shape) || shape.length > LIMITS.axes) refuse(`${where} has no shape of at most ${LIMITS.axes} axes`);
  if (!TYPES.includes(type ?? "")) refuse(`${where} has the type ${JSON.stringify(type)}, expected one of ${TYPES.join(", ")}`);
  const sizes = (shape ?? []).map((size) => sizeFor(where, size, rows)), size = sizeOf(sizes);
  if (size > LIMITS.size) refuse(`${where} has ${size} values, more than ${LIMITS.size}`);
  return { shape: sizes, size, type: /** @type {Type} */ (type), data: new Uint8Array(0), source: null, shift: 0, constant: false, kept: false, first: index, last: index, offset: -1 };
}

/**
 * Return the nodes for a number of rows.
 * @param {Graph} graph
 * @param {Uint8Array} weights
 * @param {number} rows
 * @returns {BoundNode[]}
 * @throws {GraphError} An unknown version or operator, a reference to a later node, a size beyond the limits, or weights that are cut short.
 */
export function bind(graph, weights, rows) {
  if (typeof graph !== "object" || graph === null || !Array.isArray(graph.nodes)) refuse("the graph has no list of nodes");
  if (graph.version !== VERSION) refuse(`the graph has version ${JSON.stringify(graph.version)}, this page runs version ${VERSION}`);
  if (graph.nodes.length > LIMITS.nodes) refuse(`the graph has ${graph.nodes.length} nodes, more than ${LIMITS.nodes}`);
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= LIMITS.rows)) refuse(`${rows} rows, expected 1 to ${LIMITS.rows}`);
  /** @type {BoundNode[]} */
  const nodes = [];
  let total = 0;
  graph.nodes.forEach((node, index) => {
    const where = `node ${index} (${String(node?.op).slice(0, 40)})`, plain = node?.op === "constant" || node?.op === "input";
    if (!plain && node?.op !== "getitem" && !OPERATORS.has(node?.op)) refuse(`${where} is an unknown operator`);
    /** @param {Exported} value @returns {Argument} */
    const argument = (value) => {
      if (Array.isArray(value)) return value.map(argument);
      if (typeof value !== "object" || value === null) return value;
      if ("rows" in value) return sizeFor(where, value, rows);
      if ("number" in value) return Number(value.number.replace("inf", "Infinity").replace("nan", "NaN"));
      return reference(where, nodes, value.ref);
    };
    const parts = (node.parts ?? []).map((part) => part && described(where, part, rows, index));
    const args = Object.fromEntries(Object.entries(node.args ?? {}).filter(([name]) => node.op !== "getitem" || name !== "self").map(([name, value]) => [name, argument(value)]));
    const out = node.op === "getitem" ? part(where, nodes, node.args) : node.shape ? described(where, node, rows, index) : { ...described(where, { shape: [0], type: "f" }, rows, index) };
    for (const one of [out, ...parts]) total += one?.size ?? 0;
    if (total > LIMITS.total) refuse(`the arrays have more than ${LIMITS.total} values`);
    if (node.op === "constant") {
      const width = BYTES[node.store ?? ""], at = node.at ?? -1;
      if (!width) refuse(`${where} is stored as ${JSON.stringify(node.store)}, expected one of ${Object.keys(BYTES).join(", ")}`);
      if (node.store === "u2" && !(Number.isFinite(node.step) && Number(node.step) > 0 && Number.isInteger(node.zero))) refuse(`${where} has levels without a step and a zero`);
      if (!(Number.isInteger(at) && at >= 0 && at + width * out.size <= weights.length)) refuse(`${where} ends at byte ${at + width * out.size} of ${weights.length} bytes of weights`);
    }
    nodes.push({ op: node.op, index, args, out, parts });
  });
  return nodes;
}

/** @param {string} where @param {BoundNode[]} nodes @param {unknown} ref */
function reference(where, nodes, ref) {
  const found = typeof ref === "number" ? nodes[ref] : undefined;
  if (!found) return refuse(`${where} refers to node ${JSON.stringify(ref)}, expected an earlier one`);
  return found.parts.length ? refuse(`${where} refers to all outputs of node ${JSON.stringify(ref)}`) : found.out;
}

/** @param {string} where @param {BoundNode[]} nodes @param {Record<string, Exported> | undefined} args @returns {Tensor} */
function part(where, nodes, args) {
  const self = args?.self, index = args?.index;
  const ref = typeof self === "object" && self !== null && "ref" in self ? self.ref : -1;
  const found = ref < nodes.length && typeof index === "number" ? nodes[ref]?.parts[index] : null;
  return found ?? refuse(`${where} refers to output ${JSON.stringify(index)} of node ${JSON.stringify(ref)}, which is not there`);
}

/** Return the array that an output of the graph names. @param {BoundNode[]} nodes @param {unknown} ref @param {string} name @returns {Tensor} */
export function output(nodes, ref, name) {
  const index = typeof ref === "object" && ref !== null && "ref" in ref ? /** @type {{ ref: number }} */ (ref).ref : -1;
  return nodes[index]?.out ?? refuse(`the output ${name} is not there`);
}
