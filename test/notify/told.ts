// Runs as a command tells of them, for tests: a real summary in which every outcome can be set.
import type { NotifyAddress, NotifySettings } from "../../src/job/notify-schema.ts";
import { type Outcome, outcomes } from "../../src/model/outcome.ts";
import type { NotifiedRun } from "../../src/notify/notification.ts";
import type { Counts, Summary } from "../../src/report/summary.ts";

/** What a test says of a run. */
export interface ToldParts extends Partial<Omit<NotifiedRun, "summary">> {
  readonly rows?: Readonly<Partial<Record<Outcome, number>>>;
  readonly summary?: Partial<Summary>;
}

/** A run of import.yaml that came to its results: with `rows`, by outcome; without, nothing of it was read. */
export function toldRun({ rows = {}, summary, ...parts }: ToldParts = {}): NotifiedRun {
  const counts = outcomes.map(
    (outcome) => [outcome, { rows: rows[outcome] ?? 0, entries: rows[outcome] ?? 0 }] as const,
  );
  const all = counts.reduce((sum, [, { rows: count }]) => sum + count, 0);
  return {
    command: "run",
    job: "import.yaml",
    exitCode: 0,
    startedAtMs: Date.UTC(2026, 0, 31, 2),
    endedAtMs: Date.UTC(2026, 0, 31, 2, 5),
    again: "luminous-import run import.yaml",
    retry: "luminous-import retry import.yaml",
    rest: "luminous-import run import.yaml",
    summary: {
      version: 1,
      run_id: "20260131-020000-0001",
      job: "import.yaml",
      command: "run",
      retry_of: null,
      program: null,
      account: "https://acme.api.joinluminous.com/external/api/v1",
      started_at: "2026-01-31T02:00:00.000Z",
      ended_at: "2026-01-31T02:05:00.000Z",
      duration_seconds: 300,
      exit_code: parts.exitCode ?? 0,
      ended: "finished",
      stopped: null,
      totals: { rows: all, entries: all },
      pilot: null,
      outcomes: Object.fromEntries(counts) as Record<Outcome, Counts>,
      tallies: [],
      open_failures: null,
      changes: null,
      files: [],
      control_totals: [],
      creation_needs: [],
      forecast: null,
      warnings: [],
      damage: [],
      reference_faults: [],
      traffic: null,
      timeline: null,
      sends: {},
      problems: { top: [], signatures: 0, errors: 0, warnings: 0, ungrouped: 0 },
      reasons: null,
      results: {
        folder: "/srv/import/.luminous-import/runs/20260131-020000-0001",
        results_csv: "results.csv",
        results_ndjson: "results.ndjson",
        summary: "summary.json",
        report: "report.html",
        failures: [],
      },
      ...summary,
    },
    ...parts,
  };
}

/** Settings that tell this address, of failures unless said. */
export function addressSettings(url: string, more: Partial<NotifyAddress> = {}): NotifySettings {
  return [
    { kind: "url", url: { text: url }, secret: undefined, on: ["failure"], values: false, timeoutMs: 30_000, ...more },
  ];
}

/** Settings that run this program with its arguments. */
export function commandSettings(
  command: readonly [string, ...string[]],
  folder: string,
  timeoutMs = 30_000,
): NotifySettings {
  return [{ kind: "command", command, folder, on: ["failure"], values: false, timeoutMs }];
}
