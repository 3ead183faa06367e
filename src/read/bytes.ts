// A file's bytes: from a path, or standard input, to unpacked bytes on demand. Knows gzip, folders, missing files and the
// kinds of files that are no text; does not know encodings.
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ImportError } from "../model/error.ts";
import { countText } from "../model/text/count-text.ts";
import { foreignFormat, foreignHeadBytes } from "./foreign-formats.ts";
import { openStreamFile, piecesOfStream } from "./stream-file.ts";
import { type ByteReader, byteReaderFrom, peek, piecesOf } from "./text/byte-reader.ts";
import { pieceBytes } from "./text/limits.ts";
import { unreadable } from "./text/unreadable.ts";
import { isFolder, reason, whyClosed } from "./why-closed.ts";

/** The unpacked bytes of an open file. */
export interface OpenBytes extends AsyncDisposable {
  readonly bytes: ByteReader;
  readonly gzip: boolean;
  /** A file on a disk, which opened a second time gives the same bytes again; a pipe does not. */
  readonly isRegular: boolean;
}

/** What reading may be given beside a path. */
export interface Streams {
  /** What the path `-` stands for. It is read, and never closed. */
  readonly stdin?: Readable | undefined;
  /** Ends waiting for a pipe or a terminal, with `STOPPED`. */
  readonly signal?: AbortSignal | undefined;
  /** The bytes that the file has on the disk; where it ends before them or goes on, it changed: `INPUT_CHANGED`. */
  readonly bytes?: bigint | undefined;
}

/**
 * Opens a file, or `stdin` for the path `-`.
 * Throws `INPUT_UNREADABLE` for what cannot be opened and for spreadsheets and archives.
 */
export async function openBytes(path: string, file: string, streams: Streams = {}): Promise<OpenBytes> {
  const opened = path === "-" ? fromStdin(streams, file) : await fromFile(path, file, streams);
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  const close = async () => {
    gunzip.destroy();
    await opened.close();
  };
  try {
    const packed = byteReaderFrom(opened.bytes);
    const gzip = isGzip(await peek(packed, 2));
    if (gzip) pipeline(Readable.from(piecesOf(packed)), gunzip, () => {}); // an error of either shows in `unzipped`
    const bytes = gzip ? byteReaderFrom(unzipped(gunzip, file)) : packed;
    const head = await peek(bytes, foreignHeadBytes);
    if (gzip && isGzip(head))
      throw unreadable(file, "it is packed with gzip twice", { hint: "unpack it once with `gzip -d`" });
    const foreign = foreignFormat(head, gzip ? path.replace(/\.gz$/i, "") : path);
    if (foreign !== undefined) throw unreadable(file, foreign.what, foreign);
    return { bytes, gzip, isRegular: opened.isRegular, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isGzip(head: Buffer): boolean {
  return startsWith(head, [0x1f, 0x8b]);
}

/** Whether bytes begin with these. */
export function startsWith(bytes: Buffer, start: readonly number[]): boolean {
  return bytes.length >= start.length && start.every((byte, at) => bytes[at] === byte);
}

interface Opened {
  readonly bytes: AsyncIterable<Buffer>;
  readonly isRegular: boolean;
  readonly close: () => Promise<void>;
}

async function fromFile(path: string, file: string, { signal, bytes }: Streams): Promise<Opened> {
  const stream = await openStreamFile(path);
  if (stream !== undefined) {
    return { bytes: piecesOfStream(stream, signal), isRegular: false, close: async () => void stream.destroy() };
  }
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    const why = await whyClosed(path, error, "the job");
    throw unreadable(file, why.what, { hint: why.hint, cause: error });
  }
  const stat = await handle.stat();
  if (stat.isDirectory()) {
    await handle.close();
    throw unreadable(file, isFolder.what, isFolder);
  }
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= handle.close();
    return closing;
  };
  return { bytes: piecesOfFile(handle, file, bytes), isRegular: stat.isFile(), close };
}

async function* piecesOfFile(handle: FileHandle, file: string, bytes: bigint | undefined): AsyncGenerator<Buffer> {
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await readPiece(handle, file);
    if (bytesRead === 0) break;
    total += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
  // Some file systems give the size of what they make up as they go as 0.
  if (bytes === undefined || bytes === 0n || BigInt(total) === bytes) return;
  throw new ImportError(
    "INPUT_CHANGED",
    `${file} changed while it was read: it had ${countText(Number(bytes))} bytes, and ${countText(total)} could be read`,
    { hint: "Nothing was sent. Run the same command again once nothing writes to it any more." },
  );
}

async function readPiece(handle: FileHandle, file: string): Promise<{ bytesRead: number; buffer: Buffer }> {
  try {
    return await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null);
  } catch (cause) {
    throw unreadable(file, `reading stopped: ${reason(cause)}`, {
      hint: "check the disk and the file, then run again",
      cause,
    });
  }
}

function fromStdin({ stdin, signal }: Streams, file: string): Opened {
  if (stdin === undefined) {
    throw unreadable(file, "there is no standard input to read", { hint: "pipe the file in, or name it instead of -" });
  }
  return { bytes: piecesOfStream(stdin, signal), isRegular: false, close: async () => {} };
}

async function* unzipped(gunzip: AsyncIterable<Buffer>, file: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of gunzip) yield piece;
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    throw unreadable(file, `the gzip data is damaged or cut off: ${reason(cause)}`, {
      hint: "copy or download the file again; `gzip -t` tells whether it is whole",
      cause,
    });
  }
}
