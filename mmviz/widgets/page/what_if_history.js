// Undo and redo of what-if edits: the edits and masks of the view, however they were changed.
/**
 * @import { Edits, Pick, Selection } from "./types.js"
 * @typedef {{ edits: Record<string, Edits>, masked: string[] }} Edited
 */

/** kept steps */
const MOST = 100;
/** milliseconds within which changes of the same edits are one step, as while a slider moves */
const TOGETHER = 700;

/** Which edits of which modalities there are, without their values. @param {Edited} one */
const kindsOf = ({ edits, masked }) => JSON.stringify([Object.entries(edits).map(([name, edit]) => [name, Object.keys(edit)]), masked]);

/**
 * Return the history of edits: follow(selection) notes a change, undo() and redo() select the step before and after.
 * @param {Pick} pick
 * @param {() => number} now milliseconds
 */
export function editHistory(pick, now = () => performance.now()) {
  /** @type {Edited[]} */
  let before = [];
  /** @type {Edited[]} */
  let after = [];
  /** @type {Edited | null} */
  let here = null;
  let since = -Infinity;
  /** @param {Selection} selection */
  function follow({ edits, masked }) {
    const next = { edits, masked };
    if (here !== null && JSON.stringify(here) === JSON.stringify(next)) return;
    if (here !== null) {
      const together = before.length > 0 && !after.length && now() - since < TOGETHER && kindsOf(here) === kindsOf(next);
      if (!together) before = [...before, here].slice(-MOST);
      after = [];
    }
    [here, since] = [next, now()];
  }
  /** @param {Edited[]} from @param {Edited[]} to */
  function step(from, to) {
    const target = from.at(-1);
    if (!target || here === null) return false;
    to.push(here);
    from.pop();
    [here, since] = [target, -Infinity];
    pick(target);
    return true;
  }
  return { follow, undo: () => step(before, after), redo: () => step(after, before), steps: () => ({ undo: before.length, redo: after.length }) };
}
