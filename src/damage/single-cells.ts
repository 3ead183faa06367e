// Damage that a cell shows by itself, whatever stands around it: errors of formulas, scientific notation, text read in the
// wrong encoding, entities of HTML, spaces that nobody sees.
import type { ColumnRole } from "../model/damage.ts";
import { isScientific } from "../model/text/spoilt-code.ts";
import { isMojibake } from "./mojibake.ts";
import { type DamageWatch, damageOf, suspects } from "./suspects.ts";

/** A watch over single cells of a column in this role. */
export function watchSingleCells(role: ColumnRole): DamageWatch {
  const isKey = role === "identifier" || role === "gtin" || role === "postal_code";
  const kinds = [
    { kind: "formula_error" as const, isDamaged: isFormulaError, found: suspects() },
    ...(isKey ? [{ kind: "scientific_notation" as const, isDamaged: isScientific, found: suspects() }] : []),
    ...(role === "text" || role === "identifier"
      ? [{ kind: "html_entities" as const, isDamaged: hasEntity, found: suspects() }]
      : []),
    ...(role === "other"
      ? []
      : [
          { kind: "mojibake" as const, isDamaged: isMojibake, found: suspects() },
          {
            kind: "odd_spaces" as const,
            isDamaged: isKey ? (text: string) => anyOddSpace.test(text) : hasOddSpace,
            found: suspects(),
          },
        ]),
  ];
  return {
    see(text, place) {
      if (!isOdd(text) && !(isKey && isScientific(text))) return;
      for (const { isDamaged, found } of kinds) if (isDamaged(text)) found.add(text, place);
    },
    damage: () => kinds.flatMap(({ kind, isDamaged, found }) => damageOf(kind, [found], isDamaged)),
  };
}

// Nearly all cells hold nothing but ASCII: of these only errors of formulas and entities look damaged, beside numbers.
function isOdd(text: string): boolean {
  return text.startsWith("#") || oddSign.test(text);
}

const oddSign = /[&\u0080-\uffff]/;

// Excel's, with the German ones, and the fence of a column that was too narrow.
const formulaError =
  /^#(?:REF!|N\/A|NAME\?|VALUE!|DIV\/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA|ERROR!|BEZUG!|NV|WERT!|ZAHL!|#{3,})$/i;

function isFormulaError(text: string): boolean {
  return text.startsWith("#") && formulaError.test(text);
}

// Where tags stand too, it is HTML and may be meant as such.
function hasEntity(text: string): boolean {
  return text.includes("&") && entity.test(text) && !tag.test(text);
}

const entity = /&(?:amp|lt|gt|quot|apos|nbsp|#\d{2,5}|#x[\da-f]{2,4});/i;
const tag = /<[a-z!/]/i;

const anyOddSpace = /[\u00a0\u00ad\u2007\u200b-\u200f\u202a-\u202f\u2060\ufeff]/;
const withoutWidth = /[\u200b\u2060\ufeff]/;
const betweenWords = /\p{L}\u00a0+\p{L}{2}/u;
const otherScripts = /[\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Tibetan}]/u;
const proseLength = 80;

// In text a non-breaking space before a sign or a unit is good typography, and long texts come from web pages that are full
// of them; between two words of a name nobody will ever find it.
function hasOddSpace(text: string): boolean {
  if (!anyOddSpace.test(text)) return false;
  if (withoutWidth.test(text)) return !otherScripts.test(text);
  return text.length <= proseLength && !text.includes("<") && betweenWords.test(text);
}
