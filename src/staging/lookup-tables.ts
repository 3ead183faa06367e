// The tables that `lookup` answers from, read into memory before anything is mapped.
import { dirname, resolve } from "node:path";
import type { SeenFile } from "../job/file-states.ts";
import type { Input, JobFile } from "../job/job.ts";
import type { LookupSpec, LookupTables, Mapping } from "../map/definition/mapping.ts";
import { ImportError } from "../model/error.ts";
import { didYouMean } from "../model/text/nearest.ts";
import { openInput } from "../read/open.ts";
import type { ScanOptions } from "./scan-files.ts";

const maxLookupRows = 200_000;

interface LookupOptions extends Pick<ScanOptions, "signal"> {
  /** The files, as they were before. */
  readonly seen?: readonly SeenFile[];
}

/** The tables of all lookups, and what was detected of their files: nowhere else would it be told. */
export async function readLookups(
  mapping: Mapping,
  input: Pick<Input, "mapping">,
  options: LookupOptions = {},
): Promise<{ readonly tables: LookupTables; readonly warnings: readonly string[] }> {
  const tables = new Map<string, ReadonlyMap<string, string>>();
  const warnings = new Set<string>();
  for (const spec of mapping.lookups) {
    const { table, detected } = await readLookup(spec, input, options);
    tables.set(tableName(spec), table);
    for (const what of detected) warnings.add(`the lookup file ${spec.file}: detected ${what}`);
  }
  const tableOf: LookupTables = (spec) => {
    const table = tables.get(tableName(spec));
    if (table === undefined) throw new Error(`${spec.file} was not read, and a field looks something up in it`);
    return table;
  };
  return { tables: tableOf, warnings: [...warnings] };
}

function tableName({ file, key, value }: LookupSpec): string {
  return JSON.stringify([file, key, value]);
}

/** The file that a lookup names, beside the mapping. */
export function lookupFile({ file }: LookupSpec, { mapping }: Pick<Input, "mapping">): Pick<JobFile, "path" | "shown"> {
  return { path: resolve(dirname(mapping.path), file), shown: file };
}

async function readLookup(
  spec: LookupSpec,
  input: Pick<Input, "mapping">,
  { signal, seen = [] }: LookupOptions,
): Promise<{ readonly table: ReadonlyMap<string, string>; readonly detected: readonly string[] }> {
  const table = new Map<string, string>();
  const { path, shown } = lookupFile(spec, input);
  const bytes = seen.find((file) => file.path === path)?.state?.bytes;
  await using opened = await openInput(path, shown, { names: [spec.key, spec.value] }, { signal, bytes });
  const absent = [spec.key, spec.value].filter(
    (column) => opened.info.columns !== undefined && !opened.info.columns.includes(column),
  );
  if (absent.length > 0) {
    throw new ImportError(
      "MAPPING_INVALID",
      `${input.mapping.shown}: the lookup file ${spec.file} has no column "${absent.join('" and no column "')}".${didYouMean(absent[0] ?? "", opened.info.columns ?? [])}`,
      {
        hint: `Its columns are ${(opened.info.columns ?? []).join(", ")}.`,
      },
    );
  }
  for await (const batch of opened.batches()) {
    for (const { cells, fault, leftOut } of batch) {
      const key = cells[spec.key];
      const value = cells[spec.value];
      const isRead = fault === undefined && leftOut === undefined;
      if (isRead && typeof key === "string" && key !== "" && typeof value === "string") table.set(key, value);
    }
    if (table.size > maxLookupRows) {
      throw new ImportError("INPUT_UNREADABLE", `the lookup file ${spec.file} has more than ${maxLookupRows} rows`, {
        hint: "A lookup is kept in memory. Use a join with one: true for a table of this size.",
      });
    }
  }
  return { table, detected: [...opened.info.detected, ...opened.detectedLate()] };
}
