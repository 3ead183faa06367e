// An input as far as its rows can be mapped again anywhere, from the ledger alone: the texts of its mapping and of what that looks
// things up in, as they were when the rows were staged.
import type { MappingFile } from "../job/job.ts";
import { compileMapping } from "../map/compile.ts";
import type { LookupSpec } from "../map/definition/mapping.ts";
import type { MappedInput } from "./locate-cells.ts";
import { lookupFile, readLookups } from "./lookup-tables.ts";
import { type PreparedInput, readMapping } from "./prepare.ts";
import { type AgedRows, readIndexes } from "./row-indexes.ts";

/** Plain data: it can be kept as JSON. */
export interface InputSnapshot {
  readonly name: string;
  readonly mapping: Pick<MappingFile, "path" | "shown" | "channel"> & { readonly text: string };
  readonly lookups: readonly (LookupSpec & { readonly rows: readonly (readonly [key: string, value: string])[] })[];
}

/**
 * Takes it, before staging: that refuses files that have changed since they were prepared. Throws as preparing does where they
 * cannot be read any more.
 */
export async function snapshotInput({ input }: PreparedInput): Promise<InputSnapshot> {
  const { path, shown, channel } = input.mapping;
  const { mapping, text } = await readMapping(input);
  const { tables } = await readLookups(mapping, input);
  return {
    name: input.name,
    mapping: { path, shown, text, ...(channel === undefined ? {} : { channel }) },
    lookups: mapping.lookups.map(({ file, key, value }) => ({
      file,
      key,
      value,
      rows: [...tables({ file, key, value })],
    })),
  };
}

/** The input of a snapshot; `rows` are those that its indexes are made of. */
export async function inputOfSnapshot(
  { name, mapping: file, lookups }: InputSnapshot,
  rows: AgedRows,
): Promise<MappedInput> {
  const { mapping } = await readMapping({ mapping: file });
  const { indexes } = await readIndexes(mapping, rows);
  const tables = new Map(lookups.map(({ rows: table, ...spec }) => [specName(spec), new Map(table)]));
  const compiled = compileMapping(
    mapping,
    (spec) => {
      const table = tables.get(specName(spec));
      if (table === undefined) throw new Error(`${lookupFile(spec, { mapping: file }).shown} is not in the snapshot`);
      return table;
    },
    indexes,
  );
  return { input: { name }, compiled };
}

function specName({ file, key, value }: LookupSpec): string {
  return JSON.stringify([file, key, value]);
}
