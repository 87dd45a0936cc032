// Writes the bundle: `npm run build`. With --check nothing is written, and a bundle that differs from its sources is an error.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL(".", import.meta.url));
const target = fileURLToPath(new URL("../bundle/explorer.js", import.meta.url));

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

const { outputFiles } = await build({
  absWorkingDir: folder,
  entryPoints: ["index.js"],
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true, // names stay, so that an error can be read
  lineLimit: 160,
  format: "iife",
  globalName: "mmviz",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  write: false,
  plugins: [allViews],
});
const text = outputFiles[0].text;
if (process.argv.includes("--check")) {
  if ((await readFile(target, "utf8")) !== text) {
    process.stderr.write("mmviz/widgets/bundle/explorer.js differs from its sources in mmviz/widgets/page; run npm run build and commit it\n");
    process.exit(1);
  }
} else await writeFile(target, text);
