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
  const count = (name: string) => files.filter((file) => file.name === name).length;
  return files.map(({ name, path, pass = "", state, role }): Placed => {
    const file: JobFile = { path, shown: count(name) > 1 && pass !== "" ? `${pass}/${name}` : name, state };
    return { file, role };
  });
}
