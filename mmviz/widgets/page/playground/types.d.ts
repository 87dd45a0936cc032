// The parts of the playground.
/** What a part shows and edits. `fault` returns what is wrong with a state from an address, or "". */
export interface Part<S> {
  key: string;
  title: string;
  presets: Record<string, { label: string; state: S }>;
  fault(state: any): string;
  mount(edit: (change: Partial<S>) => void): { node: HTMLElement; draw(state: S): void };
}
