// Which files of an inbox are complete. A file counts once its size and time stand still for the job's quiet time, or once
// a marker (NAME.done) says so. Names under which programs write what is not complete yet are never taken.
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { type FileState, fingerprintOf, stateOf } from "../job/file-states.ts";
import type { Clock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { stoppedReading } from "../read/text/unreadable.ts";
import { namesIn, notUtf8Warning } from "./file-names.ts";
import { codeOf } from "./move-file.ts";

/** A file of the inbox that nobody writes to any more. */
export interface InboxFile {
  readonly name: string;
  readonly path: string;
  /** How it was when it was judged complete. */
  readonly state: FileState;
  /** Paths of the markers that say so. */
  readonly markers: readonly string[];
}

/** What lies in an inbox. */
export interface InboxLook {
  readonly complete: readonly InboxFile[];
  /** The names of files that are being written, by name or by their changes, and of those that cannot be taken as they are. */
  readonly unfinished: readonly string[];
  /** What is left alone, in words. */
  readonly warnings: readonly string[];
}

/** How to look. */
export interface InboxOptions {
  readonly quietMs: number;
  readonly clock: Pick<Clock, "sleep">;
  readonly stop?: AbortSignal | undefined;
  /** Called before so many files are watched for the quiet time. */
  readonly onWait?: (files: number) => void;
}

/**
 * Looks, waits for the quiet time, and looks again. The time of a file alone proves nothing: whoever copies can set it, and the
 * clock of a network share is another one. So it is only compared with itself, and every look waits the quiet time once; files
 * with a marker do not wait. Throws `ImportError("STOPPED")` when it is stopped meanwhile, and
 * `ImportError("INPUT_UNREADABLE")` for a folder that cannot be read.
 */
export async function lookIntoInbox(
  folder: string,
  { quietMs, clock, stop, onWait }: InboxOptions,
): Promise<InboxLook> {
  const before = await sample(folder);
  const toWatch = before.files.filter((file) => !isMarked(file)).length;
  if (toWatch > 0 && quietMs > 0) {
    onWait?.(toWatch);
    await clock.sleep(quietMs, stop);
  }
  if (stop?.aborted === true) throw stoppedReading();
  const after = toWatch === 0 ? before : await sample(folder);
  const earlier = new Map(before.files.map(({ name, state }) => [name, fingerprintOf(state)]));
  const isComplete = (file: Sampled): boolean => isMarked(file) || earlier.get(file.name) === fingerprintOf(file.state);
  return {
    complete: after.files.filter(isComplete).map(({ markers, ...file }) => ({
      ...file,
      markers: markers.map(({ path }) => path),
    })),
    unfinished: [...after.unfinished, ...after.files.filter((file) => !isComplete(file)).map(({ name }) => name)],
    warnings: after.warnings,
  };
}

/** Names that programs give to what they have not written to its end. */
const partial = /\.(part|partial|tmp|crdownload|filepart)$/i;
const marker = /\.done$/i;

interface Marker {
  readonly path: string;
  readonly state: FileState;
}

interface Sampled extends Omit<InboxFile, "markers"> {
  readonly markers: readonly Marker[];
}

interface Sample {
  readonly files: readonly Sampled[];
  readonly unfinished: readonly string[];
  readonly warnings: readonly string[];
}

async function sample(folder: string): Promise<Sample> {
  const { names: entries, notUtf8 } = await namesIn(folder).catch((cause: unknown) => unreadable(folder, cause));
  const found: Omit<InboxFile, "markers">[] = [];
  const markers = new Map<string, Marker>();
  const unfinished: string[] = [...notUtf8];
  const warnings: string[] = notUtf8.map((shown) => notUtf8Warning(shown, "the inbox"));
  for (const name of entries) {
    const path = join(folder, name);
    const kind = await kindOf(path);
    if (kind === undefined) continue; // somebody else took it
    if (kind === "unreadable") {
      warnings.push(cannotBeRead(name));
      unfinished.push(name);
    } else if (kind !== "file")
      warnings.push(`${name} in the inbox is ${kind} and is left alone: only files are taken`);
    else if (partial.test(name)) unfinished.push(name);
    else {
      const state = await stateOf(path);
      if (state === undefined) {
        if ((await kindOf(path)) === "file") {
          warnings.push(cannotBeRead(name));
          unfinished.push(name);
        }
      } else if (marker.test(name)) markers.set(name.replace(marker, ""), { path, state });
      else found.push({ name, path, state });
    }
  }
  const files = found.map((file) => ({
    ...file,
    markers: markedNames(file.name).flatMap((name) => markers.get(name) ?? []),
  }));
  return { files, unfinished, warnings };
}

/** `orders.csv.done` and `orders.done` both speak of `orders.csv`; for `orders.csv.gz` there is one more. */
function markedNames(name: string): readonly string[] {
  const unpacked = name.replace(/\.gz$/i, "");
  return [...new Set([name, unpacked, unpacked.replace(/\.[^.]+$/, "")])];
}

/** A marker that is older than its file is left from an earlier file of that name. */
function isMarked({ state, markers }: Sampled): boolean {
  return markers.some((each) => each.state.modifiedNs >= state.modifiedNs);
}

async function kindOf(path: string): Promise<string | undefined> {
  try {
    const found = await lstat(path);
    if (found.isFile()) return "file";
    if (found.isDirectory()) return "a folder";
    return found.isSymbolicLink() ? "a link" : "no file";
  } catch (error) {
    const code = codeOf(error);
    if (code === "") throw error;
    return code === "ENOENT" ? undefined : "unreadable";
  }
}

function cannotBeRead(name: string): string {
  return `${name} in the inbox cannot be read: check its permissions`;
}

function unreadable(folder: string, cause: unknown): never {
  const code = codeOf(cause);
  if (code === "") throw cause;
  throw new ImportError("INPUT_UNREADABLE", `the inbox ${folder} cannot be read (${code})`, {
    hint: "Give this user permission to read the folder, and to move files out of it.",
    cause,
  });
}
