// `.imported.json` in the folder of a pass: its run has ended and its files are to be archived. It is there before the first
// of them moves and goes after the last, so that whoever comes after a crash moves on instead of importing again.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { removeFile, writeAtomically } from "../disk/atomic-file.ts";
import { ImportError } from "../model/error.ts";

const markerSchema = z.object({
  version: z.literal(1),
  run_id: z.string(),
  /** The run's folder. */
  results: z.string(),
  /** The folder of the archive. */
  archive: z.string(),
  /** `from` is relative to `.claimed`, `to` to the archive. */
  files: z.array(z.object({ from: z.string(), to: z.string() })),
});

/** What the marker says. */
export type PassMarker = Readonly<z.infer<typeof markerSchema>>;

/** Writes it to disk, whole or not at all. Throws as `writeAtomically` does. */
export async function writeMarker(folder: string, marker: PassMarker): Promise<void> {
  await writeAtomically(join(folder, markerName), `${JSON.stringify(marker, null, 2)}\n`);
}

/** Reads it; undefined when there is none. Throws `ImportError("STATE_UNUSABLE")` for one that is not ours. */
export async function readMarker(folder: string): Promise<PassMarker | undefined> {
  const path = join(folder, markerName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return markerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ImportError("STATE_UNUSABLE", `${path} does not say what it should: which imported files go where`, {
      hint: "Somebody changed it, or a newer version wrote it. Move the files beside it into the archive yourself, then remove it.",
      cause,
    });
  }
}

/** Removes it. */
export async function removeMarker(folder: string): Promise<void> {
  await removeFile(join(folder, markerName));
}

const markerName = ".imported.json";
