// Reading what a test has in memory: through stdin, in pieces as small as the test wants them.
import { Readable } from "node:stream";
import { ImportError } from "../../src/model/error.ts";
import type { FileInfo, Row, SourceSettings } from "../../src/model/row.ts";
import { openInput } from "../../src/read/open.ts";

interface ReadText {
  readonly info: FileInfo;
  readonly rows: readonly Row[];
  readonly detectedLate: readonly string[];
}

/** Reads bytes or text as the file `in.txt`, cut into pieces of `pieceLength` bytes. */
export async function readText(
  text: string | Buffer,
  settings: SourceSettings = {},
  pieceLength = 65536,
): Promise<ReadText> {
  await using input = await openInput("-", "in.txt", settings, { stdin: stdinOf(text, pieceLength) });
  const rows: Row[] = [];
  for await (const batch of input.batches()) rows.push(...batch);
  return { info: input.info, rows, detectedLate: input.detectedLate() };
}

/** A stdin that gives these bytes. */
export function stdinOf(text: string | Buffer, pieceLength = 65536): Readable {
  const bytes = Buffer.from(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceLength) pieces.push(bytes.subarray(at, at + pieceLength));
  return Readable.from(pieces);
}

/** A stdin that would give a gigabyte, and how many megabytes of it were taken. */
export function longStdin(start: string): { readonly stdin: Readable; readonly taken: () => number } {
  let megabytes = 0;
  async function* pieces() {
    yield Buffer.from(start);
    for (; megabytes < 1000; megabytes++) yield Buffer.alloc(1024 * 1024, "x");
  }
  return { stdin: Readable.from(pieces()), taken: () => megabytes };
}

/** The error that `action` fails with, as message and hint to assert on. */
export async function faultOf(action: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> {
  try {
    await action;
  } catch (error) {
    if (error instanceof ImportError) return { code: error.code, message: error.message, hint: error.hint ?? "" };
    throw error;
  }
  throw new Error("it did not fail");
}

/** Cells as an ordinary object, for comparison. */
export function plain(cells: unknown): unknown {
  return JSON.parse(JSON.stringify(cells));
}
