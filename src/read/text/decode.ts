// From a file's bytes to checked UTF-8: whatever the encoding, readers see valid text without NUL. Nothing is ever
// replaced: a byte that the encoding does not know ends the read. Byte order marks are not known here.
import { isUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import { ImportError } from "../../model/error.ts";
import { pieceBytes } from "./limits.ts";
import { lineCounter } from "./line-counter.ts";
import { unreadable } from "./unreadable.ts";

/**
 * The name an encoding goes by here, known to iconv-lite: `UTF8` is `utf-8`, `utf-16` without a byte order mark is `utf-16le`.
 * Throws `MAPPING_INVALID` for one that nobody knows.
 */
export function encodingName(encoding: string): string {
  const flat = encoding.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (flat === "utf8") return "utf-8";
  if (flat === "utf16" || flat === "utf16le" || flat === "ucs2") return "utf-16le";
  if (flat === "utf16be") return "utf-16be";
  if (!iconv.encodingExists(encoding)) {
    throw new ImportError("MAPPING_INVALID", `source.encoding: "${encoding}" is not a known encoding`, {
      hint: "write utf-8, utf-16le, windows-1252, iso-8859-1 or another name of the iconv library",
    });
  }
  return encoding;
}

/**
 * The text of `bytes` as pieces of UTF-8 that end between characters, without the Ctrl-Z at the end of DOS files. `file` is for the error messages.
 * Throws `INPUT_UNREADABLE` with the line of the first byte that is not text in this encoding, or NUL.
 */
export async function* decoded(bytes: AsyncIterable<Buffer>, encoding: string, file: string): AsyncGenerator<Buffer> {
  const convert = converter(encoding);
  const lines = lineCounter();
  const checked = (piece: Buffer, last: boolean): Buffer => {
    const { text, isWhole } = convert(piece, last);
    const nul = text.indexOf(0);
    lines.count(text, 0, nul === -1 ? text.length : nul);
    if (nul !== -1) throw nulFound(file, lines.line());
    if (!isWhole && piece.includes(0) && !hasNulBytes(encoding)) throw nulFound(file, lines.line());
    if (!isWhole) throw notInEncoding(file, lines.line(), encoding, text);
    return text;
  };
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for await (const long of bytes) {
      for (let at = 0; at < long.length; at += pieceBytes) yield checked(long.subarray(at, at + pieceBytes), false);
    }
    yield checked(Buffer.alloc(0), true);
  };
  yield* withoutEndMarks(pieces());
}

const endMark = 0x1a;

// DOS programs end a text with Ctrl-Z, or fill its last block with them. In the middle it is a character like any other.
async function* withoutEndMarks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held = 0;
  for await (const piece of pieces) {
    let end = piece.length;
    while (end > 0 && piece[end - 1] === endMark) end--;
    if (end > 0) {
      for (; held > 0; held -= Math.min(held, pieceBytes)) yield Buffer.alloc(Math.min(held, pieceBytes), endMark);
      yield piece.subarray(0, end);
    }
    held += piece.length - end;
  }
}

// Whether ordinary text has NUL bytes in this encoding.
function hasNulBytes(encoding: string): boolean {
  return /^(?:utf-?(?:16|32)|ucs)/i.test(encoding);
}

function nulFound(file: string, line: number): ImportError {
  return unreadable(file, "NUL bytes, not text: is it UTF-16 or a binary file?", {
    line,
    hint: "save the file as CSV UTF-8; when it is UTF-16 without a byte order mark, set source.encoding: utf-16le",
  });
}

function notInEncoding(file: string, line: number, encoding: string, before: Buffer): ImportError {
  const tail =
    /[^\r\n]*$/
      .exec(before.subarray(-80).toString("utf8"))?.[0]
      .replace(/\uFFFD/g, "")
      .slice(-20) ?? "";
  const place = tail === "" ? "" : ` after "${tail}"`;
  return unreadable(file, `what is on this line${place} is not ${encoding}`, {
    line,
    hint:
      encoding === "utf-8"
        ? "set source.encoding to what the file is, most often windows-1252, or save it as CSV UTF-8"
        : "set source.encoding to what the file is, or save it as CSV UTF-8",
  });
}

/** What a piece gave: when it is not whole, `text` ends where the first byte stands that the encoding does not know. */
interface Conversion {
  readonly text: Buffer;
  readonly isWhole: boolean;
}
type Convert = (piece: Buffer, last: boolean) => Conversion;

function converter(encoding: string): Convert {
  if (encoding === "utf-8") return carrying(wholeUtf8, convertUtf8);
  if (encoding === "utf-16le") return carrying((bytes) => wholeUtf16(bytes, 1), utf16Converter("utf-16le"));
  if (encoding === "utf-16be") return carrying((bytes) => wholeUtf16(bytes, 0), utf16Converter("utf-16be"));
  return iconvConverter(encoding);
}

/** Keeps back what a piece has of its last character until the rest comes. */
function carrying(wholeLength: (bytes: Buffer) => number, convert: (bytes: Buffer) => Conversion): Convert {
  let carried: Buffer = Buffer.alloc(0);
  return (piece, last) => {
    const bytes = carried.length === 0 ? piece : Buffer.concat([carried, piece]);
    const length = last ? bytes.length : wholeLength(bytes);
    carried = bytes.subarray(length);
    return convert(bytes.subarray(0, length));
  };
}

/** How many of these bytes make whole characters of UTF-8, if they are UTF-8 at all: what is left waits for more. */
export function wholeUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue; // in the middle of a character: its first byte stands further back
    if (byte >= 0xf8) break; // starts no character
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function convertUtf8(bytes: Buffer): Conversion {
  if (isUtf8(bytes)) return { text: bytes, isWhole: true };
  // A replacement character that the file has itself is text; the first one that it does not have marks the place.
  const lossy = bytes.toString("utf8");
  for (let at = lossy.indexOf("\uFFFD"); at !== -1; at = lossy.indexOf("\uFFFD", at + 1)) {
    const length = Buffer.byteLength(lossy.slice(0, at));
    if (bytes.readUIntBE(length, Math.min(3, bytes.length - length)) !== 0xefbfbd) {
      return { text: bytes.subarray(0, length), isWhole: false };
    }
  }
  return { text: bytes, isWhole: false };
}

function wholeUtf16(bytes: Buffer, highByteAt: 0 | 1): number {
  const even = bytes.length - (bytes.length % 2);
  const high = even === 0 ? 0 : (bytes[even - 2 + highByteAt] ?? 0);
  return high >= 0xd8 && high <= 0xdb ? even - 2 : even; // the first half of a surrogate pair waits for the second
}

function utf16Converter(encoding: string): (bytes: Buffer) => Conversion {
  const strict = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const lossy = new TextDecoder(encoding, { ignoreBOM: true });
  return (bytes) => {
    try {
      return { text: Buffer.from(strict.decode(bytes)), isWhole: true };
    } catch {
      return beforeReplacement(lossy.decode(bytes));
    }
  };
}

function iconvConverter(encoding: string): Convert {
  const decoder = iconv.getDecoder(encoding, { stripBOM: false });
  return (piece, last) => {
    const text = decoder.write(piece) + (last ? (decoder.end() ?? "") : "");
    return text.includes("\uFFFD") ? beforeReplacement(text) : { text: Buffer.from(text), isWhole: true };
  };
}

function beforeReplacement(text: string): Conversion {
  return { text: Buffer.from(text.slice(0, text.indexOf("\uFFFD"))), isWhole: false };
}
