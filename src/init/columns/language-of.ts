// In which language a header is, and its headings in English. Other languages are known by tables of whole headings
// (names/languages), so a heading is translated or left alone, never half.
import type { Language } from "../names/languages/language.ts";
import { languages } from "../names/languages/languages.ts";
import { namesIn } from "../names/name-table.ts";
import { foldText, joinedWords, wordsOf } from "./words-of.ts";

/** Gives the English heading that a heading means, or undefined where it is none of the language's. */
export type Translate = (words: readonly string[]) => string | undefined;

/**
 * The translation for a header: that of the language which knows most of its columns, where it knows two of them or more. Where
 * English knows as many, only headings are translated that it does not know; `isEnglish` tells one that needs no translation.
 */
export function translationFor(
  headings: readonly (readonly string[])[],
  isEnglish: (text: string) => boolean,
): Translate | undefined {
  const foreign = headings.filter((words) => !isEnglish(joinedWords(words)));
  const best = bestOf(headings);
  if (best.count < 2) return undefined;
  if (best.count <= headings.length - foreign.length) return othersOnly(foreign, isEnglish);
  const { translate } = best;
  const said = new Set(headings.map(translate));
  // `Nom` is a product's name, or the family's beside `Prénom`; `Nome` the given one beside `Cognome`.
  const half = said.has("first name") ? "last name" : said.has("last name") ? "first name" : undefined;
  return (words) => {
    const english = translate(words);
    return half !== undefined && english === "name" ? half : english;
  };
}

/** The translation of a header that is half English, as systems write it that are half translated. */
function othersOnly(
  foreign: readonly (readonly string[])[],
  isEnglish: (text: string) => boolean,
): Translate | undefined {
  const { count, translate } = bestOf(foreign);
  return count < 2 ? undefined : (words) => (isEnglish(joinedWords(words)) ? undefined : translate(words));
}

/** The language that knows most of these headings, and how many they are. */
function bestOf(headings: readonly (readonly string[])[]): { readonly count: number; readonly translate: Translate } {
  const rated = dictionaries.map(({ translate }) => ({
    translate,
    count: headings.filter((words) => translate(words) !== undefined).length,
  }));
  return rated.reduce((best, each) => (each.count > best.count ? each : best));
}

interface Dictionary {
  readonly translate: Translate;
}

const dictionaries: readonly Dictionary[] = languages.map(dictionaryOf);

function dictionaryOf({ headings, blocks }: Language): Dictionary {
  const english = new Map<string, string>();
  for (const [meaning, list] of Object.entries(headings))
    for (const heading of namesIn(list)) if (!english.has(normal(heading))) english.set(normal(heading), meaning);
  // Capitals inside a word part it: `MwSt`, `EMail`.
  const together = new Map([...english].map(([heading, meaning]) => [heading.replaceAll(" ", ""), meaning]));
  const whose = Object.entries(blocks).flatMap(([block, list]) =>
    namesIn(list).map((word) => [normal(word), block] as const),
  );
  const translate: Translate = (words) => {
    const text = foldText(joinedWords(words));
    const whole = english.get(text) ?? together.get(text.replaceAll(" ", ""));
    if (whole !== undefined) return whole;
    for (const [word, block] of whose) {
      const rest = text.startsWith(`${word} `)
        ? text.slice(word.length + 1)
        : text.endsWith(` ${word}`)
          ? text.slice(0, -word.length - 1)
          : undefined;
      const part = rest === undefined ? undefined : english.get(rest);
      if (part !== undefined) return `${block} ${part}`;
    }
    return undefined;
  };
  return { translate };
}

function normal(heading: string): string {
  return foldText(joinedWords(wordsOf(heading)));
}
