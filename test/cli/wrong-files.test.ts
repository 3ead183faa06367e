// Jobs and mappings that are something else: each is named in a few lines, with what to do, and never shown.
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { jobFolder } from "../staging/job-folder.ts";
import { command } from "./world.ts";

const job = "version: 1\ninputs:\n  - { name: products, file: a.csv, mapping: a.yaml }\n";
const mapping = "version: 1\nresource: products\nfields: { sku: sku, name: name }\n";
const secret = "Zaphod";

type Content = string | Uint8Array | ((path: string) => Promise<void>);

const wrong: readonly { readonly what: string; readonly content: Content; readonly says: string }[] = [
  { what: "a folder", content: (path) => mkdir(path).then(() => undefined), says: "it is a folder, not a file" },
  {
    what: "a link to nothing",
    content: (path) => symlink("gone.yaml", path),
    says: "it is a link to gone.yaml, which does not exist",
  },
  { what: "a gzip file", content: gzipSync(mapping), says: "it is packed with gzip" },
  { what: "an xz file", content: Buffer.from("\xfd7zXZ\0 and more", "latin1"), says: "it is packed with xz" },
  { what: "a picture", content: Buffer.from(`\x89PNG\r\n\x1a\n\0\0${secret}`, "latin1"), says: "it is not UTF-8 text" },
  { what: "UTF-16", content: Buffer.from(`\ufeff${mapping}`, "utf16le"), says: "it is not UTF-8 text" },
  { what: "a long table", content: `name: ${secret}\n`.repeat(200_000), says: "it is longer than 2 MB" },
  {
    what: "an export",
    content: `sku,name\n${`1,${secret}\n`.repeat(500)}`,
    says: "is a CSV, not a",
  },
  { what: "a JSON export", content: JSON.stringify([{ name: secret }]), says: "is a JSON export, not a" },
  { what: "nothing", content: "# to be written\n", says: "is empty" },
  { what: "a huge scalar", content: `version: ${secret.repeat(100_000)}\n`, says: "version: must be 1, not" },
  { what: "a huge key", content: `${secret.repeat(100_000)}: 1\n`, says: "must be at most 1024 chars" },
  {
    what: "twenty thousand keys",
    content: Array.from({ length: 20_000 }, (_, at) => `k${at}: 1\n`).join(""),
    says: "more: fix these first",
  },
  {
    what: "brackets that never close",
    content: "a: ".concat("[".repeat(500_000)),
    says: "nests more than 100 levels deep",
  },
  {
    what: "deep brackets",
    content: `a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`,
    says: "nests more than 100 levels deep",
  },
  {
    what: "deep braces",
    content: `${"{a: ".repeat(20_000)}1${"}".repeat(20_000)}`,
    says: "nests more than 100 levels deep",
  },
  { what: "deep lists", content: `${"- ".repeat(50_000)}x`, says: "nests more than 100 levels deep" },
  {
    what: "deep maps",
    content: Array.from({ length: 1500 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
    says: "nests more than 100 levels deep",
  },
  {
    what: "a bomb of aliases",
    content: [..."abcdefghi"]
      .map(
        (name, at) =>
          `${name}: &${name} [${Array(10)
            .fill(at === 0 ? secret : `*${"abcdefghi"[at - 1]}`)
            .join(", ")}]\n`,
      )
      .join(""),
    says: "its aliases (*name) stand for more than 100 values",
  },
  {
    what: "twenty thousand aliases",
    content: `a: &a x\nb: [${"*a, ".repeat(20_000)}]\n`,
    says: "more than 1000 aliases",
  },
  {
    what: "ten thousand faults",
    content: Array.from({ length: 10_000 }, (_, at) => `k${at}: [${secret}\n`).join(""),
    says: "and 9995 more: fix these first",
  },
  { what: "broken YAML", content: `a: [1\n"${secret}": }\n% ${secret}\n@ x\n`, says: ":" },
];

describe.each([
  { file: "import.yaml", named: "the job" },
  { file: "a.yaml", named: "the mapping" },
])("$named", ({ file }) => {
  it.each(wrong)("that is $what ends with 2 and a message that names it", async ({ content, says }) => {
    const files: Record<string, string | Uint8Array> = {
      "import.yaml": job,
      "a.yaml": mapping,
      "a.csv": "sku,name\nA,B\n",
    };
    delete files[file];
    await using folder = await jobFolder(typeof content === "function" ? files : { ...files, [file]: content });
    if (typeof content === "function") await content(join(folder.path, file));
    for (const words of [["check"], ["status"]]) {
      const env = { LUMINOUS_BASE_URL: "http://127.0.0.1:9/v1", LUMINOUS_API_KEY: "token" };
      const { exitCode, stderr, stdout } = await command([...words, "import.yaml"], { cwd: folder.path, env });
      expect([exitCode, stdout]).toEqual([2, ""]); // there was no run whose status could be told
      expect(stderr).not.toMatch(/ {4}at |defect/);
      expect(stderr).not.toContain(secret.repeat(10));
      expect(stderr.split("\n").length).toBeLessThanOrEqual(41);
      expect(stderr.length).toBeLessThan(40 * 400);
      if (words[0] !== "status") expect(stderr).toContain(says);
      if (words[0] !== "status") expect(stderr).toContain(file);
    }
  });
});

describe("an export", () => {
  it.each<{ readonly what: string; readonly content: string | Uint8Array }>([
    { what: "one huge line", content: `${secret},`.repeat(300_000) },
    { what: "one huge word", content: secret.repeat(300_000) },
    { what: "binary", content: Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 256) },
    { what: "text that is no table", content: `${secret} was here.\n`.repeat(10_000) },
    { what: "JSON without records", content: JSON.stringify({ a: secret.repeat(100_000) }) },
    { what: "broken JSON", content: `[${`{"a": "${secret}" `.repeat(10_000)}` },
  ])("that is $what is refused by init in a few lines that show next to nothing of it", async ({ content }) => {
    expect(await saidOf(content, "export.csv")).toBe(2);
    expect(await saidOf(content, "export.json")).toBe(2);
  });

  it("that is a table whose quotes never close is written with questions, and next to nothing of it is shown", async () => {
    const content = `a,b\n"${secret},1\n`.repeat(10_000);
    expect(await saidOf(content, "export.csv")).toBe(0);
    expect(await saidOf(content, "export.json")).toBe(2);
  });

  async function saidOf(content: string | Uint8Array, name: string): Promise<number> {
    await using folder = await jobFolder({ [name]: content });
    const { exitCode, stdout, stderr } = await command(["init", name], { cwd: folder.path });
    expect(stderr).not.toMatch(/ {4}at |defect/);
    expect((stdout + stderr).split("\n").length).toBeLessThanOrEqual(41);
    expect((stdout + stderr).length).toBeLessThan(4000);
    expect(stdout + stderr).not.toContain(secret.repeat(10));
    return exitCode;
  }
});
