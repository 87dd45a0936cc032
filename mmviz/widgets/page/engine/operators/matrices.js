// Products of matrices: linear maps, batches, einsum, attention.
/** @import { Argument, BoundNode, Builder, Building, Built, Tensor } from "../types.js" */
import { checkBroadcast, fail, number, optional, tensor, tensors } from "../arguments.js";
import { broadcastStrides, sizeOf, stridesOf } from "../shape.js";

/**
 * y[r, n] = sum_k x[r, k] w[k, n] (+ b[n]).
 * @param {import("../types.js").Data} x @param {import("../types.js").Data} w @param {import("../types.js").Data | null} b @param {import("../types.js").Data} y
 * @param {number} xo @param {number} wo @param {number} bo @param {number} yo @param {number} R @param {number} K @param {number} N
 */
function product(x, w, b, y, xo, wo, bo, yo, R, K, N) {
  const full = N & ~3;
  for (let n = 0; n < full; n += 4) {
    const b0 = b ? b[bo + n] : 0, b1 = b ? b[bo + n + 1] : 0, b2 = b ? b[bo + n + 2] : 0, b3 = b ? b[bo + n + 3] : 0;
    let r = 0;
    for (; r + 1 < R; r += 2) {
      let p0 = b0, p1 = b1, p2 = b2, p3 = b3, q0 = b0, q1 = b1, q2 = b2, q3 = b3;
      for (let k = 0, i = xo + r * K, j = i + K, at = wo + n; k < K; k++, i++, j++, at += N) {
        const u = x[i], v = x[j], w0 = w[at], w1 = w[at + 1], w2 = w[at + 2], w3 = w[at + 3];
        p0 += u * w0; p1 += u * w1; p2 += u * w2; p3 += u * w3;
        q0 += v * w0; q1 += v * w1; q2 += v * w2; q3 += v * w3;
      }
      const o = yo + r * N + n, o2 = o + N;
      y[o] = p0; y[o + 1] = p1; y[o + 2] = p2; y[o + 3] = p3;
      y[o2] = q0; y[o2 + 1] = q1; y[o2 + 2] = q2; y[o2 + 3] = q3;
    }
    if (r < R) {
      let p0 = b0, p1 = b1, p2 = b2, p3 = b3;
      for (let k = 0, i = xo + r * K, at = wo + n; k < K; k++, i++, at += N) {
        const u = x[i];
        p0 += u * w[at]; p1 += u * w[at + 1]; p2 += u * w[at + 2]; p3 += u * w[at + 3];
      }
      const o = yo + r * N + n;
      y[o] = p0; y[o + 1] = p1; y[o + 2] = p2; y[o + 3] = p3;
    }
  }
  for (let n = full; n < N; n++) for (let r = 0; r < R; r++) {
    let value = b ? b[bo + n] : 0;
    for (let k = 0; k < K; k++) value += x[xo + r * K + k] * w[wo + k * N + n];
    y[yo + r * N + n] = value;
  }
}

/**
 * Return code for `groups` products. Weights in another order are copied, once if they are constant; the kernels have an order of their own.
 * @param {BoundNode} node @param {Building} building @param {Tensor} x @param {Tensor} w @param {Tensor | null} b
 * @param {{ groups: number, R: number, K: number, N: number, turned: boolean, shared: { x: boolean, w: boolean } }} sizes
 * @returns {Built}
 */
export function products(node, building, x, w, b, { groups, R, K, N, turned, shared }) {
  const { out } = node, { probe } = building, weights = shared.w ? 1 : groups, each = b !== null && b.size > N;
  if (out.size !== groups * R * N || x.size !== (shared.x ? 1 : groups) * R * K || w.size !== weights * K * N) fail(node, `cannot multiply ${x.shape.join(" x ")} by ${w.shape.join(" x ")}`);
  if (b && b.size !== N && b.size !== groups * N) fail(node, `adds ${b.shape.join(" x ")} to ${out.shape.join(" x ")}`);
  if (probe && [x, w, out, b].every((one) => one === null || one.type === "f")) {
    const size = probe.packed_size(K, N), packed = building.scratch([weights * size], "f", w.constant);
    const arrange = () => {
      for (let g = 0; g < weights; g++) building.kernels.pack(w.data.byteOffset + g * K * N * 4, packed.data.byteOffset + g * size * 4, K, N, turned ? 1 : N, turned ? K : 1);
    };
    const call = () => {
      for (let g = 0; g < groups; g++) building.kernels.linear(x.data.byteOffset + (shared.x ? 0 : g * R * K * 4), packed.data.byteOffset + (shared.w ? 0 : g * size * 4), b ? b.data.byteOffset + (each ? g * N * 4 : 0) : 0, out.data.byteOffset + g * R * N * 4, R, K, N);
    };
    return w.constant ? { once: arrange, run: call } : { run: () => { arrange(); call(); } };
  }
  const ready = turned ? building.scratch([weights * K * N], "f", w.constant) : w;
  const arrange = () => {
    const from = w.data, to = ready.data;
    if (turned) for (let g = 0; g < weights; g++) for (let k = 0; k < K; k++) for (let n = 0; n < N; n++) to[(g * K + k) * N + n] = from[g * K * N + n * K + k];
  };
  const call = () => {
    for (let g = 0; g < groups; g++) product(x.data, ready.data, b ? b.data : null, out.data, shared.x ? 0 : g * R * K, shared.w ? 0 : g * K * N, each ? g * N : 0, g * R * N, R, K, N);
  };
  return w.constant ? { once: arrange, run: call } : { run: () => { arrange(); call(); } };
}

