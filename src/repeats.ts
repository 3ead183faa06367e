// What only a retry can do wrong: its files hold what did not make it, so what was made is not there to clash with.
import { type ClashOptions, claimPlace } from "./clashes.ts";
import { splitRowId } from "./model/draft.ts";
import type { Ledger, Staging } from "./model/ledger.ts";
import { resources } from "./model/resources.ts";
import type { PreparedInput } from "./prepare.ts";

/**
 * Makes invalid what would make an entry a second time under the key of one that the retried run made (rows of that entry
 * are missing here, and an update or an order without them would be wrong), and what stood apart under one key in the
 * retried run and only stands together here because the rows between were made. With `rows: continued` also what stood
 * apart under several keys: a row whose key the others continue is gone. And what has a row that stands in its failures file
 * more than once: it would count twice, or one of two edits of it would be lost.
 */
export async function refuseRepeats(
  run: number,
  inputs: readonly PreparedInput[],
  options: Pick<ClashOptions, "ledger" | "locate">,
): Promise<void> {
  const { staging, results } = options.ledger;
  await refuseCopies(run, options.ledger);
  for (const { entryId, resource, key, path, runId } of await staging.madeBefore(run)) {
    const [cell] = await claimPlace(key, { entryId, path }, options);
    await staging.addProblems(entryId, [
      {
        ...cell,
        code: "duplicate_key",
        message: `run ${runId} made the ${resources[resource].singular} "${key}" from rows that are not in this file: to add to them, mend the original and run that`,
      },
    ]);
  }
  const files = (await results.files(run)).filter(({ kind }) => kind === "input");
  const filesGrouped = (...ways: readonly string[]): readonly number[] => {
    const grouped = inputs.filter(({ compiled: { mapping } }) => ways.includes(mapping.group?.rows ?? "anywhere"));
    const names = new Set(grouped.map(({ input }) => input.name));
    return files.filter(({ input }) => names.has(input)).map(({ id }) => id);
  };
  const apart = await staging.keptApart(run, filesGrouped("adjacent", "continued"));
  for (const { entryId, key } of apart) {
    const [cell] = await claimPlace(key, { entryId, path: "" }, options);
    await staging.addProblems(entryId, [
      {
        ...cell,
        code: "duplicate_key",
        message: `"${key}" stood more than once in the original, and its rows stand together only here (if they make one entry: group.rows: anywhere; if not, take one away)`,
      },
    ]);
  }
  const told = new Set(apart.map(({ entryId }) => entryId));
  const joined = await staging.joinedApart(run, filesGrouped("continued"));
  for (const entryId of new Set(joined.map((part) => part.entryId))) {
    if (told.has(entryId)) continue;
    const parts = joined.filter((part) => part.entryId === entryId);
    const [cell] = await claimPlace(parts[0]?.key ?? "", { entryId, path: "" }, options);
    await staging.addProblems(entryId, [{ ...cell, code: "duplicate_key", message: joinedMessage(parts) }]);
  }
}

async function refuseCopies(run: number, { staging, stories }: Ledger): Promise<void> {
  for await (const { source, rows } of staging.comeTwice(run)) {
    const { rowNumber } = splitRowId(source);
    for (const { id, line, file } of rows) {
      const others = rows.filter((other) => other.id !== id);
      const named = others
        .slice(0, maxNamedParts)
        .map((other) => `line ${other.line} (row ${splitRowId(other.id).rowNumber})`);
      const more = others.length > maxNamedParts ? ` and ${others.length - maxNamedParts} more` : "";
      const message = `row ${rowNumber} of the original stands here and again on ${named.join(", ")}${more}: keep one of them (what is new has nothing in _import_problem)`;
      for (const entry of await stories.entriesOfRow(id, mostEntriesOfRow)) {
        const place = { file, line, row: splitRowId(id).rowNumber };
        await staging.addProblems(entry.id, [{ code: "duplicate_row", message, ...place }]);
      }
    }
  }
}

// A row of a join may belong to several.
const mostEntriesOfRow = 100;
const maxNamedParts = 5;

function joinedMessage(parts: Awaited<ReturnType<Staging["joinedApart"]>>): string {
  const named = parts.slice(0, maxNamedParts).map(({ from: { key, row } }) => {
    const whose = key === null ? "an entry without a key" : `"${key}"`;
    return `row ${splitRowId(row).rowNumber} of ${whose}`;
  });
  const more = parts.length > maxNamedParts ? ` and ${parts.length - maxNamedParts} more` : "";
  return `its rows were of several entries in the original (${named.join(", ")}${more}) and continue one only here: put back the row with the key, or take away the rows below it too`;
}
