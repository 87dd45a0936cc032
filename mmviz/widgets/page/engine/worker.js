// Entry of the bundle engine.js: in a worker it computes the predictions that messages request; in a page or in Node.js it offers the same functions.
/** @import { AttributionRequest, Request } from "./types.js" */
import { startPredictor } from "./predictor.js";
import { startEngine } from "./client.js";
import { OPERATORS } from "./operators/index.js";
import { sampleOf, weightsOf } from "./split.js";

export { sampleOf, startPredictor, startEngine, weightsOf };
/** Return the names of all operators. */
export const operators = () => [...OPERATORS.keys()].sort();

/**
 * @typedef {{ id: number, parts: import("./types.js").EngineParts } | { id: number, request: Request } | { id: number, attribution: AttributionRequest }} Message
 * @typedef {{ onmessage: ((event: { data: Message }) => void) | null, postMessage(message: unknown, transfer?: Transferable[]): void, document?: unknown, importScripts?: unknown }} Scope
 */
const scope = /** @type {Scope} */ (/** @type {unknown} */ (globalThis));
if (typeof scope.importScripts === "function" && scope.document === undefined) {
  /** @type {Promise<import("./predictor.js").Predictor> | null} */
  let predictor = null;
  scope.onmessage = async ({ data }) => {
    try {
      if ("parts" in data) {
        predictor = startPredictor(data.parts);
        const { kind, reason } = await predictor;
        scope.postMessage({ id: data.id, started: { kind, reason } });
      } else if (predictor && "attribution" in data) {
        const attribution = await (await predictor).attribute(data.attribution);
        scope.postMessage({ id: data.id, attribution }, [attribution.share, attribution.output, attribution.bias].map((array) => /** @type {ArrayBuffer} */ (array.buffer)));
      } else if (predictor && "request" in data) {
        const prediction = await (await predictor).predict(data.request);
        scope.postMessage({ id: data.id, prediction }, [prediction.predictions, prediction.valid, ...(prediction.states ?? [])].map((array) => /** @type {ArrayBuffer} */ (array.buffer)));
      }
    } catch (error) {
      scope.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) });
    }
  };
}
