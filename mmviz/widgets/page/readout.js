// Read-outs: one layer for pointer, touch and keyboard over all plots of a page. A plot declares how a cell maps to its values (Probe);
// tables are read from their cells. Hovering highlights the same time, channel and modality in every plot.
import { h, glyph, name as text } from "./dom.js";
import { barValues } from "./bars.js";
import { signed } from "./format.js";
import { pinTray } from "./readout_pins.js";
/** @import { Frame, Probe, Reading } from "./types.js" */

/** @type {WeakMap<Element, Probe>} */
const probes = new WeakMap();
const STILL = 4; // pixels that a click may move
const KEYS = new Map([["ArrowLeft", [-1, 0]], ["ArrowRight", [1, 0]], ["ArrowUp", [0, -1]], ["ArrowDown", [0, 1]]]);

/**
 * Make a plot readable: hover, tap, or the arrow keys while it has the focus.
 * @param {HTMLElement} box
 * @param {Probe} probe
 */
export function readable(box, probe) {
  probes.set(box, probe);
  box.classList.add("mmv-readable");
  box.tabIndex = 0;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", `${probe.label}; arrow keys: read values, Enter: pin`);
}

/** @param {number} v @param {number} count */
export const cellOf = (v, count) => Math.min(count - 1, Math.max(0, Math.floor(v * count)));

/** @param {Probe} probe @param {number} x @param {number} y @param {DOMRect} box @returns {[number, number]} */
const cellAt = (probe, x, y, box) => {
  const [columns, rows] = probe.grid();
  return probe.cellAt ? probe.cellAt(x, y, box) : [cellOf(x, columns), cellOf(y, rows)];
};
/** @param {Probe} probe @param {number} column @param {number} row @returns {[number, number]} */
const placeOf = (probe, column, row) => {
  const [columns, rows] = probe.grid();
  return probe.placeOf ? probe.placeOf(column, row) : [(column + 0.5) / columns, (row + 0.5) / rows];
};

// The cells of a table with numbers: bars and matrices.
/** @param {HTMLTableElement} table */
const tableRows = (table) => [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hidden && row.querySelector("th") && row.querySelector("td"));
/** @param {Element} node */
function plainText(node) {
  const copy = /** @type {Element} */ (node.cloneNode(true));
  copy.querySelectorAll(".mmv-hidden-text, .mmv-glyph, .mmv-mark").forEach((one) => one.remove());
  return (copy.textContent ?? "").trim();
}
/** @param {Element | null | undefined} node */
const modalityOf = (node) => {
  const found = node?.querySelector(".mmv-glyph")?.getAttribute("data-m");
  return found === null || found === undefined ? undefined : Number(found);
};
/** @param {HTMLTableElement} table @returns {Probe} */
function tableProbe(table) {
  const cells = (/** @type {HTMLTableRowElement} */ row) => [...row.cells].filter((cell) => cell.tagName === "TD" && !cell.classList.contains("mmv-cell"));
  const label = () => table.getAttribute("aria-label") || plainText(table.caption ?? table);
  return {
    label: label(),
    grid: () => [Math.max(1, ...tableRows(table).map((row) => cells(row).length)), tableRows(table).length],
    read(column, at) {
      const row = tableRows(table)[at], cell = row && cells(row)[Math.min(column, cells(row).length - 1)], own = row && rowReadings.get(row);
      if (own) return own();
      if (!cell || !plainText(cell)) return null;
      const heads = [...(table.tHead?.rows[0]?.cells ?? [])], head = heads[[...row.cells].indexOf(cell)], value = plainText(cell);
      const known = barValues(row.querySelector(".mmv-track")), decimals = (/\.(\d+)/.exec(value)?.[1] ?? "").length;
      /** @type {Reading["rows"]} */
      const rows = [[head && plainText(head) ? plainText(head) : "value", value]];
      if (known && Number.isFinite(known.then)) rows.push(["recorded", signed(known.then, decimals).replace("+", "")], ["difference", signed(known.now - known.then, decimals)]);
      return { title: `${plainText(row.cells[0])} · ${label()}`, modality: modalityOf(row.cells[0]), rows, at: { modality: modalityOf(row.cells[0]) } };
    },
    placeOf(column, at) {
      const row = tableRows(table)[at], whole = table.getBoundingClientRect(), one = (cells(row)[Math.min(column, cells(row).length - 1)] ?? row).getBoundingClientRect();
      return [(one.left + one.width / 2 - whole.left) / (whole.width || 1), (one.top + one.height / 2 - whole.top) / (whole.height || 1)];
    },
    cellAt(x, y, box) {
      const rows = tableRows(table), at = rows.findIndex((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return box.top + y * box.height >= top && box.top + y * box.height <= bottom;
      });
      if (at < 0) return [0, -1];
      const column = cells(rows[at]).findIndex((cell) => box.left + x * box.width <= cell.getBoundingClientRect().right);
      return [Math.max(0, column), at];
    },
  };
}

