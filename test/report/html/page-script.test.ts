// The script of reports is committed as text: it is what its sources say, small, and fit to stand in a page.
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { pageScriptModule, pageScriptPath } from "../../../build/page-script.ts";
import { pageScript } from "../../../src/report/html/page-script.ts";

it("page-script.ts is what script/ says (else: npm run page-script)", async () => {
  expect(await readFile(pageScriptPath, "utf8")).toBe(await pageScriptModule());
});

it("the script is small, and nothing in it ends a script element or asks for anything", () => {
  expect(pageScript.length).toBeLessThan(15_000);
  expect(pageScript).not.toMatch(/<\/script|<!--|fetch\(|XMLHttpRequest|https?:|innerHTML|eval\(/i);
});
