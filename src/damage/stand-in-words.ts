// Words that stand for «nothing» in an export: `NULL` of a database, `N/A` of a person. As they stand they would be sent.
import { type DamageWatch, damageOf, suspects } from "./suspects.ts";

/** A watch over cells that are nothing but such a word. One alone may be somebody's name. */
export function watchStandInWords(): DamageWatch {
  const found = suspects();
  return {
    see(cell) {
      if (isStandIn(cell.text)) found.add(cell);
    },
    damage: () => (found.count() < 2 ? [] : damageOf("stand_in_word", [found], isStandIn)),
  };
}

const words: ReadonlySet<string> = new Set([
  ...["NULL", "null", "(null)", "<null>", "\\N", "N/A", "n/a"],
  ...["NaN", "nan", "None", "undefined", "-", "--"],
]);

/** True for a word that stands for nothing. */
export function isStandIn(text: string): boolean {
  return text.length <= 9 && words.has(text.trim());
}
