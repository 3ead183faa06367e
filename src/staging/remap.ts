// An entry of any run mapped again with the mapping as it stands today, from the rows that the ledger keeps: for looking
// back. The input files are not needed. Not here: problems of a run under way (locate-cells.ts).
import type { Draft, RowGroup } from "../model/draft.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { StagedFile, StoredRow } from "../model/ledger/rows.ts";
import type { Staging } from "../model/ledger/staging.ts";
import { parseRow } from "../read/open.ts";
import { keyText } from "./joins.ts";
import { entryGroup, joinFilesOf, type MappedInput, mostRowsMapped } from "./locate-cells.ts";
import { draftHash } from "./validate.ts";

/** What today's mapping makes of the rows of an entry. */
export interface Remapped {
  readonly group: RowGroup;
  /** Undefined where today's mapping leaves the rows out. */
  readonly draft: Draft | undefined;
  /** The content hash that the entry would have; undefined without a draft. */
  readonly hash: string | undefined;
}

/** Maps the rows of an entry again. Rows of `one: true` joins are found in the run's own files. */
export async function remap(
  ledger: Ledger,
  entry: { readonly id: number; readonly run: number },
  input: MappedInput,
): Promise<Remapped> {
  const files = await ledger.results.files(entry.run);
  const own = await ledger.staging.rowsOfEntry(entry.id, mostRowsMapped(input.compiled));
  const whole = await entryGroup(own, files, input, referenceRows(ledger, input, files));
  // Identical rows became one entry; without grouping any of them makes it alone.
  const isSingle = input.compiled.mapping.group === undefined;
  const group = isSingle ? { ...whole, rows: whole.rows.slice(0, 1) } : whole;
  if (group.rows.length === 0) return { group, draft: undefined, hash: undefined };
  const drafted = input.compiled.draft(group);
  const draft = drafted.kind === "draft" ? drafted.draft : undefined;
  return { group, draft, hash: draft === undefined ? undefined : draftHash(draft) };
}

const maxCandidates = 1000;

// What staging kept of reference rows may be gone: they are found by their text, and then compared by their key.
function referenceRows(
  { history }: Ledger,
  input: MappedInput,
  files: readonly StagedFile[],
): Pick<Staging, "rowsWithKey"> {
  const joins = joinFilesOf(input, files);
  return {
    async rowsWithKey(fileIds, key, limit) {
      const join = input.compiled.joins.find(({ name }) => joins[name]?.some(({ id }) => fileIds.includes(id)));
      const rows = await history.rowsContaining(fileIds, plainPart(key), maxCandidates);
      return rows
        .flatMap((row): StoredRow[] => {
          const file = files.find(({ id }) => id === row.ref.file);
          if (file === undefined) return [];
          const cells = parseRow(file.info, row.raw);
          return keyText(cells, join?.theirs ?? "") === key ? [{ ...row, cells }] : [];
        })
        .slice(0, limit);
    },
  };
}

/** The longest part of a key that no format writes in another way. */
function plainPart(key: string): string {
  return (key.match(/[\w .:-]+/g) ?? []).reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}
