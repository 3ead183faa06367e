// Files that are no files: pipes with a name, terminals, standard input. They may be silent for ever, so waiting for them
// never holds a thread and ends with a signal.
import { on } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { isatty, ReadStream } from "node:tty";
import { stoppedReading } from "./text/unreadable.ts";

/** Whether a path is a pipe or standard input (`-`): what can be read only once. */
export async function isStreamFile(path: string): Promise<boolean> {
  return path === "-" || (await stat(path).catch(() => undefined))?.isFIFO() === true;
}

/**
 * Opens a named pipe or a terminal, without waiting for anybody to write; undefined for everything else. Whoever opens it
 * destroys it.
 */
export async function openStreamFile(path: string): Promise<Readable | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !(found.isFIFO() || found.isCharacterDevice())) return undefined;
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined; // opening it as a file says why
  }
  if (found.isFIFO()) return new Socket({ fd: descriptor, readable: true, writable: false });
  if (isatty(descriptor)) return new ReadStream(descriptor);
  closeSync(descriptor);
  return undefined;
}

/** What a stream gives, to its end; it is left open and at rest. Throws `STOPPED` as soon as the signal says so, also while nothing comes. */
export async function* piecesOfStream(stream: Readable, signal?: AbortSignal): AsyncGenerator<Buffer> {
  if (stream.errored !== null) throw stream.errored;
  if (stream.readableEnded || stream.destroyed) return;
  const settings = { close: ["end", "close"], highWaterMark: 16, lowWaterMark: 1 };
  try {
    const events = on(stream, "data", signal === undefined ? settings : { ...settings, signal });
    for await (const [piece] of events as AsyncIterable<readonly [Uint8Array | string]>) yield Buffer.from(piece);
  } catch (error) {
    throw signal?.aborted === true ? stoppedReading() : error;
  } finally {
    stream.pause(); // a stream that flows keeps the process alive
  }
}
