// All operators of the engine, by their names in torch and mmkernels.
/** @import { Builder } from "../types.js" */
import { backward } from "./backward.js";
import { elementwise } from "./elementwise.js";
import { indexing } from "./indexing.js";
import { layout } from "./layout.js";
import { mamba } from "./mamba.js";
import { matrices } from "./matrices.js";
import { recurrentLayers } from "./recurrent.js";
import { reductions } from "./reductions.js";
import { windows } from "./windows.js";

/** @type {ReadonlyMap<string, Builder>} */
export const OPERATORS = new Map(Object.entries({ ...backward, ...elementwise, ...indexing, ...layout, ...mamba, ...matrices, ...recurrentLayers, ...reductions, ...windows }));
