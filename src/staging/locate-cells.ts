// From an entry in the ledger back to its cells: its rows are read and mapped again, which gives every value's origin.
// Used for what is found out after staging: duplicate keys, missing references, refusals of the API.

import type { CompiledMapping } from "../map/compile.ts";
import { groupTooLarge, maxGroupRows } from "../map/group.ts";
import type { RowGroup } from "../model/draft.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RowsOfEntry, StagedFile, StoredRow } from "../model/ledger/rows.ts";
import type { Staging } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";
import { locateProblem } from "../model/problem-place.ts";
import { parseRow } from "../read/open.ts";
import { attachJoins, type JoinFiles, maxJoinedRows, sourceRow } from "./joins.ts";
import type { PreparedInput } from "./prepare.ts";

/** Fills in the cells of problems of an entry, by their payload paths. */
export type Locate = (entryId: number, problems: readonly Problem[]) => Promise<readonly Problem[]>;

/** A locator over the inputs of a run. */
export function createLocate(ledger: Ledger, run: number, inputs: readonly MappedInput[]): Locate {
  const most = Math.max(...inputs.map(({ compiled }) => mostRowsMapped(compiled)), 0);
  let runFiles: Promise<readonly StagedFile[]> | undefined;
  return async (entryId, problems) => {
    runFiles ??= ledger.results.files(run);
    const { files, rows } = await ledger.staging.rowsOfEntry(entryId, most);
    const main = files.find(({ kind }) => kind === "input");
    const prepared = inputs.find(({ input }) => input.name === main?.input);
    if (main === undefined || prepared === undefined) return problems;
    const { compiled } = prepared;
    const group = await entryGroup({ files, rows }, await runFiles, prepared, ledger.staging);
    const alone = locateAlone(problems, group, compiled);
    if (alone !== undefined) return alone;
    const drafted = compiled.draft(group);
    if (drafted.kind !== "draft") return problems;
    const { origins, payload } = drafted.draft;
    return problems.map((problem) => locateProblem(problem, origins, { payload, elseFirstRow: true }));
  };
}

/** Where every problem is of a field of the entry itself, those fields are mapped again and no others: keys mostly are. */
function locateAlone(
  problems: readonly Problem[],
  group: RowGroup,
  compiled: CompiledMapping,
): readonly Problem[] | undefined {
  const located: Problem[] = [];
  for (const problem of problems) {
    const found = problem.path === undefined ? undefined : compiled.fieldOrigins(group, problem.path);
    if (found === undefined) return undefined;
    located.push(locateProblem(problem, found.origins, { payload: found.payload, elseFirstRow: true }));
  }
  return located;
}

/** So many rows of an entry are read to map it again. What has more is too large and has no payload anyway. */
export function mostRowsMapped({ joins }: CompiledMapping): number {
  return maxGroupRows + 1 + joins.filter(({ one }) => !one).length * maxJoinedRows;
}

/** An input as far as mapping its rows again needs it. */
export interface MappedInput {
  readonly input: Pick<PreparedInput["input"], "name">;
  readonly compiled: CompiledMapping;
}

/** The group that an entry's own rows make, with what its joins attach; `staging` finds the rows of `one: true` joins. */
export function entryGroup(
  { files, rows }: Pick<RowsOfEntry, "files" | "rows">,
  runFiles: readonly StagedFile[],
  input: MappedInput,
  staging: Pick<Staging, "rowsWithKey">,
): Promise<RowGroup> {
  const mainFiles = files.filter(({ kind }) => kind === "input");
  const main = rows
    .map((row) => ({ row, file: mainFiles.find(({ id }) => id === row.ref.file) }))
    .flatMap(({ row, file }) => (file === undefined ? [] : [sourceRow(row, files, parseRow(file.info, row.raw))]));
  const { mapping, groupKey } = input.compiled;
  const [first] = main;
  const isTooLarge = mapping.group !== undefined && main.length > maxGroupRows;
  const key = first === undefined ? undefined : groupKey?.(first);
  const text = key?.ok === true ? key.value : "";
  const damage = isTooLarge && first !== undefined ? [groupTooLarge(text, first, mapping)] : [];
  const group: RowGroup = { rows: main, joined: {}, damage };
  return withJoinedRows(group, rows, joinFilesOf(input, runFiles), staging, input);
}

/** The staged files of an input's joins. */
export function joinFilesOf({ input, compiled }: MappedInput, files: readonly StagedFile[]): JoinFiles {
  return Object.fromEntries(
    compiled.joins.map(({ name }) => [name, files.filter((file) => file.input === input.name && file.join === name)]),
  );
}

/** Many-joins come from the entry's own rows (their staging keys may be dropped by now), one-joins from the reference files. */
async function withJoinedRows(
  group: RowGroup,
  rows: readonly StoredRow[],
  joins: JoinFiles,
  staging: Pick<Staging, "rowsWithKey">,
  { compiled }: MappedInput,
): Promise<RowGroup> {
  const references = Object.fromEntries(
    compiled.joins.filter(({ one }) => one).map(({ name }) => [name, joins[name] ?? []]),
  );
  const { group: attached } = await attachJoins(group, compiled, references, staging);
  const many = compiled.joins
    .filter(({ one }) => !one)
    .map(({ name }) => {
      const files = joins[name] ?? [];
      const own = rows.flatMap((row) => {
        const file = files.find(({ id }) => id === row.ref.file);
        return file === undefined ? [] : [sourceRow(row, files, parseRow(file.info, row.raw))];
      });
      return [name, own] as const;
    });
  return { ...group, joined: { ...attached.joined, ...Object.fromEntries(many) } };
}
