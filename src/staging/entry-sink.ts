// Where finished groups go in staging: mapped, validated, and written into the ledger in batches. A group with more rows
// than an entry can have becomes an invalid entry that its rows are added to part by part, so it is never held whole.

import type { Job } from "../job/job.ts";
import type { Draft, RowGroup, SourceRow } from "../model/draft.ts";
import type { NewEntry } from "../model/ledger/entry.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { Row, RowRef } from "../model/row.ts";
import { damageProblems } from "./files/column-damage.ts";
import { type Attached, attachJoins, type JoinFiles, keyText } from "./joins.ts";
import type { PreparedInput } from "./prepare.ts";
import { openRowsHash, type RowsHash, rowsHash } from "./rows-hash.ts";
import { validateDraft } from "./validate.ts";

/** Takes the groups of one input. Whoever adds flushes in the end. */
export interface EntrySink {
  /** Parts of one group are added one after the other. Undefined where nothing is to be waited for, as with most groups. */
  add(group: RowGroup): Promise<void> | undefined;
  /** Rows that the mapping leaves out, with the joined rows that would have belonged to them. */
  exclude(rows: readonly SourceRow[]): Promise<void>;
  flush(): Promise<void>;
}

/** What a sink needs beside the input. */
export interface EntrySinkOptions {
  readonly job: Job;
  readonly ledger: Ledger;
  readonly run: number;
  readonly strict: boolean;
  readonly showCreationNeeds?: boolean;
  /** Nobody will ask what its rows are known by. */
  readonly forgetsRows?: boolean;
  /** Told of every draft before it is judged. */
  readonly onDraft?: (draft: Draft) => void;
}

const entriesPerBatch = 200;

/** A sink for the groups of an input; `joins` are the staged files of its joins. */
export function createEntrySink(
  prepared: PreparedInput,
  joins: JoinFiles,
  { job, ledger, run, strict, showCreationNeeds = false, forgetsRows = false, onDraft }: EntrySinkOptions,
): EntrySink {
  const { compiled, input } = prepared;
  const { resource } = compiled;
  const { staging } = ledger;
  const many = compiled.joins.filter(({ one }) => !one);
  const waiting: NewEntry[] = [];
  let tooLarge: { readonly entryId: number; readonly hash: RowsHash } | undefined;

  const write = async (): Promise<readonly number[]> =>
    waiting.length === 0 ? [] : await staging.addEntries(run, waiting.splice(0));
  const closeTooLarge = async (): Promise<void> => {
    if (tooLarge === undefined) return;
    const { entryId, hash } = tooLarge;
    tooLarge = undefined;
    await staging.extendEntry(entryId, { rowsHash: hash.digest() });
  };
  const extend = async ({ rows, damage }: RowGroup): Promise<void> => {
    if (tooLarge === undefined) throw new Error("the rest of a group came without its start");
    tooLarge.hash.add(rows);
    await staging.extendEntry(tooLarge.entryId, { rows: rows.map(({ ref }) => ref), problems: damage });
  };
  const addJoined = async (group: RowGroup): Promise<void> => {
    await closeTooLarge();
    await take(await attachJoins(group, compiled, joins, staging));
  };
  const take = ({ group, unread }: Attached): Promise<void> | undefined => {
    const drafted = compiled.draft(group);
    // Its rows are complete, joined ones included: looking for more would take those of others.
    if (drafted.kind === "excluded") return settle(drafted.rows);
    const { draft } = drafted;
    onDraft?.(draft);
    const damage = strict ? damageProblems(draft.rows, prepared.damage) : [];
    const isPart = group.part === "start";
    const judged = damage.length === 0 ? draft : { ...draft, problems: [...draft.problems, ...damage] };
    const checked = validateDraft(judged, resource, { policy: job.existing[resource.name], strict, showCreationNeeds });
    waiting.push(isPart || forgetsRows ? checked : { ...checked, rowsHash: rowsHash(input.name, draft.rows) });
    if (waiting.length < entriesPerBatch && !isPart && unread.length === 0) return undefined;
    return writeUpTo(draft.rows, isPart, unread);
  };
  const writeUpTo = async (rows: readonly SourceRow[], isPart: boolean, unread: Attached["unread"]): Promise<void> => {
    const entryId = (await write()).at(-1);
    if (entryId === undefined) return;
    for (const { fileIds, key } of unread) await staging.claimRows(entryId, fileIds, key);
    if (!isPart) return;
    tooLarge = { entryId, hash: openRowsHash(input.name) };
    tooLarge.hash.add(rows);
  };
  const settle = (rows: readonly { readonly ref: RowRef; readonly row?: Row }[]): Promise<void> =>
    staging.settleRows(
      rows.map(({ ref, row }) => ({
        ref,
        outcome: "excluded" as const,
        problems: row?.leftOut === undefined ? [] : [row.leftOut],
      })),
    );

  return {
    async flush() {
      await write();
      await closeTooLarge();
    },
    async exclude(rows) {
      const joined: { readonly ref: RowRef }[] = [];
      for (const join of many) {
        const files = (joins[join.name] ?? []).map(({ id }) => id);
        for (const { row } of rows) {
          if (row.leftOut !== undefined) continue; // it belongs to no entry, so nothing is joined to it
          const key = keyText(row.cells, join.ours);
          // Joined rows without a key belong to nothing, whatever the row that is left out says.
          const found = key === "" ? [] : await staging.rowsWithKey(files, key, Number.MAX_SAFE_INTEGER);
          joined.push(...found.map(({ ref }) => ({ ref })));
        }
      }
      await settle([...rows, ...joined]);
    },
    add(group) {
      if (group.part === "rest") return extend(group);
      const isAlone = tooLarge === undefined && compiled.joins.length === 0;
      return isAlone ? take({ group, unread: [] }) : addJoined(group);
    },
  };
}
