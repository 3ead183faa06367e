// Which job is meant: import.yaml of the folder unless one is named. What is typed instead is told in a sentence, with what
// was meant.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Files, jobFolder } from "../staging/job-folder.ts";
import { command } from "./world.ts";

const files: Files = {
  "import.yaml": "version: 1\ninputs: [{ name: cups, file: cups.csv, mapping: cups.yaml }]\n",
  "cups.yaml": "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { value: All } }\n",
  "cups.csv": "SKU\nCUP\n",
};
const env = { LUMINOUS_BASE_URL: "http://127.0.0.1:9/external/api/v1", LUMINOUS_API_KEY: "token" };

async function typed(words: readonly string[], there: Files): Promise<string> {
  await using folder = await jobFolder(there);
  await mkdir(join(folder.path, "empty"));
  const { exitCode, stdout, stderr } = await command(words, { cwd: folder.path, env });
  expect([exitCode, stdout]).toEqual([2, ""]);
  return stderr;
}

describe("without a job", () => {
  it("check takes import.yaml of the folder, and proposes commands as short as what was typed", async () => {
    await using folder = await jobFolder(files);
    const { exitCode, stdout } = await command(["check"], { cwd: folder.path });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Next: .*: luminous-import run\n$/);
  });

  it.each([["run"], ["retry"], ["status"], ["audit"], ["doctor"], ["explain", "CUP"]])(
    "%s takes it too",
    async (...words) => {
      await using folder = await jobFolder(files);
      const { stdout, stderr } = await command(words, { cwd: folder.path, env: { LUMINOUS_COMPANY: "acme" } });
      expect(stdout + stderr).not.toMatch(/no job is named|required argument|cannot be read/);
      expect(stdout + stderr).not.toBe("");
    },
  );

  it.each<{ readonly words: readonly string[]; readonly there: Files; readonly says: string }>([
    {
      words: ["run"],
      there: { "orders.csv": "", "items.csv": "", "package.json": "{}" },
      says: "no job is named, and this folder has no import.yaml\nMake one: luminous-import init items.csv orders.csv (",
    },
    { words: ["check"], there: { "acme.yaml": "" }, says: "Did you mean: luminous-import check acme.yaml\n" },
    {
      words: ["explain", "CUP"],
      there: {},
      says: "Make one of your exports: luminous-import init products.csv orders.csv",
    },
  ])("$words says what to do where there is none", async ({ words, there, says }) => {
    expect(await typed(words, there)).toContain(says);
  });
});

