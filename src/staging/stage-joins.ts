// Rows of joined files: those that no entry claimed, and those that could not be read.
import type { Ledger } from "../model/ledger/ledger.ts";
import type { StagedFile, StoredRow } from "../model/ledger/rows.ts";
import type { Problem } from "../model/problem.ts";
import { supersededBy } from "./duplicate-keys.ts";
import { keyText, sourceRow } from "./joins.ts";
import type { PreparedInput } from "./prepare.ts";
import { rowsHash } from "./rows-hash.ts";
import { placed, type StageOptions } from "./source-rows.ts";

// What stands in the key column of a row with shifted cells is no key. Rows of one entry mostly stand together, so the
// entries of the rows above and below may have lost it.
async function damageNeighbours({ ref, line, fault }: StoredRow, { file }: StagedFile, ledger: Ledger): Promise<void> {
  const neighbours = await Promise.all(
    [ref.number - 1, ref.number + 1].map((number) =>
      ledger.history.entriesOfRow({ file: ref.file, number }, maxNeighbours),
    ),
  );
  for (const entryId of new Set(neighbours.flat().map((entry) => entry.id))) {
    await ledger.staging.addProblems(entryId, [
      {
        code: "group_damaged",
        message: `line ${line} may belong to it and could not be read: ${fault?.message ?? ""}`,
        file,
        line,
        row: ref.number,
      },
    ]);
  }
}

const maxNeighbours = 100;

/** Gives every joined row that no entry claimed its problem; one whose key a newer file has too is displaced by that. */
export async function settleOrphans(
  file: StagedFile,
  newer: readonly StagedFile[],
  { compiled, input }: PreparedInput,
  { ledger }: StageOptions,
): Promise<void> {
  const join = compiled.joins.find(({ name }) => name === file.join);
  for await (const rows of ledger.staging.unclaimed(file.id)) {
    for (const row of rows) if (row.fault !== undefined) await damageNeighbours(row, file, ledger);
    await ledger.staging.settleRows(
      await Promise.all(
        rows.map(async (row) => {
          const source = sourceRow(row, [file]);
          const value = keyText(source.row.cells, join?.theirs ?? "");
          const by = row.fault === undefined && value !== "" ? await firstIn(newer, value, ledger) : undefined;
          if (by !== undefined)
            return {
              ref: row.ref,
              outcome: "excluded" as const,
              problems: [supersededBy(by, { ...row, file: file.file })],
            };
          const orphan: Problem = {
            code: "join_orphan",
            message:
              value === ""
                ? "belongs to nothing: the key is blank"
                : `belongs to nothing: no row of ${input.name} has ${join?.ours ?? ""} "${value}"`,
            file: file.file,
            line: row.line,
            row: source.row.number,
            column: join?.theirs ?? "",
            value,
          };
          const problems = row.fault === undefined ? [orphan] : [placed(row.fault, file.file, source.row), orphan];
          const hash = rowsHash(`${input.name}.${file.join ?? ""}`, [source]);
          return { ref: row.ref, outcome: "invalid" as const, problems, rowsHash: hash };
        }),
      ),
    );
  }
}

/** Where the newest of these files has a key. */
async function firstIn(
  files: readonly StagedFile[],
  key: string,
  { staging }: Ledger,
): Promise<{ readonly file: string; readonly line: number } | undefined> {
  for (const file of files.toReversed()) {
    const [row] = await staging.rowsWithKey([file.id], key, 1);
    if (row !== undefined) return { file: file.file, line: row.line };
  }
  return undefined;
}