/** @type {WeakMap<HTMLTableRowElement, () => Reading>} */
const rowReadings = new WeakMap();
/** Read all values of a row of a table at once, in place of its single cells. @param {HTMLTableRowElement} row @param {() => Reading} read */
export const readRow = (row, read) => void rowReadings.set(row, read);

/** @param {HTMLElement} root */
function readableTables(root) {
  root.querySelectorAll("table").forEach((table) => {
    if (probes.has(table) || table.querySelector("input, select, button") || !table.querySelector(".mmv-track, .mmv-value") && !table.classList.contains("mmv-matrix") && !table.classList.contains("mmv-list")) return;
    probes.set(table, tableProbe(table));
    table.classList.add("mmv-readable");
    if (!table.closest("[tabindex='0']")) table.tabIndex = 0;
  });
}

/** @typedef {{ box: HTMLElement, probe: Probe, cell: [number, number] }} Spot */
/**
 * Places of the page and of a plot in the window; of a table also the cell that is read, and its place in the table.
 * @typedef {{ area: DOMRect, box: DOMRect, cell?: [number, number], at?: [number, number] }} Places
 */
/** @param {Places} places what the place of a read-out depends on */
const measures = ({ area, box, at = [0, 0] }) => [box.left - area.left, box.top - area.top, box.left, box.top, box.width, box.height, ...at].join();

/**
 * Add the layer to a page whose views are mounted; the returned function ends it.
 * @param {HTMLElement} root
 * @param {Frame[]} frames one for each run
 */
