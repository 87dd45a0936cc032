// Types of the page: what Python sends, the selection, and the contract of a view.

/** Glyphs and dashes of the modalities, written in front of the bundle by Python; in the playground, with their colours, by build.mjs. */
declare global {
  const LOOKS: { glyphs: string[]; dashes: string[]; colours: string[] };
  /** from widgets/terms.py */
  const HELP: { definitions: Record<string, string>; tour: [string, string][]; shortcuts: [string, string][] };
}

export type Numbers = Float32Array | Uint8Array;
export type Range = [number, number];
export type Child = Node | string;

export interface Edits {
  delay?: number;
  /** factor of the recorded values */
  amplitude?: number;
  noise?: number;
  seed?: number;
  swap?: number;
  text?: string;
  /** first and last masked frame */
  window?: [number, number];
  /** the hidden state of the SSM stream, from `step` on */
  state?: "zero" | "hold";
  /** index of the source modality whose edge is cut, from `step` on */
  cut?: number;
  step?: number;
}

/** What is selected; every key is shared by all views. */
/** Colour scale of the maps; of what its end is the largest value; and the key of the colours of samples, "" for the first. */
export interface Colours {
  scale: "symmetric log" | "linear" | "quantile";
  range: "layer" | "channel" | "shared";
  samples: string;
}

/** An outline around dots of the scatter plot: the keys of its axes, and its corners in their values. */
export interface Lasso {
  across: string;
  up: string;
  points: [number, number][];
}

/** The scatter plot of the samples: keys of its axes, "" for those that the page chooses, and outlines that select samples. */
export interface Scatter {
  across: string;
  up: string;
  lassos: Lasso[];
}

export interface Selection {
  sample: number;
  epoch: number;
  layer: number;
  channel: number;
  time: number;
  /** first and last step of the time range, or null for the whole sequence */
  brush: [number, number] | null;
  /** first and last step that the time axes show, or null (or missing: an older page) for all */
  zoom?: [number, number] | null;
  masked: string[];
  edits: Record<string, Edits>;
  run: "A" | "B" | "both";
  /** colour scale of the maps, and what colours the dots of samples; missing in an older page */
  colours?: Colours;
  /** axes and outlines of the scatter plot of the samples; missing in an older page */
  scatter?: Scatter;
  /** the section that is open; missing in older addresses */
  section?: NonNullable<View["section"]> | "all";
}

/** The selection as a view receives it. */
export interface State extends Selection {
  /** grows whenever the edited sample that is shown changes */
  version?: number;
  /** as version, but unchanged when only the values of the subsets arrive */
  early?: number;
  /** the values of the subsets are still being computed */
  draft?: boolean;
  /** of run B: the selection of run A, which is that of the page */
  of_a?: State;
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
  /** how its input is drawn; see mmviz.data.Display */
  display: Display;
  /** of text: the words of each sample, one per frame, "" without one; null: not known */
  tokens: (string[] | null)[] | null;
}

export interface Display {
  kind: "lines" | "image" | "audio" | "video" | "text";
  /** of an image: what one frame contains */
  frames: "rows" | "columns" | "whole";
  height: number | null;
  width: number | null;
  /** values per pixel */
  colours: 1 | 3;
}

