// The pages for people who join: what they tell to type and to open is there.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const { version, scripts } = z
  .object({ version: z.string(), scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));

/** The scripts that a text tells to run. */
function scriptsIn(text: string): readonly string[] {
  return [...text.matchAll(/npm run ([\w:-]+)/g)].flatMap(([, name = ""]) => name);
}

/** The files that a text links or names, without what is only a pattern. */
function filesIn(text: string): readonly string[] {
  const linked = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = ""]) => target);
  const named = [...text.matchAll(/`(?:npx vitest run |npx tsx |bash )?([\w.-]*\/[\w./-]*)`/g)].map(
    ([, path = ""]) => path,
  );
  // What begins with a slash is an address that the program serves.
  return [...linked, ...named].filter((path) => !/^(https:\/\/|\/|dist\/)/.test(path));
}

describe.each(["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])("%s", (name) => {
  it("names only scripts and files that are there", async () => {
    const text = await readFile(join(root, name), "utf8");
    expect(scriptsIn(text).filter((script) => scripts[script] === undefined)).toEqual([]);
    expect(filesIn(text).filter((path) => !isOfPackage(path) && !existsSync(join(root, path)))).toEqual([]);
  });
});

function isOfPackage(path: string): boolean {
  return path.startsWith("luminous-import/");
}

it("would notice a script and a file that are not there", () => {
  expect(scriptsIn("`npm run test:quick` or npm run nothing.")).toEqual(["test:quick", "nothing"]);
  const text = "[x](docs/a.md#b), `test/e2e/`, `npx tsx bench/week.ts`, `dist/cli`, `--limit`";
  expect(filesIn(text)).toEqual(["docs/a.md", "test/e2e/", "bench/week.ts"]);
});

describe("the changelog", () => {
  it("has a part for this version, below what is not released", async () => {
    const text = await readFile(join(root, "CHANGELOG.md"), "utf8");
    const versions = [...text.matchAll(/^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$/gm)];
    expect(versions[0]?.[1]).toBe("Unreleased");
    expect(versions.map(([, name]) => name)).toContain(version);
    for (const [heading, name, date] of versions) if (name !== "Unreleased") expect(date, heading).toBeDefined();
  });
});
