// Characters that nobody sees: two keys that differ in them alone are the same to everybody but a computer.

/**
 * The text without characters that have no width: zero-width spaces, word joiners, byte order marks and soft hyphens.
 * Joiners and non-joiners stay between letters of scripts and in emoji that are made with them.
 */
export function withoutZeroWidth(text: string): string {
  return anyOfThem.test(text) ? text.replace(taken, "").trim() : text;
}

const anyOfThem = /[\u00ad\u200b-\u200d\u2060\ufeff]/;
const taken = /[\u00ad\u200b\u2060\ufeff]|(?<=^|[\0-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?=$|[\0-\u024f])/g;
