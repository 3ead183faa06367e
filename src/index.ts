// The library: what the command line does, for programs. Nothing here reads the environment or writes to the terminal.

export { type AuditOptions, type AuditResult, audit } from "./audit.ts";
export { type ChannelsOptions, findChannels, listChannels, type SeenChannel } from "./channels.ts";
export { type CheckOptions, type CheckResult, check } from "./check.ts";
export { type DoctorOptions, type DoctorResult, doctor } from "./doctor.ts";
export { type ExplainOptions, explain } from "./explain.ts";
export {
  type Export,
  type Guess,
  type Plan,
  planImport,
  readExports,
  type WriteOptions,
  type WrittenFile,
  writeImport,
} from "./init.ts";
export { type Job, type JobOverrides, loadJob } from "./job.ts";
export { type JobRemains, readJobRemains } from "./job-remains.ts";
export { type Clock, systemClock } from "./model/clock.ts";
export { type ErrorCode, ImportError } from "./model/error.ts";
export type { CheckName, Finding } from "./model/finding.ts";
export type { Outcome } from "./model/outcome.ts";
export { describeProblem, type Problem, type ProblemCode } from "./model/problem.ts";
export type { HttpProxy } from "./model/proxy.ts";
export { type PurgeOptions, type PurgeResult, purgeState } from "./purge.ts";
export type { Explanation } from "./report/explanation.ts";
export type { ShownEntry } from "./report/shown-text.ts";
export type { Summary } from "./report/summary.ts";
export { type RetryOptions, type RetryResult, retry } from "./retry.ts";
export { type RunAccount, type RunEvent, type RunOptions, type RunResult, run } from "./run.ts";
export type { SandboxOptions } from "./sandbox/options.ts";
export { type Sandbox, startSandbox } from "./sandbox/server.ts";
export { listRuns } from "./status.ts";
export { version } from "./version.ts";
