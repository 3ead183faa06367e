// How the files under failures/ are called. What is in them is in failures.ts.
import { basename, extname } from "node:path";
import type { StagedFile } from "../model/ledger/rows.ts";
import { inputName } from "./row-outcome.ts";

/**
 * A name for every file of a run, by file id: `<input>.<ext>`, `<input>.<join>.<ext>` for joins, with the file's stem
 * before the extension when the input has several files, and a number where that is still not enough. The extension is
 * the format's, so `orders.txt.gz` with tabs becomes `orders.tsv`. Names hold no path separators, differ also where
 * case does not count, and depend on the run's files only, not on which of them have failures.
 */
export function failureNames(files: readonly StagedFile[]): ReadonlyMap<number, string> {
  const siblings = new Map<string, number>();
  for (const file of files) siblings.set(inputName(file), (siblings.get(inputName(file)) ?? 0) + 1);
  const taken = new Set<string>();
  const names = new Map<number, string>();
  for (const file of files) {
    const input = inputName(file);
    const own = (siblings.get(input) ?? 0) > 1 ? ownStem(file.file, input) : undefined;
    const stem = safe(own === undefined ? input : `${input}.${own}`);
    const name = free(stem, file.info.format, taken);
    taken.add(name.toLowerCase());
    names.set(file.id, name);
  }
  return names;
}

// The stem of a failures file begins with the input's name already: it must not grow with every retry.
function ownStem(path: string, input: string): string | undefined {
  const stem = fileStem(path);
  if (stem === input && /(^|[/\\])failures[/\\]/.test(path)) return undefined;
  return stem.startsWith(`${input}.`) && stem.length > input.length + 1 ? stem.slice(input.length + 1) : stem;
}

function fileStem(path: string): string {
  const name = basename(path.replaceAll("\\", "/")).replace(/\.gz$/i, "");
  return name === "-" ? "stdin" : basename(name, extname(name));
}

function safe(name: string): string {
  return name.replace(/[\p{Cc}/\\:*?"<>|]+/gu, "_").replace(/^\.+/, "_");
}

function free(stem: string, extension: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${stem}.${extension}` : `${stem}.${number}.${extension}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
