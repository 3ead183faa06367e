// The library: what the command line does, for programs. Nothing here reads the environment or writes to the terminal.

export { type AuditOptions, type AuditResult, audit } from "./audit/audit.ts";
export { type DoctorOptions, type DoctorResult, doctor } from "./doctor/doctor.ts";
export { type ChannelsOptions, findChannels, listChannels, type SeenChannel } from "./doctor/list-channels.ts";
export { type ExplainOptions, explain } from "./history/explain.ts";
export { type PurgeOptions, type PurgeResult, purgeState } from "./history/purge.ts";
export { listRuns } from "./history/status.ts";
export {
  type Export,
  type Guess,
  type Proposal as Plan,
  proposeImport as planImport,
  readExports,
  type WriteOptions,
  type WrittenFile,
  writeImport,
} from "./init/init.ts";
export { type Job, type JobOverrides, loadJob } from "./job/job.ts";
export { type JobOutline as JobRemains, readJobOutline as readJobRemains } from "./job/job-outline.ts";
export type { Account as RunAccount } from "./model/account.ts";
export { type Clock, systemClock } from "./model/clock.ts";
export { type ErrorCode, ImportError } from "./model/error.ts";
export type { CheckName, Finding } from "./model/finding.ts";
export type { Outcome } from "./model/outcome.ts";
export { version } from "./model/package.ts";
export { describeProblem, type Problem, type ProblemCode } from "./model/problem.ts";
export type { HttpProxy } from "./model/proxy.ts";
export type { Phase, ResourceName } from "./model/resource.ts";
export { resourceNames } from "./model/resources/resources.ts";
export type { Explanation } from "./report/explanation.ts";
export type { ShownEntry } from "./report/preview-text.ts";
export type { Summary } from "./report/summary.ts";
export { type CheckOptions, type CheckResult, check } from "./run/check.ts";
export { type RetryOptions, type RetryResult, retry } from "./run/retry.ts";
export { type RunEvent, type RunOptions, type RunResult, run } from "./run/run.ts";
export { type Sandbox, startSandbox } from "./sandbox/server.ts";
export type { SandboxOptions } from "./sandbox/world/options.ts";
