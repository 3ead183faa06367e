// From the cell to the wire: what the API receives is what stands in the cell, digit for digit and character for
// character, or the cell is named in a problem. Judged on the raw text of bodies, by arithmetic of digits (BigInt), for
// the first sending and for a retry of everything, which goes through the ledger and the failures file.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { isLosslessNumber, parse as parseLossless } from "lossless-json";
import { expect, it } from "vitest";
import { retry } from "../../src/run/retry.ts";
import { run } from "../../src/run/run.ts";
import type { RunResult } from "../../src/run/run-options.ts";
import { parseResults, type TableRecord } from "../e2e/table.ts";
import { jobFolder } from "../staging/job-folder.ts";
import { recordingApi } from "./recording-api.ts";

/** The ways through a mapping, by the column that goes them. */
const routes = {
  from: { field: "name", takes: "text" },
  template: { field: "description", takes: "text" },
  apply: { field: "custom_fields.Applied", takes: "text" },
  keep: { field: "custom_fields.Kept", takes: "text" },
  lookup: { field: "custom_fields.Found", takes: "text" },
  label: { field: "custom_fields.As it is", takes: "text" },
  list: { field: "tags", takes: "text" },
  amount: { field: "retail_price", takes: "number" },
  number: { field: "custom_fields.Number", takes: "number" },
  kept: { field: "wholesale_price", takes: "number" },
  integer: { field: "category_id", takes: "integer" },
} as const;
type Route = keyof typeof routes;

const mapping = (source: string): string => `version: 1
resource: products
source: ${source}
fields:
  sku: sku
  name: [{ from: from }, { value: Unnamed }]
  category.name: { value: Things }
  description: { template: "<{template}>", optional: true }
  custom_fields.Applied: { from: apply, apply: [trim, { prefix: "(" }, { suffix: ")" }], optional: true }
  custom_fields.Kept: { from: keep, map: { never in a cell: "" }, otherwise: keep, optional: true }
  custom_fields.Found: { from: lookup, lookup: { file: table.json, key: in, value: out }, optional: true }
  custom_fields.As it is: { from: label, optional: true }
  tags: { from: list, split: ",", optional: true }
  retail_price: { from: amount, optional: true }
  custom_fields.Number: { from: number, apply: [number], optional: true }
  wholesale_price: { from: kept, map: { never in a cell: 0 }, otherwise: keep, optional: true }
  category_id: { from: integer, optional: true }
`;

interface Style {
  readonly decimal: "." | ",";
  readonly thousands: "" | "." | "," | " ";
}

/** A cell on its way, and the number that its digits stand for where it is one. */
interface Case {
  readonly route: Route;
  readonly cell: string;
  readonly number?: Digits;
  /** Written as a JSON number, not as text. */
  readonly bare: boolean;
}

/** `unscaled / 10^scale`. */
interface Digits {
  readonly unscaled: bigint;
  readonly scale: number;
}

const numbers: fc.Arbitrary<Digits> = fc.oneof(
  fc.record({ unscaled: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), scale: fc.nat(6) }),
  fc.record({ unscaled: fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), scale: fc.nat(20) }),
  fc.record({ unscaled: fc.bigInt({ min: 0n, max: 10n ** 30n }), scale: fc.nat(30) }),
  fc.record({ unscaled: fc.constantFrom(0n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 10n ** 21n), scale: fc.nat(1) }),
);

