// Keys as a server may change them: trimmed, without invisible characters, composed, in another case, cut at a length.
// Keys are compared exactly everywhere else; folding only finds what deserves a second look.

/** A cut key is recognised from this length on: shorter beginnings are shared by too many. */
export const shortestCutLength = 20;

// Soft hyphens, zero-width characters and joiners, direction marks, variation selectors, the byte order mark.
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Equal for two keys that differ only in what servers and databases are known to change. */
export function foldKey(key: string): string {
  return key
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "") // collations that ignore accents also answer to the plain letter
    .replaceAll(invisible, "")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .toUpperCase() // ß becomes SS, as collations have it
    .toLowerCase();
}

/** Gives, for a key that a server shows, those of `ours` that it may have been: equal when folded, or ours cut at a length. */
export function createAlike(ours: Iterable<string>): (shown: string) => readonly string[] {
  const byFolded = new Map<string, string[]>();
  for (const key of ours) {
    const folded = foldKey(key);
    byFolded.set(folded, [...(byFolded.get(folded) ?? []), key]);
  }
  const long = [...byFolded].filter(([folded]) => folded.length > shortestCutLength);
  return (shown) => {
    if (byFolded.size === 0) return [];
    const folded = foldKey(shown);
    const cut =
      folded.length < shortestCutLength
        ? []
        : long.filter(([whole]) => whole !== folded && whole.startsWith(folded)).flatMap(([, keys]) => keys);
    return [...(byFolded.get(folded) ?? []), ...cut];
  };
}
