// Breaking sentences into lines, for whoever shows them on a terminal of some width.

/** Text in lines of at most `width` characters, broken at spaces; a longer word stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** As `wrap`, with these commands whole: one that is broken at the end of a line would be pasted as two. */
export function wrapAround(text: string, commands: readonly string[], width: number): readonly string[] {
  const longestFirst = [...new Set(commands)].sort((a, b) => b.length - a.length);
  const joined = longestFirst.reduce((made, command) => made.replaceAll(command, command.replaceAll(" ", "\0")), text);
  return wrap(joined, width).map((line) => line.replaceAll("\0", " "));
}
