// Commands that somebody is to paste into a shell.

/** A word as a POSIX shell takes it for one: as it is where nothing in it means anything, else in quotes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
