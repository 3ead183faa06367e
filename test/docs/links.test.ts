// Whatever a page, a message or a comment points to is there: links and their headings, pages that hints name, sections of the API's
// facts, and paths, which the installed package has unless the page says that they are the repository's.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { blocksOf } from "./console-blocks.ts";
import { codes, headingsOf, tableOf } from "./documents.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
const texts = ["src", "test", "build", "mappings", "schemas"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs|yaml|json)$/.test(name))
    .map((name) => `${folder}/${name}`),
);

/** What is wrong with a link from a page, as text; undefined for one that leads somewhere. */
function faultOf(page: string, target: string): string | undefined {
  if (/^https:/.test(target)) return undefined;
  const [file = "", heading] = target.split("#");
  const path = file === "" ? page : normalize(join(dirname(page), file));
  if (!existsSync(join(root, path))) return `${page}: ${target}: no such file`;
  const isThere = heading === undefined || headingsOf(withoutBlocks(read(path))).includes(heading);
  return isThere ? undefined : `${page}: ${target}: no such heading`;
}

describe("a link", () => {
  it("in a page leads to a file and a heading that are there", () => {
    const links = pages.flatMap((page) =>
      [...withoutBlocks(read(page)).matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => ({ page, target })),
    );
    expect(links.length).toBeGreaterThan(100);
    expect(links.flatMap(({ page, target }) => faultOf(page, target) ?? [])).toEqual([]);
  });

  it("that leads nowhere is noticed", () => {
    expect(faultOf("docs/job.md", "mapping.md#nowhere")).toContain("no such heading");
    expect(faultOf("README.md", "docs/nowhere.md")).toContain("no such file");
    expect(faultOf("docs/job.md", "#keys")).toBeUndefined();
  });

  it("leads to every page from the README", () => {
    const linked = [...read("README.md").matchAll(/\]\((docs\/[\w-]+\.md)/g)].map(([, path]) => path);
    expect(pages.filter((page) => page !== "README.md" && !linked.includes(page))).toEqual([]);
  });

  it("in a hint, a schema, a mapping or a comment names a page and a heading that are there", () => {
    const named = texts.flatMap((text) =>
      [...read(text).matchAll(/(?<![\w/.])docs\/[\w-]+\.md(#[\w-]+)?/g)].map(([target]) => ({ text, target })),
    );
    expect(named.length).toBeGreaterThan(10);
    const faults = named
      .filter(({ text }) => !["test/docs/links.test.ts", "test/docs/project.test.ts"].includes(text))
      .flatMap(({ text, target }) => (faultOf("README.md", target) === undefined ? [] : [`${text}: ${target}`]));
    expect(faults).toEqual([]);
  });
});

describe("a section of the API's facts", () => {
  const sections = [...read("docs/api-facts.md").matchAll(/^##+ (\d+(?:\.\d+)?)\.? /gm)].map(([, number]) => number);

  it("is there wherever one is cited", () => {
    const cited = [...texts, ...pages].flatMap((path) =>
      [...read(path).matchAll(/facts((?:,? (?:and )?§[\d.]*\d)+)|\(§([\d.]*\d)\)/g)].flatMap(([found]) =>
        [...found.matchAll(/§([\d.]*\d)/g)].map(([, number]) => ({ path, number })),
      ),
    );
    expect(cited.length).toBeGreaterThan(60);
    expect(cited.filter(({ number }) => !sections.includes(number))).toEqual([]);
  });

  it("is cited as facts and nothing else", () => {
    const others = texts.filter((path) => /api\/facts|(?<!api-)facts\.md/.test(read(path)));
    expect(others.filter((path) => path !== "test/docs/links.test.ts")).toEqual([]);
  });

  it("has a number of its own", () => {
    expect(sections).toEqual([...new Set(sections)]);
    expect(sections).toContain("4.6");
  });
});

describe("a path that a page names", () => {
  const packed = (
    JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" }),
    ) as { readonly files: readonly { readonly path: string }[] }[]
  ).flatMap(({ files }) => files.map(({ path }) => path));
  const isPacked = (path: string): boolean =>
    packed.some((file) => file === path || file.startsWith(path.endsWith("/") ? path : `${path}/`));

  it("is in the package, or the page says that it is the repository's", () => {
    const named = pages.flatMap((page) =>
      sectionsOf(read(page)).flatMap((section) =>
        projectPathsIn(section).map((path) => ({ page, path, said: /\b(repository|clone)\b/.test(section) })),
      ),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
    expect(named.filter(({ path, said }) => !isPacked(path) && !said)).toEqual([]);
  });
});

it("the package that a page installs is of this version", () => {
  const { version } = JSON.parse(read("package.json")) as { readonly version: string };
  const named = pages.flatMap((page) => [...read(page).matchAll(/luminous-import-(\d[\d.]*\d)\.tgz/g)]);
  expect(named.map(([, found]) => found)).toEqual(named.map(() => version));
  expect(named.length).toBeGreaterThan(1);
});

it("docs/words.md explains every word once", () => {
  const words = tableOf(read("docs/words.md")).flatMap(([cell = ""]) =>
    [...cell.matchAll(/\*\*([^*]+)\*\*/g)].map(([, word]) => word),
  );
  expect(words.length).toBeGreaterThan(20);
  expect(words).toEqual([...new Set(words)]);
  expect(words).toEqual(expect.arrayContaining(["job", "run", "row", "entry", "key", "outcome", "ledger"]));
});

/** Files and folders of this project that a text names: in code words, in blocks, and by their place in the installed package. */
function projectPathsIn(section: string): readonly string[] {
  const words = [...codes(withoutBlocks(section)), ...blocksOf(section).flatMap(({ body }) => body.split(/[\s,'"]+/))];
  return words.flatMap((word) => {
    const path = word.replace(/^node_modules\/luminous-import\//, "").replace(/[#:].*$/, "");
    const isOurs = /^(src|test|fixtures|mappings|schemas|docs|deploy|bench|build|\.ci)\/|^[A-Z]+\.md$/.test(path);
    return isOurs && !path.includes("*") && !path.includes(".luminous-import") ? [path] : [];
  });
}

function sectionsOf(page: string): readonly string[] {
  const blocks: string[] = [];
  const outside = page.replaceAll(/^```[\s\S]*?^```$/gm, (block) => `@@${blocks.push(block) - 1}@@`);
  return outside
    .split(/^(?=#+ )/m)
    .map((text) => text.replaceAll(/@@(\d+)@@/g, (_, index) => blocks[Number(index)] ?? ""));
}

function withoutBlocks(page: string): string {
  return page.replaceAll(/^```[\s\S]*?^```$/gm, "");
}
