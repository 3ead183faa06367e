// The measured claim: on the fixture of each shipped mapping `init` guesses what people wrote, required fields all and of
// the others four in five. The guess never sees the shipped mapping.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { tableOf } from "../../src/init/columns/table.ts";
import { proposeImport, readExports } from "../../src/init/init.ts";
import { writeMapping } from "../../src/init/proposal/write-mapping.ts";
import { type Input, loadJob } from "../../src/job/job.ts";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { type Compared, compare } from "./agreement.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const mappings = join(import.meta.dirname, "../../mappings");

// Exports that `init` does not know yet.
const unknown = [
  "bigcommerce-v3-products",
  "ebay-orders",
  "etsy-listings",
  "etsy-orders",
  "lightspeed-products",
  "odoo-products",
  "prestashop-products",
  "shopify-orders-json",
  "shopify-products-json",
  "square-catalogue",
  "square-items",
  "squarespace-orders",
  "squarespace-products",
  "woocommerce-orders",
];

const folders = (await readdir(fixtures)).filter(
  (name) => name !== "demo" && !unknown.includes(name) && existsSync(join(fixtures, name, "import.yaml")),
);
const inputs = (
  await Promise.all(
    folders.map(async (folder) => {
      const job = await loadJob(join(fixtures, folder, "import.yaml"));
      const shipped = job.inputs.filter(({ mapping }) => mapping.path.startsWith(mappings));
      return shipped.map((input) => ({ title: `${folder}: ${input.name}`, input, others: job.inputs }));
    }),
  )
).flat();

describe.each(inputs)("$title", async ({ title, input, others }) => {
  const compared = await agreementOf(input, others);
  const agreed = compared.filter(({ agrees }) => agrees).length;

  test("has every required field from columns that the shipped mapping takes it from", () => {
    expect(compared.filter(({ isRequired, isRight }) => isRequired && !isRight)).toEqual([]);
  });

  test("agrees in four fields of five", () => {
    if (process.env.SHOW_AGREEMENT !== undefined) console.log(report(title, compared));
    expect({ missed: compared.filter(({ agrees }) => !agrees), share: agreed / compared.length }).toSatisfy(
      ({ share }: { readonly share: number }) => share >= 0.8,
    );
  });
});

async function agreementOf(input: Input, all: readonly Input[]): Promise<readonly Compared[]> {
  const files = [
    ...new Set(
      all.flatMap(({ files: main, joins }) => [...main, ...Object.values(joins).flat()]).map(({ path }) => path),
    ),
  ];
  const exports = await readExports(files, dirname(input.files[0]?.path ?? ""));
  const proposal = proposeImport(exports);
  const own = exports.find(({ path }) => path === input.files[0]?.path);
  const mapping = proposal.mappings.find(({ name }) => name === own?.name);
  if (own === undefined || mapping === undefined) throw new Error(`nothing was guessed for ${input.name}`);
  const guessed = loadMapping(writeMapping(mapping, { schema: "", shipped: undefined }).text, "guessed.yaml");
  const wanted = loadMapping(await readFile(input.mapping.path, "utf8"), "wanted.yaml");
  const tables = exports.map((sample) => ({ path: sample.path, shown: sample.shown, table: tableOf(sample) }));
  const joins = new Map(
    Object.entries(input.joins).flatMap(([name, [file]]) => {
      const shown = tables.find(({ path }) => path === file?.path)?.shown;
      const theirs = mapping.joins.find((join) => join.shown === shown)?.name;
      return theirs === undefined ? [] : [[name, theirs] as const];
    }),
  );
  const columns = new Set(
    tables.flatMap(({ path, shown, table }) => {
      const join = mapping.joins.find((candidate) => candidate.shown === shown)?.name;
      const names = [...table.columns, ...table.lists.flatMap((list) => list.columns)].map(({ name }) => name);
      if (path === own.path) return names;
      return join === undefined ? [] : [...names.map((name) => `${join}.${name}`), ...names];
    }),
  );
  return compare({ wanted, guessed, has: (column) => columns.has(column), joins });
}

function report(title: string, compared: readonly Compared[]): string {
  const agreed = compared.filter(({ agrees }) => agrees).length;
  const missed = compared
    .filter(({ agrees }) => !agrees)
    .map(
      ({ path, wanted, guessed, isRequired }) =>
        `\n    ${isRequired ? "REQUIRED " : ""}${path}: ${wanted.join(", ") || "a constant"} | ${guessed?.join(", ") ?? "nothing"}`,
    );
  return `${title}: ${agreed} of ${compared.length} (${Math.round((100 * agreed) / compared.length)} %)${missed.join("")}`;
}
