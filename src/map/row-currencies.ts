// Rows of one entry in several currencies: their numbers would be added as if they were of one.
import { cellAt } from "../model/cells.ts";
import { cellPlace, type SourceRow } from "../model/draft.ts";
import type { Problem } from "../model/problem.ts";
import { quote } from "../model/text/quote.ts";
import { type ColumnUses, locate } from "./columns/column-uses.ts";
import type { Alternative, Mapping } from "./definition/mapping.ts";
import type { Blanks } from "./values/blanks.ts";
import { currencyNamed } from "./values/money.ts";

/**
 * Finds the first row whose currency is not that of a row above it, where `totals.currencies` does not let them stand
 * together. Looks at cells that are a currency as they stand: what is made of a cell (`apply`, `map`) need not differ with it.
 */
export function compileRowCurrencies(
  { totals, group }: Mapping,
  uses: ColumnUses,
  blanks: Blanks,
): (rows: readonly SourceRow[]) => readonly Problem[] {
  if (group === undefined || totals?.currency === undefined) return () => [];
  const columns = totals.currency.alternatives
    .filter(isPlain)
    .flatMap((alternative) => uses.of(alternative))
    .flatMap((use) => (use.use === "from" && locate(use, () => false).kind === "own" ? [use.name] : []));
  const mayStandTogether = new Set(totals.currencies);
  const read = (source: SourceRow) => {
    for (const column of columns) {
      const cell = cellAt(source.row.cells, column);
      if (typeof cell === "string" && !blanks.isBlank(cell)) return [{ source, column, code: currencyNamed(cell) }];
    }
    return [];
  };

  return (rows) => {
    if (columns.length === 0 || rows.length < 2) return [];
    const [first, ...others] = rows.flatMap(read);
    if (first === undefined) return [];
    const other = others.find(
      ({ code }) => code !== first.code && !(mayStandTogether.has(code) && mayStandTogether.has(first.code)),
    );
    if (other === undefined) return [];
    const { file, row } = first.source;
    const message = `${file}:${row.line} says ${quote(first.code)}, and one order is in one currency: its numbers would be added up as if they were one`;
    return [{ code: "mixed_currency", message, path: "totals.currency", ...cellPlace(other.source, other.column) }];
  };
}

function isPlain({ source, when, apply, map, lookup, split }: Alternative): boolean {
  const isMade = [when, map, lookup, split].some((step) => step !== undefined) || apply.length > 0;
  return source.kind === "from" && !isMade;
}
