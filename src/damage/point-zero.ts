// Numbers that passed through a program which knows only fractions: the id 1001 became `1001.0`.
import { isPointZero } from "../model/text/spoilt-code.ts";
import { type DamageWatch, damageOf, suspects } from "./suspects.ts";

/** A watch for whole numbers that end in `.0`. */
export function watchPointZero(): DamageWatch {
  const found = suspects();
  let isFraction = false;
  let isLong = false;
  return {
    see(text, place) {
      if (isPointZero(text)) {
        found.add(text, place);
        isLong ||= text.length >= longest;
      } else isFraction ||= /^\d+\.\d+$/.test(text);
    },
    // Versions and sections (1.0, 1.1, 2.0) have other fractions too.
    damage: () =>
      isFraction || !(isLong || found.count() >= enough) ? [] : damageOf("point_zero", [found], isPointZero),
  };
}

const longest = "100.0".length;
const enough = 3;
