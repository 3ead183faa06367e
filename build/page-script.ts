// The script of reports as text: bundled and made small from src/report/html/script/. What is committed is held against it by a
// test; npm run page-script writes it.
import { join } from "node:path";
import { build } from "esbuild";

const folder = join(import.meta.dirname, "../src/report/html");

/** Where the module stands that has the script as text. */
export const pageScriptPath = join(folder, "page-script.ts");

/** The module as it should be. */
export async function pageScriptModule(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "script/page.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    charset: "ascii",
  });
  const script = outputFiles[0]?.text.trim() ?? "";
  return `// Made from script/ by \`npm run page-script\`: do not edit.

/** The script of a report, as it stands in the page. */
export const pageScript = ${JSON.stringify(script)};
`;
}
