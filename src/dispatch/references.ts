// Keys inside payloads that point at something else: proved to exist before the entry is sent, or the entry is blocked.
import { forEachAtMost } from "../api/in-parallel.ts";
import { pageSize } from "../api/whole-list.ts";
import type { Settlement } from "../model/ledger/entry.ts";
import type { OpenReference } from "../model/ledger/queue.ts";
import type { Problem } from "../model/problem.ts";
import type { Phase } from "../model/resource.ts";
import { referables } from "../model/resources/resources.ts";
import type { DispatchContext } from "./context.ts";
import { isDoubtful } from "./doubtful-entry.ts";

/** What checking the references of a phase came to. */
export interface Checked {
  readonly settled: number;
  /** Entries that wait for others of the same phase: parked, for the caller to bring back. */
  readonly parked: readonly number[];
}

/** The *not before* of an entry that waits for another, not for a time. */
export const parkedMs = Number.MAX_SAFE_INTEGER;

/**
 * Looks unknown references up, then settles what cannot be sent. An entry that refers to a still open one of its own
 * phase (a kit in a kit) is parked, unless `isLast` says that waiting has led nowhere. Throws `Halted`.
 */
export async function checkReferences(context: DispatchContext, phase: Phase, isLast: boolean): Promise<Checked> {
  const { options, halt, lookup, settlements } = context;
  const { ledger, run, limits } = options;
  await forEachAtMost(
    limits.concurrency,
    ledger.queue.unknownReferences(run, phase, pageSize),
    halt,
    async ({ resource, keys }) => {
      await lookup.find(resource, keys, keys.length); // remembers what it finds
    },
  );
  const parked: number[] = [];
  let settled = 0;
  for await (const batch of ledger.queue.openReferences(run, phase)) {
    halt.check();
    for (const { entry, references } of batch) {
      if (isDoubtful(entry)) continue; // it was sent: first find out what became of it
      const verdict = judge(context, references, isLast);
      if (verdict === "wait") {
        parked.push(entry.id);
        await ledger.queue.postpone(entry.id, parkedMs);
        options.onEvent({ type: "entry.parked", entryId: entry.id, key: entry.key });
      } else if (verdict !== "send") {
        settled += 1;
        await settlements.settle(entry, verdict);
      }
    }
  }
  return { settled, parked };
}

function judge(
  { options, lookup }: DispatchContext,
  references: readonly OpenReference[],
  isLast: boolean,
): Settlement | "wait" | "send" {
  const missing: Problem[] = [];
  let waits = false;
  let pending = false;
  for (const reference of references) {
    const { inRun, path, key } = reference;
    const { singular, plural, missing: absence } = referables[reference.resource];
    const name = `${singular} "${key}"`;
    const place = inRun.state === "absent" ? "" : ` (${inRun.file}:${inRun.line})`;
    if (reference.several !== undefined) {
      const count = reference.several.length === 2 ? "two" : String(reference.several.length);
      const ids = `${reference.several.slice(0, -1).join(", ")} and ${reference.several.at(-1)}`;
      const message = `${count} ${plural} are called "${key}": ids ${ids}`;
      missing.push({ code: "missing_reference", message, path });
    } else if (inRun.state === "absent") {
      if (options.missingReferences === "send" && !reference.fill) continue;
      const unproven = lookup.whyUnproven(reference.resource);
      const message =
        unproven !== undefined
          ? `whether Luminous has the ${name} is not known: ${unproven}`
          : (absence?.(name) ?? `the ${name} is neither in this job nor in Luminous`);
      missing.push({ code: "missing_reference", message, path });
    } else if (inRun.state === "open") {
      waits = true;
      missing.push({
        code: "reference_failed",
        message: `the ${name}${place} waits for this one in turn, or for something that will not come`,
        path,
      });
    } else if (inRun.outcome === "pending") {
      pending = true;
      missing.push({ code: "reference_pending", message: `the ${name}${place} was not sent in this run`, path });
    } else {
      missing.push({
        code: "reference_failed",
        message: `the ${name}${place} is ${inRun.outcome ?? "not made"}`,
        path,
      });
    }
  }
  if (missing.length === 0) return "send";
  const isFinal = missing.some(({ code }) => code === "missing_reference") || references.some(isFailed);
  if (isFinal) return { outcome: "blocked", problems: missing };
  if (waits) return isLast ? { outcome: "blocked", problems: missing } : "wait";
  return { outcome: pending ? "pending" : "blocked", problems: missing };
}

function isFailed({ inRun }: OpenReference): boolean {
  return inRun.state === "failed" && inRun.outcome !== "pending";
}
