// Every view there is, and where it stands. A view is a file with needs and mount(root, frame, state, pick) -> update(state):
// needs: the arrays without which it is not shown; pick({ key: value }) changes the selection for all views at once.
import * as lanes from "./lanes.js";
import * as prediction from "./prediction.js";
import * as contribution from "./contribution.js";
import * as coupling from "./coupling.js";
import * as channels from "./channels.js";
import * as trajectory from "./trajectory.js";
import * as subsets from "./subsets.js";
import * as overall from "./overall.js";
import * as training from "./training.js";
import * as samples from "./samples.js";
import * as influence from "./influence.js";
import * as routing from "./routing.js";
import * as transport from "./transport.js";

export const MAIN = [lanes];
export const SIDE = [prediction, contribution, coupling];
export const MORE = [trajectory, overall, influence, channels, subsets];
export const WIDE = [routing, transport, training, samples];
