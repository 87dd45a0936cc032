// A program: the graph for one number of rows, with all memory laid out. Constants are computed once.
/** @import { BoundNode, Building, Graph, Kernels, Live, Tensor } from "./types.js" */
import { GraphError, isTensor } from "./arguments.js";
import { bind, output } from "./graph.js";
import { attach, owner, place } from "./memory.js";
import { OPERATORS } from "./operators/index.js";
import { sizeOf } from "./shape.js";
import { stored } from "./weights.js";

/** largest memory of a program, in bytes */
const MAX_BYTES = 1 << 29;
/** outputs of the graph of the attribution */
const OTHERS = /** @type {const} */ (["share", "bias"]);

/** @param {import("./types.js").Argument} value @param {(tensor: Tensor) => void} use */
function visit(value, use) {
  if (Array.isArray(value)) for (const one of value) visit(one, use);
  else if (isTensor(value)) use(value);
}

/** @template V @param {V[] | undefined} found @returns {V[]} */
const listed = (found) => (Array.isArray(found) ? found : []);

/**
 * Return the nodes that some outputs depend on.
 * @param {Graph} graph @param {number[]} outputs
 */
function ancestors(graph, outputs) {
  const found = new Set(outputs), waiting = [...outputs];
  /** @param {import("./types.js").Exported} value */
  const follow = (value) => {
    if (Array.isArray(value)) value.forEach(follow);
    else if (typeof value === "object" && value !== null && "ref" in value && !found.has(value.ref)) {
      found.add(value.ref);
      waiting.push(value.ref);
    }
  };
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) Object.values(graph.nodes[node].args ?? {}).forEach(follow);
  return found;
}

/**
 * @typedef {object} Program
 * @property {Record<string, Tensor[]>} inputs by kind, then by modality
 * @property {Tensor} predictions
 * @property {Tensor} valid
 * @property {Record<string, Tensor>} others further outputs, by name
 * @property {{ norms: Tensor, positions: Tensor | null }[]} states
 * @property {Tensor[]} routing
 * @property {{ plan: Tensor, cost: Tensor, distance: Tensor }[]} transport
 * @property {Live} live
 * @property {number} bytes
 * @property {() => void} run
 * @property {() => Record<string, number>} timed milliseconds by operator, for one run
 */

/**
 * Return the program for a number of rows.
 * @param {Graph} graph
 * @param {Uint8Array} weights
 * @param {number} rows
 * @param {{ probe: Kernels, withMemory: (bytes: number) => Promise<Kernels> } | null} kernels WebAssembly, or null for plain JavaScript
 * @returns {Promise<Program>}
 * @throws {GraphError}
 */
