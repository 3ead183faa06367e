// The library: what the command line does, for programs. Nothing here reads the environment or writes to the terminal.

// Jobs, from a file or from objects.

export type { DropSettings } from "./job/drop-settings.ts";
export type { FileState, Glob } from "./job/file-states.ts";
export {
  type CarriedFile,
  type CarriedRow,
  type Input,
  type Job,
  type JobFile,
  type JobObject,
  type JobOverrides,
  loadJob,
  type MadeJobOptions,
  type MappingFile,
  makeJob,
} from "./job/job.ts";
export {
  type JobOutline as JobRemains,
  type JobOutlineOptions,
  readJobOutline as readJobRemains,
} from "./job/job-outline.ts";
export type {
  NotifyAddress,
  NotifyCommand,
  NotifySecret,
  NotifySettings,
  NotifyTerms,
  NotifyWhen,
} from "./job/notify-schema.ts";
export type { ChannelForOrders } from "./map/definition/job-channel.ts";
export type { MappingChild, MappingField, MappingObject } from "./map/definition/mapping-schema.ts";
export type { Account as RunAccount } from "./model/account.ts";
export { type Clock, systemClock } from "./model/clock.ts";
export type { JobChannel } from "./model/job-channel.ts";
export type { LedgerAddress } from "./model/ledger/ledger-address.ts";
export type { Limits } from "./model/limits.ts";
export type { HttpProxy } from "./model/proxy.ts";

// What is done with a job.

export type { TransportEvent } from "./api/events.ts";
export type { ReadOptions } from "./api/options.ts";
export { type AuditOptions, type AuditResult, audit } from "./audit/audit.ts";
export type { Verification, VerifyFinding, VerifyOptions } from "./audit/verify.ts";
export type { DispatchEvent } from "./dispatch/events.ts";
export type { AccountWorld } from "./doctor/account.ts";
export { type DoctorOptions, type DoctorResult, doctor } from "./doctor/doctor.ts";
export { type ChannelsOptions, findChannels, listChannels, type SeenChannel } from "./doctor/list-channels.ts";
export { type DropOptions, type DropResult, drop } from "./drop/drop.ts";
export { type InboxJob, inboxJob } from "./drop/inbox-job.ts";
export type { Bell, Place } from "./drop/watch/bell.ts";
export type { PauseBounds } from "./drop/watch/growing-pauses.ts";
export { type WatchDropOptions, watchDrop } from "./drop/watch/watch-drop.ts";
export type { EndedPass, PassEnd, WatchEvent } from "./drop/watch/watch-event.ts";
export { type ExplainOptions, explain } from "./history/explain.ts";
export { type PurgeOptions, type PurgeResult, purgeState } from "./history/purge.ts";
export { type ReportOptions, reportAgain as writeReportAgain, type WrittenReport } from "./history/report-again.ts";
export {
  type AccountRun,
  type JobPlace,
  type JobStatus,
  jobStatus,
  listRuns,
  type RunStanding,
  type SubmittedStanding,
} from "./history/status.ts";
export type { Environment } from "./notify/destination.ts";
export type { Notification, NotifiedPass, NotifiedProblem, NotifiedRun } from "./notify/notification.ts";
export { type NotifiedTarget, type NotifyEnd, type NotifyOptions, notify } from "./notify/notify.ts";
export { type PlanOptions, type PlanResult, plan } from "./plan/plan.ts";
export { type CheckOptions, type CheckResult, check } from "./run/check.ts";
export type { RunEvent, StagedPhase } from "./run/events.ts";
export { type RetryOptions, type RetryResult, retry } from "./run/retry.ts";
export { run } from "./run/run.ts";
export type { RunOptions, RunResult } from "./run/run-options.ts";
export type { DriveEnd } from "./worker/drive.ts";
export type { FollowEvent, SubmitEnd } from "./worker/follow.ts";
export { type StopEnd, stopSubmitted } from "./worker/stop.ts";
export { type SubmitOptions, submitRun } from "./worker/submit.ts";
export { type WorkerEvent, type WorkerOptions, work } from "./worker/worker.ts";

// What it comes to.

