// Duplicate keys: entries across all inputs that claim the same key, or keys that differ only in case. The ledger finds
// them; here they become problems at their cells. However many clash with each other, the work grows with the number of
// claims: every entry is mapped again once, and a message names at most five others.
import type { Ledger } from "../model/ledger/ledger.ts";
import type { Claim, Clashes, ClashKind } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";
import { resources } from "../model/resources/resources.ts";
import type { RowRef } from "../model/row.ts";
import type { Locate } from "./locate-cells.ts";
import type { Pause } from "./pause.ts";

/** What settling duplicate keys needs. */
export interface DuplicateKeyOptions {
  readonly ledger: Ledger;
  readonly strict: boolean;
  readonly locate: Locate;
  /** Waited for between entries. */
  readonly pause: Pause;
}

/**
 * Makes every entry of the run invalid whose key, or a variant's, another entry claims too; each names the others' lines.
 * Keys that differ only in case are a warning on the first of them, and with `strict` an error on all.
 */
export async function settleDuplicateKeys(run: number, options: DuplicateKeyOptions): Promise<void> {
  await settle(run, "same", Number.MAX_SAFE_INTEGER, options);
  await settle(run, "case", options.strict ? Number.MAX_SAFE_INTEGER : 1, options);
}

/**
 * Where the files of an input are one source at several times: of entries with one key those of the newest file that has it
 * stay, and the rows of the others end *excluded*, also where the newer entry is invalid.
 */
export async function settleSuperseded(
  run: number,
  { ledger: { staging }, pause }: Pick<DuplicateKeyOptions, "ledger" | "pause">,
): Promise<void> {
  for await (const rows of staging.superseded(run)) {
    await pause(rows.length);
    await staging.settleRows(
      rows.map((row) => ({ ref: row.ref, outcome: "excluded" as const, problems: [supersededBy(row.by, row)] })),
    );
  }
  await staging.dropSuperseded(run);
}

/** Why a row does not count that a newer file has too. */
export function supersededBy(
  by: { readonly file: string; readonly line: number },
  row: { readonly ref: RowRef; readonly line: number; readonly file: string; readonly isSame?: boolean },
): Problem {
  const place = { file: row.file, line: row.line, row: row.ref.number };
  const newer = `${by.file}:${by.line}`;
  return row.isSame === true
    ? {
        code: "same_row",
        severity: "warning",
        message: `the same is in ${newer}, which is newer, and counts once`,
        ...place,
      }
    : { code: "superseded", severity: "warning", message: `${newer} is newer and counts in its place`, ...place };
}

/** `mostTold`: how many of the claims that clash with each other get a problem. */
async function settle(run: number, kind: ClashKind, mostTold: number, options: DuplicateKeyOptions): Promise<void> {
  const { ledger, pause } = options;
  await using clashes = await ledger.staging.clashes(run, kind);
  let places: Placed<Claim>[] = [];
  for await (const claims of clashes.byEntry(Math.max(mostTold, maxNamedLines + 1))) {
    await pause(claims.length);
    places = [...places, ...(await claimPlaces(claims, options))];
    if (places.length < placesAtOnce) continue;
    await clashes.keepPlaces(places);
    places = [];
  }
  await clashes.keepPlaces(places);
  for await (const claims of clashes.byEntry(mostTold)) {
    await pause(claims.length);
    const problems: Problem[] = [];
    for (const claim of claims) problems.push(await problemOf(claim, kind, clashes, options));
    for (const { entryId } of claims.slice(0, 1)) await ledger.staging.addProblems(entryId, problems);
  }
}

const placesAtOnce = 100;

async function problemOf(
  claim: Claim,
  kind: ClashKind,
  clashes: Clashes,
  { strict }: Pick<DuplicateKeyOptions, "strict">,
): Promise<Problem> {
  const others = await clashes.others(claim, maxNamedLines);
  const words = kind === "same" ? placeOf : (other: Problem) => `"${other.value ?? ""}" at ${placeOf(other)}`;
  const more = claim.size - 1 - others.length;
  const listed = `${others.map(words).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  switch (kind) {
    case "same": {
      const hint = `if these rows make one ${resources[claim.resource].singular}: group.rows: anywhere`;
      return {
        ...claim.place,
        code: "duplicate_key",
        message: `"${claim.key}" occurs more than once: also at ${listed} (${hint})`,
      };
    }
    case "case":
      return {
        ...claim.place,
        code: "case_variant",
        message: `differs only in case from ${listed}`,
        ...(strict ? {} : { severity: "warning" }),
      };
    default:
      return kind satisfies never;
  }
}

type Places = Pick<DuplicateKeyOptions, "ledger" | "locate">;

/** A key of an entry, and its path in the payload. */
export type KeyClaim = Pick<Claim, "entryId" | "key" | "path">;

/** A claim, and where it stands: a problem without words. */
export interface Placed<C> {
  readonly claim: C;
  readonly place: Problem;
}

/** Where keys stand that one entry claims, each as a problem without words. */
export async function claimPlaces<C extends KeyClaim>(
  claims: readonly C[],
  places: Places,
): Promise<readonly Placed<C>[]> {
  const [first] = claims;
  if (first === undefined) return [];
  const unplaced = claims.map(({ key, path }): Problem => ({ code: "duplicate_key", message: "", path, value: key }));
  const cells = await places.locate(first.entryId, unplaced);
  const row = cells.some(({ file }) => file === undefined) ? await firstRow(first.entryId, places) : {};
  return claims.flatMap((claim, at) => {
    const cell = cells[at] ?? unplaced[at];
    if (cell === undefined) return [];
    return [{ claim, place: cell.file === undefined ? { ...cell, ...row } : cell }];
  });
}

/** An entry whose rows could not all be read has no cells, but it has rows. */
async function firstRow(entryId: number, { ledger }: Places): Promise<Pick<Problem, "file" | "line" | "row">> {
  const { files, rows } = await ledger.staging.rowsOfEntry(entryId, 1);
  const [row] = rows;
  if (row === undefined) return {};
  const file = files.find(({ id }) => id === row.ref.file);
  return file === undefined ? {} : { file: file.file, line: row.line, row: row.ref.number };
}

const maxNamedLines = 5;

function placeOf({ file, line }: Problem): string {
  return `${file ?? "?"}:${line ?? "?"}`;
}