export function mountReadout(root, frames) {
  const card = h("div", { class: "mmv-card", hidden: "", "aria-hidden": "true" }), live = h("div", { class: "mmv-hidden-text", "aria-live": "polite" });
  const point = h("div", { class: "mmv-point", hidden: "", "aria-hidden": "true" });
  const pins = pinTray(copyText);
  root.append(point, card, pins.node, live);
  readableTables(root);
  // the plots of one group are one tab stop: up and down move on to the next
  root.querySelectorAll("[data-plots]").forEach((group) => group.querySelectorAll(".mmv-readable").forEach((box, i) => i && box.setAttribute("tabindex", "-1")));
  /** @type {Spot | null} */
  let spot = null;
  /** @type {{ found: { box: HTMLElement, probe: Probe } | null, x: number, y: number, type: "hover" | "drag" | "tap" | "click", places?: Places | null } | null} */
  let waiting = null;
  let scheduled = 0, checking = 0, probing = false, stale = false;
  /** @type {Places | null} those of the spot: a drawing changes the page, and to read them after it would cost a layout */
  let known = null;
  /** @type {HTMLElement[]} */
  const boxes = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".mmv-readable")].filter((one) => one instanceof HTMLElement && !(one instanceof HTMLTableElement)));
  /** @type {Map<HTMLElement, HTMLElement[]>} */
  const lines = new Map();

  /** @param {Element | null} box */
  const frameOf = (box) => {
    const runs = [...root.querySelectorAll(".mmv-run")], at = runs.findIndex((run) => box && run.contains(box));
    return frames[Math.max(0, at)];
  };
  /** @param {Reading} reading @param {HTMLElement} box */
  const titleOf = (reading, box) => {
    const of = reading.modality === undefined ? "" : frameOf(box)?.modalities[reading.modality]?.name ?? "";
    return { modality: of && !reading.title.startsWith(of) ? of : "", title: reading.title };
  };
  /** @param {Reading} reading @param {HTMLElement} box */
  function contents(reading, box) {
    const { modality, title } = titleOf(reading, box);
    return [h("div", { class: "mmv-card-title" }, ...(reading.modality === undefined ? [] : [glyph(reading.modality)]), text(modality ? `${modality} · ${title}` : title)),
      h("dl", {}, ...reading.rows.flatMap(([label, value, unit]) => [h("dt", {}, text(label)), h("dd", {}, text(unit && unit !== "1" ? `${value} ${unit}` : value))]))];
  }
  // tab-separated: label, value, unit
  /** @param {Reading} reading @param {HTMLElement} box */
  function copyText(reading, box) {
    const { modality, title } = titleOf(reading, box);
    return [[...(modality ? [modality] : []), title], ...reading.rows.map(([label, value, unit]) => [label, value, ...(unit && unit !== "1" ? [unit] : [])])].map((line) => line.join("\t")).join("\n");
  }
  /** @param {Reading} reading @param {HTMLElement} box */
  const spoken = (reading, box) => copyText(reading, box).replaceAll("\n", "; ").replaceAll("\t", " ");

  /** @param {Reading["at"] | null} at @param {HTMLElement | null} from */
  function link(at, from) {
    const m = at?.modality;
    if (m === undefined) root.removeAttribute("data-linked");
    else if (root.dataset.linked !== String(m % 8)) root.dataset.linked = String(m % 8);
    for (const box of boxes) {
      const found = at && probes.get(box)?.locate?.(at), own = lines.get(box) ?? [];
      const ranges = found ? [found.x ? { left: found.x, top: [0, 1] } : null, found.y ? { left: [0, 1], top: found.y } : null] : [null, null];
      ranges.forEach((range, k) => {
        if (!range) {
          if (own[k]) own[k].hidden = true;
          return;
        }
        own[k] ??= h("div", { class: "mmv-link", "aria-hidden": "true" });
        if (own[k].parentNode !== box) box.append(own[k]);
        own[k].hidden = box === from && k === 1;
        const [left, top] = [range.left, range.top];
        own[k].style.cssText = `left:${100 * left[0]}%;width:${100 * (left[1] - left[0])}%;top:${100 * top[0]}%;height:${100 * (top[1] - top[0])}%`;
      });
      lines.set(box, own);
    }
  }
  function hide() {
    if (!spot) return;
    spot = known = null;
    card.hidden = point.hidden = true;
    link(null, null);
  }
  /** @param {HTMLElement} box @returns {Places} */
  const placesOf = (box) => ({ area: root.getBoundingClientRect(), box: box.getBoundingClientRect() });
  /** @param {Spot} next @param {boolean} speak @param {Places} [places] */
  function show(next, speak, places = placesOf(next.box)) {
    const reading = next.cell[1] < 0 ? null : next.probe.read(...next.cell);
    if (!reading) return hide();
    spot = next;
    const { area, box } = places, [x, y] = reading.place ?? places.at ?? placeOf(next.probe, ...next.cell);
    known = next.box instanceof HTMLTableElement ? { ...places, cell: next.cell, at: [x, y] } : places;
    const left = box.left - area.left + x * box.width, top = box.top - area.top + y * box.height;
    card.replaceChildren(...contents(reading, next.box));
    card.hidden = point.hidden = false;
    const up = box.top + y * box.height > innerHeight / 2, back = left > area.width / 2;
    card.style.transform = `translate(${left + (back ? -12 : 12)}px, ${top + (up ? -12 : 12)}px) translate(${back ? "-100%" : "0"}, ${up ? "-100%" : "0"})`;
    point.style.transform = `translate(${left}px, ${top}px)`;
    link(reading.at, next.box);
    if (speak) live.textContent = spoken(reading, next.box);
  }
  function pin() {
    const reading = spot?.probe.read(...spot.cell);
    if (!spot || !reading) return;
    pins.add(reading, spot.box, contents(reading, spot.box));
    live.textContent = `Pinned: ${spoken(reading, spot.box)}`;
  }

  /** @param {Event} event @returns {{ box: HTMLElement, probe: Probe } | null} */
  function boxOf(event) {
    const target = /** @type {Element} */ (event.target);
    // an overlay (the time cursor) may lie over the plot
    const box = target.closest?.(".mmv-readable"), probe = box && probes.get(box);
    return probe && box instanceof HTMLElement && root.contains(box) ? { box, probe } : null;
  }
  function flush() {
    const again = stale;
    scheduled = 0;
    stale = false;
    if (probing) return void (again && spot && show(spot, false, known ?? undefined));
    if (!waiting) return hide();
    const { x, y, type, found } = waiting;
    if (!found) return hide();
    const { box, probe } = found, places = waiting.places ?? (spot?.box === box ? known : null) ?? placesOf(box), area = places.box;
    waiting.places = null; // a later drawing may move the plot
    const cell = places.cell ?? cellAt(probe, (x - area.left) / (area.width || 1), (y - area.top) / (area.height || 1), area);
    if (!again && spot && spot.box === box && spot.cell[0] === cell[0] && spot.cell[1] === cell[1] && type !== "tap") return;
    show({ box, probe, cell }, type === "tap", places);
  }
  /** @param {typeof waiting} next */
  function later(next) {
    waiting = next;
    scheduled ||= requestAnimationFrame(flush);
  }
  /** @type {{ x: number, y: number, moved: boolean, shift: boolean } | null} */
  let pressed = null;
  /** @param {PointerEvent} event */
  const onMove = (event) => {
    if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > STILL) pressed.moved = true;
    if (event.pointerType === "touch") return;
    probing = false;
    // a drag is captured by its plot or by the stage of the lanes. Places are read now: after the drag's own drawing they would cost a layout
    const found = boxOf(event) ?? (pressed ? boxAt(event.clientX, event.clientY) : null);
    later({ found, x: event.clientX, y: event.clientY, type: pressed ? "drag" : "hover", places: found && placesOf(found.box) });
  };
  /** @param {number} x @param {number} y */
  function boxAt(x, y) {
    const at = /** @type {Document | ShadowRoot} */ (root.getRootNode()).elementFromPoint(x, y), box = at?.closest(".mmv-readable"), probe = box && probes.get(box);
    return probe && box instanceof HTMLElement ? { box, probe } : null;
  }
  /** @param {PointerEvent} event */
  const onDown = (event) => {
    pressed = boxOf(event) && event.button === 0 ? { x: event.clientX, y: event.clientY, moved: false, shift: event.shiftKey } : null;
  };
  /** @param {PointerEvent} event */
  const onUp = (event) => {
    const click = pressed && !pressed.moved && !pressed.shift, found = click ? boxOf(event) ?? boxAt(event.clientX, event.clientY) : null;
    pressed = null;
    if (!found) return;
    const tap = event.pointerType === "touch", again = tap && spot && spot.box === found.box;
    const before = again ? `${spot?.cell}` : "";
    probing = false;
    waiting = { found, x: event.clientX, y: event.clientY, type: tap ? "tap" : "click" };
    cancelAnimationFrame(scheduled);
    flush();
    // a tap reads; a second tap on the same cell, or a click, pins
    if (spot && (!tap || before === `${spot.cell}`)) pin();
  };
  /** @param {PointerEvent} event a finger leaves when it is lifted: what it read stays */
  const onLeave = (event) => event.pointerType !== "touch" && later(null);

  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key === "Escape" && (pins.count() || probing) && !/** @type {Element} */ (event.target).closest("dialog, .mmv-tour")) {
      if (pins.count()) {
        pins.removeLast();
        live.textContent = "Read-out removed";
      } else hide();
      probing = false;
      event.stopPropagation();
      event.preventDefault();
      return;
    }
    const box = /** @type {HTMLElement} */ (event.target), probe = box.classList?.contains("mmv-readable") ? probes.get(box) : undefined, step = KEYS.get(event.key);
    if (!probe || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && !event.shiftKey) {
      if (!probing || spot?.box !== box) show({ box, probe, cell: startOf(box, probe) }, true);
      pin();
    } else if (step) {
      const [columns, rows] = probe.grid(), many = event.shiftKey ? 10 : 1;
      const [c, r] = probing && spot?.box === box ? spot.cell : startOf(box, probe);
      const next = probing && spot?.box === box && step[1] && (r + step[1] < 0 || r + step[1] >= rows) ? neighbour(box, step[1]) : null;
      if (next) {
        const other = /** @type {Probe} */ (probes.get(next)), [across, down] = other.grid();
        box.tabIndex = -1;
        next.tabIndex = 0;
        next.focus({ preventScroll: false });
        probing = true;
        show({ box: next, probe: other, cell: [columns > 1 ? Math.round((c * (across - 1)) / (columns - 1)) : 0, step[1] > 0 ? 0 : down - 1] }, true);
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      const cell = /** @type {[number, number]} */ (probing && spot?.box === box ? [Math.min(columns - 1, Math.max(0, c + many * step[0])), Math.min(rows - 1, Math.max(0, r + many * step[1]))] : [c, r]);
      show({ box, probe, cell }, true);
    } else return;
    probing = true;
    event.preventDefault();
    event.stopPropagation();
  };
  /** @param {HTMLElement} box @param {number} by */
  function neighbour(box, by) {
    const group = [...(box.closest("[data-plots]")?.querySelectorAll(".mmv-readable") ?? [])].filter((one) => one instanceof HTMLElement && one.checkVisibility());
    return /** @type {HTMLElement | undefined} */ (group[group.indexOf(box) + by]) ?? null;
  }
  // where the probe point begins: at the time cursor and the selected channel, if the plot knows them
  /** @param {HTMLElement} _box @param {Probe} probe @returns {[number, number]} */
  const startOf = (_box, probe) => {
    const [columns, rows] = probe.grid(), [c, r] = probe.start?.() ?? [0, 0];
    return [Math.min(columns - 1, Math.max(0, c)), Math.min(rows - 1, Math.max(0, r))];
  };
  /** @param {FocusEvent} event */
  const onBlur = (event) => {
    if (probing && spot?.box === event.target) {
      probing = false;
      hide();
    }
  };
  root.addEventListener("pointermove", onMove);
  root.addEventListener("pointerleave", onLeave);
  root.addEventListener("pointerdown", onDown, true);
  root.addEventListener("pointerup", onUp, true);
  root.addEventListener("keydown", onKey, true);
  root.addEventListener("focusout", onBlur);
  // after the frame a layout costs nothing more: has the drawing, or scrolling before it, moved what is read?
  const tasks = new MessageChannel();
  tasks.port1.onmessage = () => {
    checking = 0;
    if (!spot || !known) return;
    const now = { ...placesOf(spot.box), ...(known.at ? { at: placeOf(spot.probe, ...spot.cell) } : {}) };
    if (measures(now) === measures(known)) return;
    known = null;
    again();
  };
  function again() {
    stale = true;
    if (waiting?.places) scheduled ||= requestAnimationFrame(flush); // the pointer moves
    else flush();
  }
  return {
    // after a change of the selection the value below the pointer or the probe point is another one. It is drawn at once, not in the
    // frame: before that a browser looks what is below the pointer, which lays out the page
    redraw() {
      if (!spot) return;
      again();
      checking ||= requestAnimationFrame(() => tasks.port2.postMessage(0));
    },
    stop() {
      cancelAnimationFrame(scheduled);
      cancelAnimationFrame(checking);
      tasks.port1.close();
    },
  };
}
