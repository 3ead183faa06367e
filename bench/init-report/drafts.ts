// What a job's mappings make of its files, entry by entry, without a ledger and without judging it: joins and scattered
// groups are gathered in memory, because these files are small.
import { loadJob } from "../../src/job/job.ts";
import type { CompiledMapping } from "../../src/map/compile.ts";
import { groupRows } from "../../src/map/group.ts";
import { type Draft, fromFile, type RowGroup, type SourceRow } from "../../src/model/draft.ts";
import type { StagedFile, StoredRow } from "../../src/model/ledger/rows.ts";
import { sameSettings } from "../../src/read/open.ts";
import { openJobFile } from "../../src/staging/files/open-file.ts";
import { attachJoins, type JoinFiles, keyText } from "../../src/staging/joins.ts";
import { type PreparedInput, prepareInputs, unknownHeader } from "../../src/staging/prepare.ts";

/** The drafts of one input of a job. */
export interface InputDrafts {
  readonly name: string;
  readonly compiled: CompiledMapping;
  readonly drafts: readonly Draft[];
}

/** Reads a job and drafts every entry of it. Throws `ImportError` for a job or a mapping that cannot be used. */
export async function draftsOfJob(path: string): Promise<readonly InputDrafts[]> {
  const inputs = await prepareInputs(await loadJob(path));
  return Promise.all(
    inputs.map(async (prepared) => ({
      name: prepared.input.name,
      compiled: prepared.compiled,
      drafts: await draftsOf(prepared),
    })),
  );
}

async function draftsOf(prepared: PreparedInput): Promise<readonly Draft[]> {
  const { compiled, input } = prepared;
  const mains: SourceRow[] = [];
  for (const [at, file] of input.files.entries()) mains.push(...(await sourceRowsOf(prepared, file, at + 1)));
  const { files, rowsWithKey } = await joinsOf(prepared);
  const drafts: Draft[] = [];
  for await (const group of groupsOf(mains, compiled)) {
    const { group: whole } = await attachJoins(group, compiled, files, { rowsWithKey });
    const drafted = compiled.draft(whole);
    if (drafted.kind === "draft") drafts.push(drafted.draft);
  }
  return drafts;
}

async function sourceRowsOf(
  { infos }: PreparedInput,
  file: Parameters<typeof openJobFile>[0],
  id: number,
): Promise<readonly SourceRow[]> {
  const info = infos.get(file.path) ?? unknownHeader;
  await using opened = await openJobFile(file, sameSettings(info));
  const rows: SourceRow[] = [];
  for await (const batch of opened.batches())
    for (const row of batch)
      rows.push({ ref: { file: id, number: row.number }, file: file.shown, row, ...fromFile(info) });
  return rows;
}

/** Rows that are scattered come together under the first of them. */
async function* groupsOf(rows: readonly SourceRow[], compiled: CompiledMapping): AsyncIterable<RowGroup> {
  const { groupKey } = compiled;
  if (compiled.mapping.group?.rows !== "anywhere" || groupKey === undefined) {
    for await (const groups of groupRows(batchOf(rows), compiled, () => {})) yield* groups;
    return;
  }
  const groups = new Map<string, SourceRow[]>();
  for (const source of rows) {
    const excluded = compiled.excludes(source);
    if (excluded.ok && excluded.value) continue;
    const key = groupKey(source);
    const name = key.ok && key.value !== "" ? key.value : `row ${source.row.number}`;
    groups.set(name, [...(groups.get(name) ?? []), source]);
  }
  for (const group of groups.values()) yield { rows: group, joined: {}, damage: [] };
}

async function* batchOf(rows: readonly SourceRow[]): AsyncGenerator<readonly SourceRow[]> {
  yield rows;
}

async function joinsOf(prepared: PreparedInput) {
  const { compiled, input, infos } = prepared;
  const files: Record<string, StagedFile[]> = {};
  const stored = new Map<number, readonly StoredRow[]>();
  let id = 1000;
  for (const { name, one, theirs } of compiled.joins) {
    for (const file of input.joins[name] ?? []) {
      id += 1;
      const info = infos.get(file.path) ?? unknownHeader;
      const rows = await sourceRowsOf(prepared, file, id);
      const kind = one ? "reference" : "join";
      files[name] = [
        ...(files[name] ?? []),
        { id, run: 1, input: input.name, join: name, kind, file: file.shown, info },
      ];
      stored.set(
        id,
        rows.map(({ ref, row }) => ({
          ref,
          line: row.line,
          raw: row.raw,
          groupKey: keyText(row.cells, theirs),
          cells: row.cells,
          fault: row.fault,
        })),
      );
    }
  }
  const rowsWithKey = async (ids: readonly number[], key: string, limit: number) =>
    ids.flatMap((of) => (stored.get(of) ?? []).filter((row) => row.groupKey === key)).slice(0, limit);
  return { files: files as JoinFiles, rowsWithKey };
}
