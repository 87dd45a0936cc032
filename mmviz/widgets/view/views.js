// Every view there is, and where it stands. A view is a file with needs and mount(root, frame, state, pick) -> update(state):
// needs: the arrays without which it is not shown; pick({ key: value }) changes the selection for all views at once.
import * as lanes from "./lanes.js";
import * as prediction from "./prediction.js";
import * as contribution from "./contribution.js";
import * as coupling from "./coupling.js";

export const MAIN = [lanes];
export const SIDE = [prediction, contribution, coupling];
export const MORE = [];
