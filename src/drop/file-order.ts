// In which order the files of a pass count, and what people see them called.
import type { FileState } from "../job/file-states.ts";
import type { JobFile } from "../job/job.ts";
import type { Placed, Role } from "./match-files.ts";

interface Ordered {
  readonly name: string;
  readonly path: string;
  /** The pass that has claimed it, where one has. */
  readonly pass?: string;
  readonly state: FileState;
  readonly role: Role;
}

/** By the time of their last change, then by name as people count: export-9 before export-10. */
export function oldestFirst<File extends Ordered>(files: readonly File[]): readonly File[] {
  return files.toSorted((one, two) => {
    const between = one.state.modifiedNs - two.state.modifiedNs;
    return between === 0n ? byName.compare(one.name, two.name) : between < 0n ? -1 : 1;
  });
}

const byName = new Intl.Collator("en", { numeric: true });

/** Shown by their names; two of one name, from two passes, with their passes. */
export function placedOf(files: readonly Ordered[]): readonly Placed[] {
  const counts = new Map<string, number>();
  for (const { name } of files) counts.set(name, (counts.get(name) ?? 0) + 1);
  return files.map(({ name, path, pass = "", state, role }): Placed => {
    const isOnly = counts.get(name) === 1 || pass === "";
    const file: JobFile = { path, shown: isOnly ? name : `${pass}/${name}`, state };
    return { file, role };
  });
}
