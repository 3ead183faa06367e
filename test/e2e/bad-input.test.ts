// Files that are not what they should be. Each is told in a sentence with what to do about it, before anything is sent:
// the projects here have no sandbox, and the address that they would send to is answered by nobody.
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, test } from "vitest";
import { startSandbox } from "../../src/sandbox/server.ts";
import { type JobInput, jobText, lines, openProject, outcomesOf } from "./program.ts";

const job = (file: string, mapping = "products"): string => jobText({ products: { file, mapping } });
const product = "A,Alpha,Tools";
const header = "sku,name,category";

test.concurrent.each([
  {
    what: "a file that is missing",
    file: "gone.csv",
    content: undefined,
    says: "gone.csv: there is no such file",
    hint: "check its name in the job",
  },
  {
    what: "a glob without a file",
    file: "gone-*.csv",
    content: undefined,
    says: `no file matches "gone-*.csv"`,
    hint: "Looked in",
  },
  {
    what: "a binary file",
    file: "a.csv",
    content: Buffer.from(Array.from({ length: 9000 }, (_, index) => index % 256)),
    says: "a.csv:1: NUL bytes",
    hint: "save the file as CSV UTF-8",
  },
  { what: "an empty file", file: "a.csv", content: "", says: "a.csv: the file is empty", hint: "export again" },
  {
    what: "a NUL byte in a row",
    file: "a.csv",
    content: lines(header, product, "B,Be\0ta,Tools"),
    says: "a.csv:3: NUL bytes",
    hint: "UTF-8",
  },
  {
    what: "bytes that are no UTF-8 in a file that is",
    file: "a.csv",
    content: Buffer.concat([Buffer.from(lines(header, "A,Ærø,Tools")), Buffer.from("B,Caf\xe9,Tools\n", "latin1")]),
    says: `a.csv:3: byte E9 in "Café" is not UTF-8, but 2 other characters are`,
    hint: "windows-1252",
  },
  {
    what: "a quote that is never closed",
    file: "a.csv",
    content: lines(header, product, `B,"Beta,Tools`, "which goes on here"),
    says: "a.csv:3: a quote is opened and never closed in cell 2, and it is not clear where the next row begins",
    hint: "correct this row",
  },
  {
    what: "a column that is there twice",
    file: "a.csv",
    content: lines("sku,name,name", "A,Alpha,Alfa"),
    says: `a.csv:1: the header names a column more than once that the mapping reads: "name"`,
    hint: "a name of its own",
  },
  {
    what: "a mapped column that is not there",
    file: "a.csv",
    content: lines("skuu,name", "A,Alpha"),
    says: `column "sku" is not in`,
    hint: `Did you mean "skuu"?`,
  },
  {
    what: "a workbook",
    file: "a.xlsx",
    content: Buffer.from("PK\u0003\u0004\0\0\0\0 and so on"),
    says: "a.xlsx: it is an Excel workbook",
    hint: "save it as CSV UTF-8",
  },
  {
    what: "a gzip file that is cut off",
    file: "a.csv.gz",
    content: gzipSync(lines(header, product)).subarray(0, 30),
    says: "a.csv.gz: the gzip data is damaged or cut off",
    hint: "download the file again",
  },
])("refuses $what", async ({ file, content, says, hint }) => {
  await using project = await openProject(undefined, { "import.yaml": job(file) });
  if (content !== undefined) await project.write(file, content);
  const { exitCode, stdout, stderr } = await project.call(["run", "import.yaml"]);
  expect(stderr).toContain(says);
  expect(stderr).toContain(hint);
  expect(exitCode).toBe(2);
  expect(stdout).toBe("");
});

it.concurrent("refuses a folder where a file should be", async () => {
  await using project = await openProject(undefined, { "import.yaml": job("exports") });
  await mkdir(join(project.folder, "exports"));
  const { exitCode, stderr } = await project.call(["run", "import.yaml"]);
  expect(stderr).toContain("exports: it is a folder, not a file");
  expect(stderr).toContain('a glob such as "exports/*.csv"');
  expect(exitCode).toBe(2);
});