/** @type {Builder} */
function linear(node, building) {
  const x = tensor(node, "input"), w = tensor(node, "weight"), K = x.shape.at(-1) ?? 1, N = w.shape[0];
  if (w.shape.length !== 2 || w.shape[1] !== K) fail(node, `cannot multiply ${x.shape.join(" x ")} by ${w.shape.join(" x ")}`);
  return products(node, building, x, w, optional(node, "bias"), { groups: 1, R: x.size / Math.max(1, K), K, N, turned: true, shared: { x: false, w: false } });
}

/** @type {Builder} */
function matmul(node, building) {
  const added = node.op === "baddbmm" || node.op === "addmm";
  if (added && (number(node, "beta", 1) !== 1 || number(node, "alpha", 1) !== 1)) fail(node, "has factors, which are not available");
  const x = tensor(node, node.op === "baddbmm" ? "batch1" : node.op === "addmm" ? "mat1" : "self"), w = tensor(node, node.op === "baddbmm" ? "batch2" : node.op === "matmul" ? "other" : "mat2");
  const b = added ? tensor(node, "self") : null, K = x.shape.at(-1) ?? 1, N = w.shape.at(-1) ?? 1;
  if (x.shape.length < 2 || w.shape.length < 2 || w.shape.at(-2) !== K) fail(node, `cannot multiply ${x.shape.join(" x ")} by ${w.shape.join(" x ")}`);
  const outer = sizeOf(x.shape.slice(0, -2)), groups = sizeOf(w.shape.slice(0, -2)), R = x.shape.at(-2) ?? 1;
  if (b && (b.shape.at(-1) !== N || (b.shape.length > 1 && b.shape.at(-2) !== 1))) fail(node, `adds ${b.shape.join(" x ")} to ${node.out.shape.join(" x ")}, expected one row per product`);
  if (groups === 1) return products(node, building, x, w, b, { groups: 1, R: outer * R, K, N, turned: false, shared: { x: false, w: false } });
  if (outer !== groups && outer !== 1) fail(node, `has ${outer} matrices on the left and ${groups} on the right`);
  return products(node, building, x, w, b, { groups, R, K, N, turned: false, shared: { x: outer === 1, w: false } });
}

/** @type {Builder} */
function einsum(node) {
  const { equation } = node.args, list = tensors(node, "tensors"), { out } = node;
  if (typeof equation !== "string" || !/^[a-zA-Z]*(,[a-zA-Z]*)*->[a-zA-Z]*$/.test(equation.replaceAll(" ", ""))) fail(node, "has an equation that is not available");
  const [left, result] = equation.replaceAll(" ", "").split("->"), inputs = left.split(",");
  /** @type {Record<string, number>} */
  const sizes = {};
  if (inputs.length !== list.length) fail(node, `has ${list.length} arrays for ${equation}`);
  inputs.forEach((letters, k) => {
    if (letters.length !== list[k].shape.length) fail(node, `has ${list[k].shape.length} axes for ${letters}`);
    [...letters].forEach((letter, i) => {
      const size = list[k].shape[i];
      if ((sizes[letter] ?? size) !== size) fail(node, `has two sizes for ${letter}`);
      sizes[letter] = size;
    });
  });
  const free = [...result], bound = Object.keys(sizes).filter((letter) => !free.includes(letter)), letters = [...free, ...bound], shape = letters.map((letter) => sizes[letter]);
  if (shape.some((n) => n === undefined) || sizeOf(free.map((letter) => sizes[letter])) !== out.size) fail(node, "has an output of another size");
  const strides = inputs.map((one, k) => {
    const steps = stridesOf(list[k].shape);
    return letters.map((letter) => [...one].reduce((sum, found, i) => (found === letter ? sum + steps[i] : sum), 0));
  });
  const inner = sizeOf(bound.map((letter) => sizes[letter])), rank = shape.length, place = new Int32Array(rank), at = new Int32Array(list.length), total = out.size * inner;
  return {
    run: () => {
      place.fill(0);
      at.fill(0);
      for (let i = 0, o = -1, sum = 0; i < total; i++) {
        if (i % inner === 0) {
          if (o >= 0) out.data[o] = sum;
          o++;
          sum = 0;
        }
        let value = 1;
        for (let k = 0; k < list.length; k++) value *= list[k].data[at[k]];
        sum += value;
        if (i === total - 1) out.data[o] = sum;
        for (let d = rank - 1; d >= 0; d--) {
          for (let k = 0; k < list.length; k++) at[k] += strides[k][d];
          if (++place[d] < shape[d]) break;
          for (let k = 0; k < list.length; k++) at[k] -= strides[k][d] * shape[d];
          place[d] = 0;
        }
      }
    },
  };
}

