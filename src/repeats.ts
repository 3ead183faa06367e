// What only a retry can do wrong: its files hold what did not make it, so what was made is not there to clash with.
import { type ClashOptions, claimPlace } from "./clashes.ts";
import { splitRowId } from "./model/draft.ts";
import type { Staging } from "./model/ledger.ts";
import { resources } from "./model/resources.ts";
import type { PreparedInput } from "./prepare.ts";

/**
 * Makes invalid what would make an entry a second time under the key of one that the retried run made (rows of that entry
 * are missing here, and an update or an order without them would be wrong), and what stood apart under one key in the
 * retried run and only stands together here because the rows between were made. With `rows: continued` also what stood
 * apart under several keys: a row whose key the others continue is gone.
 */
export async function refuseRepeats(
  run: number,
  inputs: readonly PreparedInput[],
  options: Pick<ClashOptions, "ledger" | "locate">,
): Promise<void> {
  const { staging, results } = options.ledger;
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

const maxNamedParts = 5;

function joinedMessage(parts: Awaited<ReturnType<Staging["joinedApart"]>>): string {
  const named = parts.slice(0, maxNamedParts).map(({ from: { key, row } }) => {
    const whose = key === null ? "an entry without a key" : `"${key}"`;
    return `row ${splitRowId(row).rowNumber} of ${whose}`;
  });
  const more = parts.length > maxNamedParts ? ` and ${parts.length - maxNamedParts} more` : "";
  return `its rows were of several entries in the original (${named.join(", ")}${more}) and continue one only here: put back the row with the key, or take away the rows below it too`;
}
