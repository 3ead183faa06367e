// Conflicts of a retry with the run that it retries: its files hold only what did not make it, so what was made is not
// there to be a duplicate of.

import type { Ledger } from "../model/ledger/ledger.ts";
import type { Staging } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";
import { resources } from "../model/resources/resources.ts";
import { isSameRow } from "../model/row.ts";
import { claimPlaces, type DuplicateKeyOptions } from "./duplicate-keys.ts";
import type { Pause } from "./pause.ts";
import type { PreparedInput } from "./prepare.ts";
import { createProblemBatch } from "./problem-batch.ts";
import type { RefusedRows } from "./refused-rows.ts";

/**
 * Makes invalid what would make an entry a second time under the key of one that the retried run made (rows of that entry
 * are missing here, and an update or an order without them would be wrong), and what stood apart under one key in the
 * retried run and only stands together here because the rows between were made. With `rows: continued` also what stood
 * apart under several keys: a row whose key the others continue is gone. And what has a row that stands in its failures file
 * more than once: it would count twice, or one of two edits of it would be lost. And what was edited in two
 * failures files, or can be read in two ways since its file was saved again.
 */
export async function refuseRetryConflicts(
  run: number,
  inputs: readonly PreparedInput[],
  options: Pick<DuplicateKeyOptions, "ledger" | "locate" | "pause"> & { readonly refused: RefusedRows },
): Promise<void> {
  const { staging, results } = options.ledger;
  for (const refused of [options.refused, ...inputs.map(({ doubts }) => doubts)])
    await refuse(run, refused, options.ledger);
  await refuseCopies(run, options.ledger, options.pause);
  const made = await staging.madeBefore(run);
  for (const claims of byEntry(made)) {
    await options.pause(claims.length);
    const places = await claimPlaces(claims, options);
    const problems = places.map(
      ({ claim: { resource, key, runId }, place }): Problem => ({
        ...place,
        code: "duplicate_key",
        message: `run ${runId} made the ${resources[resource].singular} "${key}" from rows that are not in this file: to add to them, fix the original and run that`,
      }),
    );
    await addTo(claims, problems, staging);
  }
  const files = (await results.files(run)).filter(({ kind }) => kind === "input");
  const filesGrouped = (...ways: readonly string[]): readonly number[] => {
    const grouped = inputs.filter(({ compiled: { mapping } }) => ways.includes(mapping.group?.rows ?? "anywhere"));
    const names = new Set(grouped.map(({ input }) => input.name));
    return files.filter(({ input }) => names.has(input)).map(({ id }) => id);
  };
  const apart = await staging.keptApart(run, filesGrouped("adjacent", "continued"));
  for (const claims of byEntry(apart)) {
    await options.pause(claims.length);
    const places = await claimPlaces(
      claims.map((claim) => ({ ...claim, path: "" })),
      options,
    );
    const problems = places.map(
      ({ claim: { key }, place }): Problem => ({
        ...place,
        code: "duplicate_key",
        message: `"${key}" occurred more than once in the original, and its rows are next to each other only here (if they make one entry: group.rows: anywhere; if not, take one away)`,
      }),
    );
    await addTo(claims, problems, staging);
  }
  const told = new Set(apart.map(({ entryId }) => entryId));
  const joined = await staging.joinedApart(run, filesGrouped("continued"));
  for (const parts of byEntry(joined)) {
    const [first] = parts;
    if (first === undefined || told.has(first.entryId)) continue;
    await options.pause();
    const places = await claimPlaces([{ entryId: first.entryId, key: first.key ?? "", path: "" }], options);
    const message = joinedMessage(parts);
    await addTo(
      parts,
      places.map(({ place }): Problem => ({ ...place, code: "duplicate_key", message })),
      staging,
    );
  }
}

/** What belongs to one entry, for lists that have it together. */
function* byEntry<T extends { readonly entryId: number }>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0, to = 0; from < items.length; from = to) {
    while (items[to]?.entryId === items[from]?.entryId) to += 1;
    yield items.slice(from, to);
  }
}

async function addTo(
  [first]: readonly { readonly entryId: number }[],
  problems: readonly Problem[],
  staging: Staging,
): Promise<void> {
  if (first !== undefined) await staging.addProblems(first.entryId, problems);
}

async function refuse(run: number, refused: RefusedRows, { results, staging, history }: Ledger): Promise<void> {
  if (refused.size === 0) return;
  const batch = createProblemBatch(staging);
  for (const { id, file, info } of await results.files(run)) {
    for (const problem of refused.get(info.retryOf ?? 0) ?? []) {
      for (const entry of await history.entriesOfRow({ file: id, number: problem.row }, mostEntriesOfRow))
        await batch.add(entry.id, { ...problem, file });
    }
  }
  await batch.flush();
}

async function refuseCopies(run: number, { staging, history }: Ledger, pause: Pause): Promise<void> {
  const batch = createProblemBatch(staging);
  for await (const { source, rows } of staging.comeTwice(run)) {
    const first = rows.slice(0, maxNamedParts + 1);
    for (const { ref, line, file } of rows) {
      await pause();
      const others = first.filter((other) => !isSameRow(other.ref, ref)).slice(0, maxNamedParts);
      const named = others.map((other) => `line ${other.line} (row ${other.ref.number})`);
      const more = rows.length - 1 - others.length;
      const message = `row ${source.number} of the original stands here and again on ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}: keep one of them (what is new has nothing in _import_problem)`;
      for (const entry of await history.entriesOfRow(ref, mostEntriesOfRow)) {
        const place = { file, line, row: ref.number };
        await batch.add(entry.id, { code: "duplicate_row", message, ...place });
      }
    }
  }
  await batch.flush();
}

// A row of a join may belong to several.
const mostEntriesOfRow = 100;
const maxNamedParts = 5;

function joinedMessage(parts: Awaited<ReturnType<Staging["joinedApart"]>>): string {
  const named = parts.slice(0, maxNamedParts).map(({ from: { key, row } }) => {
    const whose = key === null ? "an entry without a key" : `"${key}"`;
    return `row ${row.number} of ${whose}`;
  });
  const more = parts.length > maxNamedParts ? ` and ${parts.length - maxNamedParts} more` : "";
  return `its rows were of several entries in the original (${named.join(", ")}${more}) and continue one only here: put back the row with the key, or take away the rows below it too`;
}
