// `worker`: takes accounts with submitted runs, drives them side by side, and gives them back. Any number of workers share the
// accounts of a database: a worker below its fair share takes at once, one above it leaves the others a moment. Nobody has a cap.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { pid } from "node:process";
import { submissionsIn } from "../ledger/host.ts";
import type { Account } from "../model/account.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import type { LedgerAddress } from "../model/ledger/ledger-address.ts";
import type { Submission, WorkerSign } from "../model/ledger/submissions.ts";
import type { RunEvent } from "../run/events.ts";
import { openScratchFolder } from "../run/scratch-folder.ts";
import { type DriveEnd, drive } from "./drive.ts";

/** What a worker is told. */
export interface WorkerOptions {
  readonly ledger: LedgerAddress;
  /** The account at this address with its token; undefined leaves it to other workers. Asked each time such a run may be taken. */
  readonly accountOf: (baseUrl: string) => Promise<Account | undefined>;
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  /** Takes nothing more and hands over what it drives: nothing new starts, what is in flight settles. */
  readonly stop?: AbortSignal;
  /** Cuts what is in flight. */
  readonly abort?: AbortSignal;
  readonly onEvent?: (event: WorkerEvent) => void;
}

/** What a worker tells. */
export type WorkerEvent =
  /** The database has answered. */
  | { readonly kind: "waiting" }
  | { readonly kind: "took"; readonly submission: Submission }
  | { readonly kind: "gave_back"; readonly submission: Submission; readonly end: DriveEnd }
  | { readonly kind: "no_token"; readonly baseUrl: string; readonly error: ImportError | undefined }
  /** Once a minute while it lasts. */
  | { readonly kind: "database_away"; readonly error: ImportError }
  | { readonly kind: "database_back" }
  /** Of a run that it drives. */
  | { readonly kind: "run"; readonly submission: Submission; readonly event: RunEvent };

const lookMs = 500;
const graceMs = 2000;
const mostAwayMs = 10_000;
const remindMs = 60_000;
const busyMs = 5000;

/** Works until it is stopped. Throws `ImportError("STATE_UNUSABLE")` only where `pg` is not installed. */
export async function work(options: WorkerOptions): Promise<void> {
  const { ledger, clock = systemClock, random = Math.random, onEvent = () => undefined } = options;
  const { signal: never } = new AbortController();
  const { stop = never, abort = never } = options;
  const me: WorkerSign = { id: randomUUID(), host: hostname(), pid };
  await using submissions = await submissionsIn(ledger);
  await using scratch = await openScratchFolder();
  const driving = new Map<number, Promise<void>>();
  const seenFree = new Map<number, number>();
  const leftAlone = new Map<number, number>();
  const withoutToken = new Set<string>();
  const state = scratch.path;

  const start = (submission: Submission, account: Account): void => {
    const onRun = (event: RunEvent): void => onEvent({ kind: "run", submission, event });
    let isTaken = false;
    const onTaken = (): void => {
      isTaken = true;
      onEvent({ kind: "took", submission });
    };
    const turn = drive(submission, account, {
      ...{ ledger, submissions, by: me, state, clock, random, stop, abort },
      ...{ onTaken, onEvent: onRun },
    })
      .catch((error: unknown): DriveEnd => ({ kind: "trouble", error }))
      .then((end) => {
        driving.delete(submission.id);
        seenFree.delete(submission.id);
        if (end.kind === "busy") leftAlone.set(submission.id, clock.monotonicMs() + busyMs);
        // Several workers may have asked for it at the same time: who was late has nothing to tell.
        if (isTaken || end.kind !== "busy") onEvent({ kind: "gave_back", submission, end });
      });
    driving.set(submission.id, turn);
  };

  /** The account, where its token is here; said once where it is not. */
  const accountOf = async (baseUrl: string): Promise<Account | undefined> => {
    let error: ImportError | undefined;
    try {
      const account = await options.accountOf(baseUrl);
      if (account !== undefined) return account;
    } catch (thrown) {
      if (!(thrown instanceof ImportError)) throw thrown;
      error = thrown;
    }
    if (!withoutToken.has(baseUrl)) onEvent({ kind: "no_token", baseUrl, error });
    withoutToken.add(baseUrl);
    return undefined;
  };

  /** Takes what is its share, and what nobody else took. */
  const look = async (): Promise<void> => {
    const { workers, accounts } = await submissions.sign(me);
    const share = Math.ceil(accounts / workers);
    const nowMs = clock.monotonicMs();
    const free = (await submissions.list()).filter(({ id, isFree }) => isFree && !driving.has(id));
    for (const id of seenFree.keys()) if (!free.some((each) => each.id === id)) seenFree.delete(id);
    for (const submission of free) {
      const { id, baseUrl } = submission;
      const sinceMs = seenFree.get(id) ?? nowMs;
      seenFree.set(id, sinceMs);
      const isBelowShare = driving.size < share;
      if (stop.aborted || (leftAlone.get(id) ?? 0) > nowMs) continue;
      if (!isBelowShare && nowMs - sinceMs < graceMs) continue;
      const account = await accountOf(baseUrl);
      if (account === undefined) continue;
      start(submission, account);
      if (!isBelowShare) break; // one at a time: the others see it too
    }
  };

  let awaySinceMs: number | undefined;
  let remindAtMs = 0;
  let waitMs = lookMs;
  let hasAnswered = false;
  while (!stop.aborted) {
    try {
      await look();
      if (!hasAnswered) onEvent({ kind: "waiting" });
      else if (awaySinceMs !== undefined) onEvent({ kind: "database_back" });
      hasAnswered = true;
      awaySinceMs = undefined;
      waitMs = lookMs;
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      const nowMs = clock.monotonicMs();
      if (awaySinceMs === undefined || nowMs >= remindAtMs) {
        remindAtMs = nowMs + remindMs;
        onEvent({ kind: "database_away", error });
      }
      awaySinceMs ??= nowMs;
      waitMs = Math.min(waitMs * 2, mostAwayMs);
    }
    await clock.sleep(waitMs, stop);
  }
  await Promise.all(driving.values());
  await submissions.signOff(me).catch(() => undefined); // its sign of life ends by itself
}
