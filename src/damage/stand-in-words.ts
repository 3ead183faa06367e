// Words that stand for «nothing» in an export: `NULL` of a database, `N/A` of a person. As they stand they would be sent.
import { type DamageWatch, damageOf, suspects } from "./suspects.ts";

/** A watch over cells that are nothing but such a word. One alone may be somebody's name. */
export function watchStandInWords(): DamageWatch {
  const found = suspects();
  return {
    see(text, place) {
      if (isStandIn(text)) found.add(text, place);
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
  if (text.length > 9) return false;
  const code = text.charCodeAt(0);
  // Any other sign of ASCII begins no such word, and is no space in front of one.
  return (isSpaceOrBeyond(code) || beginnings.has(code)) && words.has(text.trim());
}

const beginnings: ReadonlySet<number> = new Set([...words].map((word) => word.charCodeAt(0)));

function isSpaceOrBeyond(code: number): boolean {
  return code <= 0x20 || code >= 0x7f;
}
