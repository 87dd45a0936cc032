// The engine as the page uses it: in a worker with WebAssembly, else in the page with WebAssembly, else in plain JavaScript.
/** @import { Engine, EngineParts, Prediction, Request } from "./types.js" */
import { startPredictor } from "./predictor.js";

/** milliseconds until a worker that does not start is given up */
const PATIENCE = 10000;

/** A request that a later one replaced. */
export class Superseded extends Error {}

/**
 * Return an engine. The newest waiting request is computed next; waiting ones before it are rejected with `Superseded`.
 * @param {EngineParts} parts
 * @returns {Promise<Engine>}
 * @throws {Error} The graph or the weights do not fit together; the message is a sentence.
 */
export async function startEngine(parts) {
  let reason = "this page has no script for a worker";
  if (parts.script && typeof Worker === "function") {
    try {
      return await inWorker(parts);
    } catch (error) {
      reason = `worker: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const predictor = await startPredictor(parts);
  return latestOnly((request) => predictor.predict(request), { attribute: (request) => predictor.attribute(request), kind: predictor.kind, thread: "page", reason: [reason, predictor.reason].filter(Boolean).join("; "), stop: () => {} });
}

/**
 * @param {EngineParts} parts
 * @returns {Promise<Engine>}
 */
async function inWorker({ script, ...parts }) {
  const address = URL.createObjectURL(new Blob([/** @type {string} */ (script)], { type: "text/javascript" }));
  const worker = new Worker(address);
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let count = 0;
  /** @param {Error} error */
  const failAll = (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  /** @param {object} message @returns {Promise<any>} */
  const send = (message) => new Promise((resolve, reject) => {
    waiting.set(++count, { resolve, reject });
    worker.postMessage({ id: count, ...message });
  });
  worker.onmessage = ({ data }) => {
    const entry = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error !== undefined) entry?.reject(new Error(data.error));
    else entry?.resolve(data.started ?? data.prediction ?? data.attribution);
  };
  worker.onerror = (event) => failAll(new Error(event.message || "it could not be started"));
  const slow = setTimeout(() => failAll(new Error(`no reply within ${PATIENCE / 1000} s`)), PATIENCE);
  try {
    const { kind, reason } = await send({ parts });
    const stop = () => {
      worker.terminate();
      failAll(new Error("the engine was stopped"));
    };
    return latestOnly((request) => send({ request }), { attribute: (attribution) => send({ attribution }), kind, thread: "worker", reason, stop });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearTimeout(slow);
    URL.revokeObjectURL(address);
  }
}

/**
 * @param {(request: Request) => Promise<Prediction>} predict
 * @param {Omit<Engine, "predict">} rest
 * @returns {Engine}
 */
function latestOnly(predict, rest) {
  /** @type {{ request: Request, resolve: (prediction: Prediction) => void, reject: (error: unknown) => void } | null} */
  let next = null;
  let running = false;
  const work = async () => {
    running = true;
    while (next) {
      const { request, resolve, reject } = next;
      next = null;
      await predict(request).then(resolve, reject);
    }
    running = false;
  };
  return {
    ...rest,
    predict: (request) => new Promise((resolve, reject) => {
      next?.reject(new Superseded("a later request replaced this one"));
      next = { request, resolve, reject };
      if (!running) void work();
    }),
  };
}
