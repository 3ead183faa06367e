// Rows of one group that may stand anywhere in their files: the ledger gathers them.
import { setImmediate as othersFirst } from "node:timers/promises";
import type { CompiledMapping } from "../map/compile.ts";
import { groupTooLarge, maxGroupRows } from "../map/group.ts";
import { keyColumnOf } from "../map/group-key.ts";
import { cellPlace, type SourceRow } from "../model/draft.ts";
import type { Staging } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";
import type { EntrySink } from "./entry-sink.ts";
import { sourceRow } from "./joins.ts";
import type { PreparedInput } from "./prepare.ts";
import { rowsHash } from "./rows-hash.ts";
import type { SameRows } from "./same-rows.ts";
import { endIfStopped, newRow, type OpenedFile, placed, type StageOptions, sourceRows } from "./source-rows.ts";

/** Rows of one group that may stand anywhere: the ledger gathers them. */
export async function stageScattered(
  prepared: PreparedInput,
  mains: readonly OpenedFile[],
  { sink, same }: { readonly sink: EntrySink; readonly same: SameRows },
  options: StageOptions,
): Promise<void> {
  const { staging } = options.ledger;
  let memberCount = 0;
  for (const main of mains) {
    for await (const rows of sourceRows(main, options, prepared.compiled)) {
      const judged = await withoutCopies(
        rows.map((source) => ({ source, ...judge(source, prepared) })),
        same,
      );
      memberCount += judged.filter(({ groupKey }) => groupKey !== undefined).length;
      await staging.addRows(
        judged.map(({ source, groupKey, problems, fault }) => ({
          ...newRow(source, main),
          ...(fault === undefined ? {} : { fault }),
          cells: source.row.cells,
          ...(groupKey === undefined ? {} : { groupKey }),
          ...(problems.length === 0
            ? {}
            : { outcome: "invalid" as const, problems, rowsHash: rowsHash(prepared.input.name, [source]) }),
        })),
      );
      await sink.exclude(judged.filter(({ excluded }) => excluded).map(({ source }) => source));
    }
  }
  const files = mains.map(({ staged }) => staged);
  let gathered = 0;
  let told = 0;
  const fileIds = files.map(({ id }) => id);
  const together = options.newerWins === true ? fileIds.map((id) => [id]) : [fileIds];
  for await (const { rows, ...part } of groupsOf(together, staging)) {
    gathered += rows.length;
    if (gathered - told >= rowsBetweenPauses) {
      told = gathered;
      options.onProgress(prepared.input.name, gathered, memberCount);
      // The ledger answers at once, so nothing here waits: without this no signal and no timer would have its turn.
      await othersFirst();
      endIfStopped(options);
    }
    const members = rows.map((row) => sourceRow(row, files));
    const damage = members.flatMap(({ row, file }) => (row.fault === undefined ? [] : [placed(row.fault, file, row)]));
    const [first] = members;
    const isStart = part.part === "start" && first !== undefined;
    const tooLarge = isStart ? [groupTooLarge(rows[0]?.groupKey ?? "", first, prepared.compiled.mapping)] : [];
    await sink.add({ rows: members, joined: {}, damage: [...tooLarge, ...damage], ...part });
  }
}

/** The groups of files that belong together, one such list after the other. */
async function* groupsOf(together: readonly (readonly number[])[], staging: Staging): ReturnType<Staging["groups"]> {
  for (const fileIds of together) yield* staging.groups(fileIds, maxGroupRows);
}

/** Leaves out the members that stand in an earlier file too. */
async function withoutCopies(
  judged: readonly (Judged & { readonly source: SourceRow })[],
  same: SameRows,
): Promise<readonly (Judged & { readonly source: SourceRow })[]> {
  const members = judged.filter(({ groupKey, fault }) => groupKey !== undefined && fault === undefined);
  const found = await same.find(members.map(({ source }) => source));
  const copies = new Map(members.flatMap(({ source }, at) => (found[at] === undefined ? [] : [[source, found[at]]])));
  if (copies.size === 0) return judged;
  same.count(copies.size);
  return judged.map((each) => {
    const leftOut = copies.get(each.source);
    if (leftOut === undefined) return each;
    return { ...nobodyButExcluded, source: { ...each.source, row: { ...each.source.row, leftOut } } };
  });
}

const rowsBetweenPauses = 2_000;

interface Judged {
  readonly groupKey: string | undefined;
  readonly excluded: boolean;
  readonly problems: readonly Problem[];
  /** Why a member could not be read. */
  readonly fault?: Problem;
}

/**
 * What a single row of a scattered group is: a member, excluded, or nobody's (its own problem). A row that `where` cannot
 * judge is a member that could not be read: its group must not go without it.
 */
function judge(source: SourceRow, { compiled }: PreparedInput): Judged {
  const nobody = (problems: readonly Problem[]): Judged => ({ groupKey: undefined, excluded: false, problems });
  const excluded = source.row.fault === undefined ? compiled.excludes(source) : { ok: true as const, value: false };
  if (excluded.ok && excluded.value) return nobodyButExcluded;
  const fault = excluded.ok ? source.row.fault : excluded.problems[0];
  const own = fault === undefined ? [] : [placed(fault, source.file, source.row)];
  const key = compiled.groupKey?.(source) ?? { ok: true, value: "" };
  if (!key.ok) return nobody([...own, ...key.problems.map((problem) => placed(problem, source.file, source.row))]);
  if (key.value === "") return nobody(own.length > 0 ? own : [blankKey(source, compiled.mapping)]);
  return { groupKey: key.value, excluded: false, problems: [], ...(fault === undefined ? {} : { fault }) };
}

const nobodyButExcluded: Judged = { groupKey: undefined, excluded: true, problems: [] };

function blankKey(source: SourceRow, mapping: CompiledMapping["mapping"]): Problem {
  const place = cellPlace(source, keyColumnOf(mapping, source));
  return { code: "missing_value", message: "the key of the group is blank", ...place };
}
