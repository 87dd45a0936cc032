// The playground: one page, one part at a time. The address holds the part and what is set: #part/preset, or #part/{state as JSON}.
import { button, h, mark, put } from "../dom.js";
import { moveByKeys } from "../sections.js";
import { mountReadout } from "../readout.js";
import { REPORT, select } from "./fields.js";
import { NAMES } from "./names.js";
import { PARTS } from "./parts.js";
/** @import { Frame } from "../types.js" */
/** @import { Part } from "./types.js" */


/** Return the part and the state of an address, and what is wrong with it. @param {string} text part/preset, or part/{JSON} */
export function stateOf(text) {
  const [key, ...rest] = text.split("/"), part = PARTS.find((one) => one.key === key), wish = rest.join("/");
  const start = part ?? PARTS[0], first = Object.keys(start.presets)[0];
  const usual = { part: start, preset: first, state: start.presets[first].state };
  if (!part) return { ...usual, fault: key ? `The address names the part “${key.slice(0, 40)}”. The parts are ${PARTS.map((one) => one.key).join(", ")}.` : "" };
  if (!wish) return { ...usual, fault: "" };
  if (Object.hasOwn(part.presets, wish)) return { part, preset: wish, state: part.presets[wish].state, fault: "" };
  if (!wish.startsWith("{")) return { ...usual, fault: `The address names the preset “${wish.slice(0, 40)}”. The presets are ${Object.keys(part.presets).join(", ")}.` };
  try {
    const state = { ...usual.state, ...JSON.parse(wish) }, unknown = Object.keys(state).find((one) => !Object.hasOwn(usual.state, one));
    const fault = unknown ? `${unknown.slice(0, 40)} is unknown; the keys are ${Object.keys(usual.state).join(", ")}` : part.fault(state);
    return fault ? { ...usual, fault: `The address cannot be used: ${fault}. The preset “${part.presets[first].label}” is shown.` } : { part, preset: "", state, fault: "" };
  } catch {
    return { ...usual, fault: `The address holds no valid JSON behind ${key}/. The preset “${part.presets[first].label}” is shown.` };
  }
}

/** The start that the page was given (in a notebook, where the address belongs to the notebook), or "". */
const given = () => document.getElementById("playground-start")?.textContent?.trim() ?? "";
const ownAddress = () => location.protocol !== "about:";
function hash() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return location.hash.slice(1);
  }
}

/** Draw the page into an element. @param {HTMLElement} place */
export function open(place) {
  /** @type {Map<string, { preset: string, state: any, panel: HTMLElement, draw: (state: any) => void, presets: ReturnType<typeof select> }>} */
  const held = new Map();
  const alert = h("p", { class: "mmv-error play-alert", role: "alert" }), root = h("div", { class: "mmv play" });
  LOOKS.colours.forEach((colour, m) => root.style.setProperty(`--m${m}`, colour));
  const frame = /** @type {Frame} */ (/** @type {unknown} */ ({ modalities: NAMES.map((name) => ({ name })) }));
  let open = PARTS[0].key, timer = 0;

  const tabs = PARTS.map((part) => {
    const tab = h("button", { type: "button", role: "tab", id: `tab-${part.key}`, class: "mmv-tab", "aria-controls": `panel-${part.key}`, "data-part": part.key }, part.title);
    tab.addEventListener("click", () => show(part.key));
    return tab;
  });
  const list = h("div", { class: "mmv-tabs", role: "tablist", "aria-label": "Parts" }, ...tabs);
  moveByKeys(list, tabs);

  for (const part of PARTS) {
    const first = Object.keys(part.presets)[0];
    const presets = select("Preset", [...Object.entries(part.presets).map(([key, { label }]) => /** @type {[string, string]} */ ([key, label])), ["", "own values"]], (key) => key && choose(part.key, key));
    /** @type {HTMLOptionElement} */ (presets.box.lastElementChild).disabled = true;
    const again = button("Reset", () => choose(part.key, now(part.key).preset || first));
    const { node, draw } = part.mount((change) => {
      const own = now(part.key);
      own.state = { ...own.state, ...change };
      own.preset = "";
      draw(own.state);
      presets.set("");
      later();
    });
    const panel = h("section", { id: `panel-${part.key}`, role: "tabpanel", "aria-labelledby": `tab-${part.key}`, class: "play-part", "data-part": part.key, hidden: "" },
      h("div", { class: "mmv-controls play-presets" }, presets.node, again), node);
    held.set(part.key, { preset: first, state: part.presets[first].state, panel, draw, presets });
  }
  /** @param {string} key */
  const now = (key) => /** @type {NonNullable<ReturnType<typeof held.get>>} */ (held.get(key));
  /** @param {string} key @param {string} preset */
  function choose(key, preset) {
    const own = now(key), part = /** @type {Part<any>} */ (PARTS.find((one) => one.key === key));
    own.preset = preset;
    own.state = part.presets[preset].state;
    own.presets.set(preset);
    own.draw(own.state);
    alert.textContent = "";
    later();
  }
  /** @param {string} key */
  function show(key) {
    open = key;
    for (const [one, own] of held) put(own.panel, "hidden", one !== key);
    for (const tab of tabs) {
      const chosen = tab.dataset.part === key;
      mark(tab, "aria-selected", String(chosen));
      put(tab, "tabIndex", chosen ? 0 : -1);
    }
    now(key).draw(now(key).state);
    alert.textContent = "";
    later();
  }
  function later() {
    if (!ownAddress()) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { preset, state } = now(open);
      history.replaceState(null, "", `#${encodeURI(`${open}/${preset || JSON.stringify(state)}`).replaceAll("#", "%23")}`);
    }, 200);
  }
  function restore() {
    const found = stateOf(hash() || given());
    Object.assign(now(found.part.key), { preset: found.preset, state: found.state });
    now(found.part.key).presets.set(found.preset);
    show(found.part.key);
    alert.textContent = found.fault;
  }

  root.append(
    h("header", { class: "mmv-head" }, h("h1", { class: "mmv-title" }, "Playground: fusion with state space models"), h("span", { class: "mmv-faint" }, "mmviz. Every number is computed in this page, in float64.")),
    list, alert, ...[...held.values()].map(({ panel }) => panel),
    h("p", { class: "mmv-faint mmv-small play-foot" }, ownAddress() ? "The address of this page holds what you set: copy it to share it. " : "", "Draw with the pointer, or move with ← → and change with ↑ ↓. Point at a line to read its value."),
  );
  root.addEventListener(REPORT, (event) => (alert.textContent = /** @type {CustomEvent<string>} */ (event).detail));
  place.replaceChildren(root);
  restore();
  mountReadout(root, [frame]);
  addEventListener("hashchange", restore);
}

open(/** @type {HTMLElement} */ (document.getElementById("mmviz-view")));

// to compute with from a console or a test
export * from "./maths/coupled_scan.js";
export * from "./maths/eigenvalues.js";
export * from "./maths/selective_state.js";
export * from "./maths/shapley.js";
export * from "./maths/transport.js";
export { statesWithGaps } from "./missing_data.js";
