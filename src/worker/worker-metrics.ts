// What Prometheus is told of the accounts of a database, by whichever worker it asks: https://prometheus.io/docs/instrumenting/exposition_formats/.
// Names and labels are a contract (docs/many-machines.md); no label holds a file's name, a key or a cell.
import { Gauge, Registry } from "prom-client";
import type { AccountState, Submission, Submissions, Workforce } from "../model/ledger/submissions.ts";
import { version } from "../model/package.ts";
import { readCarried } from "./carried.ts";

/** The metrics of a worker. */
export interface WorkerMetrics {
  /** In the text format of Prometheus, as the database says it now. Rejects when that does not answer. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics that are read from the database when somebody asks for them. */
export function createWorkerMetrics(submissions: Pick<Submissions, "accounts" | "list" | "workforce">): WorkerMetrics {
  return {
    contentType: new Registry().contentType,
    async text() {
      const [workforce, accounts, open] = [
        await submissions.workforce(),
        await submissions.accounts(),
        await submissions.list(),
      ];
      return await registryOf(workforce, accounts, open).metrics();
    },
  };
}

/** A registry for each answer: an account that is gone leaves no series behind. */
function registryOf({ workers }: Workforce, accounts: readonly AccountState[], open: readonly Submission[]): Registry {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `luminous_import_${name}`, help, labelNames, registers });
  const ofAccount = (name: string, help: string) => gauge(`account_${name}`, help, ["account"]);

  gauge("build_info", "1, with the version of the program.", ["version"]).set({ version }, 1);
  gauge("workers", "Workers that are alive.").set(workers);
  const driven = ofAccount("driven", "1 while somebody drives the account.");
  const epoch = ofAccount("epoch", "How many times somebody took the account.");
  const leaseAge = ofAccount("lease_age_seconds", "Time since the driver renewed its lease.");
  const pause = ofAccount("pause_seconds", "How long nobody asks anything of the account, after a 429.");
  const openSends = ofAccount("open_sends", "Sends whose fate is not known yet, those in flight included.");
  for (const { baseUrl: account, ...state } of accounts) {
    driven.set({ account }, state.leaseAgeMs === undefined ? 0 : 1);
    epoch.set({ account }, state.epoch);
    if (state.leaseAgeMs !== undefined) leaseAge.set({ account }, state.leaseAgeMs / 1000);
    pause.set({ account }, state.pauseMs / 1000);
    openSends.set({ account }, state.openSends);
  }

  const submitted = ofAccount("submitted", "1 while a submitted run of the account has not ended.");
  const entries = ofAccount("open_entries", "Entries of its submitted run without an outcome.");
  const perSecond = ofAccount("requests_per_second", "Requests over the last ten seconds.");
  const limit = ofAccount("limit_per_second", "The rate that its driver may reach.");
  const throttled = ofAccount("throttled", "Answers 429 to its driver.");
  for (const { baseUrl: account, progress } of open) {
    submitted.set({ account }, 1);
    const figures = readCarried(progress).progress?.figures;
    if (figures === undefined) continue;
    entries.set(
      { account },
      figures.phases.reduce((sum, phase) => sum + phase.entries - phase.done, 0),
    );
    if (figures.requestsPerSecond !== undefined) perSecond.set({ account }, figures.requestsPerSecond);
    if (figures.limitPerSecond !== undefined) limit.set({ account }, figures.limitPerSecond);
    throttled.set({ account }, figures.throttled);
  }
  return registry;
}
