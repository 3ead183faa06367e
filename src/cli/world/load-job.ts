// From a command's words to a job: the file, with what the command line changes in it.
import { type Job, loadJob } from "../../job/job.ts";
import { type JobOutline, readJobOutline } from "../../job/job-outline.ts";
import { ImportError } from "../../model/error.ts";
import { checkLedger, type LedgerAddress } from "../../model/ledger/ledger-address.ts";
import { shownUnlessToken } from "../../model/text/mask.ts";
import { notifySecrets } from "../../notify/destination.ts";
import type { CommandWorld, GlobalOptions } from "./world.ts";

/** Flags that name other files for inputs. */
export interface InputFlags {
  /** `name=path` each. */
  readonly input?: readonly string[];
}

/** Loads the job that a command names. The secrets of its notifications are shown nowhere from then on. */
export async function loadCommandJob(
  path: string,
  { state }: GlobalOptions,
  { input }: InputFlags,
  world: CommandWorld,
  signal?: AbortSignal,
): Promise<Job> {
  const job = await loadJob(path, {
    cwd: world.cwd,
    inputs: parseInputs(input ?? []),
    ...(state === undefined ? {} : { state }),
    ...ledgerIn(world),
    ...(signal === undefined ? {} : { signal }),
  });
  for (const secret of await notifySecrets(job.notify ?? [], world.env)) world.keepSecret(secret);
  return job;
}

/** What is left of the job that a command names, for looking back. */
export async function loadCommandOutline(
  path: string,
  { state }: GlobalOptions,
  world: CommandWorld,
): Promise<JobOutline> {
  return readJobOutline(path, { cwd: world.cwd, ...(state === undefined ? {} : { state }), ...ledgerIn(world) });
}

/** The database that the environment names for ledgers. Throws `ImportError("USAGE")` for what is no such address. */
export function namedLedger({ env }: Pick<CommandWorld, "env">): LedgerAddress | undefined {
  const text = env.LUMINOUS_LEDGER?.trim() ?? "";
  if (text === "") return undefined;
  const checked = checkLedger(text);
  if (checked.ok) return checked.address;
  throw new ImportError("USAGE", `LUMINOUS_LEDGER ${checked.why}`, {
    hint: "Unset it to keep ledgers in the state folder. docs/many-machines.md says more.",
  });
}

function ledgerIn(world: CommandWorld): { readonly ledger?: LedgerAddress } {
  const ledger = namedLedger(world);
  return ledger === undefined ? {} : { ledger };
}

function parseInputs(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1 || at === text.length - 1)
        throw new ImportError("USAGE", `--input takes name=path, not ${shownUnlessToken(text)}`, {
          hint: "Such as --input orders=todays-orders.csv.",
        });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
