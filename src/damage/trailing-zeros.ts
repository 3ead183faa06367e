// Article numbers that were taken for decimals: `10.10` became `10.1`.
import { type DamageWatch, damageOf, type Suspects, suspects } from "./suspects.ts";

/** A watch for numbers with a fraction that lost zeros at their end. */
export function watchTrailingZeros(): DamageWatch {
  const byPlaces = new Map<number, { found: Suspects; readonly texts: Set<string> }>();
  let dotted = 0;
  let others = 0;
  return {
    see(text, place) {
      const places = dottedPlaces(text);
      if (places === undefined) {
        others += 1;
        return;
      }
      dotted += 1;
      const known = byPlaces.get(places) ?? { found: suspects(), texts: new Set<string>() };
      byPlaces.set(places, known);
      known.found.add(text, place);
      if (known.texts.size < maxTexts) known.texts.add(text);
    },
    damage() {
      const [usual] = [...byPlaces].toSorted(([, a], [, b]) => b.found.count() - a.found.count());
      if (usual === undefined || dotted < others) return [];
      const [places, { found }] = usual;
      const isRule = places >= 2 && found.count() >= 3 && found.count() >= dotted * minShare;
      const longer = [...byPlaces.keys()].some((each) => each > places);
      if (!isRule || longer) return [];
      const shorter = [...byPlaces].filter(([each]) => each < places);
      if (countsOn(shorter.flatMap(([, each]) => [...each.texts]))) return [];
      const isShort = (text: string): boolean => (dottedPlaces(text) ?? places) < places;
      return damageOf(
        "lost_trailing_zeros",
        shorter.map(([, each]) => each.found),
        isShort,
      );
    },
  };
}

const maxTexts = 5000;
const minShare = 0.45;
const pattern = /^\d{1,12}\.(\d{1,12})$/;

function dottedPlaces(text: string): number | undefined {
  return pattern.exec(text)?.[1]?.length;
}

// Sections go 10.1, 10.2, 10.3 … before they come to 10.10.
function countsOn(texts: readonly string[]): boolean {
  const seen = new Map<string, Set<string>>();
  for (const text of texts) {
    const [whole = "", fraction = ""] = text.split(".");
    seen.set(whole, (seen.get(whole) ?? new Set()).add(fraction));
  }
  return [...seen.values()].some((fractions) => ["1", "2", "3"].every((digit) => fractions.has(digit)));
}
