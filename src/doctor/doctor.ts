// Is everything as a run needs it? Looked at from near to far: the machine, the job's files, the account. Only read, never
// written; what each thing seen means is judged in doctor/.
import { stat } from "node:fs/promises";
import type { Input, Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { tableHeader } from "../map/columns/header.ts";
import { fileSettings } from "../map/columns/names-read.ts";
import type { Account } from "../model/account.ts";
import { systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { exitCodeOf, exitCodes } from "../model/exit-codes.ts";
import { type CheckName, type Finding, ok, problem, warning } from "../model/finding.ts";
import { leastNodeVersion } from "../model/package.ts";
import type { ResourceName } from "../model/resource.ts";
import type { Environment } from "../notify/destination.ts";
import { examineNotify } from "../notify/examine.ts";
import { openInput } from "../read/open.ts";
import { isStreamFile } from "../read/stream-file.ts";
import { checkJoins, compileInput } from "../staging/prepare.ts";
import { type AccountWorld, examineAccount } from "./account.ts";
import { checkNames, namedReferables } from "./check-names.ts";
import { tellLearned } from "./learned.ts";
import { judgeDisk, judgeNode, judgeState } from "./machine.ts";
import { type MappingUse, usesOf } from "./mapping-uses.ts";

/** What a doctor may be told beside its job. */
export interface DoctorOptions extends Partial<AccountWorld> {
  /** The error where no account could be found: the rest is looked at all the same. */
  readonly account: Account | ImportError;
  /** The environment in which a run would tell of its end; without it those who are told are not looked at. */
  readonly env?: Environment;
  /** Of the Node that a run would use; the one that runs this unless said. */
  readonly nodeVersion?: string;
}

/** What was found. The keys are a contract: `--json` prints it. */
export interface DoctorResult {
  /** 0 without a problem; 5 refused account, 4 silent API, 2 no account to ask, 3 for every other problem. */
  readonly exitCode: number;
  /** In the order of `checkNames`. */
  readonly findings: readonly Finding[];
  /** What could not be looked at, because the account could not be asked. */
  readonly notLookedAt: readonly CheckName[];
}

/** Looks at everything once. Throws `ImportError("STOPPED")` when it is stopped. */
export async function doctor(job: Job, options: DoctorOptions): Promise<DoctorResult> {
  const { account } = options;
  const { signal: never } = new AbortController();
  const world = { clock: systemClock, random: Math.random, stop: never, abort: never, ...options };
  const inputs = await Promise.all(job.inputs.map(examineInput));
  const local = [
    judgeNode(options.nodeVersion ?? process.versions.node, leastNodeVersion),
    await examineState(job.state),
    ...(await examineDatabase(job)),
    await judgeDisk(job, sum(inputs.map(({ bytes }) => bytes))),
    ...inputFindings(inputs),
    ...(options.env === undefined ? [] : await examineNotify(job.notify ?? [], options.env)),
  ];
  const uses = inputs.flatMap(({ resource, uses }) => uses.map((use) => ({ ...use, resource })));
  const resources = new Set(inputs.flatMap(({ resource }) => resource ?? []));
  if (account instanceof ImportError) {
    const check = account.code === "NO_TOKEN" ? "token" : "address";
    return result([...local, problem(check, account.message, account.hint ?? "")], exitCodeOf(account.code));
  }
  const { findings, kind } = await examineAccount(job, account, { uses, resources }, world);
  // What earlier runs learned would read as if the account had answered now.
  if (kind === "refused") return result([...local, ...findings], exitCodes.accountRefused);
  if (kind === "silent") return result([...local, ...findings], exitCodes.stopped);
  const all = [...local, ...findings, ...(await recall(job, account.baseUrl))];
  return result(all, all.some(({ standing }) => standing === "problem") ? exitCodes.someFailed : exitCodes.done);
}

/** What the ledger knows of the account; nothing before the first run. An unusable ledger is told by `state`. */
async function recall(job: Job, baseUrl: string): Promise<readonly Finding[]> {
  try {
    await using ledger = await ledgersIn(job).open(baseUrl, "read");
    return [tellLearned(await ledger.account.facts()) ?? []].flat();
  } catch (error) {
    if (error instanceof ImportError) return [];
    throw error;
  }
}

function result(findings: readonly Finding[], exitCode: number): DoctorResult {
  const optional: readonly CheckName[] = [
    "notify",
    "learned",
    "warehouse group",
    ...namedReferables.map(({ name }) => name),
  ];
  const seen = new Set(findings.map(({ check }) => check));
  const isAsked = seen.has("permission");
  return {
    exitCode,
    findings: checkNames.flatMap((name) => findings.filter(({ check }) => check === name)),
    notLookedAt: isAsked ? [] : checkNames.filter((name) => !seen.has(name) && !optional.includes(name)),
  };
}

interface ExaminedInput {
  readonly name: string;
  /** Undefined where the mapping cannot be used. */
  readonly resource: ResourceName | undefined;
  readonly uses: readonly MappingUse[];
  readonly bytes: number;
  readonly findings: readonly Finding[];
}

/** The mapping, the headers of the files, and the first rows where cells name something of the account. */
async function examineInput(input: Input): Promise<ExaminedInput> {
  const { name } = input;
  const bytes = sum(
    await Promise.all([...input.files, ...Object.values(input.joins).flat()].map(({ path }) => sizeOf(path))),
  );
  try {
    const compiled = await compileInput(input);
    checkJoins(input, compiled.mapping);
    const headersOf = async (files: Input["files"], join?: string) => {
      const headers = files.map(async ({ path, shown }) => {
        if (await isStreamFile(path)) return [];
        await using opened = await openInput(path, shown, fileSettings(compiled.mapping, join));
        return [tableHeader({ ...opened.info, path: shown })];
      });
      return (await Promise.all(headers)).flat();
    };
    const joined = Object.fromEntries(
      await Promise.all(
        Object.entries(input.joins).map(async ([join, files]) => [join, (await headersOf(files, join))[0]] as const),
      ),
    );
    const faults = (await headersOf(input.files)).map((header) => compiled.checkColumns(header, joined));
    const fix = `Fix ${input.mapping.shown}, or check the delimiter of the file; \`luminous-import check\` shows every problem.`;
    const findings = [...new Set(faults.flatMap(({ errors }) => errors))].map((error) => problem("inputs", error, fix));
    const doubts = [...new Set(faults.flatMap(({ warnings }) => warnings))].map((text) => warning("inputs", text, fix));
    return {
      name,
      resource: compiled.resource.name,
      uses: await usesOf(input, compiled),
      bytes,
      findings: [...findings, ...doubts],
    };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const finding = problem("inputs", error.message, error.hint ?? "");
    return { name, resource: undefined, uses: [], bytes, findings: [finding] };
  }
}

function inputFindings(inputs: readonly ExaminedInput[]): readonly Finding[] {
  const faults = inputs.flatMap(({ findings }) => findings);
  if (faults.length > 0) return faults;
  const names = inputs.map(({ name }) => name).join(", ");
  return [ok("inputs", `${names}: readable, and the mappings fit their headers`)];
}

/** Packed text is about a tenth of itself. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return (found?.size ?? 0) * (path.endsWith(".gz") ? 10 : 1);
}

/** A lock that somebody holds is theirs for as long as their run takes. */
async function examineState(state: string): Promise<Finding> {
  const finding = await judgeState(state);
  if (finding.standing !== "ok" || (await stat(state).catch(() => undefined)) === undefined) return finding;
  try {
    await using _lock = await ledgersIn({ state }).lock();
    return finding;
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return error.code === "STATE_LOCKED"
      ? warning("state", error.message, "One run at a time uses it: wait until that one has ended.")
      : problem("state", error.message, error.hint ?? "");
  }
}

/** Where the ledgers are in a database: whether that answers, and whether another machine writes to them. */
async function examineDatabase(job: Job): Promise<readonly Finding[]> {
  if (job.ledger === undefined) return [];
  const ledgers = ledgersIn(job);
  try {
    const found = await ledgers.list();
    const [holder] = (await ledgers.holders()).filter(({ host }) => host !== undefined);
    if (holder !== undefined) {
      const who = `process ${holder.pid} on ${holder.host} is using a ledger of this job in ${ledgers.place}`;
      return [warning("state", who, "One run at a time uses it: wait until that one has ended.")];
    }
    const count = found.length === 0 ? "no ledger" : found.length === 1 ? "1 ledger" : `${found.length} ledgers`;
    return [ok("state", `${ledgers.place} answers, with ${count} of this job`)];
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return [problem("state", error.message, error.hint ?? "")];
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
