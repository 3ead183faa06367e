// Damage of one column, found as its cells pass by. Each kind is judged by a file of its own beside this one; memory does
// not grow with the column.
import type { ColumnRole, Damage } from "../model/damage.ts";
import { watchCutText } from "./cut-text.ts";
import { watchDates } from "./dates.ts";
import { watchLeadingZeros } from "./leading-zeros.ts";
import { watchPointZero } from "./point-zero.ts";
import { watchSingleCells } from "./single-cells.ts";
import { watchStandInWords } from "./stand-in-words.ts";
import type { DamageWatch } from "./suspects.ts";
import { watchTrailingZeros } from "./trailing-zeros.ts";

/** A watch for everything that can be wrong with a column in this role. */
export function watchColumn(role: ColumnRole): DamageWatch {
  const watches = [...watchesFor(role), watchStandInWords()];
  return {
    see(text, place) {
      for (const watch of watches) watch.see(text, place);
    },
    damage: () => watches.flatMap((watch) => watch.damage()),
  };
}

/** The damage of cells that are at hand, in a role; lines count from 1 unless they are given. */
export function inspectColumn(
  cells: Iterable<string | { readonly text: string; readonly line: number }>,
  role: ColumnRole,
): readonly Damage[] {
  const watch = watchColumn(role);
  let line = 0;
  for (const cell of cells) {
    line += 1;
    const placed = typeof cell === "string" ? { text: cell, line } : cell;
    if (placed.text.trim() !== "") watch.see(placed.text, { file: "", line: placed.line });
  }
  return watch.damage();
}

function watchesFor(role: ColumnRole): readonly DamageWatch[] {
  switch (role) {
    case "identifier":
    case "gtin":
      return [
        watchSingleCells(role),
        watchLeadingZeros(role),
        watchTrailingZeros(),
        watchDates(),
        watchPointZero(),
        watchCutText(),
      ];
    case "postal_code":
      return [watchSingleCells(role), watchLeadingZeros(role), watchPointZero()];
    case "text":
      return [watchSingleCells(role), watchCutText()];
    case "other":
      return [watchSingleCells(role)];
    default:
      return role satisfies never;
  }
}