export interface Described {
  shape: number[];
  dtype: "float32" | "uint8";
  at: number;
  lags: number[];
  /** names of its dimensions */
  dims?: string[];
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
  /** recorded samples first, then those that only the model in the page can show */
  samples: string[];
  recorded_samples: number;
  recorded_text?: string;
  /** keys of the colours of samples, as Python accepts them */
  sample_colours?: string[];
  /** those of them that an axis of the scatter plot can show */
  scatter_axes?: string[];
  /** most outlines, and most points of one */
  scatter_limits: { lassos: number; points: number };
  /** index of the epoch of the model in the page */
  model_epoch?: number;
  /** of each array over recorded samples: the position of that axis */
  sample_axis: Record<string, 0 | 1>;
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
  /** level k of 255 is (k / 255)^state_power of the scale */
  state_power: number;
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
    /** why the intervals are wide, or "" */
    caution?: string;
    /** the sentence beside an interval that is cut at a bound */
    cut?: string;
    /** the least and the largest possible score; null: none */
    bounds?: (number | null)[];
    verdicts: string[];
    explanations: string[];
  };
  seeds: { names: string[]; shown: string };
  curves: { name: string; chart: string; modality: number }[];
  history_epochs: number[];
  /** sample: index of each among the samples that the page can open, or -1 */
  listed: { id: string[]; target: string[]; predicted: string[]; total: number; sample: number[] };
  /** all samples of the split; row, metric, interval and left_out where there are labels */
  overview: { sentence: string; groups: string[]; subset: number[]; total: number; error: number; row: string[]; metric: string; interval: string; left_out: number; control?: string };
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
  /** of a view: the line of Python that draws its figure, with places for the selection; see figure_lines.py */
  python?: Record<string, string>;
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
export type Recorded = Header & Opened & {
  /** has this sample no values of this array? */
  lacks(key: string, sample: number): boolean;
  /** give one sample that was not recorded its computed values */
  open(computed: EditedSample | null): void;
  computed(): EditedSample | null;
};

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
  /** the class that its end-to-end attribution explains, where it was computed */
  explained?: string;
  /** why there is no attribution of the edited sample, "" where there is or will be one */
  unexplained?: string;
  /** of a new text: its words, by modality */
  words?: (string[] | null)[];
  /** only the prediction of all modalities is there yet */
  draft?: boolean;
  /** of a model that is not causal: predictions of prefixes are still missing */
  partial?: boolean;
};

/** A saved edit and its prediction. */
export interface Counterfactual {
  sample: number;
  epoch: number;
  time: number;
  edits: Record<string, Edits>;
  masked: string[];
  /** probability of the true class, or predicted value, at `time` */
  value: number;
  /** the same of the unedited sample; null: not known */
  recorded: number | null;
  phi: number[];
}

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

/** What stands at one place of a plot. */
export interface Reading {
  /** channel, feature, class, ...: what the values belong to */
  title: string;
  /** number of the modality: its glyph and name stand before the title */
  modality?: number;
  rows: [label: string, value: string, unit?: string][];
  /** the same is highlighted in all plots; time is a step, channel a row of the state maps */
  at: { modality?: number; channel?: number; time?: number };
  /** where the point lies, as shares of the box; by default the middle of the cell */
  place?: [number, number];
}

/** How the cells of a plot map to values: for pointer, touch and keyboard. */
export interface Probe {
  label: string;
  /** columns and rows that the arrow keys move through */
  grid(): [columns: number, rows: number];
  /** null: nothing there */
  read(column: number, row: number): Reading | null;
  /** cell at a place, shares of the box; by default cells of equal size */
  cellAt?(x: number, y: number, box: DOMRect): [column: number, row: number];
  placeOf?(column: number, row: number): [x: number, y: number];
  /** cell where the arrow keys begin */
  start?(): [column: number, row: number];
  /** where the plot has a time, channel or modality, as shares of the box */
  locate?(at: Reading["at"]): { x?: Range; y?: Range } | null;
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
  /** the section of the page that shows it; "sample" by default */
  section?: "overview" | "sample" | "explanation" | "training";
  /** the arrays without which the view is left out */
  needs: string[];
  /** it shows neither phi, baseline nor game: drawn as soon as the prediction of an edit is there */
  early?: boolean;
  /** drawn in the same frame as the prediction strip; other early views follow a frame later */
  first?: boolean;
  /** has the frame anything for this view? left out: if it holds the arrays */
  shows?(frame: Frame): boolean;
  /** of "columns": the expected height in pixels, for this many modalities; 300 by default */
  height?(modalities: number): number;
  /** the values behind the view, for its CSV file; by default those of its arrays at the selection */
  table?(frame: Frame, state: State): { columns: string[]; rows: (string | number)[][] };
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
