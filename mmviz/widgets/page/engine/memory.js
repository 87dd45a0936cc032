// Memory of a program: one buffer, in which every array has its place; arrays that are not used at the same time share it.
/** @import { Tensor } from "./types.js" */

const ALIGN = 16, SLACK = 32;

/** @param {Tensor} tensor */
const bytesOf = (tensor) => (tensor.size * (tensor.type === "f" ? 4 : tensor.type === "b" ? 1 : 8) + SLACK + ALIGN - 1) & ~(ALIGN - 1);

/** Return the tensor that owns the memory. @param {Tensor} tensor @returns {Tensor} */
export function owner(tensor) {
  let found = tensor;
  while (found.source) found = found.source;
  return found;
}

/**
 * Give every owner an offset; return the number of bytes needed.
 * @param {Tensor[]} tensors without aliases
 * @param {number} base bytes in front of the first array: the stack of the kernels
 */
export function place(tensors, base) {
  let end = (base + ALIGN - 1) & ~(ALIGN - 1);
  /** @type {{ at: number, bytes: number }[]} */
  let free = [];
  /** @type {{ at: number, bytes: number, last: number }[]} */
  let busy = [];
  for (const tensor of tensors.filter((one) => one.kept)) {
    tensor.offset = end;
    end += bytesOf(tensor);
  }
  for (const tensor of tensors.filter((one) => !one.kept).sort((a, b) => a.first - b.first)) {
    const done = busy.filter((one) => one.last < tensor.first);
    if (done.length) {
      busy = busy.filter((one) => one.last >= tensor.first);
      free = joined([...free, ...done]);
    }
    const bytes = bytesOf(tensor), fits = free.filter((one) => one.bytes >= bytes).sort((a, b) => a.bytes - b.bytes)[0];
    if (fits) {
      tensor.offset = fits.at;
      fits.at += bytes;
      fits.bytes -= bytes;
      free = free.filter((one) => one.bytes > 0);
    } else {
      tensor.offset = end;
      end += bytes;
    }
    busy.push({ at: tensor.offset, bytes, last: tensor.last });
  }
  return end;
}

/** @param {{ at: number, bytes: number }[]} blocks */
function joined(blocks) {
  /** @type {{ at: number, bytes: number }[]} */
  const found = [];
  for (const { at, bytes } of blocks.sort((a, b) => a.at - b.at)) {
    const before = found.at(-1);
    if (before && before.at + before.bytes === at) before.bytes += bytes;
    else found.push({ at, bytes });
  }
  return found;
}

/** Give every tensor its view of the buffer. @param {Tensor[]} tensors @param {ArrayBuffer} buffer */
export function attach(tensors, buffer) {
  for (const tensor of tensors) {
    let shift = 0, found = tensor;
    while (found.source) {
      shift += found.shift;
      found = found.source;
    }
    const Kind = tensor.type === "f" ? Float32Array : tensor.type === "b" ? Uint8Array : Float64Array;
    tensor.data = new Kind(buffer, found.offset + shift * Kind.BYTES_PER_ELEMENT, tensor.size);
  }
}
