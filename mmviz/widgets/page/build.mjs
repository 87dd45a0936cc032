// Writes the bundle: `npm run build`. With --check nothing is written, and a bundle that differs from its sources is an error.
// With --names the functions keep their names, so that an error can be read; not for a commit.
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const folder = fileURLToPath(new URL(".", import.meta.url));
const bundles = [
  { entry: "index.js", target: "explorer.js", name: "mmviz" },
  { entry: "loader.js", target: "loader.js", name: undefined, format: /** @type {const} */ ("esm") }, // the first script of a saved page
  { entry: "engine/worker.js", target: "engine.js", name: "mmvizEngine" }, // also the script of a worker
];

// `import "mmviz:views"` imports every file of views/, sorted by name.
const allViews = {
  name: "views",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^mmviz:views$/ }, ({ path }) => ({ path, namespace: "views" }));
    onLoad({ filter: /.*/, namespace: "views" }, async () => {
      const files = (await readdir(`${folder}views`)).filter((file) => file.endsWith(".js")).sort();
      return { contents: files.map((file) => `import "./views/${file}";`).join("\n"), resolveDir: folder };
    });
  },
};

/** @param {string} entry @param {"iife" | "esm"} format @param {string} [name] */
async function bundleOf(entry, format, name) {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: !process.argv.includes("--names"), // a notebook receives the bundle as text: a quarter less
    lineLimit: 160,
    format,
    globalName: name,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
    plugins: [allViews],
  });
  return outputFiles[0].text;
}

// The playground is one HTML file: its script behind the looks of the modalities (mmviz/plots/theme.py), the page's styles, and a policy that allows only these two.
async function playground() {
  const looks = [...(await readFile(`${folder}../../plots/theme.py`, "utf8")).matchAll(/^    Style\("(#\w{6})", "(.)", "[\w-]+", "[^"]*", \(([\d., ]*)\),/gmu)];
  if (looks.length !== 8) throw new Error(`mmviz/plots/theme.py: ${looks.length} styles found, expected 8`);
  const table = { colours: looks.map((one) => one[1]), glyphs: looks.map((one) => one[2]), dashes: looks.map((one) => one[3].split(",").map((v) => v.trim()).filter(Boolean).join(" ")) };
  const sheets = ["style.css", ...(await readdir(`${folder}styles`)).sort().map((file) => `styles/${file}`), "standalone.css", "playground/playground.css"];
  const css = (await Promise.all(sheets.map((file) => readFile(`${folder}${file}`, "utf8")))).join("\n");
  const style = (await transform(css, { loader: "css", minify: true, lineLimit: 160, charset: "utf8" })).code;
  const script = `const LOOKS=${JSON.stringify(table)};\n${await bundleOf("playground/index.js", "iife", "playground")}`;
  if (/<\/?(script|style|!--)/i.test(script + style)) throw new Error("the playground's script or style would close its element");
  const digest = (/** @type {string} */ text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  Object.assign(globalThis, { LOOKS: table });
  const { PARTS } = await import("./playground/parts.js"), parts = JSON.stringify(Object.fromEntries(PARTS.map(({ key, presets }) => [key, Object.keys(presets)])));
  const values = { style, script, parts, policy: `default-src 'none'; script-src ${digest(script)}; style-src ${digest(style)}; base-uri 'none'; form-action 'none'` };
  return (await readFile(`${folder}playground/template.html`, "utf8")).replace(/\{(style|script|parts|policy)\}/g, (_, /** @type {keyof typeof values} */ key) => values[key]);
}

/** @type {[string, string][]} path from mmviz/widgets, and text */
const files = [];
for (const { entry, target, name, format = /** @type {const} */ ("iife") } of bundles) files.push([`bundle/${target}`, await bundleOf(entry, format, name)]);
// for notebooks (in the wheel), and to open or to link to
const page = await playground();
files.push(["bundle/playground.html", page], ["../../docs/playground/index.html", page]);

let stale = 0;
for (const [target, text] of files) {
  const path = fileURLToPath(new URL(`../${target}`, import.meta.url));
  if (!process.argv.includes("--check")) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    process.stderr.write(`${target.replace("../../", "").replace("bundle/", "mmviz/widgets/bundle/")} differs from its sources in mmviz/widgets/page; run npm run build and commit it\n`);
    stale = 1;
  }
}
process.exit(stale);
