// Texts that PostgreSQL cannot hold. Its text type has no NUL and, being UTF-8, no lone half of a surrogate pair, so both are
// written down in other characters; every text that is bound or read passes here. Not here: JSON (codec.ts).
//
// NUL becomes U+FDD0 "0", a lone half U+FDD0 "2" and its four hex digits. U+FDD0 is a character that Unicode keeps for inside of
// programs; where it stands in a text before "0", "1" or "2", it becomes U+FDD0 "1". So different texts stay different, whatever
// compares them, and all others are kept as they are.

/** The text as it is kept. Different texts are kept differently. */
export function keptText(text: string): string {
  return mustChange.test(text) ? text.replace(toKeep, keptCharacter) : text;
}

/** The text that `keptText` was given. */
export function readText(kept: string): string {
  return kept.includes(mark) ? kept.replace(toRead, (_, digit, half) => readCharacter(digit, half)) : kept;
}

const mark = "\ufdd0";
const mustChange = /[\0\ufdd0]|\p{Surrogate}/u;
const toKeep = /\0|\ufdd0(?=[012])|\p{Surrogate}/gu;
const toRead = /\ufdd0(?:([01])|2([0-9a-f]{4}))/g;

function keptCharacter(found: string): string {
  if (found === "\0") return `${mark}0`;
  return found === mark ? `${mark}1` : `${mark}2${found.charCodeAt(0).toString(16)}`;
}

function readCharacter(digit: string | undefined, half: string | undefined): string {
  if (half !== undefined) return String.fromCharCode(Number.parseInt(half, 16));
  return digit === "0" ? "\0" : mark;
}
