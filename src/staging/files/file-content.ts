// What files hold as a whole, told apart by a hash: a file that was downloaded twice, and data that mappings look things up in.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { JobFile } from "../../job/job.ts";

/** 32 hex digits over the bytes of a file; undefined for one that cannot be read, which is somebody else's to say. */
export async function contentOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array);
  } catch {
    return undefined;
  }
  return hash.digest("hex").slice(0, 32);
}

/** In words, the files whose bytes are those of a file before. Only files of one length are read. */
export async function equalFiles(files: readonly JobFile[]): Promise<readonly string[]> {
  const lengths = new Map<bigint, number>();
  const lengthOf = ({ state }: JobFile): bigint => state?.bytes ?? 0n;
  for (const file of files) lengths.set(lengthOf(file), (lengths.get(lengthOf(file)) ?? 0) + 1);
  const firsts = new Map<string, JobFile>();
  const warnings: string[] = [];
  for (const file of files) {
    const length = lengthOf(file);
    const content = length === 0n || lengths.get(length) === 1 ? undefined : await contentOf(file.path);
    if (content === undefined) continue;
    const first = firsts.get(content);
    if (first === undefined) firsts.set(content, file);
    else
      warnings.push(
        `${file.shown} has the same content as ${first.shown}: its rows count once (same_row in results.csv)`,
      );
  }
  return warnings;
}
