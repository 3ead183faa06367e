// The run of a pass over its claimed files. A file that keeps the others from being read, or that somebody still writes to, is
// taken out, and the rest goes on without it.
import { fingerprintOf, stateOf } from "../job/file-states.ts";
import type { Input, Job, JobFile } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import { systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import type { HeldLock } from "../model/ledger/ledger-host.ts";
import { type Carried, carryOpen, withCarried } from "../run/carried-rows.ts";
import type { AskedAccount } from "../run/first-question.ts";
import { execute } from "../run/run.ts";
import { prepareOptions, type RunOptions, type RunResult } from "../run/run-options.ts";
import { type PreparedInput, prepareInputs } from "../staging/prepare.ts";
import { faultsOf } from "./blame-files.ts";
import type { ClaimedFile } from "./claim.ts";
import { splitGroups } from "./file-groups.ts";
import { oldestFirst, placedOf } from "./file-order.ts";
import { faultsOfFiles, inputsOf, type Placed, type Role } from "./match-files.ts";
import type { QuarantineReason } from "./quarantine.ts";
import { settingsOf } from "./sort-inbox.ts";

type ReadyFile = ClaimedFile & { readonly role: Role };

/** What a run over files takes of its pass. */
export interface RunOverParts {
  readonly job: Job;
  readonly options: RunOptions;
  readonly asked: AskedAccount;
  readonly lock: HeldLock;
  /** What was odd before, in words; more may come while files are taken out. */
  readonly warnings: readonly string[];
  readonly roles: readonly Role[];
  readonly setAside: (file: ClaimedFile, reason: QuarantineReason) => Promise<void>;
  readonly giveBack: (file: ClaimedFile, reason: string) => Promise<void>;
  /** By the monotonic clock: until then the files have to stand still once more. */
  readonly quietUntilMs: number;
}

/** How the run ended, and with which files. Without any there was none. Throws as `run` does. */
export async function runOver(
  files: readonly ReadyFile[],
  parts: RunOverParts,
): Promise<{ readonly result: RunResult | undefined; readonly imported: readonly ReadyFile[] }> {
  const { job, options, asked, lock } = parts;
  await using ledger = await ledgersIn(job).open(options.account.baseUrl, "write");
  const { clock = systemClock } = options;
  const { keepOpenDays } = settingsOf(job);
  let left = oldestFirst(files);
  for (;;) {
    const { ready, waiting } = splitGroups(left, parts.roles);
    for (const { files: others, reason } of waiting) for (const file of others) await parts.giveBack(file, reason);
    left = ready;
    if (left.length === 0) return { result: undefined, imported: [] };
    const carried = await carryOpen(job, ledger, { nowMs: clock.nowMs(), keepOpenDays });
    const placed = placedOf(left);
    try {
      const inputs = await prepareQuietly(placed, carried, parts);
      const given = { job, asked, inputs, ledger, lock, warnings: parts.warnings, command: "drop" } as const;
      return { result: await execute(given, options), imported: left };
    } catch (error) {
      const out = await takeOut(error, left, placed, parts);
      if (out.size === 0) throw error;
      left = left.filter((file) => !out.has(file));
    }
  }
}

/** What earlier runs left open comes before the files of the pass; an input that has neither is left out. */
function passInputs(job: Job, placed: readonly Placed[], { inputs: along }: Carried): readonly Input[] {
  const own = inputsOf(job, placed);
  const all = job.inputs.map((input) => own.find(({ name }) => name === input.name) ?? input);
  return withCarried(all, along).filter(({ files }) => files.length > 0);
}

/** Read to their ends, and not written to for the quiet time since they were claimed. */
async function prepareQuietly(
  placed: readonly Placed[],
  carried: Carried,
  { job, options, asked, quietUntilMs }: RunOverParts,
): Promise<readonly PreparedInput[]> {
  const { clock = systemClock, stop } = options;
  const inputs = await asked.meanwhile((signal) =>
    prepareInputs(
      { ...job, inputs: passInputs(job, placed, carried) },
      { ...prepareOptions({ ...options, stop: signal }), earlierRows: carried.earlierRows },
    ),
  );
  const restMs = quietUntilMs - clock.monotonicMs();
  if (restMs > 0) await clock.sleep(restMs, stop);
  for (const { file } of placed) {
    if (await hasChanged(file)) throw new ImportError("INPUT_CHANGED", `${file.shown} changed after it was claimed`);
  }
  return inputs;
}

/** The files that an error is to blame on, each put where it belongs; none where it is no fault of files. */
async function takeOut(
  error: unknown,
  files: readonly ReadyFile[],
  placed: readonly Placed[],
  parts: RunOverParts,
): Promise<ReadonlySet<ReadyFile>> {
  const out = new Set<ReadyFile>();
  if (!(error instanceof ImportError) || !faultsOfFiles.includes(error.code)) return out;
  for (const file of files) {
    if (!(await hasChanged(file))) continue;
    await parts.giveBack(
      file,
      `${file.name} is still being written: it is back in the inbox and waits for the next pass`,
    );
    out.add(file);
  }
  if (out.size > 0 || error.code === "INPUT_CHANGED") return out;
  for (const { at, fault } of await faultsOf(placed, parts.job, prepareOptions(parts.options))) {
    const file = files[at];
    if (file === undefined) continue;
    await parts.setAside(file, { what: fault.message, hint: fault.hint });
    out.add(file);
  }
  return out;
}

async function hasChanged({ path, state }: Pick<JobFile, "path" | "state">): Promise<boolean> {
  const now = await stateOf(path);
  return state !== undefined && (now === undefined || fingerprintOf(now) !== fingerprintOf(state));
}
