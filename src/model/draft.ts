// What mapping makes of rows, and where each value came from.
import { cellAt } from "./cells.ts";
import type { ColumnStyles } from "./column-style.ts";
import type { JsonObject } from "./json.ts";
import type { Problem } from "./problem.ts";
import type { Reference, ResourceName } from "./resource.ts";
import type { Row } from "./row.ts";

/** A row together with its place in the run. */
export interface SourceRow {
  /** Unique in the ledger and ascending in input order: see `rowId`. */
  readonly id: number;
  /** The file as people know it: the path as the job names it. */
  readonly file: string;
  readonly row: Row;
  /** How the columns of its file write numbers and dates, where that was found out. */
  readonly styles?: ColumnStyles;
}

/**
 * The rows that make one entry: one row, or a group in input order, with the rows that joins attach to it.
 * `damage` says which rows that may belong to it could not be read; such a group makes an invalid draft.
 */
export interface RowGroup {
  readonly rows: readonly SourceRow[];
  /** By join name: all matching rows in input order; of a `one: true` join at most one. */
  readonly joined: Readonly<Record<string, readonly SourceRow[]>>;
  readonly damage: readonly Problem[];
}

/** Where a value of the payload came from. */
export type Origin =
  | { readonly kind: "cell"; readonly source: SourceRow; readonly column: string }
  | { readonly kind: "mapping"; readonly file: string; readonly line: number };

/** By payload path (`items[1].quantity`): every field that the mapping maps, also where its cell was blank. */
export type Origins = ReadonlyMap<string, readonly Origin[]>;

/** What mapping makes of a row or a group, before any check. Problems that mapping found are in it. */
export interface Draft {
  readonly resource: ResourceName;
  /** Trimmed; undefined when it could not be had. */
  readonly key: string | undefined;
  readonly payload: JsonObject;
  /** Paths that an update empties explicitly (`blank: clear`), with the empty value; creation leaves them out. */
  readonly clears: Readonly<Record<string, null | "" | readonly []>>;
  /** From `ref:`; what the payload itself refers to (item SKUs) is found by the resource. */
  readonly references: readonly Reference[];
  readonly origins: Origins;
  readonly problems: readonly Problem[];
  /** Every row that makes it, joined ones included (`one: true` joins are reference data and not in it). */
  readonly rows: readonly SourceRow[];
}

const rowsPerFile = 2 ** 32;

/** The id of a row: ascending by file, then by number within it. */
export function rowId(fileId: number, rowNumber: number): number {
  return fileId * rowsPerFile + rowNumber;
}

/** The two parts of a row id. */
export function splitRowId(id: number): { readonly fileId: number; readonly rowNumber: number } {
  return { fileId: Math.floor(id / rowsPerFile), rowNumber: id % rowsPerFile };
}

/**
 * A problem with its cell filled in from the origins of its payload path. The exact path wins; else the nearest: a field
 * below it (`ship_to` → `ship_to.name`), a sibling that stands for it (`items[0].product` → `items[0].sku`), then what
 * encloses it. A constant points at the mapping's line. A problem that already names a cell stays as it is.
 */
export function locateProblem(problem: Problem, origins: Origins): Problem {
  if (problem.file !== undefined || problem.path === undefined) return problem;
  const found = nearestOrigins(problem.path, origins);
  const origin = found?.find(({ kind }) => kind === "cell") ?? found?.[0];
  if (origin === undefined) return problem;
  if (origin.kind === "mapping") return { ...problem, file: origin.file, line: origin.line };
  return { ...problem, ...cellPlace(origin.source, origin.column) };
}

/** The part of a problem that names a cell. */
export function cellPlace(
  source: SourceRow,
  column?: string,
): Pick<Problem, "file" | "line" | "row" | "column" | "value"> {
  const place = { file: source.file, line: source.row.line, row: source.row.number };
  if (column === undefined) return place;
  const cell = cellAt(source.row.cells, column);
  return { ...place, column, ...(typeof cell === "string" ? { value: cell } : {}) };
}

function nearestOrigins(path: string, origins: Origins): readonly Origin[] | undefined {
  for (let at = path; at !== ""; at = parentOf(at)) {
    const known = origins.get(at);
    // A list may be known without a cell of its own (its group is found by an expression).
    if (known !== undefined && known.length > 0) return known;
    const below = [...origins.keys()].filter(
      (candidate) => candidate.startsWith(`${at}.`) || candidate.startsWith(`${at}[`),
    );
    const best = below.find((candidate) => /(^|\.)(sku|name|product_id)$/.test(candidate)) ?? below[0];
    if (best !== undefined) return origins.get(best);
  }
  return undefined;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, Math.max(path.lastIndexOf("."), path.lastIndexOf("["))));
}
