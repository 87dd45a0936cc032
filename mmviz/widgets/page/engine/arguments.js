// Arguments of a node, checked: an error names the operator, the argument and what was found.
/** @import { Argument, BoundNode, Tensor } from "./types.js" */
import { sizeOf } from "./shape.js";

/** An error of a graph that does not fit together. */
export class GraphError extends Error {}

/** @param {Argument | undefined} value @returns {value is Tensor} */
export const isTensor = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {BoundNode} node @param {string} message @returns {never} */
export function fail(node, message) {
  throw new GraphError(`model in the page: node ${node.index} (${node.op}) ${message}; save the page again`);
}

/** @param {BoundNode} node @param {string} name @returns {Tensor} */
export function tensor(node, name) {
  const value = node.args[name];
  return isTensor(value) ? value : fail(node, `has no array ${name}`);
}

/** @param {BoundNode} node @param {string} name @returns {Tensor | null} */
export const optional = (node, name) => (node.args[name] == null ? null : tensor(node, name));

/** @param {BoundNode} node @param {string} name @returns {Tensor[]} */
export function tensors(node, name) {
  const list = node.args[name];
  if (!Array.isArray(list)) fail(node, `has no list ${name}`);
  return list.map((value) => (isTensor(value) ? value : fail(node, `has a list ${name} with something that is no array`)));
}

/** @param {BoundNode} node @param {string} name @param {number} [otherwise] @returns {number} */
export function number(node, name, otherwise) {
  const value = node.args[name];
  if (value == null && otherwise !== undefined) return otherwise;
  return typeof value === "number" || typeof value === "boolean" ? Number(value) : fail(node, `has no number ${name}`);
}

/** @param {BoundNode} node @param {string} name @param {number[]} [otherwise] @returns {number[]} */
export function numbers(node, name, otherwise) {
  const value = node.args[name];
  if (value == null && otherwise !== undefined) return otherwise;
  const list = Array.isArray(value) ? value : [value];
  return list.map((one) => (typeof one === "number" ? one : fail(node, `has a list ${name} with something that is no number`)));
}

/**
 * Return an array, or a number as an array without axes.
 * @param {BoundNode} node
 * @param {string} name
 * @returns {Tensor}
 */
export function operand(node, name) {
  const value = node.args[name];
  if (typeof value !== "number" && typeof value !== "boolean") return tensor(node, name);
  return { shape: [], size: 1, type: "d", data: Float64Array.of(Number(value)), source: null, shift: 0, constant: true, kept: true, first: 0, last: 0, offset: -1 };
}

/** @param {BoundNode} node @param {string} name @param {number} rank @param {number} [otherwise] */
export function axis(node, name, rank, otherwise) {
  const given = number(node, name, otherwise), found = given < 0 ? given + rank : given;
  return Number.isInteger(found) && found >= 0 && found < Math.max(1, rank) ? found : fail(node, `has axis ${given} of ${rank}`);
}

/** Check that arrays can be broadcast to the output. @param {BoundNode} node @param {Tensor[]} operands */
export function checkBroadcast(node, operands) {
  const target = node.out.shape;
  for (const { shape } of operands) {
    const missing = target.length - shape.length;
    if (missing < 0 || shape.some((n, k) => n !== 1 && n !== target[k + missing])) fail(node, `cannot combine the shape ${shape.join(" x ")} into ${target.join(" x ")}`);
  }
}

/** Check the shape of an array. @param {BoundNode} node @param {Tensor} found @param {readonly number[]} shape @param {string} name */
export function checkShape(node, found, shape, name) {
  if (found.shape.length !== shape.length || found.shape.some((n, k) => n !== shape[k])) fail(node, `has ${name} of shape ${found.shape.join(" x ")}, expected ${shape.join(" x ")}`);
}

/** Check the number of elements. @param {BoundNode} node @param {Tensor} found @param {Tensor} out */
export function checkSize(node, found, out) {
  if (found.size !== out.size || found.size !== sizeOf(found.shape)) fail(node, `has ${found.size} values in and ${out.size} out`);
}
