// What only the whole input shows of keys: those that more than one entry claims, and those that differ only in case.
// Finding them is the ledger's part; here they become problems at their cells.
import type { Locate } from "./locate.ts";
import { splitRowId } from "./model/draft.ts";
import type { Duplicate, Ledger } from "./model/ledger.ts";
import type { Problem } from "./model/problem.ts";
import { resources } from "./model/resources.ts";

/** What settling clashes needs. */
export interface ClashOptions {
  readonly ledger: Ledger;
  readonly strict: boolean;
  readonly locate: Locate;
}

/**
 * Makes every entry of the run invalid whose key, or a variant's, another entry claims too; each names the others' lines.
 * Keys that differ only in case are a warning on the first of them, and with `strict` an error on all.
 */
export async function settleClashes(run: number, options: ClashOptions): Promise<void> {
  const { staging } = options.ledger;
  for await (const duplicate of staging.duplicates(run)) await refuseDuplicate(duplicate, options);
  for await (const variant of staging.caseVariants(run)) await tellOfCase(variant, options);
}

async function refuseDuplicate({ key, entries, resource }: Duplicate, { ledger, locate }: ClashOptions): Promise<void> {
  const cells = await cellsOf(key, entries, { ledger, locate });
  for (const [index, { entryId }] of entries.entries()) {
    const others = listed(without(cells, index), placeOf);
    const hint = `if these rows make one ${resources[resource].singular}: group.rows: anywhere`;
    await ledger.staging.addProblems(entryId, [
      {
        ...cells[index],
        code: "duplicate_key",
        message: `"${key}" stands more than once: also at ${others} (${hint})`,
      },
    ]);
  }
}

async function tellOfCase({ key, entries }: Duplicate, { ledger, locate, strict }: ClashOptions): Promise<void> {
  const cells = await cellsOf(key, entries, { ledger, locate });
  for (const [index, { entryId }] of entries.entries()) {
    if (index > 0 && !strict) return;
    const others = listed(without(cells, index), (cell) => `"${cell.value ?? ""}" at ${placeOf(cell)}`);
    await ledger.staging.addProblems(entryId, [
      {
        ...cells[index],
        code: "case_variant",
        message: `differs only in case from ${others}`,
        ...(strict ? {} : { severity: "warning" }),
      },
    ]);
  }
}

type Places = Pick<ClashOptions, "ledger" | "locate">;

/** Where each claim of a key stands. */
async function cellsOf(key: string, entries: Duplicate["entries"], places: Places): Promise<readonly Problem[]> {
  const cells: Problem[] = [];
  for (const claim of entries) cells.push(...(await claimPlace(key, claim, places)));
  return cells;
}

/** Where one claim of a key stands, as a problem without words. */
export async function claimPlace(
  key: string,
  { entryId, path }: { readonly entryId: number; readonly path: string },
  places: Places,
): Promise<readonly [Problem]> {
  const unplaced: Problem = { code: "duplicate_key", message: "", path, value: key };
  const [cell = unplaced] = await places.locate(entryId, [unplaced]);
  return [cell.file === undefined ? { ...cell, ...(await firstRow(entryId, places)) } : cell];
}

/** An entry whose rows could not all be read has no cells, but it has rows. */
async function firstRow(entryId: number, { ledger }: Places): Promise<Pick<Problem, "file" | "line" | "row">> {
  const { files, rows } = await ledger.staging.rowsOfEntry(entryId);
  const [row] = rows;
  if (row === undefined) return {};
  const { fileId, rowNumber } = splitRowId(row.id);
  const file = files.find(({ id }) => id === fileId);
  return file === undefined ? {} : { file: file.file, line: row.line, row: rowNumber };
}

const maxNamedLines = 5;

function listed(cells: readonly Problem[], words: (cell: Problem) => string): string {
  const named = cells.slice(0, maxNamedLines).map(words).join(", ");
  return cells.length > maxNamedLines ? `${named} and ${cells.length - maxNamedLines} more` : named;
}

function without<T>(items: readonly T[], index: number): readonly T[] {
  return items.filter((_, at) => at !== index);
}

function placeOf({ file, line }: Problem): string {
  return `${file ?? "?"}:${line ?? "?"}`;
}
