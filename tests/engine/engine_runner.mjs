// Runs requests of tests in Node.js: node engine_runner.mjs BUNDLE KERNELS JOB.json; prints what the engine returns, in JavaScript and WebAssembly.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [bundle, kernels, job] = process.argv.slice(2);
vm.runInThisContext(readFileSync(bundle, "utf8").replace("var mmvizEngine=", "globalThis.mmvizEngine="));
const engine = globalThis.mmvizEngine, wasm = readFileSync(kernels), found = {};

function opened(path) {
  const file = readFileSync(path), length = Number(file.readBigUInt64LE(8));
  return { header: JSON.parse(file.subarray(16, 16 + length)), blob: new Uint8Array(file.subarray(16 + length)) };
}

for (const { name, path, requests, change } of JSON.parse(readFileSync(job, "utf8"))) {
  const { header, blob } = opened(path);
  if (change) (0, eval)(change)(header, blob);
  found[name] = {};
  for (const kind of ["js", "wasm"]) {
    try {
      const predictor = await engine.startPredictor({ graph: header.graph, weights: engine.weightsOf(header, blob), wasm: kind === "wasm" ? wasm : null });
      if (predictor.kind !== kind) throw new Error(predictor.reason);
      found[name][kind] = [];
      for (const { sample, filler, members, interventions, weights, until } of requests) {
        const { values, valid, share } = engine.sampleOf(header, blob, sample);
        if (filler) values.forEach((array, m) => array.forEach((_, i) => { if (!valid[m][Math.floor(i / (array.length / valid[m].length))]) array[i] = filler; }));
        if (weights) {
          const { share: shares, output, bias } = await predictor.attribute({ values, valid, share, weights: Float32Array.from(weights.flat(3)) });
          found[name][kind].push({ share: [...shares].map(String), output: [...output].map(String), bias: [...bias].map(String) });
          continue;
        }
        const prediction = await predictor.predict({ values, valid, share, members: Uint8Array.from(members.flat()), interventions, wants: { states: true }, ...(until ? { until } : {}) });
        found[name][kind].push({ predictions: [...prediction.predictions].map(String), steps: prediction.steps, states: (prediction.states ?? []).map((one) => [...one]), valid: [...prediction.valid],
          routing: (prediction.routing ?? []).map((one) => [...one]), transport: (prediction.transport ?? []).map((pair) => Object.fromEntries(Object.entries(pair).map(([key, values]) => [key, [...values].map(String)]))) });
      }
    } catch (error) {
      found[name][kind] = `${error.name}: ${error.message}`;
    }
  }
}
process.stdout.write(JSON.stringify({ operators: engine.operators(), found }));
