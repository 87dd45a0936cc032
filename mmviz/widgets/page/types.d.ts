// Types of the page: what Python sends, the selection, and the contract of a view.

/** Glyphs and dashes of the modalities, written in front of the bundle by Python. */
declare global {
  const LOOKS: { glyphs: string[]; dashes: string[] };
}

export type Numbers = Float32Array | Uint8Array;
export type Range = [number, number];
export type Child = Node | string;

export interface Edits {
  delay?: number;
  noise?: number;
  seed?: number;
  swap?: number;
  text?: string;
  /** the hidden state of the SSM stream, from `step` on */
  state?: "zero" | "hold";
  /** index of the source modality whose edge is cut, from `step` on */
  cut?: number;
  step?: number;
}

/** What is selected; every key is shared by all views. */
export interface Selection {
  sample: number;
  epoch: number;
  layer: number;
  channel: number;
  time: number;
  /** first and last step of the time range, or null for the whole sequence */
  brush: [number, number] | null;
  masked: string[];
  edits: Record<string, Edits>;
  run: "A" | "B" | "both";
}

/** The selection as a view receives it. */
export interface State extends Selection {
  /** grows whenever the edited sample that is shown changes */
  version?: number;
  /** the layer selected in run A, where run B has fewer */
  layer_of_a?: number;
}

export interface Modality {
  name: string;
  unit: string;
  rate_hz: number | null;
  irregular: boolean;
  static: boolean;
  step_s: number | null;
  features: string[];
}

export interface Described {
  shape: number[];
  dtype: "float32" | "uint8";
  at: number;
  lags: number[];
}

/** For each index of one run, the corresponding index of the other. */
export type Indices = Record<"epoch" | "layer" | "channel" | "time", number[]>;

/** Rows of the page "How far can you trust this picture?", and the row of each view. */
export interface Trust {
  page: string;
  rows: Record<string, { question: string; can: string; cannot: string; measured: string }>;
  views: Record<string, string>;
}

/** Everything about a frame that is not an array; see `header` in serialize.py. */
export interface Header {
  arrays: Record<string, Described>;
  name: string;
  title: string;
  about: string[];
  subtitle: string;
  task: "classification" | "regression";
  target_name: string;
  notes: string[];
  imputation: string;
  align: string;
  prefix: { label: string; meaning: string };
  sizes: { sample: number; epoch: number; layer: number; channel: number; time: number };
  samples: string[];
  labelled: boolean;
  targets: number[];
  epochs: number[];
  best_epoch: number | null;
  layers: string[];
  outputs: string[];
  modalities: Modality[];
  colours: string[];
  start_s: number[];
  duration_s: (number | null)[];
  digits: number;
  /** the last colour of the state maps, by layer */
  scale: number[];
  state_name: string;
  state_unit: string;
  overall: { interval: string };
  retraining: {
    units: string;
    interval: string;
    harm: string;
    harm_text: string;
    budget: string;
    /** the subset that is compared with all modalities, -1 for none */
    best: number;
    verdicts: string[];
    explanations: string[];
  };
  seeds: { names: string[]; shown: string };
  curves: { name: string; chart: string; modality: number }[];
  history_epochs: number[];
  listed: { id: string[]; target: string[]; predicted: string[]; total: number };
  influence: { block: number[]; scale: number[] };
  /** name of the method, and of what remains between bias + shares and the output */
  attribution: { quantity: string; rule: string; name: string; error: string; explained: string[]; block: number[] };
  /** of each coalition: did training meet it? null: not known */
  trained: boolean[] | null;
  /** a sentence on the coalitions that training did not meet, or "" */
  untrained: string;
  /** what each view shows and does not show; see trust.py */
  trust: Trust;
  experts: { name: string; owner: number }[];
  pairs: { source: string; anchor: string }[];
  transport_scale: { plan: number[]; cost: number[] };
  /** captured scans of a user's module; the arrays of site k end with its number */
  scans: CapturedScan[];
  /** which scans of a user's module were not captured, and why, or "" */
  missing_scans: string;
  /** sentences with places for values; see readout.py */
  phrases: Record<string, string>;
  /** of a second run: the indices that correspond to those of the first, and the other way round */
  from_a: Indices;
  to_a: Indices;
}

/** One captured scan; see explorer_scans.py. */
export interface CapturedScan {
  site: string;
  function: string;
  modality: string;
  description: string;
  /** how its steps correspond to frames */
  alignment: string;
  streams: string[];
  /** sizes of the scan; a page may hold fewer channels, and columns of several steps */
  steps: number;
  channels: number;
  states: number;
  /** steps that one column holds */
  pooled: number;
  /** max |replay − output| / max |output| */
  replay_error: number | null;
  /** ‖h‖₂ of level 255 */
  scale: number;
  /** of level 255 of the influence map, and the steps of a block */
  influence: { scale: number; width: number } | null;
  no_influence: string;
}

/** An opened message: its header and arrays. part("state", epoch, sample) is the block at those leading indices. */
export interface Opened {
  part(key: string, ...index: number[]): Numbers;
  shape(key: string): number[];
  has(key: string): boolean;
}
export type Recorded = Header & Opened;

/** The edited sample: its arrays replace those of one sample at one epoch. */
export type EditedSample = Opened & {
  arrays: Record<string, Described>;
  /** how many of epoch and sample each array begins with */
  leads: Record<string, number>;
  start_s: number;
  duration_s: number | null;
  epoch: number;
  sample: number;
  edits: Record<string, Edits>;
  /** of its request, see requestKey */
  key: string;
  request: WhatIfRequest;
};

/** A frame that may show an edited sample in the place of a recorded one. */
export interface Frame extends Recorded {
  recorded: Recorded;
  /** the edited sample that is shown, or null */
  edited(): EditedSample | null;
  /** does the edited sample that is shown replace this array? */
  replaced(key: string): boolean;
  show(edited: EditedSample | null, hidden: boolean): void;
  /** all runs that are compared, this one among them: colour scales and axes are those of all */
  compared: Frame[];
}

export type Pick = (change: Partial<Selection>) => void;
export type Update = (state: State) => void;

/** A view. Its file calls register(view). */
export interface View {
  name: string;
  /** "main": the lanes; "side": beside them; "columns": panels in columns; "wide": panels of full width, below */
  place: "main" | "side" | "columns" | "wide";
  /** among the views of one place, small ones first; 100 by default */
  order?: number;
  /** the arrays without which the view is left out */
  needs: string[];
  /** of "columns": the expected height in pixels, for this many modalities; 300 by default */
  height?(modalities: number): number;
  /** Fill the root element once; the returned function draws a selection and is called after every change. */
  mount(root: HTMLElement, frame: Frame, state: State | null, pick: Pick): Update;
}

/** The model of anywidget, as far as it is used here. */
export interface Model {
  get(key: string): any;
  set(key: string, value: unknown): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

export interface WhatIfRequest {
  sample: number;
  epoch: number;
  masked: string[];
  edits: Record<string, Edits>;
}