const identifiers: fc.Arbitrary<string> = fc
  .oneof(
    fc.stringMatching(/^0{1,5}[0-9]{1,12}$/),
    fc.stringMatching(/^[0-9]{1,3}[eE][+-]?[0-9]{1,3}$/),
    fc.stringMatching(/^[0-9]{15,30}$/),
    fc.stringMatching(/^-?[0-9]{1,4}[.,][0-9]{1,4}0$/),
    fc.stringMatching(/^[A-Z]{1,3} {1,3}[a-z"';]{1,5}[\t ][0-9]{1,3}$/),
    fc.constantFrom(
      "true",
      "NaN",
      "null",
      "-0",
      "+5",
      "=1+1",
      "@handle",
      "0x1F",
      "1_000",
      "Infinity",
      "007",
      "__proto__",
    ),
    fc.constantFrom(
      "constructor",
      "Sep-01",
      "2024-01-02",
      "1/2",
      "½",
      "ﬁ",
      "e\u0301",
      "👩‍👩‍👧",
      "\u202eabc",
      "a\u00a0b",
      "a\u200bb",
    ),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
  )
  .map((text) => text.trim())
  .filter((text) => text !== "" && !/[\0\r]/.test(text)); // no text file holds NUL; a line end within a cell is csv.test.ts

const textRoutes = (Object.keys(routes) as Route[]).filter((route) => routes[route].takes === "text");
const numberRoutes = (Object.keys(routes) as Route[]).filter((route) => routes[route].takes !== "text");

const cases = ({ decimal, thousands }: Style, mayBeBare: boolean): fc.Arbitrary<readonly Case[]> => {
  const number = fc.record({ route: fc.constantFrom(...numberRoutes), number: numbers, isGrouped: fc.boolean() }).map(
    ({ route, number: digits, isGrouped }): Case => ({
      route,
      number: digits,
      cell: written(digits, decimal, isGrouped && !mayBeBare ? thousands : ""),
      bare: mayBeBare,
    }),
  );
  const bareText = fc
    .record({ route: fc.constantFrom(...textRoutes), number: numbers })
    .map(({ route, number: digits }): Case => ({ route, cell: written(digits, ".", ""), bare: true }));
  const text = fc
    .record({ route: fc.constantFrom(...textRoutes), cell: identifiers })
    .map((found): Case => ({ ...found, bare: false }));
  return fc.array(mayBeBare ? fc.oneof(number, text, bareText) : fc.oneof(number, text), {
    minLength: 1,
    maxLength: 30,
  });
};

it.each([
  { format: "csv", style: { decimal: ".", thousands: "," } },
  { format: "csv", style: { decimal: ",", thousands: "." } },
  { format: "csv", style: { decimal: ",", thousands: " " } },
  { format: "json", style: { decimal: ",", thousands: "." } },
  { format: "json", style: { decimal: ".", thousands: "" }, bare: true },
  { format: "ndjson", style: { decimal: ".", thousands: "" }, bare: true },
] as const)(
  "what stands in a cell of $format with $style goes over the wire as it is, or is named",
  async ({ format, style, ...input }) => {
    const bare = "bare" in input;
    await fc.assert(
      fc.asyncProperty(cases(style, bare), async (found) => {
        await using api = await recordingApi();
        await using folder = await jobFolder({
          "import.yaml": `version: 1\nlimits: { requests_per_second: 10000, concurrency: 8, read_lag_seconds: 0 }\ninputs: [{ name: goods, file: goods.${format}, mapping: map.yaml }]\n`,
          "map.yaml": mapping(sourceOf(format, style)),
          "table.json": tableOf(found),
          [`goods.${format}`]: fileOf(format, found),
        });
        const account = { baseUrl: api.url, baseUrlFrom: "the test", token: "sandbox" };
        api.refuse(true);
        const refused = await run(await folder.loadJob(), { account });
        const fates = await fatesOf(refused);
        expect(fates).toHaveLength(found.length);
        const sent = new Set(judgeBodies(api.take(), found));
        for (const [index, one] of found.entries()) {
          const fate = fates[index];
          if (fate?.outcome === "invalid") judgeProblem(one, fate, style);
          else expect(["rejected", "pending"]).toContain(fate?.outcome);
        }
        const valid = found.flatMap((_, index) => (fates[index]?.outcome === "invalid" ? [] : [index]));
        expect([...sent].every((index) => valid.includes(index))).toBe(true);

        api.refuse(false);
        await retry(await folder.loadJob(), { account });
        expect(judgeBodies(api.take(), found).toSorted((a, b) => a - b)).toEqual(valid);
      }),
      { numRuns: 12 },
    );
  },
);

/** Holds every body against its cell; gives the numbers of the cases. */
function judgeBodies(bodies: readonly string[], found: readonly Case[]): readonly number[] {
  return bodies.map((text) => {
    const body = parseLossless(text) as Record<string, unknown>;
    const index = Number(String(body.sku).slice(1));
    const one = found[index];
    if (one === undefined) throw new Error(`nothing has the sku ${String(body.sku)}`);
    const { field } = routes[one.route];
    const [owner = "", label] = field.split(".");
    const value = label === undefined ? body[owner] : (body[owner] as Record<string, unknown>)[label];
    if (one.number === undefined) expect(value).toEqual(textOn(one.route, one.cell));
    else if (isLosslessNumber(value))
      expect(digitsOf(value.value), `${one.cell} → ${value.value}`).toEqual(normal(one.number));
    else throw new Error(`${one.cell} went over the wire as ${JSON.stringify(value)}`);
    return index;
  });
}

function textOn(route: Route, cell: string): unknown {
  switch (route) {
    case "template":
      return `<${cell}>`;
    case "apply":
      return `(${cell})`;
    case "list":
      return listOf(cell);
    default:
      return cell;
  }
}

function listOf(cell: string): readonly string[] | undefined {
  const pieces = cell.split(",").flatMap((piece) => (piece.trim() === "" ? [] : [piece.trim()]));
  return pieces.length === 0 ? undefined : pieces;
}

/** Nothing is refused that a JSON number could have carried. */
function judgeProblem({ route, cell, number }: Case, fate: TableRecord, { decimal }: Style): void {
  expect(fate.column).toBe(route);
  expect(fate.value).toBe(cell);
  if (number === undefined) throw new Error(`${JSON.stringify(cell)} is text and was refused: ${fate.message}`);
  const { unscaled, scale } = normal(number);
  switch (fate.code) {
    case "too_small":
      expect(unscaled < 0n).toBe(true);
      break;
    case "not_exact":
      // Of whole numbers only those are taken of which the neighbours can be told apart.
      if (routes[route].takes === "integer") expect(scale > 0 || !isSafe(unscaled)).toBe(true);
      else expect(digitsOf(String(Number(written(number, ".", ""))))).not.toEqual({ unscaled, scale });
      break;
    case "not_an_integer":
      expect(scale > 0).toBe(true);
      break;
    default:
      throw new Error(`${cell} with decimal ${decimal}: ${fate.code} ${fate.message}`);
  }
}

function isSafe(whole: bigint): boolean {
  return Number.isSafeInteger(Number(whole));
}

/** The number with the fewest digits behind the point. */
function normal({ unscaled, scale }: Digits): Digits {
  return scale > 0 && unscaled % 10n === 0n
    ? normal({ unscaled: unscaled / 10n, scale: scale - 1 })
    : { unscaled, scale };
}

/** What the text of a JSON number stands for, exactly. */
function digitsOf(text: string): Digits {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const unscaled = BigInt(whole.startsWith("-") ? `-${whole.slice(1)}${fraction}` : `${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return normal(scale < 0 ? { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 } : { unscaled, scale });
}

function written({ unscaled, scale }: Digits, decimal: string, thousands: string): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(\d{3})+$)/g, thousands);
  return `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `${decimal}${digits.slice(-scale)}`}`;
}

function sourceOf(format: string, { decimal, thousands }: Style): string {
  const grouping = thousands === "" ? "" : `, thousands: "${thousands}"`;
  return `{ format: ${format}, decimal: "${decimal}"${grouping}${format === "csv" ? ', delimiter: ";"' : ""} }`;
}

function fileOf(format: "csv" | "json" | "ndjson", found: readonly Case[]): string {
  const columns = Object.keys(routes) as Route[];
  if (format === "csv") {
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const lines = found.map((one, index) =>
      [`P${index}`, ...columns.map((column) => (column === one.route ? cell(one.cell) : ""))].join(";"),
    );
    return `${[["sku", ...columns].join(";"), ...lines].join("\n")}\n`;
  }
  const elements = found.map(
    ({ route, cell, bare }, index) => `{"sku":"P${index}","${route}":${bare ? cell : JSON.stringify(cell)}}`,
  );
  return format === "json" ? `[${elements.join(",\n")}]` : `${elements.join("\n")}\n`;
}

/** Every looked-up text stands for itself. */
function tableOf(found: readonly Case[]): string {
  const texts = new Set(found.flatMap(({ route, cell }) => (route === "lookup" ? [cell] : [])));
  return JSON.stringify([...texts, "nothing"].map((text) => ({ in: text, out: text })));
}

async function fatesOf({ folder }: RunResult): Promise<readonly TableRecord[]> {
  return parseResults(await readFile(join(folder, "results.csv"), "utf8"));
}
