// What a rehearsal left of every entry, as a plan says it: counts, reasons, fields, and examples of each kind.
import { compareSeen, type SeenRecord } from "../dispatch/follow-plan.ts";
import type { Json } from "../model/json.ts";
import type { Ledger } from "../model/ledger/ledger.ts";
import { type PlanDecision, type PlannedEntry, planDecisions, type RehearsedEntry } from "../model/ledger/plans.ts";
import { parsePath } from "../model/payload-path.ts";
import { type Problem, problemSignature } from "../model/problem.ts";
import type { ResourceName } from "../model/resource.ts";
import { resourceNames } from "../model/resources/resources.ts";
import type { PlanContent, PlanCounts, PlanExample, PlanField } from "../report/plan/plan-content.ts";
import { isPlannedId } from "./pretend-account.ts";
import type { Rehearsed } from "./rehearse.ts";

/** What the entries of a plan come to. */
export type PlanTally = Pick<PlanContent, "resources" | "clears" | "not_compared" | "reasons" | "examples">;

const mostExamples = 1000;
const mostReasons = 1000;
const shownReasons = 20;
const mostChanges = 50;

/** An entry with what was seen of its record. */
interface Decided {
  readonly entry: RehearsedEntry;
  readonly decision: PlanDecision;
  readonly remoteId: string | undefined;
  readonly seen: SeenRecord | undefined;
}

/** Every entry of the rehearsed run, as the ledger keeps it in the plan. */
export async function* plannedEntries(ledger: Ledger, run: number): AsyncGenerator<readonly PlannedEntry[]> {
  for await (const batch of decided(ledger, run)) {
    yield batch.map(({ entry, decision, remoteId, seen }) => ({
      resource: entry.resource,
      key: entry.key,
      hash: entry.hash,
      decision,
      remoteId,
      state: seen?.state,
      problems: isHeldBack(decision) ? entry.problems.filter(isError) : [],
    }));
  }
}

/** Looks at every entry once. */
export async function tallyPlan(
  ledger: Ledger,
  run: number,
  { excluded, fieldsSent }: { readonly excluded: PlanExcluded; readonly fieldsSent: FieldsSent },
): Promise<PlanTally> {
  const counts = new Map<ResourceName, Record<PlanDecision, number>>();
  const clears = new Map<string, PlanField>();
  const notCompared = new Map<string, PlanField>();
  const reasons = new Map<string, PlanContent["reasons"][number]>();
  const examples = new Map<string, PlanExample[]>();
  for await (const batch of decided(ledger, run)) {
    for (const item of batch) {
      const { entry, decision } = item;
      const { resource } = entry;
      const ofResource = counts.get(resource) ?? none();
      ofResource[decision] += 1;
      counts.set(resource, ofResource);
      const example = exampleOf(item, fieldsSent);
      for (const field of example.clears) countField(clears, resource, field);
      for (const field of example.not_compared) countField(notCompared, resource, field);
      if (isHeldBack(decision))
        for (const problem of example.problems) countReason(reasons, resource, decision, problem);
      const kind = `${resource} ${decision}`;
      const ofKind = examples.get(kind) ?? [];
      if (ofKind.length < mostExamples) ofKind.push(example);
      examples.set(kind, ofKind);
    }
  }
  return {
    resources: resourceNames.flatMap((resource) => {
      const of = counts.get(resource);
      return of === undefined && (excluded[resource] ?? 0) === 0 ? [] : [countsOf(resource, of ?? none(), excluded)];
    }),
    clears: byFrequency(clears.values()),
    not_compared: byFrequency(notCompared.values()),
    reasons: byFrequency(reasons.values()).slice(0, shownReasons),
    examples: someOfEach([...examples.values()]),
  };
}

/** Rows that the mappings leave out. */
export type PlanExcluded = Readonly<Partial<Record<ResourceName, number>>>;

/** True for what the plan does not send though somebody may have meant it to go. */
export function isHeldBack(decision: PlanDecision): boolean {
  return decision === "blocked" || decision === "invalid" || decision === "unknown";
}

