// The library: what the command line does, for programs. Nothing here reads the environment or writes to the terminal.

export { type CheckOptions, type CheckResult, check } from "./check.ts";
export { type Job, type JobOverrides, loadJob } from "./job.ts";
export { type Clock, systemClock } from "./model/clock.ts";
export { type ErrorCode, ImportError } from "./model/error.ts";
export type { Outcome } from "./model/outcome.ts";
export { describeProblem, type Problem, type ProblemCode } from "./model/problem.ts";
export type { Summary } from "./report/summary.ts";
export { type RunAccount, type RunEvent, type RunOptions, type RunResult, run } from "./run.ts";
export type { SandboxOptions } from "./sandbox/options.ts";
export { type Sandbox, startSandbox } from "./sandbox/server.ts";
export { listRuns } from "./status.ts";
export { version } from "./version.ts";
