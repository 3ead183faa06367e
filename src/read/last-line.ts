// Whether a text ends with a line end. A file that lost its end mostly lost it in the middle of a line.

import type { Source } from "./source.ts";
import { carriageReturn, lineFeed } from "./text/line-counter.ts";

/** A source that notices how its text ends. */
export interface EndingSource extends Source {
  /** Whether a line end stands behind the last line, blanks aside; undefined until everything was read. */
  endsLine(): boolean | undefined;
}

/** The same source, watched. */
export function watchLastLine(source: Source): EndingSource {
  let endsLine = true;
  let isOver = false;
  return {
    ...source,
    async read() {
      const piece = await source.read();
      if (piece === undefined) isOver = true;
      const last = piece === undefined ? undefined : lastWritten(piece);
      if (last !== undefined) endsLine = last === lineFeed || last === carriageReturn;
      return piece;
    },
    endsLine: () => (isOver ? endsLine : undefined),
  };
}

const space = 0x20;
const tab = 0x09;

// The last byte that is no blank; undefined when all of them are.
function lastWritten(piece: Buffer): number | undefined {
  let at = piece.length - 1;
  while (piece[at] === space || piece[at] === tab) at--;
  return piece[at];
}
