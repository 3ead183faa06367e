// Walking over JSON text that does not fit into memory, value by value. Knows what a value spans, where it stands and
// how deep brackets nest; what a value means is left to JSON.parse.
import type { ImportError } from "../model/error.ts";
import type { ByteReader } from "./text/byte-reader.ts";
import { maxRowBytes } from "./text/limits.ts";
import { lineCounter } from "./text/line-counter.ts";
import { rowTooLong, unreadable } from "./text/unreadable.ts";

/** A place in a JSON text. */
export interface JsonCursor {
  /** The line of the place, from 1. */
  line(): number;
  /** Skips white space and tells the character that stands there, as one of ASCII or `?`; undefined at the end. Takes nothing. */
  peek(): Promise<string | undefined>;
  /** Takes the character that `peek` told. */
  take(): void;
  /** Takes the value that `peek` stands at and gives its text. Throws `INPUT_UNREADABLE` over 8 MB or when the text ends in it. */
  value(): Promise<string>;
  /**
   * Takes the object that comes next, behind a comma unless it is the first, if it is at hand as a whole. Undefined, with nothing
   * taken, for anything else: then the others tell what comes.
   */
  objectAtHand(isFirst: boolean): { readonly text: string; readonly line: number } | undefined;
  /** Takes the value that `peek` stands at, whatever its size. What is no JSON is a fault, as far as it fits into 8 MB. */
  skip(): Promise<void>;
  /** The fault that something else was expected here. */
  expected(what: string): Promise<ImportError>;
}

/** A cursor at the start of `text`. */
export function jsonCursor(text: ByteReader, file: string): JsonCursor {
  const lines = lineCounter();
  let piece: Buffer = Buffer.alloc(0);
  let at = 0;

  const moveTo = (to: number): void => {
    lines.count(piece, at, to);
    at = to;
  };
  const refill = async (): Promise<boolean> => {
    const next = await text.read();
    if (next === undefined) return false;
    piece = next;
    at = 0;
    return true;
  };
  const peek = async (): Promise<string | undefined> => {
    for (;;) {
      moveTo(afterSpace(piece, at));
      const byte = piece[at];
      if (byte !== undefined) return byte < 0x80 ? String.fromCharCode(byte) : "?";
      if (!(await refill())) return undefined;
    }
  };
  // Gives undefined for a value that is longer than the bound, having taken it when `goOn` says so.
  const take = async (goOn: boolean): Promise<string | undefined> => {
    const start = lines.line();
    const endOf = new ValueEnd();
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      const from = at;
      const end = endOf.find(piece, from);
      moveTo(end ?? piece.length);
      length += at - from;
      if (length <= maxRowBytes) parts.push(piece.subarray(from, at));
      else if (!goOn) return undefined;
      if (end !== undefined) break;
      if (await refill()) continue;
      if (endOf.atEnd()) break;
      throw cutOff(file, start);
    }
    if (length > maxRowBytes) return undefined;
    const [whole = Buffer.alloc(0)] = parts;
    return (parts.length === 1 ? whole : Buffer.concat(parts)).toString("utf8");
  };

  return {
    line: lines.line,
    peek,
    take: () => moveTo(at + 1),
    async value() {
      const start = lines.line();
      const value = await take(false);
      if (value === undefined)
        throw rowTooLong(file, start, "look for a bracket or a quote in it that is never closed");
      return value;
    },
    objectAtHand(isFirst) {
      let from = afterSpace(piece, at);
      if (!isFirst && piece[from] !== comma) return undefined;
      if (!isFirst) from = afterSpace(piece, from + 1);
      if (piece[from] !== openBrace) return undefined;
      const end = new ValueEnd().find(piece, from);
      if (end === undefined || end - from > maxRowBytes) return undefined;
      moveTo(from);
      const line = lines.line();
      moveTo(end);
      return { text: piece.toString("utf8", from, end), line };
    },
    async skip() {
      const line = lines.line();
      const value = await take(true);
      if (value === undefined) return;
      try {
        JSON.parse(value);
      } catch (cause) {
        throw unreadable(file, "what starts on this line is not JSON", {
          line,
          hint: "export the file again, as JSON",
          cause,
        });
      }
    },
    async expected(what) {
      const found = await peek();
      const line = lines.line();
      if (found === undefined) return cutOff(file, line);
      return unreadable(
        file,
        `${what} is expected, ${found === '"' ? "a text" : `"${found}"`} found: this is not valid JSON`,
        {
          line,
          hint: "export the file again; for a file with one object on each line set source.format: ndjson",
        },
      );
    },
  };
}

function cutOff(file: string, line: number): ImportError {
  return unreadable(file, "the file ends in the middle of its JSON", {
    line,
    hint: "copy or export the file again: it is cut off",
  });
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function afterSpace(piece: Buffer, from: number): number {
  let at = from;
  while (isSpace(piece[at])) at++;
  return at;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, comma, colon] = Buffer.from('"\\{}[],:');

/** Finds where a value ends, piece by piece. */
class ValueEnd {
  #kind: "text" | "nested" | "word" | undefined;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;

  /** Where the value ends in this piece, having started at `from` or in an earlier piece; undefined when it goes on. */
  find(piece: Buffer, from: number): number | undefined {
    this.#kind ??= kindOf(piece[from]);
    if (this.#kind === "word") return wordEnd(piece, from);
    // Nearly all bytes of a file pass here.
    let depth = this.#depth;
    let isInText = this.#isInText;
    let at = from;
    if (this.#isEscaped && at < piece.length) at++;
    for (; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      if (plainBytes[byte] === 1) continue;
      if (byte === backslash && isInText) at++;
      else if (byte === quote) {
        isInText = !isInText;
        if (!isInText && depth === 0) return at + 1;
      } else if (isInText) continue;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return at + 1;
    }
    this.#depth = depth;
    this.#isInText = isInText;
    this.#isEscaped = at > piece.length;
    return undefined;
  }

  /** True when the value may end with the text: a number or a word. */
  atEnd(): boolean {
    return this.#kind === "word";
  }
}

/** 1 for each byte that neither opens nor closes anything. */
const plainBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  [quote, backslash, openBrace, closeBrace, openBracket, closeBracket].includes(byte) ? 0 : 1,
);

function wordEnd(piece: Buffer, from: number): number | undefined {
  for (let at = from; at < piece.length; at++) {
    const byte = piece[at];
    if (isSpace(byte) || byte === comma || byte === colon || byte === closeBrace || byte === closeBracket) return at;
  }
  return undefined;
}

function kindOf(byte: number | undefined): "text" | "nested" | "word" {
  if (byte === quote) return "text";
  return byte === openBrace || byte === openBracket ? "nested" : "word";
}
