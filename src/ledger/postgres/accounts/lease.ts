// The lease of an account while it is held: renewed until it is given back, or until another process has it.
//
//   taken ──renewed in time──▶ sure ──not renewed in time──▶ unsure: nothing is sent, others may take it
//                               ▲                               │
//                               └──renewed, nobody took it──────┤
//                                                               └──somebody did──▶ lost
import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../model/clock.ts";
import { ImportError } from "../../../model/error.ts";
import type { Lease } from "../../../model/ledger/lease.ts";
import { normalBaseUrl } from "../../common/account-name.ts";
import { schemaName } from "../storage/account-schema.ts";
import type { DatabaseLine } from "../storage/database-line.ts";
import { holderOf, holderText } from "./holders.ts";
import { prepareAccounts } from "./schema.ts";
import { addAccount, giveBack, leaseMs, pauseAccount, renew, type Taken, takeAccount, type Wanted } from "./taking.ts";

const renewEveryMs = leaseMs / 4;
const soonestMs = 100;
/** A request leaves so long before the lease ends, or not at all: nobody's clock runs that differently in this time. */
const marginMs = 500;
/** A process that is there renews; whoever has it is waited for no longer than this. */
const patienceMs = 2000;
const lookAgainMs = 100;

/**
 * Takes the account, which is made known when it is new. A process that was killed has it until its lease ends: that is waited
 * for. Throws `ImportError("STATE_LOCKED")` naming the holder where one is alive, and `("STATE_UNUSABLE")` when the server does not
 * answer.
 */
export async function leaseAccount(line: DatabaseLine, baseUrl: string, clock: Clock = systemClock): Promise<Lease> {
  const url = normalBaseUrl(baseUrl);
  await line.ask(async (db) => {
    await prepareAccounts(db);
    await addAccount(db, url, schemaName(baseUrl));
  });
  const wanted = { where: "a.base_url = ?", parameters: [url] };
  const beganMs = clock.monotonicMs();
  let untilMs: number | undefined;
  let renewals = -1; // the first look tells of none
  for (;;) {
    const lease = await leaseAny(line, wanted, clock);
    if (lease !== undefined) return lease;
    const holder = await line.ask((db) => holderOf(db, url));
    if (holder?.untilMs !== untilMs) renewals += 1;
    untilMs = holder?.untilMs;
    const waitedMs = clock.monotonicMs() - beganMs;
    if (waitedMs > (renewals > 1 ? patienceMs : 2 * leaseMs))
      throw new ImportError("STATE_LOCKED", `the account ${baseUrl} is in use by ${holderText(holder)}`, {
        hint: "wait until it has ended or stop it, then run the same command again; `status` works all the while",
      });
    await clock.sleep(lookAgainMs);
  }
}

/** Takes any account that nobody has and that is wanted; undefined where there is none. Throws as `leaseAccount` does. */
export async function leaseAny(
  line: DatabaseLine,
  wanted: Wanted,
  clock: Clock = systemClock,
): Promise<Lease | undefined> {
  const owner = randomUUID();
  const asked = now(clock);
  const taken = await line.ask((db) => takeAccount(db, wanted, owner));
  return taken === undefined ? undefined : hold(line, taken, asked, clock);
}

interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

function now(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.nowMs() };
}

/** `asked`: before the statement that took it was sent. */
function hold(line: DatabaseLine, taken: Taken, asked: Moment, clock: Clock): Lease {
  const over = new AbortController();
  const lost = new AbortController();
  let renewed = asked;

  const renewNow = async (): Promise<void> => {
    const before = now(clock);
    if (await line.ask((db) => renew(db, taken))) renewed = before;
    else lost.abort(takenOver(taken));
  };
  const keep = async (): Promise<void> => {
    let waitMs = renewEveryMs;
    while (!over.signal.aborted && !lost.signal.aborted) {
      await clock.sleep(waitMs, over.signal);
      if (over.signal.aborted) return;
      try {
        await renewNow();
        waitMs = renewEveryMs;
      } catch {
        waitMs = Math.min(renewEveryMs, waitMs === renewEveryMs ? soonestMs : 2 * waitMs); // the server is asked until it answers
      }
    }
  };
  const keeping = keep();
  const end = async (): Promise<void> => {
    if (over.signal.aborted) return;
    over.abort();
    await keeping;
    if (lost.signal.aborted) return;
    const give = () => line.ask((db) => giveBack(db, taken));
    await give()
      .catch(give)
      .catch(() => undefined); // a connection that was lost is opened again; without one it ends by itself
  };
  return {
    ...taken,
    get deadlineMs() {
      return renewed.monotonicMs + leaseMs - marginMs;
    },
    get quietMs() {
      return Math.max(0, taken.quietMs - (clock.monotonicMs() - asked.monotonicMs));
    },
    lost: lost.signal,
    isSure() {
      if (over.signal.aborted || lost.signal.aborted) return false;
      const { monotonicMs, wallMs } = now(clock);
      // A machine that slept has a monotonic clock that slept too; the other one then jumps. Where somebody set it, the next renewal helps.
      return Math.max(monotonicMs - renewed.monotonicMs, wallMs - renewed.wallMs) < leaseMs - marginMs;
    },
    pause(ms) {
      void line.ask((db) => pauseAccount(db, taken, ms)).catch(() => undefined);
    },
    giveBack: end,
    [Symbol.asyncDispose]: end,
  };
}

/** What is said of a ledger when another process has its account. */
export function takenOver({ baseUrl }: Pick<Taken, "baseUrl">): ImportError {
  return new ImportError(
    "STATE_LOST",
    `another process has taken the account ${baseUrl}: this one did not renew its lease in time`,
    { hint: "nothing more was sent from here, and what is open goes on there; `status` shows by whom" },
  );
}