/** @type {Builder} */
function attention(node, building) {
  const [q, k, v] = ["query", "key", "value"].map((name) => tensor(node, name)), mask = optional(node, "attn_mask"), causal = Boolean(node.args.is_causal), { out } = node;
  const width = q.shape.at(-1) ?? 1, steps = q.shape.at(-2) ?? 1, keys = k.shape.at(-2) ?? 1, values = v.shape.at(-1) ?? 1, outer = q.shape.slice(0, -2), groups = sizeOf(outer);
  if (node.args.enable_gqa || k.shape.at(-1) !== width || v.shape.at(-2) !== keys || k.size !== groups * keys * width || v.size !== groups * keys * values || out.size !== groups * steps * values) fail(node, `has queries ${q.shape.join(" x ")}, keys ${k.shape.join(" x ")}, values ${v.shape.join(" x ")}`);
  const shape = [...outer, steps, keys], scale = number(node, "scale", 1 / Math.sqrt(width)), row = new Float64Array(keys), walk = stridesOf(outer);
  if (mask) checkBroadcast({ ...node, out: { ...out, shape } }, [mask]);
  const moves = mask ? broadcastStrides(mask.shape, shape) : shape.map(() => 0), perStep = moves.at(-2) ?? 0, perKey = moves.at(-1) ?? 0;
  if (building.probe && [q, k, v, out].every((one) => one.type === "f") && (mask === null || mask.type === "b" || mask.type === "f")) {
    const scratch = building.scratch([building.probe.attention_scratch(steps, keys, width, values)], "f"), starts = Array.from({ length: groups }, (_, g) => outer.reduce((sum, n, d) => sum + (Math.floor(g / walk[d]) % n) * moves[d], 0));
    return {
      run: () => {
        for (let g = 0; g < groups; g++) {
          const allowed = mask?.type === "b" ? mask.data.byteOffset + starts[g] : 0, added = mask?.type === "f" ? mask.data.byteOffset + starts[g] * 4 : 0;
          building.kernels.attention(q.data.byteOffset + g * steps * width * 4, k.data.byteOffset + g * keys * width * 4, v.data.byteOffset + g * keys * values * 4, allowed, added, perStep, perKey, out.data.byteOffset + g * steps * values * 4, scratch.data.byteOffset, steps, keys, width, values, scale, causal ? 1 : 0);
        }
      },
    };
  }
  return {
    run: () => {
      const Q = q.data, K = k.data, V = v.data, o = out.data, allowed = mask?.data;
      for (let g = 0; g < groups; g++) {
        let base = 0;
        for (let d = 0; d < outer.length; d++) base += (Math.floor(g / walk[d]) % outer[d]) * moves[d];
        for (let i = 0; i < steps; i++) {
          let top = -Infinity, sum = 0;
          const from = (g * steps + i) * width, to = (g * steps + i) * values;
          for (let j = 0; j < keys; j++) {
            const term = allowed ? allowed[base + i * perStep + j * perKey] : 1;
            if ((causal && j > i) || (mask?.type === "b" && !term)) {
              row[j] = -Infinity;
              continue;
            }
            let dot = 0;
            for (let c = 0, p = (g * keys + j) * width; c < width; c++) dot += Q[from + c] * K[p + c];
            row[j] = dot * scale + (mask && mask.type !== "b" ? term : 0);
            if (row[j] > top) top = row[j];
          }
          for (let j = 0; j < keys; j++) sum += row[j] = row[j] === -Infinity ? 0 : Math.exp(row[j] - top);
          for (let c = 0; c < values; c++) o[to + c] = 0; // without any permitted key: 0, as in torch
          for (let j = 0; j < keys; j++) {
            if (row[j] === 0) continue;
            const share = row[j] / sum;
            for (let c = 0, p = (g * keys + j) * values; c < values; c++) o[to + c] += share * V[p + c];
          }
        }
      }
    },
  };
}

/** @type {Record<string, Builder>} */
export const matrices = { linear, bmm: matmul, baddbmm: matmul, matmul, mm: matmul, addmm: matmul, einsum, scaled_dot_product_attention: attention };
