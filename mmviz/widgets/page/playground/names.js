/** The names of the streams and modalities, in the order of notebook 02. */
export const NAMES = ["audio", "image", "text"];
