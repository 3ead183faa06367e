// Bundles the library and the command line into dist/: loading two hundred small modules one by one took longer than most
// commands. Both share their chunks, and the packages that serve both are in them. What is native or large and rarely
// needed stays outside; nothing else is installed with the package.
import { readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const folder = "dist";
await rm(folder, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { index: "src/index.ts", "cli/bin": "src/cli/bin.ts" },
  outdir: folder,
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["@photostructure/sqlite", "pg", "pino", "undici"],
  // CommonJS packages inside an ES module ask for require().
  banner: { js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);' },
  legalComments: "none",
  metafile: true,
});
await writeFile(`${folder}/LICENSES.txt`, await licenses(Object.keys(metafile.inputs)));
/** The licences of the packages that are in the bundle. */
async function licenses(inputs) {
  const packages = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
  const texts = [...packages].sort().map(async (name) => {
    for (const file of ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"]) {
      const text = await readFile(`node_modules/${name}/${file}`, "utf8").catch(() => undefined);
      if (text !== undefined) return `${name}\n\n${text.trim()}\n`;
    }
    const { license = "unknown" } = JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8"));
    return `${name}\n\n${license}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`);
}
