// Opening: from a path to checked UTF-8 text without a byte order mark. Knows byte order marks and puts bytes, encoding
// and decoding together; does not know rows or formats.

import { type OpenBytes, openBytes, type Streams, startsWith } from "./bytes.ts";
import { type ByteReader, byteReaderFrom, peek, piecesOf } from "./text/byte-reader.ts";
import { decoded, encodingName, wholeUtf8 } from "./text/decode.ts";
import { detectEncoding } from "./text/encoding.ts";
import { mostPeekedBytes } from "./text/limits.ts";
import { unreadable } from "./text/unreadable.ts";

/** An open file as text: pieces of valid UTF-8 that end between characters, without NUL and byte order mark. */
export interface Source extends ByteReader, AsyncDisposable {
  /** The file as people know it; every error names it. */
  readonly file: string;
  readonly encoding: string;
  readonly bom: boolean;
  readonly gzip: boolean;
  /** What was found out about the encoding, when it is not what was said or expected. */
  readonly detected: readonly string[];
}

/**
 * Opens a file, or `stdin` for the path `-`. A byte order mark decides over `encoding`; without
 * either the bytes decide: all of a file's, the first megabytes of anything that can be read only once.
 * Throws `INPUT_UNREADABLE` for what cannot be opened, is empty or is no text file, or whose encoding cannot be told.
 */
export async function openSource(
  path: string,
  file: string,
  encoding: string | undefined,
  streams: Streams = {},
): Promise<Source> {
  const said = encoding === undefined ? undefined : encodingName(encoding);
  const opened = await openBytes(path, file, streams);
  try {
    const { bytes, gzip } = opened;
    const mark = await takeMark(bytes, file);
    const found = await encodingOf(mark, said, () => detectEncoding(lookAt(opened, path, file), file));
    const text = byteReaderFrom(decoded(piecesOf(bytes), found.encoding, file));
    return {
      file,
      ...found,
      bom: mark !== undefined,
      gzip,
      read: () => text.read(),
      unread: (piece) => text.unread(piece),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

type FoundEncoding = Pick<Source, "encoding" | "detected">;

async function encodingOf(
  mark: string | undefined,
  said: string | undefined,
  detect: () => Promise<FoundEncoding>,
): Promise<FoundEncoding> {
  if (mark !== undefined) {
    return { encoding: mark, detected: mark === (said ?? "utf-8") ? [] : [`encoding ${mark} (byte order mark)`] };
  }
  return said === undefined ? detect() : { encoding: said, detected: [] };
}

// UTF-32 first: its little-endian mark begins like that of UTF-16.
const byteOrderMarks = [
  { encoding: "utf-32le", bytes: [0xff, 0xfe, 0, 0] },
  { encoding: "utf-32be", bytes: [0, 0, 0xfe, 0xff] },
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
] as const;

/** The encoding that a byte order mark names; the mark is read away. */
async function takeMark(bytes: ByteReader, file: string): Promise<string | undefined> {
  const head = await peek(bytes, 8);
  const mark = byteOrderMarks.find((candidate) => startsWith(head, candidate.bytes));
  if (head.length <= (mark?.bytes.length ?? 0)) {
    throw unreadable(file, "the file is empty", { hint: "check whether the export ran through, and export again" });
  }
  if (mark !== undefined) bytes.unread(((await bytes.read()) ?? head).subarray(mark.bytes.length));
  return mark?.encoding;
}

/** The bytes to judge by, as often as they are asked for: all of a file, else its beginning up to a whole character. */
function lookAt({ bytes, isRegular }: OpenBytes, path: string, file: string): () => AsyncGenerator<Buffer> {
  return async function* () {
    if (isRegular) {
      await using again = await openBytes(path, file);
      yield* piecesOf(again.bytes);
    } else {
      const head = await peek(bytes, mostPeekedBytes);
      yield head.length < mostPeekedBytes ? head : head.subarray(0, wholeUtf8(head));
    }
  };
}
