// The arrays Python sent, opened once; part("state", epoch, sample) is the block at those leading indices.
const TYPES = { uint8: Uint8Array, float32: Float32Array };

function openFrame(data) {
  const meta = JSON.parse(data.meta);
  const arrays = {};
  for (const [key, { dtype }] of Object.entries(meta.arrays)) {
    const { buffer, byteOffset, byteLength } = data[key];
    arrays[key] = new TYPES[dtype](buffer.slice(byteOffset, byteOffset + byteLength));
  }
  function part(key, ...index) {
    const { shape } = meta.arrays[key];
    const size = shape.slice(index.length).reduce((a, b) => a * b, 1);
    const start = index.reduce((sum, i, axis) => sum * shape[axis] + i, 0) * size;
    return arrays[key].subarray(start, start + size);
  }
  return { ...meta, part };
}

// The reason why a selection cannot be shown, or "".
function fault(selection, sizes) {
  if (typeof selection !== "object" || selection === null) return "selection is not an object";
  for (const key of Object.keys(selection)) if (!Object.hasOwn(sizes, key)) return `selection has an unknown key: ${key}`;
  for (const [key, size] of Object.entries(sizes)) {
    const value = selection[key];
    if (!Number.isInteger(value) || value < 0 || value >= size)
      return `selection: ${key} is ${value}, expected a whole number from 0 to ${size - 1}`;
  }
  return "";
}

// Which recorded frame of a signal lies in each column of the shared axis; -1 where there is none (padding).
function columnsOf(valid, align, steps) {
  const kept = [...valid.keys()].filter((i) => valid[i]);
  if (align === "resample") return kept;
  const count = align === "pad" ? steps : valid.length;
  return Array.from({ length: count }, (_, i) => (i < valid.length && valid[i] ? i : -1));
}
