// Names that JavaScript objects have anyway, as columns, JSON keys, labels, group and lookup keys and SKUs: through the whole
// pipeline (read, map, ledger, wire, results, failures, retry, explain) they are names like any other.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { explain } from "../../src/history/explain.ts";
import { readJobOutline } from "../../src/job/job-outline.ts";
import { retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import { parseResults } from "../e2e/table.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { recordingApi } from "./recording-api.ts";

const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype"] as const;

// YAML keys are refused when they are called __proto__, so its label and its answer in a map come from cells.
const labels = names.filter((name) => name !== "__proto__");

const mapping = (format: string): string => `version: 1
resource: products
source: { format: ${format} }
where: 'row["hasOwnProperty"] != "leave out"'
group: { by: [__proto__, constructor], rows: anywhere, conflict: ignore }
fields:
  sku: __proto__
  name: { template: "{__proto__} {constructor}" }
  category.name: { from: constructor, map: { constructor: mapped }, otherwise: keep }
  description: { from: __proto__, lookup: { file: table.${format}, key: __proto__, value: constructor } }
  upc: { expr: 'row["__proto__"] + row.constructor' }
  retail_price: valueOf
${labels.map((name) => `  custom_fields.${name}: ${name}`).join("\n")}
children:
  variants:
    each: rows
    fields: { sku: { template: "{__proto__}-{toString}" }, name: toString }
`;

/** Two rows for each name; the second half of the rows repeats the names in another order. */
const rows = [...names, ...names.toReversed()].map((name, index) => ({
  ["__proto__"]: name,
  constructor: name,
  toString: `v${index}`,
  hasOwnProperty: "own",
  valueOf: name === "valueOf" ? "dear" : "1.50",
  prototype: name,
}));
const leftOut = { ...rows[0], ["__proto__"]: "x", constructor: "x", hasOwnProperty: "leave out" };
const answers = names.map((name) => ({ ["__proto__"]: name, constructor: `found ${name}` }));

function textOf(format: string, records: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = Object.keys(records[0] ?? {});
  switch (format) {
    case "csv":
      return `${columns.join(",")}\n${records.map((record) => `${columns.map((column) => record[column]).join(",")}\n`).join("")}`;
    case "ndjson":
      return records.map((record) => `${JSON.stringify(record)}\n`).join("");
    default:
      return JSON.stringify(records);
  }
}

it.each(["csv", "json", "ndjson"])("from %s to the wire, the failures, a retry and a story", async (format) => {
  await using api = await recordingApi();
  await using folder = await jobFolder({
    "import.yaml": `version: 1\nlimits: { requests_per_second: 1000, read_lag_seconds: 0 }\ninputs: [{ name: constructor, file: goods.${format}, mapping: map.yaml }]\n`,
    "map.yaml": mapping(format),
    [`table.${format}`]: textOf(format, answers),
    [`goods.${format}`]: textOf(format, [...rows, leftOut]),
  });
  const account = { baseUrl: api.url, baseUrlFrom: "the test", token: "sandbox" };
  const first = await run(await folder.loadJob(), { account });

  const sent = new Map(api.take().map((text) => [String(bodyOf(text).sku), bodyOf(text)]));
  const good = names.filter((name) => name !== "valueOf");
  expect([...sent.keys()].sort()).toEqual([...good].sort());
  for (const name of good) {
    const lines = rows.flatMap((row, index) => (row.constructor === name ? [index] : []));
    expect(sent.get(name)).toEqual({
      sku: name,
      name: `${name} ${name}`,
      category: { name: name === "constructor" ? "mapped" : name },
      description: `found ${name}`,
      upc: `${name}${name}`,
      retail_price: 1.5,
      custom_fields: {
        constructor: name,
        toString: `v${lines[0]}`,
        hasOwnProperty: "own",
        valueOf: "1.50",
        prototype: name,
      },
      variants: lines.map((line) => ({ sku: `${name}-v${line}`, name: `v${line}` })),
    });
  }

  const results = parseResults(await readFile(join(first.folder, "results.csv"), "utf8"));
  expect(results.map(({ key, outcome }) => [key, outcome])).toEqual([
    ...rows.map(({ constructor: name }) => [name, name === "valueOf" ? "invalid" : "accepted"]),
    ["", "excluded"],
  ]);
  expect(results.find(({ outcome }) => outcome === "invalid")).toMatchObject({ column: "valueOf", value: "dear" });

  const failures = await readFile(join(first.folder, `failures/constructor.${format}`), "utf8");
  for (const column of names) expect(failures).toContain(column);

  const second = await retry(await folder.loadJob(), { account });
  expect([second.exitCode, second.result?.summary.totals]).toEqual([3, { rows: 2, entries: 1 }]);

  const outline = await readJobOutline("import.yaml", { cwd: folder.path });
  for (const name of names) {
    const { entries } = await explain(outline, { what: name, baseUrl: api.url, cwd: folder.path });
    expect(entries.map(({ key }) => key)).toContain(name);
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}.constructor).toBe(Object);
});

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(text);
  if (typeof body !== "object" || body === null) throw new Error(`${text} is not an object`);
  return Object.fromEntries(Object.entries(body));
}