it.concurrent("names the nearest column for one that is not there", async () => {
  await using project = await openProject(undefined, {
    "import.yaml": job("a.csv"),
    "a.csv": lines("skuu,name", "A,B"),
  });
  const { stderr } = await project.call(["check", "import.yaml"]);
  expect(stderr).toMatch(/products\.yaml:\d+:\d+: column "sku" is not in .*a\.csv\. Did you mean "skuu"\?/);
});

it.concurrent("refuses a delimiter that the file does not have, and says to look at it", async () => {
  const mapping = lines(
    "version: 1",
    "resource: products",
    `source: { delimiter: "," }`,
    "fields: { sku: sku, name: name }",
  );
  await using project = await openProject(undefined, {
    "import.yaml": job("a.csv", "./mapping.yaml"),
    "mapping.yaml": mapping,
    "a.csv": lines("sku;name", "A;Alpha"),
  });
  const { exitCode, stderr } = await project.call(["run", "import.yaml"]);
  expect(stderr).toContain(`mapping.yaml:4:16: column "sku" is not in`);
  expect(stderr).toContain("check the delimiter of the file");
  expect(exitCode).toBe(2);
});

it.concurrent("tells all five mistakes of a mapping at once, each with its line and column", async () => {
  const mapping = lines(
    "version: 1",
    "resource: products",
    `source: { delimeter: ";" }`,
    "fields:",
    "  sku: sku",
    "  nmae: name",
    "  retail_price: { from: price, apply: [monney] }",
    "  product_weight: { from: weight, unit: stone }",
    `  description: { expr: 'row["text"' }`,
  );
  await using project = await openProject(undefined, {
    "import.yaml": job("a.csv", "./mapping.yaml"),
    "mapping.yaml": mapping,
    "a.csv": lines("sku,name,price,weight,text", "A,Alpha,1,2,x"),
  });
  const { exitCode, stderr } = await project.call(["run", "import.yaml"]);
  const told = stderr.split("\n").filter((line) => line.includes("mapping.yaml:"));
  expect(told).toEqual([
    expect.stringMatching(/mapping\.yaml:3:11: source\.delimeter: unknown key\. Did you mean "delimiter"\?/),
    expect.stringMatching(/mapping\.yaml:6:3: fields\.nmae: .*Did you mean "name"\?/),
    expect.stringMatching(/mapping\.yaml:7:40: .*unknown transform "monney"/),
    expect.stringMatching(/mapping\.yaml:8:41: .*"stone" is not a unit of weight/),
    expect.stringMatching(/mapping\.yaml:9:24: .*description\.expr/),
  ]);
  expect(stderr).toContain("docs/mapping-reference.md");
  expect(exitCode).toBe(2);
});

it.concurrent("tells all mistakes of a job at once, and of its inputs together", async () => {
  await using project = await openProject(undefined, {
    "wrong.yaml": lines(
      "version: 1",
      "limitz: { concurrency: 2 }",
      "inputs:",
      "  - { name: a b, file: a.csv, maping: m.yaml }",
    ),
    "import.yaml": jobText({ a: { file: "a.csv", mapping: "products" }, b: { file: "b.csv", mapping: "./gone.yaml" } }),
  });
  const wrong = await project.call(["run", "wrong.yaml"]);
  expect(wrong.exitCode).toBe(2);
  for (const told of [
    `wrong.yaml:2:1: limitz: unknown key. Did you mean "limits"?`,
    "wrong.yaml:4:",
    `Did you mean "mapping"?`,
  ])
    expect(wrong.stderr).toContain(told);
  const inputs = await project.call(["run", "import.yaml"]);
  expect(inputs.exitCode).toBe(2);
  expect(inputs.stderr).toContain("a.csv: there is no such file");
  expect(inputs.stderr).toContain("gone.yaml cannot be read");
});

