// The property the ledger is for: whatever happens between runs, and wherever a run is cut off, nobody who follows the
// ledger creates a key twice or takes content for accepted that is not there. A small dispatcher follows it here,
// without ever asking the remote side what exists unless the ledger says that a key is in doubt.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { OpenSend, Plan, QueuedEntry } from "../../src/model/ledger/entry.ts";
import type { Ledger } from "../../src/model/ledger/ledger.ts";
import { flat, stage } from "./build.ts";
import { sendOne, settleOne } from "./one.ts";
import { terms } from "./terms.ts";

/** What happens to one send. `crash` names the moment after which the process is gone and what was not synced is lost. */
type Fault =
  | "none"
  | "refused"
  | "throttled"
  | "undelivered"
  | "lost before"
  | "lost after"
  | "crash before"
  | "crash after"
  | "crash after sent"
  | "crash after settle";

interface Step {
  /** Content by key: what the input of this run holds. */
  readonly input: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
}

class Crash extends Error {}

const faults = fc.constantFrom<Fault>(
  "none",
  "none",
  "none",
  "refused",
  "throttled",
  "undelivered",
  "lost before",
  "lost after",
  "crash before",
  "crash after",
  "crash after sent",
  "crash after settle",
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    input: fc.dictionary(fc.constantFrom("A", "B", "C"), fc.integer({ min: 1, max: 2 }), { noNullPrototype: true }),
    faults: fc.array(faults, { maxLength: 8 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** A ledger that can be opened again and again, one at a time, and that loses what a crash loses. */
export interface CrashingPlace extends AsyncDisposable {
  open(): Promise<Ledger>;
  /** The next opening finds what a crash in this moment leaves. It is disposed afterwards. */
  crash(ledger: Ledger): Promise<void>;
}

/** Declares the test; `makePlace` gives a fresh, empty ledger. */
export function neverTwice(makePlace: () => Promise<CrashingPlace>, numRuns: number): void {
  it("a key is created once at most, and what counts as accepted is what the other side has", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (schedule) => {
        await using place = await makePlace();
        const remote = new Remote();
        const last: Step = { input: { A: 1, B: 2, C: 1 }, faults: [] };
        for (const [index, step] of [...schedule, last].entries()) {
          const ledger = await place.open();
          try {
            await run(ledger, `run ${index}`, step, remote);
          } catch (error) {
            if (!(error instanceof Crash)) throw error;
            await place.crash(ledger);
          } finally {
            await ledger[Symbol.asyncDispose]();
          }
          for (const count of remote.creations.values()) expect(count).toBe(1);
        }
        expect(Object.fromEntries(remote.content)).toMatchObject(last.input);
      }),
      { numRuns },
    );
  });
}

/** The other side: it creates whatever it is told to create, as often as it is told. */
class Remote {
  readonly content = new Map<string, number>();
  readonly creations = new Map<string, number>();

  apply(key: string, plan: Plan, content: number): void {
    if (plan.kind === "create") this.creations.set(key, (this.creations.get(key) ?? 0) + 1);
    this.content.set(key, content);
  }
}

async function run(ledger: Ledger, runId: string, { input, faults }: Step, remote: Remote): Promise<void> {
  const { run } = await stage(
    ledger,
    runId,
    Object.entries(input).map(([key, content]) => ({ key, payload: { sku: key, content }, hash: `${key} ${content}` })),
  );
  await ledger.queue.settleUnchanged(run, "products");
  for (const { entry, remoteId } of await flat(ledger.queue.known(run, "products"))) {
    await ledger.queue.plan([{ entryId: entry.id, plan: { kind: "update", remoteId } }]);
  }
  for (const { id } of await flat(ledger.queue.unplanned(run, "products", 10))) {
    await ledger.queue.plan([{ entryId: id, plan: { kind: "create" } }]);
  }
  const ahead = [...faults];
  for (let nowMs = 0; ; nowMs++) {
    const [entry] = await ledger.queue.take(run, "products", nowMs, 1);
    if (entry === undefined) break;
    await handle(ledger, entry, ahead.shift() ?? "none", remote, nowMs);
  }
  for (const { outcome, entry } of await flat(ledger.results.rows(run))) {
    if (outcome !== "accepted" && outcome !== "unchanged") continue;
    const key = entry?.key ?? "";
    expect({ runId, key, outcome, content: remote.content.get(key) }).toEqual({
      runId,
      key,
      outcome,
      content: input[key],
    });
  }
  await ledger.queue.settleRest(run, undefined);
}

async function handle(ledger: Ledger, entry: QueuedEntry, fault: Fault, remote: Remote, nowMs: number): Promise<void> {
  const plan = entry.doubt === undefined ? entry.plan : await resolve(ledger, entry, entry.doubt, remote);
  if (plan === undefined) return;
  const sendId = await sendOne(ledger.queue, entry.id, { plan, hash: entry.hash, atMs: nowMs, terms });
  const arrives = ["none", "lost after", "crash after", "crash after sent", "crash after settle"].includes(fault);
  if (arrives) remote.apply(entry.key, plan, Number(entry.payload.content));
  switch (fault) {
    case "crash before":
    case "crash after":
      throw new Crash();
    case "lost before":
    case "lost after":
      await ledger.queue.sent({ sendId, result: "unanswered", atMs: nowMs });
      return ledger.queue.postpone(entry.id, nowMs + 1);
    case "throttled":
    case "undelivered":
      await ledger.queue.sent({ sendId, result: fault, atMs: nowMs });
      return ledger.queue.postpone(entry.id, nowMs + 1);
    case "refused":
      await ledger.queue.sent({ sendId, result: "refused", atMs: nowMs, httpStatus: 422 });
      return settleOne(ledger.queue, entry.id, { outcome: "rejected", httpStatus: 422 });
    case "none":
    case "crash after sent":
    case "crash after settle":
      await ledger.queue.sent({ sendId, result: "accepted", atMs: nowMs, httpStatus: 201 });
      // The sharpest moment: the journal is on disk, what was accepted is not.
      if (fault === "crash after sent") {
        await ledger.flush();
        throw new Crash();
      }
      await settleOne(ledger.queue, entry.id, {
        outcome: "accepted",
        action: plan.kind === "create" ? "created" : "updated",
        remoteId: `id ${entry.key}`,
      });
      if (fault === "crash after settle") throw new Crash();
      return;
    default:
      fault satisfies never;
  }
}

/** Looks up what is in doubt. Gives what is to be sent then, or nothing when the entry is settled. */
async function resolve(ledger: Ledger, entry: QueuedEntry, doubt: OpenSend, remote: Remote): Promise<Plan | undefined> {
  const content = remote.content.get(entry.key);
  if (content === undefined || doubt.plan.kind === "update") {
    await ledger.queue.sent({ sendId: doubt.sendId, result: "absent", atMs: doubt.sentAtMs });
    return doubt.plan;
  }
  if (doubt.hash === entry.hash) {
    await settleOne(ledger.queue, entry.id, { outcome: "accepted", action: "recovered", remoteId: `id ${entry.key}` });
    return undefined;
  }
  await ledger.queue.created(entry.id, `id ${entry.key}`);
  return { kind: "update", remoteId: `id ${entry.key}` };
}
