// `luminous-import audit`: every law with the numbers that make it true, and every breach by name.
import { type AuditResult, audit as auditJob } from "../../audit/audit.ts";
import { systemClock } from "../../model/clock.ts";
import { ImportError } from "../../model/error.ts";
import { shownUnlessToken } from "../../model/text/mask.ts";
import { auditText } from "../../report/audit-text.ts";
import { resolveAccount, resolveAddress } from "../world/account.ts";
import { fitted } from "../world/fitted.ts";
import { interruptible } from "../world/interrupt.ts";
import { loadCommandJob, loadCommandOutline } from "../world/load-job.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** The flags of `audit`. */
export interface AuditFlags {
  readonly run?: string;
  /** A number, or `all`. */
  readonly verify?: string;
}

/** Audits a job's newest ended run, or the one that is named; gives the exit code. */
export async function audit(
  path: string,
  options: GlobalOptions,
  flags: AuditFlags,
  world: CommandWorld,
): Promise<number> {
  const job = await loadCommandOutline(path, options, world);
  const run = flags.run === undefined ? {} : { run: flags.run };
  using signals = interruptible(world);
  const result =
    flags.verify === undefined
      ? await auditJob(job, { ...run, baseUrl: (await resolveAddress(job, accountSources(world, options))).baseUrl })
      : await verified(parseVerify(flags.verify));
  world.stdout.write(
    options.json === true ? `${JSON.stringify(result, null, 2)}\n` : fitted(auditText(result), world.stdout),
  );
  return result.exitCode;

  async function verified(count: number | "all"): Promise<AuditResult> {
    // The limits of the job are those of the account, whoever asks.
    const { limits, ...loaded } = await loadCommandJob(path, options, {}, world);
    const account = await resolveAccount(loaded, accountSources(world, options));
    const verify = {
      count,
      api: account,
      limits,
      clock: systemClock,
      random: Math.random,
      stop: signals.stop,
      abort: signals.abort,
      onEvent: () => undefined,
    };
    return auditJob(job, { ...run, baseUrl: account.baseUrl, verify });
  }
}

function parseVerify(text: string): number | "all" {
  if (text === "all") return text;
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new ImportError("USAGE", `--verify takes a whole number from 1, or all, not ${shownUnlessToken(text)}`, {
    hint: "Such as --verify 50.",
  });
}
