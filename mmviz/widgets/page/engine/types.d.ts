// Types of the engine: the graph that Python exports, tensors and programs, and the contract between the page and the engine.

/** Element types: float32, float64, int64 (stored as float64), bool. */
export type Type = "f" | "d" | "i" | "b";
export type Data = Float32Array | Float64Array | Uint8Array;

/** A size is a number, or a multiple of the number of rows. */
export type Size = number | { rows: number };
/** An argument of an operator as it is exported. */
export type Exported = null | boolean | number | string | { ref: number } | { rows: number } | { number: string } | Exported[];

export interface Ref {
  ref: number;
}

export interface Described {
  shape: Size[];
  type: Type;
}

export interface GraphNode extends Partial<Described> {
  op: string;
  args?: Record<string, Exported>;
  /** outputs of an operator with several */
  parts?: (Described | null)[];
  /** constants: place and storage in the weights */
  at?: number;
  store?: "f4" | "f2" | "f3" | "u2" | "f8" | "i8" | "u1";
  /** of levels (u2): a value is (level - zero) * step */
  step?: number;
  zero?: number;
}

export interface ScanSite {
  node: number;
  /** token scans: position of the token of every modality and step, -1 where there is none */
  positions?: { ref: number };
}

export interface Graph {
  version: number;
  nodes: GraphNode[];
  inputs: { node: number; kind: "values" | "valid" | "share" | "members" | "until" | "weights"; modality?: number }[];
  /** of the last row: expert weights of each layer, and transport plans, where the model has them */
  outputs: { predictions: Ref; valid: Ref; share?: Ref; bias?: Ref; routing?: Ref[]; transport?: { plan: Ref; cost: Ref; distance: Ref }[] };
  scans: ScanSite[];
  modalities: number;
  steps: number;
  /** the graph of the end-to-end attribution, where the model has one: see recording/export_gradient.py */
  gradient?: Graph;
}

/** An array of the program; `data` is there once memory is laid out. */
export interface Tensor {
  shape: number[];
  size: number;
  type: Type;
  data: Data;
  /** the tensor whose memory this one shares, and the first element within it */
  source: Tensor | null;
  shift: number;
  /** known before the first request */
  constant: boolean;
  /** its memory is never used again by others */
  kept: boolean;
  first: number;
  last: number;
  offset: number;
}

export type Argument = null | boolean | number | string | Tensor | Tensor[] | Argument[];

/** A node for one number of rows. */
export interface BoundNode {
  op: string;
  index: number;
  args: Record<string, Argument>;
  out: Tensor;
  parts: (Tensor | null)[];
}

/** What a builder returns: code that fills the outputs, or the tensor whose memory the output shares. */
export interface Built {
  run?: () => void;
  /** runs once, before the first request: for weights in another order */
  once?: () => void;
  alias?: Tensor;
  shift?: number;
}

export interface Building {
  /** whether WebAssembly kernels will be there */
  simd: boolean;
  kernels: Kernels;
  /** kernels of another memory, for functions of sizes alone; null in plain JavaScript */
  probe: Kernels | null;
  live: Live;
  /** Return memory for one node; kept for good where `kept` is set. */
  scratch(shape: number[], type: Type, kept?: boolean): Tensor;
  /** Register the norms of the hidden states of a scan. */
  watch(node: number, norms: Tensor): void;
  watched: (node: number) => boolean;
}

export type Builder = (node: BoundNode, building: Building) => Built;

/** What changes from request to request besides the inputs. */
export interface Live {
  interventions: Intervention[];
  /** hidden states, expert weights and transport plans are wanted */
  states: boolean;
}

export interface Intervention {
  modality: number;
  kind: "zero" | "hold" | "cut";
  /** cut: index of the source modality */
  source?: number;
  /** first changed step */
  step: number;
}

