// Text with U+0000. The drivers store it or read it only up to there, so it is written down in other characters, and every
// text that is bound or read passes here. Not here: refusing such text in files (model/text/well-formed.ts).
//
// NUL becomes U+FDD0 "0". U+FDD0 is a character that Unicode keeps for inside of programs; where it stands in a text before
// "0" or "1", it becomes U+FDD0 "1". So different texts stay different, whatever compares them, and all others are kept as
// they are.

/** The text as it is kept: without NUL. Different texts are kept differently. */
export function keptText(text: string): string {
  return text.includes("\0") || text.includes(mark)
    ? text.replace(toKeep, (found) => `${mark}${found === "\0" ? "0" : "1"}`)
    : text;
}

/** The text that `keptText` was given. */
export function readText(kept: string): string {
  return kept.includes(mark) ? kept.replace(toRead, (_, digit) => (digit === "0" ? "\0" : mark)) : kept;
}

const mark = "\ufdd0";
const toKeep = /\0|\ufdd0(?=[01])/g;
const toRead = /\ufdd0([01])/g;
