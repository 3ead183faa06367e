// One entry, from its slot to an answer. The write-ahead record is on disk before the limiter is asked, and the request
// leaves as soon as the limiter says so. What an answer means for the entry: accepted here, refused in handle-refusal.ts,
// unanswered creations in reconcile.ts.
//
//   create ─▶ accepted ─▶ settled, or (fields that only an update takes) created ─▶ update
//          ─▶ unanswered, "later" (429, 503), a 2xx that shows something else ─▶ back to the ledger, in doubt
//   update ─▶ unanswered ─▶ again: repeating it by id is safe
import { backoffMs, RetryLater, retryWhileShort } from "../api/backoff.ts";
import { Halted } from "../api/halt.ts";
import { longestHoldMs } from "../api/transport.ts";
import type { NewSend, Plan, QueuedEntry, SendEnd, SendResult } from "../model/ledger/entry.ts";
import type { Problem } from "../model/problem.ts";
import { creationBody, needsUpdate, withFills } from "../model/request-body.ts";
import { resources } from "../model/resources/resources.ts";
import { changeOf, type Requests } from "./change.ts";
import type { DispatchContext, Next } from "./context.ts";
import { handleRefusal } from "./handle-refusal.ts";
import { likenessOf } from "./recover.ts";
import { sendEnd } from "./settle.ts";
import { readCreated, readUpdated, type Shown } from "./shown-record.ts";

/**
 * Sends an entry that has a plan and whose fate is known, and settles it or gives it back to the ledger.
 * Returns quietly when the run stops first: the entry stays open.
 */
export async function sendEntry(context: DispatchContext, entry: QueuedEntry, plan: Plan): Promise<void> {
  const { options, halt } = context;
  try {
    const sender = await createSender(context, entry);
    let next: Next = await sender.send(plan);
    while (next.kind === "update") next = await sender.send({ kind: "update", remoteId: next.remoteId });
  } catch (error) {
    if (error instanceof Halted) return;
    if (!(error instanceof RetryLater)) throw error;
    await options.ledger.queue.postpone(entry.id, options.clock.nowMs() + error.waitMs);
    if (!halt.signal.aborted) {
      options.onEvent({
        type: "entry.retry",
        entryId: entry.id,
        key: entry.key,
        cause: error.message,
        waitMs: error.waitMs,
      });
    }
  }
}

interface Sender {
  /** Tries, with the short waits, until there is an answer. Throws `RetryLater` for a long wait. */
  send(plan: Plan): Promise<Next>;
}

