// What driving a submitted run takes, as it was when the run was staged: plain data, kept in the database. Never a token, and no
// address of a database.
import { z } from "zod";
import type { Job } from "../job/job.ts";
import { isPlainObject } from "../model/json.ts";
import type { ReportWishes } from "../report/html/write-reports.ts";
import type { Summary } from "../report/summary.ts";
import type { SendingTerms } from "../run/dispatch-run.ts";
import type { RunToFinish } from "../run/finish-run.ts";
import type { Staging } from "../run/run-options.ts";
import type { InputSnapshot } from "../staging/input-snapshot.ts";
import { damageList, resourceOf } from "../staging/prepare.ts";

/** What a run was told that matters once it is staged. */
export interface SnapshotOptions {
  readonly limit?: number;
  readonly maxErrors?: number;
  readonly force?: boolean;
  readonly report?: ReportWishes;
}

/** A staged run for whoever drives it. */
export interface RunSnapshot {
  readonly version: 1;
  readonly job: SendingTerms & { readonly file: Pick<Job["file"], "path" | "shown"> };
  readonly inputs: readonly InputSnapshot[];
  readonly options: SnapshotOptions;
  readonly plan?: { readonly id: number; readonly planId: string };
  readonly warnings: readonly string[];
  readonly damage: Summary["damage"];
  readonly resourceOf: RunToFinish["resourceOf"];
  /** The run's folder, where it was submitted. */
  readonly folder: string;
}

/** What is submitted of a run that was staged here. */
export function runSnapshot(
  { job, inputs, plan }: Staging,
  inputSnapshots: readonly InputSnapshot[],
  { limit, maxErrors, force, report }: SnapshotOptions,
  { warnings, folder }: Pick<RunSnapshot, "warnings" | "folder">,
): RunSnapshot {
  const { file, limits, existing, missingReferences, channel, orderPush, openOrderDays } = job;
  return {
    version: 1,
    job: {
      file: { path: file.path, shown: file.shown },
      ...{ limits, existing, missingReferences, channel, orderPush, openOrderDays },
    },
    inputs: inputSnapshots,
    options: {
      ...(limit === undefined ? {} : { limit }),
      ...(maxErrors === undefined ? {} : { maxErrors }),
      ...(force === undefined ? {} : { force }),
      ...(report === undefined ? {} : { report }),
    },
    ...(plan === undefined ? {} : { plan: { id: plan.id, planId: plan.planId } }),
    warnings,
    damage: damageList(inputs),
    resourceOf: resourceOf(inputs),
    folder,
  };
}

/** Undefined for what another version of the program wrote and this one does not understand. */
export function readSnapshot(value: unknown): RunSnapshot | undefined {
  const read = snapshotSchema.safeParse(value);
  return read.success ? read.data : undefined;
}

// The outer form alone: what is in it was written by `runSnapshot` of the same version.
const snapshotSchema = z.custom<RunSnapshot>(
  (value) =>
    isPlainObject(value) &&
    value.version === 1 &&
    isPlainObject(value.job) &&
    isPlainObject(value.job.limits) &&
    isPlainObject(value.options) &&
    Array.isArray(value.inputs) &&
    typeof value.folder === "string",
);
