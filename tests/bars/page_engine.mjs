// Times of the page's engine in Node.js: for each exported model the full prediction and all subsets, in WebAssembly and in plain JavaScript, in turn.
// node page_engine.mjs ROOT REPEATS FILE...: one JSON line per model.
import { readFileSync } from "node:fs";

const [root, repeats, ...files] = process.argv.slice(2);
const { startPredictor } = await import(`${root}/mmviz/widgets/page/engine/predictor.js`);
const wasm = readFileSync(`${root}/kernels/mmkernels/wasm/kernels.wasm`);
const quantile = (times, share) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];

for (const file of files) {
  const { name, graph, request } = JSON.parse(readFileSync(`${file}.json`, "utf8")), weights = new Uint8Array(readFileSync(`${file}.bin`)), { modalities } = graph;
  const subsets = Uint8Array.from({ length: modalities << modalities }, (_, i) => (Math.floor(i / modalities) >> (i % modalities)) & 1);
  const inputs = { values: request.values.map((one) => Float32Array.from(one)), valid: request.valid.map((one) => Uint8Array.from(one)), share: request.share.map((one) => Float64Array.from(one)), interventions: [], wants: { states: true } };
  const engines = { wasm: await startPredictor({ graph, weights, wasm }), js: await startPredictor({ graph, weights, wasm: null }) };
  const row = { name };
  for (const [what, members] of [["full", new Uint8Array(modalities).fill(1)], ["subsets", subsets]]) {
    const times = { wasm: [], js: [] }, predictions = {};
    for (let k = 0; k < Number(repeats) + 5; k++) for (const [kind, engine] of Object.entries(engines)) {
      const start = performance.now();
      predictions[kind] = await engine.predict({ ...inputs, members });
      if (k >= 5) times[kind].push(performance.now() - start);
    }
    const difference = Math.max(...Array.from(predictions.wasm.predictions, (value, i) => Math.abs(value - predictions.js.predictions[i])));
    row[what] = { difference, ...Object.fromEntries(Object.entries(times).map(([kind, list]) => [kind, { least: Math.min(...list), median: quantile(list, 0.5), p95: quantile(list, 0.95) }])) };
  }
  console.log(JSON.stringify(row));
}
