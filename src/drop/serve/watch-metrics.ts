// What a watch and its passes count, for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/. Names and
// labels are a contract (docs/commands.md); no label holds a file's name, a key or a cell.
import { Counter, Gauge, Registry } from "prom-client";
import { exitCodes } from "../../model/exit-codes.ts";
import { version } from "../../model/package.ts";
import type { RunEvent } from "../../run/events.ts";
import type { DropResult } from "../drop.ts";
import type { EndedPass, WatchEvent } from "../watch/watch-event.ts";

/** Counters of one watch, which begin at 0 with the process. */
export interface WatchMetrics {
  seeWatch(event: WatchEvent<DropResult>): void;
  seeRun(event: RunEvent): void;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

const prefix = "luminous_import_";

/** How a pass is counted. */
type PassResult = "nothing_to_do" | "done" | "some_failed" | "stopped" | "not_started" | "account_refused";
const passResults: readonly PassResult[] = [
  "nothing_to_do",
  "done",
  "some_failed",
  "stopped",
  "not_started",
  "account_refused",
];

/** Metrics in a registry of their own. */
export function createWatchMetrics(): WatchMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `${prefix}${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `${prefix}${name}`, help, labelNames, registers });

  gauge("build_info", "1, with the version of the program.", ["version"]).set({ version }, 1);
  const passes = counter("passes_total", "Passes over the inbox by how they ended.", ["result"]);
  for (const result of passResults) passes.inc({ result }, 0);
  const files = counter("files_total", "Files by what became of them.", ["fate"]);
  for (const fate of ["taken", "archived", "quarantined"]) files.inc({ fate }, 0);
  const waiting = gauge("files_waiting", "Files that the last pass left in the inbox.");
  const rows = counter("rows_total", "Rows of passes by outcome.", ["outcome"]);
  const open = gauge("open_rows", "Rows that failed and that nothing has made good since, at the end of the last run.");
  const requests = counter("requests_total", "Requests to the API by purpose and result.", ["purpose", "result"]);
  const throttled = counter("throttled_total", "Answers 429.");
  const startedAt = gauge("last_pass_start_timestamp_seconds", "When the last pass began.");
  const endedAt = gauge("last_pass_end_timestamp_seconds", "When the last pass that is over ended.");
  const succeededAt = gauge("last_success_timestamp_seconds", "When the last pass ended with exit code 0.");
  const exitCode = gauge("last_pass_exit_code", "The exit code of the last pass that is over.");
  const underWay = gauge("pass_under_way", "1 while a pass is under way.");
  const broken = gauge("job_broken", "1 while the job or a mapping is broken and nothing is imported.");

  const passEnded = ({ endedAtMs, exitCode: code, end }: EndedPass<DropResult>): void => {
    underWay.set(0);
    endedAt.set(endedAtMs / 1000);
    exitCode.set(code);
    if (code === exitCodes.done) succeededAt.set(endedAtMs / 1000);
    passes.inc({ result: resultOf(code, end) });
    if (end === undefined) return;
    files.inc({ fate: "taken" }, end.taken);
    files.inc({ fate: "archived" }, end.archived.length);
    files.inc({ fate: "quarantined" }, end.quarantined.length);
    waiting.set(end.waiting);
    if (end.result === undefined) return;
    const { outcomes, open_failures } = end.result.summary;
    for (const [outcome, counts] of Object.entries(outcomes)) rows.inc({ outcome }, counts.rows);
    if (open_failures !== null) open.set(open_failures.rows);
  };

  return {
    seeWatch(event) {
      switch (event.kind) {
        case "loaded":
          broken.set(0);
          break;
        case "broken":
          broken.set(1);
          break;
        case "pass.started":
          underWay.set(1);
          startedAt.set(event.atMs / 1000);
          break;
        case "pass.ended":
          passEnded(event.pass);
          break;
        case "stopping":
          break;
        default:
          event satisfies never;
      }
    },
    seeRun(event) {
      if (event.kind !== "dispatch" || event.event.type !== "request") return;
      const { purpose, result } = event.event;
      requests.inc({ purpose, result });
      if (result === "throttled") throttled.inc();
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function resultOf(exitCode: number, end: DropResult | undefined): PassResult {
  switch (exitCode) {
    case exitCodes.done:
      return end !== undefined && end.taken === 0 && end.result === undefined ? "nothing_to_do" : "done";
    case exitCodes.someFailed:
      return "some_failed";
    case exitCodes.stopped:
      return "stopped";
    case exitCodes.accountRefused:
      return "account_refused";
    default:
      return "not_started";
  }
}
