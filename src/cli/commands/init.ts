// `luminous-import init`: looks, asks where somebody is there to answer, writes, checks, and says what is left to do.
import { rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import {
  type Decisions,
  type Export,
  proposeImport,
  readExports,
  type WriteOptions,
  writeImport,
} from "../../init/init.ts";
import { loadJob } from "../../job/job.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { check } from "../../run/check.ts";
import { makeTemporaryFolder } from "../../run/scratch-folder.ts";
import { requireProfile } from "../world/account.ts";
import { openConsole } from "../world/console.ts";
import { interruptible } from "../world/interrupt.ts";
import { tellError } from "../world/tell-error.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";
import { type CheckedImport, initJson, initText } from "./init-text.ts";
import { refutedLines } from "./refuted-lines.ts";

/** The flags of `init`. */
export interface InitFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** Writes a job and mappings for exports; gives the exit code, 0 when they were written. */
export async function init(
  patterns: readonly string[],
  options: GlobalOptions,
  flags: InitFlags,
  world: CommandWorld,
): Promise<number> {
  if (patterns.length === 0) {
    throw new ImportError("USAGE", "init needs to know which files to look at", {
      hint: "Name the exports: luminous-import init products.csv orders.csv customers.csv",
    });
  }
  if (options.profile !== undefined) await requireProfile(accountSources(world, options));
  const exports = await readExports(patterns, world.cwd);
  const isAsked = flags.yes !== true && options.json !== true && isTerminal(world);
  const decisions = isAsked ? await askPerson(exports, world) : {};
  if (decisions === "cancelled") return exitCodes.notStarted;
  const out = resolve(world.cwd, flags.out ?? ".");
  const account = accountNamed(world, options);
  const { proposal, written, checked } = await writeChecked(exports, decisions, {
    write: { out, force: flags.force ?? false, ...(account === undefined ? {} : { account }) },
    check: () => checkWritten(join(out, "import.yaml"), options, world),
  });
  const told = {
    proposal,
    written: written.map(({ path, todos }) => ({ file: shown(path, world.cwd), todos })),
    checked,
    job: shown(join(out, "import.yaml"), world.cwd),
  };
  world.stdout.write(
    options.json === true
      ? `${JSON.stringify(initJson(told), null, 2)}\n`
      : initText(told, { width: world.stdout.columns ?? 100 }),
  );
  return exitCodes.done;
}

interface Steps {
  readonly write: WriteOptions;
  readonly check: () => Promise<CheckedImport>;
}

/** Writes and checks; what the check refutes on every row is a comment in what is written then. */
async function writeChecked(exports: readonly Export[], decisions: Decisions, steps: Steps) {
  const proposal = proposeImport(exports, decisions);
  const written = await writeImport(proposal, exports, steps.write);
  const checked = await steps.check();
  const refuted = checked.kind === "checked" ? refutedLines(proposal, checked.summary) : undefined;
  if (refuted === undefined) return { proposal, written, checked };
  const corrected = proposeImport(exports, { ...decisions, refuted });
  // They are the files of a moment ago.
  const again = await writeImport(corrected, exports, { ...steps.write, force: true });
  return { proposal: corrected, written: again, checked: await steps.check() };
}

// Without a terminal there is nobody to ask, and nothing to lose either: no file is written over without --force.
function isTerminal({ stdin, stdout }: CommandWorld): boolean {
  return stdout.isTTY && "isTTY" in stdin && stdin.isTTY === true;
}

async function askPerson(exports: readonly Export[], world: CommandWorld): Promise<Decisions | "cancelled"> {
  const { terminalAsk } = await import("../world/ask.ts");
  const { askAbout } = await import("./init-questions.ts");
  try {
    return await askAbout(exports, terminalAsk);
  } catch (error) {
    if (!(error instanceof ImportError) || error.code !== "STOPPED") throw error;
    tellError(error, world);
    return "cancelled";
  }
}

/** What `check` says of the job, without leaving anything behind. */
async function checkWritten(job: string, options: GlobalOptions, world: CommandWorld): Promise<CheckedImport> {
  const state = await makeTemporaryFolder("luminous-import-init-");
  await using console = await openConsole(world, { ...options, quiet: true });
  using signals = interruptible(world);
  try {
    const loaded = await loadJob(job, { state });
    const { summary } = await check(loaded, { clock: systemClock, stop: signals.stop, onEvent: console.onEvent });
    return { kind: "checked", summary };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { kind: "refused", message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

function accountNamed({ env }: CommandWorld, { profile }: GlobalOptions): string | undefined {
  if (profile !== undefined) return `--profile ${profile}`;
  return ["LUMINOUS_BASE_URL", "LUMINOUS_COMPANY"].find((name) => (env[name] ?? "") !== "");
}

function shown(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") ? path : near;
}
