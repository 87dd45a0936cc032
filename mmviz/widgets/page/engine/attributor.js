// End-to-end attribution of a sample: the graph of the forward pass with constant gates and of its backward pass, one weighted sum of outputs per row.
/** @import { Attribution, AttributionRequest, Graph, Kernels, Tensor } from "./types.js" */
import { GraphError } from "./arguments.js";
import { compile } from "./program.js";

/** programs that are kept: one row, and a block of rows */
const KEPT = 2;

/**
 * Return the function that computes attributions.
 * @param {Graph | undefined} graph of the gradient
 * @param {Uint8Array} weights
 * @param {{ probe: Kernels, withMemory: (bytes: number) => Promise<Kernels> } | null} kernels
 * @returns {(request: AttributionRequest) => Promise<Attribution>}
 */
export function attributor(graph, weights, kernels) {
  /** @type {Map<number, import("./program.js").Program>} */
  const programs = new Map();
  return async (request) => {
    if (!graph) throw new GraphError("the model in the page has no attribution");
    if (![graph.nodes, graph.inputs, graph.scans].every(Array.isArray) || typeof graph.outputs !== "object" || graph.outputs === null) throw new GraphError("model in the page: the attribution has no lists of nodes, inputs and scans, or no outputs; save the page again");
    const start = performance.now(), rows = request.weights.length / rowSize(graph);
    let program = programs.get(rows);
    if (!program) {
      program = await compile(graph, weights, rows, kernels);
      const oldest = programs.keys().next();
      if (programs.size >= KEPT && !oldest.done) programs.delete(oldest.value);
      programs.set(rows, program);
    }
    const { inputs, predictions, others: { share, bias } } = program;
    if (!share || !bias) throw new GraphError("model in the page: the attribution has no shares; save the page again");
    fill(inputs.values, request.values, "values");
    fill(inputs.valid, request.valid, "valid");
    fill(inputs.share, request.share, "share");
    fill(inputs.weights, [request.weights], "weights");
    program.live.states = true;
    program.run();
    return { share: Float32Array.from(share.data), output: Float32Array.from(predictions.data), bias: Float32Array.from(bias.data), milliseconds: performance.now() - start };
  };
}

/** Return the number of weights of a row. @param {Graph} graph */
function rowSize(graph) {
  const place = graph.inputs.find((one) => one.kind === "weights")?.node ?? -1, shape = graph.nodes[place]?.shape ?? [];
  const size = shape.slice(1).reduce((/** @type {number} */ a, b) => a * (typeof b === "number" ? b : NaN), 1);
  if (place < 0 || !(size > 0)) throw new GraphError("model in the page: the attribution has no weights of outputs; save the page again");
  return size;
}

/** @param {Tensor[]} tensors @param {ArrayLike<number>[] | undefined} arrays @param {string} name */
function fill(tensors, arrays, name) {
  tensors.forEach((tensor, m) => {
    const array = arrays?.[m];
    if (array?.length !== tensor.size) throw new GraphError(`request: ${name} ${m} has ${array?.length ?? 0} values, expected ${tensor.shape.join(" x ")} = ${tensor.size}`);
    tensor.data.set(array);
  });
}
