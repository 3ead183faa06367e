// Standard input can be read once and is needed twice, to be looked at and to be staged: it is copied into the state folder
// for the time of one command. What a killed process left there is removed by the next.
import { open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Job } from "./job.ts";
import { stateError } from "./ledger/sqlite-error.ts";
import { ImportError } from "./model/error.ts";
import { makePrivateFolder, privateModes } from "./model/private-files.ts";

/** A job whose files can all be read twice. Disposing removes the copy. */
export interface Spooled extends AsyncDisposable {
  readonly job: Job;
}

/** What to copy. */
export interface SpoolOptions {
  readonly stdin?: Readable;
  /** The one input that counts; the others are left alone. */
  readonly only?: string;
  readonly signal?: AbortSignal;
}

/**
 * Copies standard input, where the job reads it, to a file that only its owner may read; without such an input the job
 * is as it was. Throws `STATE_UNUSABLE` and `STATE_FULL` where that cannot be written, and `STOPPED`.
 */
export async function spoolStdin(job: Job, { stdin, only, signal }: SpoolOptions): Promise<Spooled> {
  const isRead = job.inputs.some(({ name, files }) => (only ?? name) === name && files.some(isStdin));
  if (!isRead || stdin === undefined) return { job, [Symbol.asyncDispose]: async () => {} };
  const folder = join(job.state, "stdin");
  const path = join(folder, String(process.pid));
  const remove = (): Promise<void> => rm(path, { force: true });
  try {
    makePrivateFolder(folder);
    await removeStale(folder);
    await copy(stdin, path, signal);
  } catch (error) {
    await remove().catch(() => undefined);
    throw stateError(path, error);
  }
  const inputs = job.inputs.map((input) => ({
    ...input,
    files: input.files.map((file) => (isStdin(file) ? { ...file, path, spooled: true as const } : file)),
  }));
  return { job: { ...job, inputs }, [Symbol.asyncDispose]: remove };
}

function isStdin({ path }: { readonly path: string }): boolean {
  return path === "-";
}

async function copy(stdin: Readable, path: string, signal: AbortSignal | undefined): Promise<void> {
  await rm(path, { force: true });
  await using file = await open(path, "wx", privateModes.file);
  await file.chmod(privateModes.file);
  const pieces: AsyncIterable<Uint8Array | string> = stdin.iterator({ destroyOnReturn: false });
  for await (const piece of pieces) {
    if (signal?.aborted === true)
      throw new ImportError("STOPPED", "stopped while reading; nothing was sent", {
        hint: "Run the same command again.",
      });
    await file.writeFile(piece);
  }
}

/** Copies are called after the process that made them. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (!isAlive(Number(name))) await rm(join(folder, name), { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
