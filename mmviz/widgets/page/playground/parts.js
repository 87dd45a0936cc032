// The parts of the playground, in the order of their tabs. build.mjs reads their presets.
import { coupledScanPart } from "./coupled_scan.js";
/** @import { Part } from "./types.js" */

export const PARTS = /** @type {Part<any>[]} */ ([coupledScanPart]);
