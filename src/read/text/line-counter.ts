// Counting lines over pieces of bytes. CR LF, LF and CR each end a line, also when CR and LF come in different pieces.

/** Knows the line that the next byte stands on. */
interface LineCounter {
  /** From 1: the line of the byte after the last one counted. */
  readonly line: () => number;
  /** Takes the bytes from `from` up to, not including, `to`. */
  readonly count: (bytes: Uint8Array, from?: number, to?: number) => void;
}

/** LF as a byte. */
export const lineFeed = 0x0a;
/** CR as a byte. */
export const carriageReturn = 0x0d;

/** A counter that stands on line `start`. */
export function lineCounter(start = 1): LineCounter {
  let line = start;
  let afterReturn = false;
  return {
    line: () => line,
    count: (bytes, from = 0, to = bytes.length) => {
      for (let at = from; at < to; at++) {
        const byte = bytes[at] ?? 0;
        if (byte > carriageReturn) continue; // nearly all bytes
        if (byte === carriageReturn) line++;
        else if (byte === lineFeed && !(at === from ? afterReturn : bytes[at - 1] === carriageReturn)) line++;
      }
      if (to > from) afterReturn = bytes[to - 1] === carriageReturn;
    },
  };
}

/** The number of line ends in a text. */
export function countLineEnds(text: string): number {
  if (!text.includes("\n") && !text.includes("\r")) return 0;
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}
