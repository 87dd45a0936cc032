// Entry of the bundle. Everything exported here is available to a user's views as a field of `mmviz`.
import "mmviz:views";
import "./engine/worker.js"; // in a worker the bundle is the engine

export * from "./bars.js";
export * from "./chart.js";
export * from "./dom.js";
export * from "./format.js";
export * from "./frame.js";
export * from "./heatmap.js";
export * from "./line_path.js";
export { readable } from "./readout.js";
export { render } from "./explorer.js";
export { renderCockpit } from "./cockpit.js";
export { columnsOfEqualHeight } from "./column_layout.js";
export { register, registerFailure, viewNames } from "./registry.js";
export { openStandalone } from "./standalone.js";
