// One of the process's output streams, which may break while a command runs: the reader has gone (`| head`), or the disk
// behind it is full. That ends nobody: what matters of a run is in files. Who asks is told what was lost.
import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";

/** An output stream that can be written to whatever becomes of it. */
export interface Outlet {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  /** Waits until everything is written or lost; gives the error that lost it. Null where only the reader has gone. */
  settled(): Promise<Error | null>;
}

/** Takes over a stream of the process. `fd` is its file descriptor. */
export function createOutlet(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
  fd: number,
): Outlet {
  let broken: Error | undefined;
  const breakOff = (error: Error): void => {
    broken ??= error;
  };
  stream.on("error", breakOff);
  // Node's own stream for files takes a disk that fills up in the middle of a piece for success.
  const toFile = isFile(fd) ? (text: string) => writeWhole(fd, text) : undefined;
  return {
    write(text) {
      if (broken !== undefined) return;
      try {
        if (toFile === undefined) stream.write(text);
        else toFile(text);
      } catch (error) {
        breakOff(error instanceof Error ? error : new Error(String(error)));
      }
    },
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    async settled() {
      if (broken === undefined && toFile === undefined)
        await new Promise<void>((resolve) => stream.write("", () => resolve()));
      // The event comes a turn after the callback.
      await new Promise((resolve) => setImmediate(resolve));
      return broken === undefined || ("code" in broken && broken.code === "EPIPE") ? null : broken;
    },
  };
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