export interface Kernels {
  memory: WebAssembly.Memory;
  /** floats of a packed matrix */
  packed_size(K: number, N: number): number;
  pack(w: number, packed: number, K: number, N: number, stride_k: number, stride_n: number): void;
  linear(x: number, packed: number, b: number, y: number, R: number, K: number, N: number): void;
  attention(q: number, k: number, v: number, allowed: number, added: number, step_q: number, step_k: number, o: number, scratch: number, Tq: number, Tk: number, D: number, Dv: number, scale: number, causal: number): void;
  /** floats of scratch memory of an attention */
  attention_scratch(Tq: number, Tk: number, D: number, Dv: number): number;
  softmax(x: number, o: number, R: number, n: number): void;
  norm(x: number, o: number, R: number, E: number): void;
  reduce(op: number, x: number, o: number, outer: number, n: number, inner: number): void;
  running(op: number, x: number, o: number, outer: number, n: number, inner: number): void;
  combine(op: number, a: number, b: number, o: number, shape: number): void;
  where(c: number, a: number, b: number, o: number, shape: number): void;
  /** 1: an index lies outside */
  gather(x: number, index: number, o: number, outer: number, n: number, m: number, inner: number): number;
  copy(x: number, o: number, shape: number, bytes: number): void;
  exp(x: number, o: number, n: number): void;
  log(x: number, o: number, n: number): void;
  tanh(x: number, o: number, n: number): void;
  sigmoid(x: number, o: number, n: number): void;
  silu(x: number, o: number, n: number): void;
  relu(x: number, o: number, n: number): void;
  silu_gate(y: number, z: number, o: number, n: number): void;
  softplus(x: number, o: number, n: number): void;
  conv(x: number, w: number, b: number, o: number, R: number, T: number, E: number, taps: number, silu: number): void;
  scan(x: number, dt: number, A: number, B: number, C: number, D: number, W: number, w_stride: number, mask: number, h0: number, y: number, h_last: number, norms: number, watched: number, scratch: number, edits: number, n_edits: number, M: number, R: number, T: number, E: number, N: number): void;
  /** floats of scratch memory of a scan */
  scan_scratch(M: number, N: number): number;
  __heap_base: { value: number };
  layer_norm(x: number, g: number, b: number, o: number, R: number, E: number, eps: number, centred: number): void;
  gelu(x: number, o: number, n: number): void;
  erf(x: number, o: number, n: number): void;
  scan_backward(dy: number, dt: number, A: number, B: number, C: number, D: number, W: number, w_stride: number, mask: number, dx: number, scratch: number, M: number, R: number, T: number, E: number, N: number): void;
  /** floats of scratch memory of the backward pass of a scan */
  scan_backward_scratch(M: number, N: number): number;
  conv_backward(dy: number, w: number, dx: number, R: number, T: number, E: number, taps: number): void;
  addcmul(b: number, x: number, g: number, o: number, R: number, E: number): void;
  add(a: number, b: number, o: number, n: number): void;
  scale_rows(x: number, m: number, o: number, R: number, E: number): void;
}

export interface Request {
  /** per modality: frame x feature, in the units of the split */
  values: Float32Array[];
  /** per modality: frame */
  valid: Uint8Array[];
  /** row x modality: which modalities are available in each row */
  members: Uint8Array;
  interventions: Intervention[];
  /** hidden states, expert weights and transport plans of the last row */
  wants: { states: boolean };
  /** models that are not causal: number of steps that each row receives; all by default */
  until?: number[];
  /** models with timestamps, per modality: frame x 2, begin and end of each frame as a fraction of the clock */
  share?: Float64Array[];
}

export interface Prediction {
  /** row x step x output: probabilities, or values */
  predictions: Float32Array;
  /** number of steps of the predictions: 1 for a model that is not causal */
  steps: number;
  /** per layer: modality x time x channel, the l2 norm over the states, of the last row; null if not wanted or there is no scan */
  states: Float32Array[] | null;
  /** per layer: modality x time x expert, the expert weights of the last row; null as states */
  routing: Float32Array[] | null;
  /** per pair: plan and cost (time x anchor time) and distance (one value) of the last row; null as states */
  transport: { plan: Float32Array; cost: Float32Array; distance: Float32Array }[] | null;
  /** modality x time of the last row: valid steps */
  valid: Uint8Array;
  milliseconds: number;
}

/** One sum of weighted raw outputs per row; see row_shares of models/frozen_gates.py. */
export interface AttributionRequest {
  values: Float32Array[];
  valid: Uint8Array[];
  share?: Float64Array[];
  /** row x step x output; one step for a model that is not causal */
  weights: Float32Array;
}

export interface Attribution {
  /** row x modality x time: contributions to the sum */
  share: Float32Array;
  /** step x output: raw outputs (logits or values) */
  output: Float32Array;
  /** step x output: raw outputs at encoder outputs of zero, with the gates held constant */
  bias: Float32Array;
  milliseconds: number;
}

export interface Engine {
  /** Rejects where the graph has no attribution. */
  attribute(request: AttributionRequest): Promise<Attribution>;
  kind: "wasm" | "js";
  thread: "worker" | "page";
  /** why WebAssembly or the worker could not be used; "" otherwise */
  reason: string;
  predict(request: Request): Promise<Prediction>;
  stop(): void;
}

export interface EngineParts {
  graph: Graph;
  weights: Uint8Array;
  wasm?: Uint8Array | null;
  /** source text of bundle/engine.js, for the worker */
  script?: string | null;
}

/** `PageModel.header()` of Python: what the page knows about the model it carries. */
export interface PageModelHeader {
  graph: Graph;
  about: Record<string, unknown> & { model: string; epoch: number; notes: string[]; error: number };
  /** bytes of the weights at the start of the blob */
  weights: number;
  bytes: number;
  split: {
    name: string;
    ids: string[];
    rows: number[];
    targets: number[] | null;
    clock: [number, number][] | null;
    modalities: {
      name: string;
      kind: "float32" | "float16" | "uint16" | "uint14" | "uint12" | "uint8" | "adaptive";
      frames: number;
      features: number;
      at: number;
      valid_at: number;
      share_at?: number;
      share_frames?: number;
      low?: number[];
      step?: number[];
      shift?: number[];
    }[];
  };
}
