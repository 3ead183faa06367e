// Statements on a client of `pg`: their parameters, and what comes back. Not here: transactions (connection.ts).
import { createHash } from "node:crypto";
import type { ClientBase, CustomTypesConfig } from "pg";
import { keptText, readText } from "./kept-text.ts";

/** What a column holds, as it is written. */
export type Value = string | number | boolean | null;

/** What a `?` in a statement stands for; a list is an array. */
export type Parameter = Value | readonly Value[];

/**
 * Runs statements one after the other. `?` are parameters in their order. Texts come back as they were given, whatever is in
 * them; integers beyond 2^53 are refused, not rounded.
 */
export interface Statements {
  all<Row>(sql: string, ...parameters: readonly Parameter[]): Promise<readonly Row[]>;
  one<Row>(sql: string, ...parameters: readonly Parameter[]): Promise<Row | undefined>;
  /** Gives the number of rows that changed. */
  run(sql: string, ...parameters: readonly Parameter[]): Promise<number>;
  /** Statements without parameters, as a script. */
  script(sql: string): Promise<void>;
}

/** Statements on a client, prepared once each. */
export function statementsOn(client: ClientBase): Statements {
  const prepared = new Map<string, { readonly name: string; readonly text: string }>();
  const query = (sql: string, parameters: readonly Parameter[]) => {
    const known = prepared.get(sql) ?? prepare(sql);
    prepared.set(sql, known);
    return client.query<Record<string, unknown>>({ ...known, values: parameters.map(bound) });
  };
  const all = async <Row>(sql: string, ...parameters: readonly Parameter[]) =>
    (await query(sql, parameters)).rows.map(whole) as Row[];
  return {
    all,
    one: async <Row>(sql: string, ...parameters: readonly Parameter[]) => (await all<Row>(sql, ...parameters))[0],
    run: async (sql, ...parameters) => (await query(sql, parameters)).rowCount ?? 0,
    script: async (sql) => {
      await client.query(sql);
    },
  };
}

/** How values of the server become JavaScript's: integers of any width are numbers. */
export function typesOf(pgTypes: CustomTypesConfig): CustomTypesConfig {
  return {
    getTypeParser: ((oid: number, format?: "text" | "binary") =>
      oid === bigint || oid === numeric
        ? wholeNumber
        : pgTypes.getTypeParser(oid, format)) as CustomTypesConfig["getTypeParser"],
  };
}

const bigint = 20;
const numeric = 1700;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`the ledger holds a number that is not a whole one below 2^53: ${text}`);
  return number;
}

function prepare(sql: string): { readonly name: string; readonly text: string } {
  const text = numbered(sql);
  return { name: createHash("sha1").update(text).digest("base64url"), text };
}

/** The statement with `$1`, `$2` … for each `?` that stands in no text, name or comment. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\?/g, (found) => {
    if (found !== "?") return found;
    count += 1;
    return `$${count}`;
  });
}

function bound(parameter: Parameter): unknown {
  if (typeof parameter === "string") return keptText(parameter);
  return isList(parameter)
    ? parameter.map((value) => (typeof value === "string" ? keptText(value) : value))
    : parameter;
}

function isList(parameter: Parameter): parameter is readonly Value[] {
  return Array.isArray(parameter);
}

function whole(row: Record<string, unknown>): Record<string, unknown> {
  for (const column in row) {
    const value = row[column];
    if (typeof value === "string") row[column] = readText(value);
    else if (Array.isArray(value))
      row[column] = value.map((each) => (typeof each === "string" ? readText(each) : each));
  }
  return row;
}
