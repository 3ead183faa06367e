// The files of a run that has ended, written again: from its ledger, and from the summary that the ledger keeps. For a run that
// another machine has driven, which left no file here.
import type { Ledger } from "../../model/ledger/ledger.ts";
import type { RunRecord } from "../../model/ledger/runs.ts";
import type { Outcome } from "../../model/outcome.ts";
import type { ResourceName } from "../../model/resource.ts";
import { resources } from "../../model/resources/resources.ts";
import type { Summary, SummaryFacts } from "../summary.ts";
import { type ReportWishes, writeReports } from "./write-reports.ts";

/** Writes them all into this folder; gives the summary as it is written there. */
export function writeResultsAgain(
  { results }: Pick<Ledger, "results">,
  record: RunRecord,
  summary: Summary,
  { folder, wishes }: { readonly folder: string; readonly wishes: ReportWishes },
): Promise<Summary> {
  const ndjson = wishes.ndjson ?? summary.results.results_ndjson !== null;
  return writeReports(results, record, folder, { ...factsOf(summary), folder }, { ...wishes, ndjson });
}

/** What a summary says that the ledger does not know. */
function factsOf(summary: Summary): Omit<SummaryFacts, "folder" | "failures"> {
  const { account, retry_of: retryOf, stopped, traffic, open_failures: open, pilot } = summary;
  return {
    ...(account === null ? {} : { account }),
    endedAtMs: Date.parse(summary.ended_at),
    exitCode: summary.exit_code,
    ...(stopped === null ? {} : { stopped }),
    ...(traffic === null ? {} : { traffic: { ...traffic, waitingMs: traffic.waiting_seconds * 1000 } }),
    ...(summary.timeline === null ? {} : { timeline: summary.timeline }),
    warnings: summary.warnings,
    damage: summary.damage,
    resourceOf: resourceOf(summary),
    ...(retryOf === null ? {} : { retryOf }),
    ...(open === null ? {} : { open: { rows: open.rows, earlierRows: open.earlier_rows } }),
    ...(pilot === null ? {} : { pilot: { limit: pilot.limit, counts: countsOf(pilot) } }),
  };
}

/** By input name. What a tally calls `orders.details` is a join of the input `orders`, unless an input is called so. */
function resourceOf({ tallies }: Summary): Readonly<Record<string, ResourceName>> {
  const found = tallies.flatMap(({ input, phase }) => {
    const [own] = Object.values(resources).filter(({ phases }) => phases.some((each) => each === phase));
    return own === undefined ? [] : [[input, own.name] as const];
  });
  const ofJoins = found.map(([input, name]) => [input.replace(/\.[^.]*$/, ""), name] as const);
  return Object.fromEntries([...ofJoins, ...found]);
}

function countsOf({ phases }: NonNullable<Summary["pilot"]>): NonNullable<SummaryFacts["pilot"]>["counts"] {
  return phases.flatMap(({ phase, taken, outcomes }) =>
    Object.entries(outcomes).map(([outcome, entries]) => ({ phase, taken, outcome: outcome as Outcome, entries })),
  );
}