describe("what is no job", () => {
  const exports = { "orders.csv": "Number,Item\n1,CUP\n", "items.csv": "SKU\n", "my items.csv": "SKU,Name\nCUP,Cup\n" };

  it.each<{ readonly words: readonly string[]; readonly there?: Files; readonly says: string }>([
    {
      words: ["run", "orders.csv"],
      says: "orders.csv is a CSV, not a job\nDid you mean: luminous-import init orders.csv\n",
    },
    { words: ["check", "my items.csv"], says: "Did you mean: luminous-import init 'my items.csv'\n" },
    {
      words: ["check", "o.json"],
      there: { "o.json": '[{"id": 1}]' },
      says: "o.json is a JSON export, not a job\nDid you mean: luminous-import init o.json\n",
    },
    {
      words: ["check", "o.ndjson"],
      there: { "o.ndjson": '{"id": 1}\n{"id": 2}\n' },
      says: "o.ndjson is a JSON export",
    },
    {
      words: ["check", "o.xlsx"],
      there: { "o.xlsx": "PK\u0003\u0004[Content_Types].xml" },
      says: "it is an Excel workbook",
    },
    { words: ["check", "o.xlsx"], there: { "o.xlsx": "PK\u0003\u0004" }, says: "Then: luminous-import init o.csv\n" },
    { words: ["explain", "orders.csv", "CUP"], says: "orders.csv is a CSV, not a job" },
    { words: ["status", "orders.csv"], says: "orders.csv is a CSV, not a job" },
    {
      words: ["check", "orders.csv", "items.csv"],
      says: "check takes one job, and 2 files are named\nDid you mean: luminous-import init orders.csv items.csv\n",
    },
    {
      words: ["run", "import.yaml", "orders.csv"],
      there: files,
      says: "run takes one job, and 2 files are named\nName the job alone: luminous-import run import.yaml\n",
    },
    { words: ["run", "*.yml"], says: '"*.yml" matches nothing here, and a job is one file' },
    {
      words: ["check", "cups.yaml"],
      there: files,
      says: "cups.yaml is a mapping, not a job\nDid you mean import.yaml?\n",
    },
    {
      words: ["check", "m.yaml"],
      there: { "m.yaml": files["cups.yaml"] ?? "" },
      says: "A job names it, under inputs: mapping: m.yaml\n",
    },
    { words: ["check", "acme"], there: { "acme/import.yaml": "" }, says: "Did you mean acme/import.yaml?\n" },
    { words: ["check", "empty"], says: "it is a folder, not a file" },
    { words: ["check", "improt.yaml"], there: files, says: 'there is no such file\nDid you mean "import.yaml"?\n' },
    { words: ["check", "blank.yaml"], there: { "blank.yaml": "\n# nothing yet\n" }, says: "blank.yaml is empty\n" },
    { words: ["explain"], there: files, says: "explain needs to know which entry" },
    {
      words: ["explain", "import.yaml"],
      there: files,
      says: "Name its key, or a row as file:line: luminous-import explain CUP-1\n",
    },
    {
      words: ["explain", "Legacy", "2024"],
      there: files,
      says: "A key with spaces needs quotes: luminous-import explain 'Legacy 2024'\n",
    },
  ])("$words is told by what it is", async ({ words, there = exports, says }) => {
    const said = await typed(words, { ...exports, ...there });
    expect(said).toContain(says);
    expect(said.split("\n").length).toBe(3); // a sentence and a hint
  });

  it("is not what is a broken job: its faults are named", async () => {
    expect(await typed(["check", "job.yaml"], { "job.yaml": "inputs: 3\nfields: 4\n" })).toContain(
      "job.yaml:1:9: inputs",
    );
  });

  it("leaves looking back alone where a job that has run was emptied", async () => {
    expect(await typed(["explain", "import.yaml", "CUP"], { "import.yaml": "" })).not.toContain("is empty");
  });
});

describe("what is no export for init", () => {
  it.each<{ readonly words: readonly string[]; readonly there: Files; readonly says: string }>([
    {
      words: ["init", "import.yaml"],
      there: files,
      says: "import.yaml is a job, not an export\nDid you mean: luminous-import check import.yaml\n",
    },
    { words: ["init", "cups.yaml"], there: files, says: "cups.yaml is a mapping, not an export\n" },
    {
      words: ["init", "data"],
      there: { "data/a.csv": "a\n", "data/b.csv": "b\n" },
      says: "data is a folder, and init looks at files\nDid you mean: luminous-import init data/*.csv\n",
    },
    {
      words: ["init", "data"],
      there: { "data/a.csv": "a\n" },
      says: "Did you mean: luminous-import init data/a.csv\n",
    },
    { words: ["init", "empty"], there: {}, says: "It holds no CSV or JSON file; name the exports themselves.\n" },
    {
      words: ["init", "cup.csv"],
      there: files,
      says: 'there is no such file\nCheck its name in the command. Did you mean "cups.csv"?\n',
    },
  ])("$words is told by what it is", async ({ words, there, says }) => {
    expect(await typed(words, there)).toContain(says);
  });

  it("is written with questions where its columns say nothing, which no message quotes, and shown in pieces only", async () => {
    const token = "sk9aB3kf83jKd93kdKq02mfKe93";
    await using folder = await jobFolder({ "odd.csv": `${token},${"x".repeat(5000)},Foo\n1,2,3\n` });
    const { exitCode, stdout, stderr } = await command(["init", "odd.csv"], { cwd: folder.path, env });
    expect(exitCode).toBe(0);
    expect(stdout + stderr).not.toContain(token);
    const written = await readFile(join(folder.path, "odd.yaml"), "utf8");
    expect(written).toContain("# Not used: ");
    expect(written).toContain(", Foo\n");
    expect(written).not.toContain("x".repeat(100));
  });
});
