// Where a problem stands: from a payload path to the cell or cells that the value came from, and into the problem's words.

import { cellPlace, type Origin, type Origins, problemCell, type SourceRow } from "./draft.ts";
import { filledFrom } from "./fills.ts";
import type { Json, JsonObject } from "./json.ts";
import { parentPath, parsePath, valueAt } from "./payload-path.ts";
import type { Problem, ProblemCell } from "./problem.ts";
import { isSameRow } from "./row.ts";
import { quote } from "./text/quote.ts";

type CellOrigin = Extract<Origin, { kind: "cell" }>;

/** What locating may know beside the origins. */
interface Whereabouts {
  /** What was made: a value that does not stand in its cell is named. */
  readonly payload?: JsonObject;
  /** Gives a path that nothing of the mapping fills the entry's first row. */
  readonly elseFirstRow?: true;
}

/**
 * A problem with its cell filled in from the origins of its payload path. The exact path wins, then a field that holds it
 * (`tags[3]` → `tags`) or stands for it (`items[0].product` → `items[0].sku`); what encloses several fields (`items[1]`,
 * `bill_to`) and what is not mapped in there gets the row alone: rather no cell than a wrong one. A constant points at the
 * mapping's line. A problem that already names a place stays as it is.
 */
export function locateProblem(
  problem: Problem,
  origins: Origins,
  { payload = {}, elseFirstRow }: Whereabouts = {},
): Problem {
  const { path } = problem;
  if (problem.file !== undefined || path === undefined) return problem;
  const found = nearestOrigins(path, origins);
  const cells = found?.origins.filter((origin) => origin.kind === "cell") ?? [];
  if (found !== undefined && cells.length > 0) {
    const isMade = cells.some(({ part }) => part === "made");
    return atCells(problem, cells, isMade ? valueText(valueAt(payload, parsePath(found.path))) : undefined);
  }
  const origin = found?.origins[0] ?? (elseFirstRow === undefined ? undefined : origins.get("")?.[0]);
  if (origin === undefined) return problem;
  return origin.kind === "mapping"
    ? { ...problem, file: origin.file, line: origin.line }
    : { ...problem, ...cellPlace(origin.source) };
}

/**
 * A problem at the cells it comes from; without any, as it was. Of several the first is its place, and all are in `cells`
 * and in the message. `made` is the value that was made of them, named where it stands in none of them and is not said yet.
 */
export function atCells(
  problem: Problem,
  origins: readonly Pick<CellOrigin, "source" | "column" | "filled">[],
  made?: string,
): Problem {
  const [first, ...others] = origins.map(({ source, column, filled }) => ({
    ...problemCell(source, column),
    ...(filled === undefined ? {} : { value: filled.value }),
  }));
  if (first === undefined) return problem;
  const filledIn = origins.flatMap(({ filled }) => (filled === undefined ? [] : [filledFrom(filled)]));
  const isNew = made !== undefined && made !== first.value && !problem.message.includes(quote(made));
  const value = isNew ? `the value is ${quote(made)}` : "";
  if (others.length === 0) return { ...problem, message: withRemarks(problem.message, [value, ...filledIn]), ...first };
  const cells = [first, ...others];
  return { ...problem, message: withRemarks(problem.message, [value, cellsText(cells), ...filledIn]), ...first, cells };
}

interface Found {
  readonly path: string;
  readonly origins: readonly Origin[];
}

function nearestOrigins(path: string, origins: Origins): Found | undefined {
  for (let at = path; at !== ""; at = parentPath(at)) {
    const known = [at, ...standInsFor(at)].find((candidate) => (origins.get(candidate) ?? []).length > 0);
    if (known !== undefined) return { path: known, origins: origins.get(known) ?? [] };
    const row = rowBelow(at, origins);
    if (row !== undefined) return { path: at, origins: [row] };
  }
  return undefined;
}

/** The row that all mapped fields below a path come from; of several the entry's first one. */
function rowBelow(at: string, origins: Origins): Origin | undefined {
  const below = sourcesBelow(origins).get(at);
  if (below === undefined) return undefined;
  return below === "several" || below === "none" ? origins.get("")?.[0] : { kind: "row", source: below };
}

type SourcesBelow = ReadonlyMap<string, SourceRow | "several" | "none">;

// An order of twenty thousand faulty items asks for each of them.
const indexes = new WeakMap<Origins, { readonly size: number; readonly below: SourcesBelow }>();

/** For every path that encloses mapped ones: the row that they all come from. */
function sourcesBelow(origins: Origins): SourcesBelow {
  const known = indexes.get(origins);
  if (known?.size === origins.size) return known.below;
  const below = new Map<string, SourceRow | "several" | "none">();
  for (const [mapped, all] of origins) {
    for (let at = parentPath(mapped); at !== ""; at = parentPath(at)) {
      if (!below.has(at)) below.set(at, "none");
      for (const origin of all) {
        if (origin.kind === "mapping") continue;
        const before = below.get(at);
        if (before === "none") below.set(at, origin.source);
        else if (before !== "several" && (before === undefined || !isSameRow(before.ref, origin.source.ref)))
          below.set(at, "several");
      }
    }
  }
  indexes.set(origins, { size: origins.size, below });
  return below;
}

// What the API calls the thing that a field names: it answers `items.0.product` for an item's SKU.
const standIns: Readonly<Record<string, readonly string[]>> = {
  product: ["sku", "product_id"],
  product_id: ["sku"],
  sku: ["product_id"],
  channel: ["channel_id"],
  company: ["company_id"],
  category: ["category.name", "category_id"],
  category_id: ["category.name"],
  subcategory: ["subcategory.name", "sub_category_id"],
  sub_category: ["subcategory.name", "sub_category_id"],
  sub_category_id: ["subcategory.name"],
  supplier: ["supplier.name", "supplier_id"],
  supplier_id: ["supplier.name"],
};

function standInsFor(path: string): readonly string[] {
  const at = path.lastIndexOf(".") + 1;
  const name = path.slice(at);
  return (Object.hasOwn(standIns, name) ? (standIns[name] ?? []) : []).map((standIn) => path.slice(0, at) + standIn);
}

function valueText(value: unknown): string | undefined {
  return typeof value === "object" || value === undefined ? undefined : String(value as Json);
}

function withRemarks(message: string, remarks: readonly string[]): string {
  const said = remarks.filter((remark) => remark !== "").join(", ");
  return said === "" ? message : `${message} (${said})`;
}

const mostNamed = 5;

/** `from "First" = "Ann" and "Last" = "Lee"`; `"First" and "Last" are blank`. */
function cellsText(cells: readonly ProblemCell[]): string {
  const [first] = cells;
  const isBlank = cells.every(({ value }) => value === undefined || value.trim() === "");
  const named = cells.slice(0, mostNamed).map((cell) => {
    const elsewhere = cell.file === first?.file ? "" : ` in ${cell.file}:${cell.line}`;
    const place = cell.file === first?.file && cell.line !== first.line ? ` in line ${cell.line}` : elsewhere;
    return `"${cell.column}"${isBlank || cell.value === undefined ? "" : ` = ${quote(cell.value)}`}${place}`;
  });
  const more = cells.length > mostNamed ? [`${cells.length - mostNamed} more`] : [];
  const all = [...named, ...more];
  const list = `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
  return isBlank ? `${list} are blank` : `from ${list}`;
}
