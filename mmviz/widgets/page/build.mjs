// Writes the bundle: `npm run build`. With --check nothing is written, and a bundle that differs from its sources is an error.
// With --names the functions keep their names, so that an error can be read; not for a commit.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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

let stale = 0;
for (const { entry, target, name, format = /** @type {const} */ ("iife") } of bundles) {
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
  const { text } = outputFiles[0], path = fileURLToPath(new URL(`../bundle/${target}`, import.meta.url));
  if (!process.argv.includes("--check")) await writeFile(path, text);
  else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    process.stderr.write(`mmviz/widgets/bundle/${target} differs from its sources in mmviz/widgets/page; run npm run build and commit it\n`);
    stale = 1;
  }
}
process.exit(stale);
