// The text of a file that people write (a job, a mapping), or in a sentence why it is none: not there, a folder, a link to
// nowhere, no text, far too long. Its content is shown in no message.
import { open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ConfigKind, configKind } from "../model/config/config-kind.ts";
import { type ErrorCode, ImportError } from "../model/error.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { foreignFormat, foreignHeadBytes } from "./foreign-formats.ts";
import { openStreamFile, piecesOfStream } from "./stream-file.ts";
import { pieceBytes } from "./text/limits.ts";
import { isFolder, whyClosed } from "./why-closed.ts";

/** A file that people write, as messages speak of it. */
export interface ConfigFile {
  readonly path: string;
  readonly shown: string;
  /** What it should be. */
  readonly kind: "job" | "mapping";
  /** `the job file`, `the mapping`. */
  readonly what: string;
  /** Where its path stands, for hints: `the job`. */
  readonly named: string;
  /** Of the error. */
  readonly code: ErrorCode;
  /** What to do when it is not there, beside what can be told of the path. */
  readonly hint: string;
  /** Read it also when nothing stands in it. */
  readonly mayBeEmpty?: boolean;
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
    const toDo = what === isFolder.what ? await fileOfFolder(file) : hint;
    const guess = /Did you mean .*\?$/.exec(capital(toDo))?.[0];
    throw refuse(what, guess !== undefined && file.kind === "job" ? guess : `${file.hint} ${sentence(toDo)}`, cause);
  }
  const head = bytes.subarray(0, foreignHeadBytes);
  const foreign = foreignFormat(head, file.path);
  if (foreign !== undefined) throw refuse(foreign.what, `${sentence(foreign.hint)}${afterSaving(file)}`);
  await refuseOtherKind(bytes, file);
  if (bytes.length > mostBytes)
    throw refuse(
      `it is longer than ${mostMegabytes} MB`,
      `Is it ${file.what} at all? A long table of values belongs in a file of its own: lookup: { file: … }.`,
    );
  if (isPacked(bytes)) throw refuse("it is packed with gzip", "Unpack it with `gzip -d`.");
  const text = decoded(bytes);
  if (text === undefined) throw refuse("it is not UTF-8 text", "Save it as UTF-8, and check that the path is right.");
  const isEmpty = file.mayBeEmpty !== true && /^(?:\s|#[^\n]*)*$/.test(text.replace(/^\uFEFF/, ""));
  if (isEmpty) throw new ImportError(file.code, `${file.what} ${file.shown} is empty`, { hint: written[file.kind] });
  return text;
}

const written = {
  job: "A job names exports and mappings: luminous-import init products.csv writes one. docs/job.md describes it.",
  mapping:
    "A mapping says which field comes from which column: luminous-import init products.csv writes one. docs/mapping.md describes it.",
} as const;

/** A file that holds something else is told by what it is: its faults as YAML would fill screens. */
async function refuseOtherKind(bytes: Buffer, file: ConfigFile): Promise<void> {
  const found = isPacked(bytes) ? packedKind(file.path) : configKind(startOf(bytes), file.path);
  if (found === undefined || found === file.kind) return;
  throw new ImportError(file.code, `${file.shown} is a ${found}, not a ${file.kind}`, {
    hint: await whatToDo(file, found),
  });
}

/** So much of a text shows what it is. */
function startOf(bytes: Buffer): string {
  return bytes.subarray(0, 64 * 1024).toString("utf8");
}

function isPacked(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

// Exports may be packed, so what is inside need not be looked at.
function packedKind(path: string): ConfigKind | undefined {
  if (/\.(csv|tsv|tab)\.gz$/i.test(path)) return "CSV";
  return /\.(json|ndjson|jsonl)\.gz$/i.test(path) ? "JSON export" : undefined;
}

/** What follows once a workbook is saved as text. */
function afterSaving({ kind, shown }: ConfigFile): string {
  const isWorkbook = kind === "job" && /\.(xls[xmb]?|ods)$/i.test(shown);
  return isWorkbook ? ` Then: luminous-import init ${shellWord(shown.replace(/\.\w+$/, ".csv"))}` : "";
}

async function whatToDo({ kind, path, shown }: ConfigFile, found: ConfigKind): Promise<string> {
  if (found === "job") return "In the job, mapping: names a file that says which field comes from which column.";
  if (found === "mapping") {
    const isBeside = await isFile(join(dirname(path), usualJob));
    return isBeside
      ? `Did you mean ${join(dirname(shown), usualJob)}?`
      : `A job names it, under inputs: mapping: ${shown}`;
  }
  return kind === "job"
    ? `Did you mean: luminous-import init ${shellWord(shown)}`
    : "In the job, file: names the export, and mapping: the file that says how to read it.";
}

const usualJob = "import.yaml";

/** In a folder, the job that `init` writes. */
async function fileOfFolder({ path, shown, kind }: ConfigFile): Promise<string> {
  const isThere = kind === "job" && (await isFile(join(path, usualJob)));
  return isThere ? `did you mean ${join(shown, usualJob)}?` : "name the file itself";
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
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

function decoded(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

function sentence(words: string): string {
  return `${capital(words)}${/[?.]$/.test(words) ? "" : "."}`;
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
