// Whether a plan may still be done: nothing that it was made of may have changed, no other run may have come between, and it
// is done once. What it says of single entries is held against Luminous while they are sent: dispatch/follow-plan.ts.
import { readFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import type { Job } from "../job/job.ts";
import { ledgersIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import { ImportError } from "../model/error.ts";
import { contentHash, isPlainObject } from "../model/json.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import type { RunRecord } from "../model/ledger/runs.ts";
import { version } from "../model/package.ts";
import type { PlanContent } from "../report/plan/plan-content.ts";
import { contentOfJob } from "../staging/job-content.ts";

/** What is asked for with a plan; what cannot stand beside one is refused. */
export interface PlanDemand {
  /** The path of its plan.json. */
  readonly plan: string;
  readonly account: Pick<Account, "baseUrl">;
  readonly only?: string;
  readonly strict?: boolean;
  readonly limit?: number;
  readonly force?: boolean;
  readonly program?: string;
}

/** A plan that may be done. */
export interface AdmittedPlan {
  /** In the ledger. */
  readonly id: number;
  readonly planId: string;
  /** What the run takes from it. */
  readonly options: { readonly strict: boolean; readonly only?: string };
}

/**
 * Reads a plan.json, and holds it against the job, its files, the program, the account and its ledger. The caller holds the
 * lock of the state folder. Throws `ImportError("USAGE")` where it is no plan or something else is asked for beside it, and
 * `ImportError("PLAN_OUTDATED")` naming everything that is not as the plan saw it.
 */
export async function admitPlan(job: Job, options: PlanDemand): Promise<AdmittedPlan> {
  refuseOtherOptions(options);
  const { plan, text } = await readPlan(options.plan);
  const { baseUrl } = options.account;
  const ledgers = ledgersIn(job);
  const found = (await ledgers.find(baseUrl)) === undefined ? [`${ledgers.place} has no ledger for ${baseUrl}`] : [];
  const changes = [...accountChanges(plan, options), ...(await contentChanges(job, plan)), ...found];
  if (found.length > 0) throw outdated(plan, changes);
  await using ledger = await ledgers.open(baseUrl, "write");
  const saved = await ledger.plans.find(plan.plan_id);
  if (saved === undefined) throw outdated(plan, [...changes, `the ledger ${ledger.place} does not have it (any more)`]);
  if (saved.contentHash !== contentHash(text)) changes.push(`${options.plan} was changed since it was made`);
  if (saved.doneRun !== undefined) changes.push(`run ${saved.doneRun} has done it already`);
  const between = await ledger.plans.runBetween(saved);
  if (between !== undefined) changes.push(`run ${between} of the account came between`);
  if (changes.length > 0) throw outdated(plan, changes);
  const { only, strict } = plan;
  return { id: saved.id, planId: saved.planId, options: { strict, ...(only === null ? {} : { only }) } };
}

/** Throws `ImportError("PLAN_OUTDATED")` where what was staged is not, entry by entry, what the plan was made of. */
export async function refuseStrangers({ plans }: Ledger, { id }: RunRecord, plan: AdmittedPlan): Promise<void> {
  const { entries, keys } = await plans.strangers(plan.id, id);
  if (entries === 0) return;
  const which = `${keys.map((key) => `"${key}"`).join(", ")}${entries > keys.length ? " …" : ""}`;
  throw planError(`the plan ${plan.planId} cannot be done: ${entries} entries are not as it has them (${which})`);
}

/** A plan that is not good for anything any more. */
export function planError(message: string): ImportError {
  return new ImportError("PLAN_OUTDATED", message, {
    hint: "Nothing was sent. Make a new plan of how things are now: luminous-import plan",
  });
}

function outdated({ plan_id }: PlanContent, changes: readonly string[]): ImportError {
  const [only] = changes;
  return planError(
    changes.length === 1
      ? `the plan ${plan_id} cannot be done: ${only}`
      : `the plan ${plan_id} cannot be done:\n${changes.map((change) => `  ${change}`).join("\n")}`,
  );
}

function refuseOtherOptions({ limit, force, only, strict }: PlanDemand): void {
  const given = [
    ...(limit === undefined ? [] : ["--limit"]),
    ...(force === true ? ["--force"] : []),
    ...(only === undefined ? [] : ["--only"]),
    ...(strict === true ? ["--strict"] : []),
  ];
  if (given.length === 0) return;
  throw new ImportError(
    "USAGE",
    `${given.join(" and ")} cannot stand beside --plan: what is done was said when it was made`,
    {
      hint: "Make the plan with --only or --strict, or run without --plan.",
    },
  );
}

async function readPlan(path: string): Promise<{ readonly plan: PlanContent; readonly text: string }> {
  const hint = "Name the plan.json that `luminous-import plan` wrote.";
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new ImportError("USAGE", `${path}: the plan cannot be read (${reason})`, { hint, cause });
  }
  const content = parsed(text);
  if (!isPlan(content)) throw new ImportError("USAGE", `${path}: is not a plan, or is damaged`, { hint });
  return { plan: content, text };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Only what is needed to find it in the ledger: what else is in it counts when it is the text that was written. */
function isPlan(value: unknown): value is PlanContent {
  return (
    isPlainObject(value) &&
    typeof value.plan_id === "string" &&
    typeof value.settings === "string" &&
    Array.isArray(value.files) &&
    value.files.every((file) => isPlainObject(file) && typeof file.path === "string")
  );
}

function accountChanges(plan: PlanContent, { account, program = version }: PlanDemand): string[] {
  return [
    ...(plan.account === account.baseUrl ? [] : [`it is for the account ${plan.account}, not for ${account.baseUrl}`]),
    ...(plan.program === program ? [] : [`version ${plan.program} of this program made it, and this is ${program}`]),
  ];
}

async function contentChanges(job: Job, plan: PlanContent): Promise<readonly string[]> {
  const { settings, files } = await contentOfJob(job, plan.only ?? undefined);
  const now = new Map(files.map(({ path, hash }) => [path, hash]));
  const then = new Map(plan.files.map(({ path, hash }) => [path, hash]));
  const changes = [...then].flatMap(([path, hash]) => {
    const shown = shownPath(path, job);
    if (!now.has(path)) return [`${shown} does not belong to the job any more`];
    if (now.get(path) === hash) return [];
    return [now.get(path) === null ? `${shown} is gone` : `${shown} has changed`];
  });
  const added = [...now.keys()]
    .filter((path) => !then.has(path))
    .map((path) => `${shownPath(path, job)} has come to the job`);
  const all = [...changes, ...added];
  return settings === plan.settings || all.length > 0 ? all : ["the job says something else"];
}

function shownPath(path: string, { file }: Job): string {
  const near = relative(dirname(file.path), path);
  return near.startsWith("..") ? path : near;
}