export type { Difference } from "./model/compare-records.ts";
export type { DamageKind } from "./model/damage.ts";
export { type ErrorCode, type ErrorParts, ImportError } from "./model/error.ts";
export type { CheckName, Finding } from "./model/finding.ts";
export type { Invariant } from "./model/ledger/audit.ts";
export type { SendResult } from "./model/ledger/entry.ts";
export type { LockHolder } from "./model/ledger/ledger-host.ts";
export type { RunRecord } from "./model/ledger/runs.ts";
export type { HostProcess, Submission, SubmissionState } from "./model/ledger/submissions.ts";
export type { Action, Outcome } from "./model/outcome.ts";
export { describeProblem, type Problem, type ProblemCell, type ProblemCode } from "./model/problem.ts";
export type { AlternativeTrace, FieldTrace, TracedCell, TraceResult, TraceStep } from "./model/trace.ts";
export type { ControlTotals } from "./report/agreement-text.ts";
export type {
  EarlierStory,
  EntryStory,
  Explanation,
  MappingStory,
  PayloadStory,
  RowStory,
  RunMention,
  StoryCells,
  StoryEvent,
} from "./report/explanation.ts";
export type { FailureFile } from "./report/failures.ts";
export type { ReportWishes } from "./report/html/write-reports.ts";
export type { SavedProgress } from "./report/live/progress-file.ts";
export type { PhaseFigures, RunFigures, RunTitle, Step, Waiting } from "./report/live/run-figures.ts";
export type { PlanContent, PlanCounts, PlanExample, PlanField, PlanRequests } from "./report/plan/plan-content.ts";
export type { ShownEntry } from "./report/preview-text.ts";
export type { ProblemGroup, Reason, Reasons } from "./report/problems.ts";
export type { Counts, Pilot, StopReason, Summary, SummaryFile } from "./report/summary.ts";
export type { Tally } from "./report/tally-rows.ts";
export type { Timeline, TimeSpan } from "./report/timeline.ts";

// The words that these are made of.

export type { ColumnStyle, ColumnStyles, Filling, FillRun, Fills, KnownFilling } from "./model/column-style.ts";
export type { Position } from "./model/config/yaml-syntax.ts";
export type { Forecast, ForecastFate, PhaseForecast } from "./model/forecast.ts";
export type { Json, JsonObject } from "./model/json.ts";
export type { PlanDecision } from "./model/ledger/plans.ts";
export type { CreationNeeds } from "./model/ledger/queue.ts";
export { version } from "./model/package.ts";
export type { ExistingPolicy, Phase, PhasesOf, ReferableName, ResourceName } from "./model/resource.ts";
export type { ChannelStanding } from "./model/resources/channel-standing.ts";
export { resourceNames } from "./model/resources/resources.ts";
export type { Cell, Cells, FileInfo, Format, RenamedHeading, Row, SourceSettings } from "./model/row.ts";

// A job out of exports.

export type { Pins } from "./init/columns/match.ts";
export type { Plausibility } from "./init/columns/plausibility.ts";
export type { Sample } from "./init/columns/table.ts";
export type { Decisions } from "./init/guess.ts";
export {
  type Answers,
  type Asked,
  type ColumnChoice,
  type Export,
  fieldColumns,
  type Guess,
  type Proposal as Plan,
  planImport,
  readExports,
  type Stoppable,
  type WriteOptions,
  type WrittenFile,
  type WrittenTodo,
  writeImport,
} from "./init/init.ts";
export type {
  Confidence,
  Line,
  ProposedChild,
  ProposedJoin,
  ProposedMapping,
  RecognisedFile,
  Role,
  Todo,
  Unrecognised,
} from "./init/proposal/proposal.ts";

// A stand-in for Luminous.

export type { SandboxRecord } from "./sandbox/control.ts";
export { type Sandbox, startSandbox } from "./sandbox/server.ts";
export type { SandboxCounts } from "./sandbox/tally.ts";
export type { FaultName, FaultOdds } from "./sandbox/world/faults.ts";
export type { LieName, LieText } from "./sandbox/world/lies.ts";
export type { DuplicateMode, SandboxOptions, SandboxRequest } from "./sandbox/world/options.ts";
export type { Reject } from "./sandbox/world/rejects.ts";
export type { SandboxResource } from "./sandbox/world/world.ts";
