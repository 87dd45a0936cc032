// The parts of the playground, in the order of their tabs. build.mjs reads their presets.
import { coupledScanPart } from "./coupled_scan.js";
import { selectiveStatePart } from "./selective_state.js";
import { shapleyOrdersPart } from "./shapley_orders.js";
import { transportPart } from "./transport.js";
import { missingDataPart } from "./missing_data.js";
/** @import { Part } from "./types.js" */

export const PARTS = /** @type {Part<any>[]} */ ([coupledScanPart, selectiveStatePart, shapleyOrdersPart, transportPart, missingDataPart]);