async function* decided(ledger: Ledger, run: number): AsyncGenerator<readonly Decided[]> {
  for await (const batch of ledger.plans.rehearsed(run)) {
    const items: Decided[] = [];
    for (const entry of batch) {
      const decision = decisionOf(entry);
      const remoteId = entry.remoteId === undefined || isPlannedId(entry.remoteId) ? undefined : entry.remoteId;
      const isThere = decision === "update" || decision === "unchanged";
      const seen = entry.row === undefined || !isThere ? undefined : await compareSeen(ledger.queue, entry, entry.row);
      items.push({ entry, decision, remoteId, seen });
    }
    yield items;
  }
}

function decisionOf({ id, outcome, action }: RehearsedEntry): PlanDecision {
  switch (outcome) {
    case "accepted":
      // What an earlier run sent without an answer is there: nothing of it goes again.
      return action === "created" ? "create" : action === "updated" ? "update" : "unchanged";
    case "unchanged":
    case "skipped":
    case "blocked":
    case "invalid":
      return outcome;
    case "failed":
    case "rejected":
    case "in_doubt":
      return "unknown";
    case "excluded":
    case "pending":
    case undefined:
      throw new Error(`nobody can tell what would become of entry ${id}: it is ${outcome ?? "open"}`);
    default:
      return outcome satisfies never;
  }
}

type FieldsSent = Rehearsed["fieldsSent"];

function exampleOf({ entry, decision, remoteId, seen }: Decided, fieldsSent: FieldsSent): PlanExample {
  const isUpdate = decision === "update";
  const fields = (remoteId === undefined ? undefined : fieldsSent(entry.resource, remoteId)) ?? seen?.sent ?? [];
  const isSent = (path: string): boolean => isUpdate && fields.some((field) => parsePath(path)[0] === field);
  const changes = seen?.differences.filter(({ path }) => isSent(path)) ?? [];
  const clears = isUpdate ? Object.keys(entry.clears) : [];
  return {
    resource: entry.resource,
    key: entry.key ?? null,
    decision,
    file: entry.file,
    line: entry.line,
    remote_id: remoteId ?? null,
    changes: changes
      .slice(0, mostChanges)
      .map(({ path, have, sent }) => ({ path, from: (have ?? null) as Json, to: sent })),
    not_compared: isUpdate ? (seen?.notCompared.filter(isSent) ?? Object.keys(entry.payload)) : [],
    // What is empty already is not emptied.
    clears: clears.filter((path) => seen === undefined || isDifferent(seen, path)),
    problems: isHeldBack(decision) ? entry.problems.filter(isError) : [],
  };
}

function isDifferent({ differences, notCompared }: SeenRecord, path: string): boolean {
  return notCompared.includes(path) || differences.some((difference) => difference.path === path);
}

function isError({ severity }: Problem): boolean {
  return severity === undefined;
}

function none(): Record<PlanDecision, number> {
  return Object.fromEntries(planDecisions.map((decision) => [decision, 0])) as Record<PlanDecision, number>;
}

function countsOf(resource: ResourceName, counts: Record<PlanDecision, number>, excluded: PlanExcluded): PlanCounts {
  const entries = planDecisions.reduce((sum, decision) => sum + counts[decision], 0);
  return { resource, entries, ...counts, excluded: excluded[resource] ?? 0 };
}

function countField(fields: Map<string, PlanField>, resource: ResourceName, field: string): void {
  const name = `${resource} ${field}`;
  const known = fields.get(name) ?? { resource, field, entries: 0 };
  fields.set(name, { ...known, entries: known.entries + 1 });
}

function countReason(
  reasons: Map<string, PlanContent["reasons"][number]>,
  resource: ResourceName,
  decision: PlanDecision,
  problem: Problem,
): void {
  const name = `${resource} ${decision} ${problemSignature(problem)}`;
  const known = reasons.get(name);
  if (known === undefined && reasons.size >= mostReasons) return;
  reasons.set(name, { ...(known ?? { resource, decision, first: problem }), entries: (known?.entries ?? 0) + 1 });
}

function byFrequency<T extends { readonly entries: number }>(items: Iterable<T>): readonly T[] {
  return [...items].sort((a, b) => b.entries - a.entries);
}

/** The first of each kind, then the second, until there are enough. */
function someOfEach(kinds: readonly (readonly PlanExample[])[]): readonly PlanExample[] {
  const taken: PlanExample[] = [];
  for (let at = 0; taken.length < mostExamples; at++) {
    const next = kinds.flatMap((examples) => examples[at] ?? []);
    if (next.length === 0) break;
    taken.push(...next.slice(0, mostExamples - taken.length));
  }
  return taken;
}