export async function compile(graph, weights, rows, kernels) {
  const nodes = bind(graph, weights, rows), sites = new Set(graph.scans.map((site) => site.node));
  /** @type {Tensor[]} */
  const tensors = [];
  /** @type {Map<number, Tensor>} */
  const norms = new Map();
  /** @type {Live} */
  const live = { interventions: [], states: false };
  /** @typedef {{ op: string, run: () => void, needed: boolean }[]} Steps */
  const once = /** @type {Steps} */ ([]), steps = /** @type {Steps} */ ([]);
  let now = 0;
  const predictions = output(nodes, graph.outputs.predictions, "predictions"), valid = output(nodes, graph.outputs.valid, "valid");
  // activations besides the predictions are computed where they are wanted
  const others = Object.fromEntries(OTHERS.flatMap((name) => (graph.outputs[name] ? [[name, output(nodes, graph.outputs[name], name)]] : [])));
  const needed = ancestors(graph, [graph.outputs.predictions, graph.outputs.valid, ...OTHERS.flatMap((name) => graph.outputs[name] ?? [])].map((one) => one.ref));
  /** @type {Building} */
  const building = {
    simd: kernels !== null,
    probe: kernels?.probe ?? null,
    kernels: /** @type {Kernels} */ ({}),
    live,
    scratch(shape, type, kept = false) {
      const tensor = { shape, size: sizeOf(shape), type, data: new Uint8Array(0), source: null, shift: 0, constant: false, kept, first: now, last: now, offset: -1 };
      tensors.push(tensor);
      return tensor;
    },
    watch: (node, found) => { norms.set(node, found); },
    watched: (node) => sites.has(node),
  };
  for (const node of nodes) {
    now = node.index;
    const outputs = node.op === "getitem" ? [] : node.parts.length ? node.parts.filter((part) => part !== null) : [node.out];
    tensors.push(...outputs);
    let constant = node.op !== "input";
    for (const value of Object.values(node.args)) visit(value, (tensor) => {
      owner(tensor).last = Math.max(owner(tensor).last, now);
      constant &&= tensor.constant;
    });
    if (node.op === "getitem") continue;
    for (const one of outputs) one.constant = constant;
    if (node.op === "input" || node.op === "constant") {
      node.out.kept = true;
      if (node.op === "constant") once.push({ op: node.op, needed: true, run: () => node.out.data.set(stored(weights, graph.nodes[node.index], node.out.size)) });
      continue;
    }
    const build = OPERATORS.get(node.op);
    if (!build) throw new GraphError(`model in the page: operator ${node.op} is unknown`);
    const built = build(node, building);
    if (built.alias) {
      node.out.source = built.alias;
      node.out.shift = built.shift ?? 0;
      node.out.constant = built.alias.constant;
      continue;
    }
    constant ||= node.out.constant;
    if (constant) for (const one of outputs) one.kept = one.constant = true;
    if (built.once) once.push({ op: node.op, needed: true, run: built.once });
    if (built.run) (constant ? once : steps).push({ op: node.op, needed: needed.has(node.index), run: built.run });
  }
  const states = graph.scans.map((site) => {
    const found = norms.get(site.node);
    if (!found) throw new GraphError(`model in the page: node ${site.node} is no scan; save the page again`);
    return { norms: found, positions: site.positions ? output(nodes, site.positions, "positions") : null };
  });
  const routing = listed(graph.outputs.routing).map((ref) => output(nodes, ref, "routing"));
  const transport = listed(graph.outputs.transport).map((pair) => ({ plan: output(nodes, pair?.plan, "plan"), cost: output(nodes, pair?.cost, "cost"), distance: output(nodes, pair?.distance, "distance") }));
  for (const kept of [predictions, valid, ...Object.values(others), ...states.flatMap((one) => one.positions ?? []), ...routing, ...transport.flatMap(Object.values)]) owner(kept).kept = true;
  const owners = tensors.filter((tensor) => tensor.source === null), bytes = place(owners, kernels ? kernels.probe.__heap_base.value : 0);
  if (bytes > MAX_BYTES) throw new GraphError(`model in the page: ${rows} rows need ${Math.ceil(bytes / 2 ** 20)} MiB of memory, more than ${MAX_BYTES / 2 ** 20}; use the kernel`);
  if (kernels) {
    Object.assign(building.kernels, await kernels.withMemory(bytes));
    attach(tensors, building.kernels.memory.buffer);
  } else attach(tensors, new ArrayBuffer(bytes));
  for (const step of once) step.run();
  /** @type {Record<string, Tensor[]>} */
  const inputs = { values: [], valid: [], share: [], members: [], until: [], weights: [] };
  for (const { node, kind, modality = 0 } of graph.inputs) inputs[kind][modality] = nodes[node].out;
  return {
    inputs,
    predictions,
    valid,
    others,
    states,
    routing,
    transport,
    live,
    bytes,
    run: () => { for (const step of steps) if (step.needed || live.states) step.run(); },
    timed: () => {
      /** @type {Record<string, number>} */
      const spent = {};
      for (const { op, run } of steps) {
        const start = performance.now();
        run();
        spent[op] = (spent[op] ?? 0) + performance.now() - start;
      }
      return spent;
    },
  };
}
