// The text of a file that people write (a job, a mapping), or in a sentence why it is none: not there, a folder, a link to
// nowhere, no text, far too long. Its content is shown in no message.
import { open } from "node:fs/promises";
import { type ErrorCode, ImportError } from "../model/error.ts";
import { foreignFormat, foreignHeadBytes } from "./foreign-formats.ts";
import { openStreamFile, piecesOfStream } from "./stream-file.ts";
import { pieceBytes } from "./text/limits.ts";
import { isFolder, noSuchFile, reason, whyClosed } from "./why-closed.ts";

/** A file that people write, as messages speak of it. */
export interface ConfigFile {
  readonly path: string;
  readonly shown: string;
  /** `the job file`, `the mapping`. */
  readonly what: string;
  /** Where its path stands, for hints: `the job`. */
  readonly named: string;
  /** Of the error. */
  readonly code: ErrorCode;
  /** What to do when it is not there, beside what can be told of the path. */
  readonly hint: string;
  /** Ends waiting for a pipe, with `STOPPED`. */
  readonly signal?: AbortSignal | undefined;
}

const mostMegabytes = 2;
const mostBytes = mostMegabytes * 1024 * 1024;

/** Reads the text. Throws one `ImportError` of the file's code. */
export async function readConfigText(file: ConfigFile): Promise<string> {
  const refuse = (why: string, hint: string, cause?: unknown): ImportError =>
    new ImportError(file.code, `${file.what} ${file.shown} cannot be read: ${why}`, { hint, cause });
  let bytes: Buffer;
  try {
    bytes = await readStart(file);
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    const { what, hint } = await whyClosed(file.path, cause, file.named);
    const toDo = what === isFolder.what ? "name the file itself" : hint;
    throw refuse(what === noSuchFile ? systemWords(cause) : what, `${file.hint} ${capital(toDo)}.`, cause);
  }
  if (bytes.length > mostBytes)
    throw refuse(
      `it is longer than ${mostMegabytes} MB`,
      `Is it ${file.what} at all? A long table of values belongs into a file of its own: lookup: { file: … }.`,
    );
  const head = bytes.subarray(0, foreignHeadBytes);
  const foreign = foreignFormat(head, file.path);
  if (foreign !== undefined) throw refuse(foreign.what, `${capital(foreign.hint)}.`);
  if (head[0] === 0x1f && head[1] === 0x8b) throw refuse("it is packed with gzip", "Unpack it with `gzip -d`.");
  const text = decoded(bytes);
  if (text === undefined) throw refuse("it is no UTF-8 text", "Save it as UTF-8, and check that the path is right.");
  return text;
}

/** The bytes of a file or a pipe; of more than there may be only as many as show that. */
async function readStart({ path, signal }: ConfigFile): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  const isFull = (piece: Buffer): boolean => {
    pieces.push(piece);
    length += piece.length;
    return length > mostBytes;
  };
  const stream = await openStreamFile(path);
  if (stream === undefined) {
    await using handle = await open(path, "r");
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null);
      if (bytesRead === 0 || isFull(buffer.subarray(0, bytesRead))) break;
    }
  } else {
    try {
      for await (const piece of piecesOfStream(stream, signal)) if (isFull(piece)) break;
    } finally {
      stream.destroy();
    }
  }
  return Buffer.concat(pieces);
}

// Without the path: what was given for one may be anything.
function systemWords(error: unknown): string {
  return reason(error).replace(/, \w+ '.*$/s, "");
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
