// Imported files: `<archive>/YYYY-MM-DD/<pass>/`, with a copy of what the run left behind in `results/`. A marker makes all of
// it one step that can be taken up again.
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DropSettings } from "../job/drop-settings.ts";
import { ImportError } from "../model/error.ts";
import { type ClaimedFile, type Claimer, claimedFolder, ownerOf, passes } from "./claim.ts";
import { nameWith } from "./file-names.ts";
import { isThere, moveFile } from "./move-file.ts";
import { readMarker, removeMarker, writeMarker } from "./pass-marker.ts";
import { passFolder } from "./quarantine.ts";

/** A file that was archived, and where it lies now. */
export interface ArchivedFile {
  readonly name: string;
  readonly path: string;
}

/** What is archived, and where it came from. */
export interface FinishedPass {
  readonly pass: string;
  readonly files: readonly ClaimedFile[];
  readonly runId: string;
  /** The run's folder. */
  readonly results: string;
}

/** Archives the files of a pass whose run has ended. Throws `ImportError("RESULTS_UNWRITTEN")`; the next pass goes on then. */
export async function archivePass(
  { inbox, archive }: DropSettings,
  { pass, files, runId, results }: FinishedPass,
): Promise<readonly ArchivedFile[]> {
  return await afterRun(async () => {
    await writeMarker(claimedFolder(inbox, pass), {
      version: 1,
      run_id: runId,
      results,
      archive: passFolder(archive, pass),
      files: withOwnNames(files).map(({ file, name }) => ({ from: join(file.pass, file.name), to: name })),
    });
    return await followMarker(inbox, pass);
  });
}

/** Finishes what passes of the job began to archive. Throws as `archivePass` does. */
export async function finishPasses({ inbox, job }: Claimer): Promise<readonly ArchivedFile[]> {
  const archived: ArchivedFile[] = [];
  for (const pass of await passes(inbox)) {
    if ((await ownerOf(claimedFolder(inbox, pass))) !== job) continue;
    archived.push(...(await afterRun(() => followMarker(inbox, pass))));
  }
  return archived;
}

async function followMarker(inbox: string, pass: string): Promise<readonly ArchivedFile[]> {
  const folder = claimedFolder(inbox, pass);
  const marker = await readMarker(folder);
  if (marker === undefined) return [];
  const archived: ArchivedFile[] = [];
  for (const { from, to } of marker.files) {
    const source = claimedFolder(inbox, from);
    const path = (await isThere(source)) ? await moveFile(source, marker.archive, to) : join(marker.archive, to);
    archived.push({ name: to, path });
  }
  await copyResults(marker.results, join(marker.archive, "results"));
  await removeMarker(folder);
  return archived;
}

/** Everything that a run leaves behind, as private as it was; nothing where its folder is gone by now. */
async function copyResults(from: string, to: string): Promise<void> {
  if (!(await isThere(from))) return;
  const found = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\.tmp$|^progress\.json/.test(entry.name)) continue;
    const target = join(to, path.slice(from.length));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(path, target);
  }
}

/** The folder `results` is not theirs, and of two files of one name from two passes the second gets a number. */
function withOwnNames(files: readonly ClaimedFile[]): readonly { readonly file: ClaimedFile; readonly name: string }[] {
  const taken = new Set(["results"]);
  return files.map((file) => {
    let name = file.name;
    for (let number = 2; taken.has(name); number += 1) name = nameWith(file.name, `-${number}`);
    taken.add(name);
    return { file, name };
  });
}

async function afterRun<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "RESULTS_UNWRITTEN") throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ImportError("RESULTS_UNWRITTEN", `everything was imported as the results say, but not archived: ${why}`, {
      hint: "Make room in the archive, or give yourself permission to write there, and run the same command again: it archives what is left and imports nothing twice.",
      cause,
    });
  }
}
