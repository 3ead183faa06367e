// Texts cut at the length that a program can hold: 255 characters in many fields, 32,767 in a spreadsheet's cell.
import { type DamageWatch, damageOf, type Suspects, suspects } from "./suspects.ts";

/** A watch for texts that pile up at a limit. */
export function watchCutText(): DamageWatch {
  const atLimit = limits.map((limit) => ({ limit, found: suspects(), whole: 0, below: 0 }));
  let longest = 0;
  return {
    see(text, place) {
      const { length } = text;
      if (length > longest) longest = length;
      if (length < limits[0] - near) return;
      for (const each of atLimit) {
        if (length === each.limit) {
          each.found.add(text, place);
          if (endsWhole(text)) each.whole += 1;
        } else if (length < each.limit && length >= each.limit - near) each.below += 1;
      }
    },
    damage: () =>
      atLimit.flatMap(({ limit, found, whole, below }) => {
        if (longest !== limit || !isPile(limit, found, whole, below)) return [];
        return damageOf("cut_text", [found], (text) => text.length === limit);
      }),
  };
}

const limits = [255, 32_767] as const;
const near = 5;

// One text of exactly 255 characters is chance. Nothing is 32,767 characters long by chance.
function isPile(limit: number, found: Suspects, whole: number, below: number): boolean {
  if (limit === 32_767) return true;
  return found.count() >= 2 && found.count() > below && whole * 2 < found.count();
}

function endsWhole(text: string): boolean {
  return /[.!?…)>"”]$/.test(text);
}
