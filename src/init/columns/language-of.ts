// In which language a header is, and its headings in English. Other languages are known by tables of whole headings
// (names/languages), so a heading is translated or left alone, never half.
import type { Language } from "../names/languages/language.ts";
import { languages } from "../names/languages/languages.ts";
import { namesIn } from "../names/name-table.ts";
import { foldText, joinedWords, wordsOf } from "./words-of.ts";

/** Gives the English heading that a heading means, or undefined where it is none of the language's. */
export type Translate = (words: readonly string[]) => string | undefined;

/**
 * The translation for a header: that of the language which knows most of its columns, where it knows two of them or more and
 * more than English does; `isEnglish` tells a heading that needs no translation.
 */
export function translationFor(
  headings: readonly (readonly string[])[],
  isEnglish: (text: string) => boolean,
): Translate | undefined {
  const known = headings.filter((words) => isEnglish(joinedWords(words))).length;
  const rated = dictionaries.map((dictionary) => ({
    dictionary,
    count: headings.filter((words) => dictionary.translate(words) !== undefined).length,
  }));
  const [best] = rated.toSorted((a, b) => b.count - a.count);
  if (best === undefined || best.count < 2 || best.count <= known) return undefined;
  const { translate } = best.dictionary;
  const said = new Set(headings.map(translate));
  // `Nom` is a product's name, or the family's beside `Prénom`; `Nome` the given one beside `Cognome`.
  const half = said.has("first name") ? "last name" : said.has("last name") ? "first name" : undefined;
  return (words) => {
    const english = translate(words);
    return half !== undefined && english === "name" ? half : english;
  };
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
