// Rows of other files that belong to a group: found in the ledger by the key column, attached before mapping.
import type { CompiledMapping } from "../map/compile.ts";
import { cellAt } from "../model/cells.ts";
import type { RowGroup, SourceRow } from "../model/draft.ts";
import { cellPlace, fromFile } from "../model/draft.ts";
import type { StagedFile, StoredRow } from "../model/ledger/rows.ts";
import type { Staging } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";
import type { Cells } from "../model/row.ts";
import { withoutZeroWidth } from "../model/text/zero-width.ts";

/** The staged files of each join of an input. */
export type JoinFiles = Readonly<Record<string, readonly StagedFile[]>>;

/** A join is read whole for one entry; more rows than this come from a mistake in the key. */
export const maxJoinedRows = 20_000;

/** A group with its joined rows, and what of them is too much to be read: the other rows with the key belong to it too. */
export interface Attached {
  readonly group: RowGroup;
  readonly unread: readonly { readonly fileIds: readonly number[]; readonly key: string }[];
}

/** The group with the rows that its joins attach to its first row. Faulty rows are among them; of a one-join they are no match, and mapping says so. */
export async function attachJoins(
  group: RowGroup,
  compiled: CompiledMapping,
  files: JoinFiles,
  staging: Pick<Staging, "rowsWithKey">,
): Promise<Attached> {
  if (compiled.joins.length === 0 || group.rows.length === 0) return { group, unread: [] };
  const first = compiled.head(group.rows);
  const joined: Record<string, readonly SourceRow[]> = {};
  const damage: Problem[] = [...group.damage];
  const unread: Attached["unread"][number][] = [];
  for (const join of compiled.joins) {
    const key = keyText(first.row.cells, join.ours);
    const of = files[join.name] ?? [];
    const most = join.one ? 3 : maxJoinedRows + 1;
    const found = key === "" ? [] : await withKey(key, of, most, staging);
    const fileIds =
      found.length === 0 || of[0]?.info.newerWins !== true ? of.map(({ id }) => id) : [found[0]?.ref.file ?? 0];
    const rows = found.map((row) => sourceRow(row, of));
    if (join.one) {
      joined[join.name] = rows;
      continue;
    }
    joined[join.name] = rows.slice(0, maxJoinedRows);
    if (rows.length <= maxJoinedRows) continue;
    unread.push({ fileIds, key });
    damage.push({
      code: "join_several",
      message: `more than 20,000 rows of ${join.name} belong to it, which is the most that one entry can have`,
      ...cellPlace(first, join.ours),
    });
  }
  return { group: { ...group, joined, damage }, unread };
}

/** The rows of a join with a key. Where newer files win, those of the newest file that has any. */
async function withKey(
  key: string,
  files: readonly StagedFile[],
  most: number,
  staging: Pick<Staging, "rowsWithKey">,
): Promise<readonly StoredRow[]> {
  const ids = files.map(({ id }) => id).sort((a, b) => b - a);
  const tries = files[0]?.info.newerWins === true ? ids.map((id) => [id]) : [ids];
  for (const fileIds of tries) {
    const found = await staging.rowsWithKey(fileIds, key, most);
    if (found.length > 0) return found;
  }
  return [];
}

/** A stored row as mapping takes it. Its cells must have been staged. */
export function sourceRow(
  stored: StoredRow,
  files: readonly StagedFile[],
  cells: Cells | undefined = stored.cells,
): SourceRow {
  const { ref } = stored;
  const file = files.find(({ id }) => id === ref.file);
  return {
    ref,
    file: file?.file ?? "",
    ...(file === undefined ? {} : fromFile(file.info)),
    row: {
      number: ref.number,
      line: stored.line,
      raw: stored.raw,
      cells: cells ?? {},
      ...(stored.fault === undefined ? {} : { fault: stored.fault }),
    },
  };
}

/** A key cell as text, `""` when it is absent or no text. */
export function keyText(cells: Cells, column: string): string {
  const cell = cellAt(cells, column);
  return typeof cell === "string" ? withoutZeroWidth(cell.trim()) : "";
}
