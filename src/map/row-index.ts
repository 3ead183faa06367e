// Indexes: what expressions find among all rows of an input, which have to be read before any is mapped. Kept in memory,
// within a bound. Where the rows come from is staging/row-indexes.ts.
import { ImportError } from "../model/error.ts";
import type { Row } from "../model/row.ts";
import { quote } from "../model/text/quote.ts";
import { withoutZeroWidth } from "../model/text/zero-width.ts";
import type { Mapping, RowIndexSpec } from "./definition/mapping.ts";
import { type Expr, judgeBy } from "./expression/condition.ts";
import type { Scope } from "./expression/expression.ts";
import type { RowIndex, RowIndexes } from "./expression/language.ts";
import { compileBlanks } from "./values/blanks.ts";
import type { Value } from "./values/coerce.ts";
import { scalarText } from "./values/value-text.ts";

/** So many keys may all indexes of a mapping have together. */
export const maxIndexKeys = 500_000;

/** Where a row of an index stands; `age` counts the runs since. */
export interface IndexedFrom {
  readonly file: string;
  readonly age: number;
  /** CSV or TSV, whose numbers are texts. */
  readonly isTable: boolean;
}

/** The indexes of a mapping while their rows are read. */
export interface RowIndexBuilder {
  /**
   * Takes a row in; one that could not be read is in no index. Newer rows come first: what one of a greater `age` says
   * counts only for keys that are not there yet. Throws `ImportError("MAPPING_INVALID")` beyond `maxIndexKeys` keys.
   */
  add(row: Row, from: IndexedFrom): void;
  /** To be asked once all rows are in. */
  readonly indexes: RowIndexes;
  /** What is wrong with rows that an index could not take, in words. */
  warnings(): readonly string[];
}

/** Empty indexes, ready for rows. */
export function openRowIndexes(mapping: Mapping): RowIndexBuilder {
  const blanks = compileBlanks(mapping.blank);
  const opened = Object.entries(mapping.indexes).map(([name, spec]) => openIndex(name, spec, mapping.file));
  return {
    add: ({ fault, leftOut, cells, line }, { file, age, isTable }) => {
      if (fault !== undefined || leftOut !== undefined) return;
      const row = blanks.clean(cells);
      const scope = isTable ? { row, styles: noStyles } : { row };
      for (const { take } of opened) take(scope, { file, line, age });
      const keys = opened.reduce((sum, { size }) => sum + size(), 0);
      if (keys > maxIndexKeys) throw tooMany(mapping);
    },
    indexes: new Map(opened.map(({ name, find }) => [name, find])),
    warnings: () => opened.flatMap(({ warning }) => warning()),
  };
}

// Indexes are made before anybody has looked at how the columns are written.
const noStyles = { row: [], main: [] };

interface At {
  readonly file: string;
  readonly line: number;
  readonly age: number;
}

interface Entry extends At {
  readonly value: string;
  /** Another row that says something else. */
  readonly other?: Entry;
}

interface OpenIndex {
  readonly name: string;
  readonly take: (scope: Scope, at: At) => void;
  readonly size: () => number;
  readonly find: RowIndex;
  readonly warning: () => readonly string[];
}

function openIndex(name: string, { key, value, where }: RowIndexSpec, file: string): OpenIndex {
  const judge = where === undefined ? undefined : judgeBy(where, "where");
  const keysOf = textsOf(key);
  const valuesOf = textsOf(value);
  const entries = new Map<string, Entry>();
  const failures: string[] = [];
  let failed = 0;

  const takeEntry = (text: string, entry: Entry): void => {
    const known = entries.get(text);
    if (known === undefined) entries.set(text, entry);
    else if (known.age === entry.age && known.value !== entry.value && known.other === undefined)
      entries.set(text, { ...known, other: entry });
  };
  const take = (scope: Scope, at: At): void => {
    try {
      const judged = judge?.(scope) ?? { ok: true, value: true };
      if (!judged.ok) throw new Error(judged.message);
      if (!judged.value) return;
      const [found, ...more] = valuesOf(scope);
      if (more.length > 0) throw new Error("the value is a list");
      if (found === undefined) return;
      for (const text of keysOf(scope)) takeEntry(withoutZeroWidth(text), { ...at, value: found });
    } catch (error) {
      failed += 1;
      if (failures.length === 0) failures.push(`${at.file}:${at.line}: ${error instanceof Error ? error.message : ""}`);
    }
  };
  const find: RowIndex = (text, otherwise) => {
    const wanted = withoutZeroWidth(text.trim());
    const entry = entries.get(wanted);
    if (entry?.other !== undefined)
      throw new Error(`${name}() of ${quote(wanted)} is in doubt: ${both(entry, entry.other)}`);
    if (entry !== undefined) return entry.value;
    if (otherwise !== undefined) return otherwise;
    throw new Error(
      wanted === "" ? `${name}() of a blank` : `${name}() knows no ${quote(wanted)}: no row of this input gives it`,
    );
  };
  const warning = () => failures.map((first) => `${file}: ${failed} rows are not in the index "${name}": ${first}`);
  return { name, take, size: () => entries.size, find, warning };
}

function both(first: Entry, second: Entry): string {
  const said = ({ value, file, line }: Entry) => `${quote(value)} by ${file}:${line}`;
  return `${said(first)}, ${said(second)}`;
}

/** The texts that an expression gives, trimmed, without blanks. */
function textsOf({ compiled }: Expr): (scope: Scope) => readonly string[] {
  const flat = (value: Value): readonly string[] =>
    typeof value === "object" ? value.flatMap(flat) : [scalarText(value).trim()];
  return (scope) => {
    const result = compiled.expression(scope);
    if (!result.ok) throw new Error(result.message);
    return flat(result.value).filter((found) => found !== "");
  };
}

function tooMany({ file, indexes }: Mapping): ImportError {
  const names = Object.keys(indexes).map((name) => `"${name}"`);
  return new ImportError(
    "MAPPING_INVALID",
    `${file}: the index ${names.join(" and ")} gets more than ${maxIndexKeys} keys`,
    {
      hint: "An index is kept in memory. Give it a `where`, so that it holds only rows that are asked for.",
    },
  );
}
