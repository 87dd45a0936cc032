/** All files of views/; resolved by build.mjs. */
declare module "mmviz:views" {}

/** The page's functions, as a view from outside finds them. */
declare const mmviz: typeof import("./index.js");