async function createSender(context: DispatchContext, entry: QueuedEntry): Promise<Sender> {
  const { options, transport, halt, attemptStates, settlements, forbidden, lookup, claims } = context;
  const { ledger, clock, limits, random, onEvent } = options;
  const { queue } = ledger;
  const resource = resources[entry.resource];
  const state = attemptStates.of(entry.id);
  const payload = entry.needsFills ? withFills(entry.payload, await queue.fills(entry.id)) : entry.payload;
  let attempts = entry.attempts;
  /** Of this entry: an unanswered update that has to be closed before it is sent again. */
  let unansweredUpdate = entry.doubt?.plan.kind === "update" ? entry.doubt.sendId : undefined;

  /** What an update leaves out of what the entry says. */
  let notes: readonly Problem[] = [];

  const ending = (sendId: number, result: SendResult, status?: number): SendEnd =>
    sendEnd({ sendId, result, ...(status === undefined ? {} : { status }) }, clock.nowMs());
  const end = (sendId: number, result: SendResult, status?: number) => queue.sent(ending(sendId, result, status));

  /** Throws `RetryLater`, or settles the entry when that was its last attempt. */
  const again = async (cause: string): Promise<Next> => {
    state.lastCause = cause;
    const used = attempts - state.excused;
    if (used < limits.attempts) throw new RetryLater(cause, backoffMs(Math.max(1, used), random));
    await settlements.settle(withAttempts(), {
      outcome: "failed",
      problems: [{ code: "api_failed", message: failure(used, cause) }],
    });
    return { kind: "done" };
  };

  const withAttempts = (): QueuedEntry => ({ ...entry, attempts });

  const attempt = async (plan: Plan, [request, ...others]: Requests, lock?: string): Promise<Next> => {
    if (attempts - state.excused >= limits.attempts) return again(state.lastCause);
    const turn = await transport.ready();
    const recordedAtMs = clock.nowMs();
    const { serverNowMs } = transport;
    let sendId: number | undefined;
    try {
      if (unansweredUpdate !== undefined) await end(unansweredUpdate, "absent");
      unansweredUpdate = undefined;
      const send: NewSend = {
        entryId: entry.id,
        plan,
        hash: entry.hash,
        atMs: recordedAtMs,
        ...(serverNowMs === undefined ? {} : { serverAtMs: serverNowMs }),
        terms: limits,
      };
      [sendId] = await queue.sending([send]);
      if (sendId === undefined) throw new Error(`the ledger gave no id for the send of entry ${entry.id}`);
    } catch (error) {
      turn.cancel();
      throw error;
    }
    attempts += 1;
    const onDiskAtMs = clock.monotonicMs(); // it may have taken the disk a while: it leaves after that
    onEvent({ type: "entry.sending", entryId: entry.id, key: entry.key, plan: plan.kind, attempt: attempts });
    const reads = (text: string): Shown =>
      plan.kind === "create"
        ? readCreated(text, resource, entry.key)
        : readUpdated(text, resource, entry.key, plan.remoteId);
    /** The request left, and what became of it has to be looked up. */
    const leaveInDoubt = async (result: "unanswered" | "unavailable" | "throttled", cause: string, waitMs = 0) => {
      if (result !== "throttled") {
        state.lastCause = cause;
        onEvent({ type: "entry.doubt", entryId: entry.id, key: entry.key, cause });
      }
      state.wasUnanswered = true;
      state.firstAbsenceAtMs = undefined;
      state.leftAtMonotonicMs = Math.min(clock.monotonicMs(), onDiskAtMs + longestHoldMs);
      await queue.postpone(entry.id, clock.nowMs() + waitMs);
      return { kind: "done" } as const;
    };
    const about = () =>
      ({ purpose: "write", subject: String(entry.id), entryId: entry.id, wasThrottled: state.wasThrottled }) as const;
    let reply = await transport.request(request, reads, about(), turn);
    // One update in several requests is one send: whatever became of some of them, the next try begins with a look.
    for (const other of others) {
      if (reply.kind !== "accepted" || reply.value.kind !== "written") break;
      reply = await transport.request(other, reads, about(), await transport.ready());
      // Part of it is done: what was accepted before is no longer what Luminous has. Without an answer the send stays open,
      // which says the same and that this may be done as well.
      if (reply.kind !== "accepted" && reply.kind !== "unanswered") await end(sendId, "absent");
    }
    switch (reply.kind) {
      case "held":
        // Nothing left. A pause takes the attempt back in the ledger; for the others it is excused here.
        if (reply.by === "pause") attempts -= 1;
        else state.excused += 1;
        await end(sendId, reply.by === "pause" ? "held" : "undelivered");
        if (reply.by === "stop") throw new Halted();
        throw new RetryLater(reply.by, reply.waitMs);
      case "throttled":
        attempts -= 1;
        state.wasThrottled = true;
        await end(sendId, "throttled", reply.status);
        // Some gateways say so after passing the request on: a creation goes again only when it is not there.
        if (plan.kind === "create")
          return leaveInDoubt("throttled", "HTTP 429", Math.max(reply.waitMs, limits.readLagMs));
        throw new RetryLater("HTTP 429", reply.waitMs);
      case "undelivered":
        if (transport.isDown) state.excused += 1;
        await end(sendId, "undelivered");
        return again(reply.cause);
      case "unanswered": {
        const result = reply.status === 503 && plan.kind === "create" ? "unavailable" : "unanswered";
        await end(sendId, result, reply.status);
        if (plan.kind === "create") return leaveInDoubt(result, reply.cause);
        unansweredUpdate = sendId;
        return again(reply.cause);
      }
      case "accepted": {
        await forbidden.otherAnswer();
        const shown = plan.kind === "create" ? await notAnothers(reply.value) : reply.value;
        if (shown.kind === "written") {
          return plan.kind === "create"
            ? created(sendId, reply.status, shown.remoteId)
            : accepted(sendId, reply.status, shown.remoteId);
        }
        const cause = `HTTP ${reply.status}, but ${shown.cause}`;
        await end(sendId, "unanswered", reply.status);
        if (plan.kind === "create") {
          state.likeId = shown.likeId;
          return leaveInDoubt("unanswered", cause);
        }
        // Perhaps it did what was asked and only said so badly: the record tells.
        const likeness = await likenessOf(context, entry, plan.remoteId, "exact");
        if (likeness.kind === "same") return accepted(sendId, reply.status, plan.remoteId);
        unansweredUpdate = sendId;
        return again(cause);
      }
      case "refused":
        return handleRefusal(context, withAttempts(), plan, sendId, reply, lock);
      default:
        return reply satisfies never;
    }
  };

  /** An id belongs to one key: one that another entry has, or is just getting, was not made for this one. */
  const notAnothers = async (shown: Shown): Promise<Shown> => {
    if (shown.kind === "other") return shown;
    const { remoteId } = shown;
    const claimed = claims.claim(resource.name, remoteId, entry.key);
    const holder = claimed === entry.key ? await queue.holder(resource.name, remoteId) : claimed;
    return holder === undefined || holder === entry.key
      ? shown
      : { kind: "other", cause: `its id ${remoteId} is that of the ${resource.singular} "${holder}"` };
  };

  const created = async (sendId: number, status: number, remoteId: string): Promise<Next> => {
    await lookup.made(resource.name, { key: entry.key, remoteId });
    if (!needsUpdate(resource, payload)) {
      const settlement = { outcome: "accepted", action: "created", remoteId } as const;
      await settlements.settle(withAttempts(), settlement, { sendId, result: "accepted", status });
      return { kind: "done" };
    }
    state.excused += 1;
    state.made = "created";
    await queue.created(entry.id, remoteId, ending(sendId, "accepted", status));
    return { kind: "update", remoteId };
  };

  const accepted = async (sendId: number, status: number, remoteId: string): Promise<Next> => {
    const settlement = { outcome: "accepted", action: state.made ?? "updated", remoteId, problems: notes } as const;
    await settlements.settle(withAttempts(), settlement, { sendId, result: "accepted", status });
    return { kind: "done" };
  };

  return {
    async send(plan) {
      const trying = (requests: Requests, lock?: string) =>
        retryWhileShort(() => attempt(plan, requests, lock), { clock, signal: halt.signal });
      if (plan.kind === "create") {
        const body = JSON.stringify(creationBody(resource, payload));
        return trying([{ ...resource.createEndpoint(payload), body }]);
      }
      const { remoteId } = plan;
      const change = await changeOf(context, entry, remoteId, payload, state.made === "created");
      switch (change.kind) {
        case "send":
          notes = change.notes;
          return trying(change.requests, change.lock);
        case "nothing":
          return nothingToSay(remoteId, change.notes);
        case "settle":
          await settlements.settle(withAttempts(), change.settlement);
          return { kind: "done" };
        default:
          return change satisfies never;
      }
    },
  };

  /** Unchanged, unless an update of ours without an answer is what made it so. */
  async function nothingToSay(remoteId: string, problems: readonly Problem[]): Promise<Next> {
    if (unansweredUpdate === undefined)
      await settlements.settle(withAttempts(), { outcome: "unchanged", remoteId, problems });
    else
      await settlements.settle(
        withAttempts(),
        { outcome: "accepted", action: state.made ?? "recovered", remoteId, problems },
        { sendId: unansweredUpdate, result: "recovered" },
      );
    return { kind: "done" };
  }
}

/** What the last attempt of an entry came to, in words. */
export function failure(attempts: number, cause: string): string {
  return `no usable answer after ${attempts} attempt${attempts === 1 ? "" : "s"}: ${cause}`;
}