describe.concurrent("a line of 200 MB", () => {
  test.each([
    { what: "in quotes", start: `${header}\nA,"` },
    { what: "without quotes", start: `${header}\nA,` },
    { what: "in the header", start: "sku," },
  ])("is refused $what", async ({ start }) => {
    await using project = await openProject(undefined, { "import.yaml": job("long.csv") });
    await writeLong(join(project.folder, "long.csv"), start, 200);
    const { exitCode, stderr } = await project.call(["run", "import.yaml"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/long\.csv:[12]: .*8 MB/);
  });
});

describe.concurrent("input that is unusual and well", () => {
  it("takes a header without rows as nothing to do, and says so", async () => {
    await using project = await openProject(undefined, { "import.yaml": job("a.csv"), "a.csv": lines(header) });
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode).toBe(0);
    expect(run.rows).toEqual([]);
    // Nobody answers there, and with nothing to send nobody has to.
    expect(run.summary.warnings).toEqual([expect.stringContaining("cannot be reached"), "a.csv has no rows"]);
    const { stdout } = await project.call(["run", "import.yaml"]);
    expect(stdout).toContain("0 rows, 0 entries\n\nWorth knowing\n");
    expect(stdout).toContain("\n  a.csv has no rows\n");
  });

  it("takes gzip, semicolons, CRLF, a BOM and windows-1252 that the mapping names", async () => {
    await using sandbox = await startSandbox();
    const latin: JobInput = { file: "latin.csv", mapping: "./latin.yaml" };
    const packed: JobInput = { file: "packed.csv.gz", mapping: "products" };
    await using project = await openProject(sandbox, {
      "import.yaml": jobText({ latin, packed }),
      "latin.yaml": lines(
        "version: 1",
        "resource: products",
        "source: { encoding: windows-1252 }",
        "fields: { sku: sku, name: name, category.name: { value: X } }",
      ),
    });
    await project.write("latin.csv", Buffer.from(lines("sku,name", "L1,Café"), "latin1"));
    await project.write(
      "packed.csv.gz",
      gzipSync('\uFEFFsku;name;category\r\nG1;Gamma;Tools\r\n\r\nG2;"Del;ta";Tools'),
    );
    const run = await project.report(["run", "import.yaml"]);
    expect(run.exitCode).toBe(0);
    const names = Object.fromEntries(sandbox.records("products").map(({ key, content }) => [key, content.name]));
    expect(names).toEqual({ L1: "Café", G1: "Gamma", G2: "Del;ta" });
    expect(run.rows.map(({ line }) => line)).toEqual(["2", "2", "4"]);
  });

  it("takes standard input", async () => {
    await using sandbox = await startSandbox();
    await using project = await openProject(sandbox, { "import.yaml": job("-") });
    const run = await project.report(["run", "import.yaml"], { stdin: lines(header, product, ",Nameless,Tools") });
    expect(run.exitCode).toBe(3);
    expect(outcomesOf(run.rows)).toEqual({ accepted: 1, invalid: 1 });
    expect(run.rows.map(({ file, line, column }) => [file, line, column])).toEqual([
      ["-", "2", ""],
      ["-", "3", "sku"],
    ]);
    const bad = await project.call(["run", "import.yaml"], { stdin: lines("skv,name", "A,B") });
    expect(bad.exitCode).toBe(2);
    expect(bad.stderr).toContain(`Did you mean "skv"?`);
  });
});

/** A file of so many megabytes without a line end after `start`. */
async function writeLong(path: string, start: string, megabytes: number): Promise<void> {
  const file = createWriteStream(path);
  file.write(start);
  const piece = "x".repeat(1024 * 1024);
  for (let written = 0; written < megabytes; written += 1) {
    if (!file.write(piece)) await new Promise<void>((resolve) => file.once("drain", () => resolve()));
  }
  file.end();
  await finished(file);
}
