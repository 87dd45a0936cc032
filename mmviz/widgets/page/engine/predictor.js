// Predictions in one thread: a program for each number of rows that was requested, made once.
/** @import { EngineParts, Kernels, Prediction, Request, Tensor } from "./types.js" */
import { GraphError } from "./arguments.js";
import { attributor } from "./attributor.js";
import { compile } from "./program.js";

/** @typedef {{ kind: "wasm" | "js", reason: string, predict(request: Request): Promise<Prediction>, attribute(request: import("./types.js").AttributionRequest): Promise<import("./types.js").Attribution>, programs: Map<number, import("./program.js").Program> }} Predictor */

const PAGE = 65536, FIRST = 1 << 20; // bytes
/** programs that are kept */
const KEPT = 4;
/** a number of steps beyond any sequence */
const LONGEST = 2 ** 31 - 1;

/**
 * Return the predictor of a graph, with WebAssembly where it can be compiled, else in plain JavaScript.
 * @param {EngineParts} parts
 * @returns {Promise<Predictor>}
 */
export async function startPredictor({ graph, weights, wasm }) {
  let kernels = null, reason = "the page has no WebAssembly kernels";
  if (wasm) {
    try {
      kernels = await compiled(wasm);
      reason = "";
    } catch (error) {
      reason = `WebAssembly: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  /** @type {Predictor["programs"]} */
  const programs = new Map();
  return {
    kind: kernels ? "wasm" : "js",
    reason,
    programs,
    attribute: attributor(graph.gradient, weights, kernels),
    async predict(request) {
      const start = performance.now(), rows = request.members.length / graph.modalities;
      let program = programs.get(rows);
      if (!program) {
        program = await compile(graph, weights, rows, kernels);
        const oldest = programs.keys().next();
        if (programs.size >= KEPT && !oldest.done) programs.delete(oldest.value);
        programs.set(rows, program);
      }
      fill(program.inputs, request);
      program.live.interventions = checked(request.interventions ?? [], graph.modalities);
      program.live.states = request.wants.states;
      program.run();
      const wanted = request.wants.states, { states, routing, transport } = program;
      return {
        predictions: Float32Array.from(program.predictions.data),
        steps: program.predictions.shape[1],
        states: wanted && states.length ? states.map((site) => norms(site)) : null,
        routing: wanted && routing.length ? routing.map(({ data }) => Float32Array.from(data)) : null,
        transport: wanted && transport.length ? transport.map(({ plan, cost, distance }) => ({ plan: Float32Array.from(plan.data), cost: Float32Array.from(cost.data), distance: Float32Array.from(distance.data) })) : null,
        valid: Uint8Array.from(program.valid.data),
        milliseconds: performance.now() - start,
      };
    },
  };
}

/** Return the kernels: for functions of sizes, and with a memory of their own. @param {Uint8Array} wasm */
async function compiled(wasm) {
  const module = await WebAssembly.compile(/** @type {Uint8Array<ArrayBuffer>} */ (wasm));
  /** @param {number} bytes @returns {Promise<Kernels>} */
  const withMemory = async (bytes) => {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) + 1 });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return /** @type {Kernels} */ (/** @type {unknown} */ ({ ...exports, memory }));
  };
  return { probe: await withMemory(FIRST), withMemory };
}

/** @param {Record<string, Tensor[]>} inputs @param {Request} request */
function fill(inputs, request) {
  /** @type {[string, ArrayLike<number>[] | undefined][]} */
  const given = [["values", request.values], ["valid", request.valid], ["share", request.share], ["members", [request.members]]];
  for (const { size, data } of inputs.until) {
    const until = request.until ?? Array.from({ length: size }, () => LONGEST);
    if (until.length !== size || !until.every((one) => Number.isInteger(one) && one >= 0)) throw new GraphError(`request: until is ${JSON.stringify(until).slice(0, 80)}, expected ${size} numbers of steps`);
    data.set(until);
  }
  for (const [kind, arrays] of given) inputs[kind].forEach((tensor, m) => {
    const array = arrays?.[m];
    if (array?.length !== tensor.size) throw new GraphError(`request: ${kind} ${m} has ${array?.length ?? 0} values, expected ${tensor.shape.join(" x ")} = ${tensor.size}`);
    tensor.data.set(array);
  });
}

/** @param {import("./types.js").Intervention[]} interventions @param {number} modalities */
function checked(interventions, modalities) {
  for (const { modality, kind, source = 0, step } of interventions) {
    const known = [modality, source].every((m) => Number.isInteger(m) && m >= 0 && m < modalities) && Number.isInteger(step) && step >= 0;
    if (!known || !["zero", "hold", "cut"].includes(kind)) throw new GraphError(`request: the intervention ${JSON.stringify({ modality, kind, source, step })} names a modality, kind or step that does not exist`);
  }
  return interventions;
}

/** Return modality x time x channel; token scans by the positions of the tokens, zeros where there is none. @param {{ norms: Tensor, positions: Tensor | null }} site */
function norms({ norms: found, positions }) {
  if (!positions) return Float32Array.from(found.data);
  const channels = found.shape[2], out = new Float32Array(positions.size * channels);
  for (let i = 0; i < positions.size; i++) {
    const at = positions.data[i];
    if (at >= 0) out.set(found.data.subarray(at * channels, (at + 1) * channels), i * channels);
  }
  return out;
}
