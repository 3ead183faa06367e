// What only a retry can do wrong: its files hold what did not make it, so what was made is not there to clash with.
import { type ClashOptions, claimPlace } from "./clashes.ts";
import { resources } from "./model/resources.ts";
import type { PreparedInput } from "./prepare.ts";

/**
 * Makes invalid what would make an entry a second time under the key of one that the retried run made (rows of that entry
 * are missing here, and an update or an order without them would be wrong), and what stood apart under one key in the
 * retried run and only stands together here because the rows between were made.
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
  const streamed = inputs.filter(({ compiled: { mapping } }) => (mapping.group?.rows ?? "anywhere") !== "anywhere");
  const files = (await results.files(run)).filter(
    ({ kind, input }) => kind === "input" && streamed.some((prepared) => prepared.input.name === input),
  );
  const apart = await staging.keptApart(
    run,
    files.map(({ id }) => id),
  );
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
}
