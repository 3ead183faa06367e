// Standard input and named pipes can be read once and are needed twice, to be looked at and to be staged: they are copied
// into the state folder for the time of one command. What a killed process left there is removed by the next.
import { open, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { makePrivateFolder, privateModes } from "../../disk/private-files.ts";
import { stateError } from "../../disk/state-error.ts";
import type { Input, Job, JobFile } from "../../job/job.ts";
import { filesOf } from "../../job/read-once.ts";
import { openStreamFile, piecesOfStream } from "../../read/stream-file.ts";

/** A job whose files can all be read twice. Disposing removes the copies. */
export interface StdinCopy extends AsyncDisposable {
  readonly job: Job;
}

/** What to copy. */
export interface StdinCopyOptions {
  readonly stdin?: Readable;
  /** The one input that counts; the others are left alone. */
  readonly only?: string;
  readonly signal?: AbortSignal;
}

/**
 * Copies what the job reads from streams to files that only their owner may read; without such an input the job is as it
 * was. All are copied at once: whoever writes two pipes may not write one to its end first. Throws `STATE_UNUSABLE` and
 * `STATE_FULL` where that cannot be written, and `STOPPED`.
 */
export async function copyStreams(job: Job, { stdin, only, signal }: StdinCopyOptions): Promise<StdinCopy> {
  const inputs = job.inputs.filter(({ name }) => (only ?? name) === name);
  const streams = await openStreams(new Set(inputs.flatMap(filesOf).map(({ path }) => path)), stdin);
  if (streams.size === 0) return { job, [Symbol.asyncDispose]: async () => {} };
  const folder = join(job.state, "stdin");
  const copies = new Map([...streams.keys()].map((path, index) => [path, join(folder, copyName(path, index))]));
  const remove = async (): Promise<void> => {
    await Promise.all([...copies.values()].map((path) => rm(path, { force: true })));
  };
  try {
    makePrivateFolder(folder);
    await removeStale(folder);
    await copyAll(streams, copies, signal);
  } catch (error) {
    await remove().catch(() => undefined);
    throw stateError(folder, error);
  } finally {
    for (const stream of streams.values()) if (stream !== stdin) stream.destroy();
  }
  const copied = (file: JobFile): JobFile => {
    const path = copies.get(file.path);
    return path === undefined ? file : { ...file, path, isStdinCopy: true };
  };
  return {
    job: { ...job, inputs: job.inputs.map((input) => withFiles(input, copied)) },
    [Symbol.asyncDispose]: remove,
  };
}

function withFiles(input: Input, change: (file: JobFile) => JobFile): Input {
  const joins = Object.entries(input.joins).map(([name, files]) => [name, files.map(change)] as const);
  return { ...input, files: input.files.map(change), joins: Object.fromEntries(joins) };
}

async function openStreams(paths: Iterable<string>, stdin: Readable | undefined): Promise<Map<string, Readable>> {
  const streams = new Map<string, Readable>();
  for (const path of paths) {
    const stream = path === "-" ? stdin : await openStreamFile(path);
    if (stream !== undefined) streams.set(path, stream);
  }
  return streams;
}

/** Whose it is, and the name that it had: its ending may say what it holds. */
function copyName(path: string, index: number): string {
  return path === "-" ? String(process.pid) : `${process.pid}-${index}-${basename(path).slice(-100)}`;
}

async function copyAll(
  streams: ReadonlyMap<string, Readable>,
  copies: ReadonlyMap<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  await Promise.all(
    [...streams].map(([path, stream]) =>
      copy(stream, copies.get(path) ?? "", either).catch((error: unknown) => failed.abort({ error })),
    ),
  );
  if (failed.signal.aborted) throw (failed.signal.reason as { readonly error: unknown }).error; // the first one
}

async function copy(stream: Readable, path: string, signal: AbortSignal): Promise<void> {
  await rm(path, { force: true });
  await using file = await open(path, "wx", privateModes.file);
  await file.chmod(privateModes.file);
  for await (const piece of piecesOfStream(stream, signal)) await file.writeFile(piece);
}

/** Copies are called after the process that made them. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isAlive(Number(/^\d+/.exec(name)?.[0]))) await rm(join(folder, name), { force: true });
  }
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
