// The first question of a run, before anything is read: does the account take the token? Only a token that is refused
// ends the run. Whatever else is wrong may be over when the files are read, or not matter to a run with nothing to send.

import type { AnswerSeen } from "../api/answer-seen.ts";
import { type Line, openLine } from "../api/line.ts";
import { type FirstAnswer, judgeReach } from "../api/reach.ts";
import { parseJson, type Reply } from "../api/reply.ts";
import { type Held, probeRequest } from "../api/transport.ts";
import type { DispatchEvent } from "../dispatch/events.ts";
import type { Account } from "../model/account.ts";
import { type Clock, steadyClock } from "../model/clock.ts";
import type { Lease } from "../model/ledger/lease.ts";
import type { Limits } from "../model/limits.ts";
import { countTraffic, type TrafficCount } from "./traffic.ts";

/** The account of a run, asked once. Everything that the run asks and sends later goes over its line. */
export interface AskedAccount extends AsyncDisposable {
  readonly line: Line;
  readonly clock: Clock;
  readonly traffic: TrafficCount;
  /** What was odd, in words. */
  readonly warnings: readonly string[];
  /** Whom the line's events go to from here on. */
  tellFrom(onEvent: (event: DispatchEvent) => void): void;
  /** Gives it the first answer, now or when it comes. */
  onFirstAnswer(see: (answer: AnswerSeen) => void): void;
  /**
   * Does what needs no account, and ends it early with `ACCOUNT_REFUSED` when a late answer to the question says so, or
   * with what the work itself threw. The signal is for the work.
   */
  meanwhile<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T>;
}

/** Whom to ask, and who is told. */
export interface FirstQuestionOptions {
  readonly account: Account;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  readonly onEvent: (event: DispatchEvent) => void;
  readonly onWarning: (message: string) => void;
  /** Of the account, where another may have driven it a moment ago: nothing is asked without it. */
  readonly lease?: Lease | undefined;
}

/** Whoever takes longer is waited for while the files are read. */
const patienceMs = 3000;

/** Asks. Throws `ImportError("ACCOUNT_REFUSED")` when the token is refused. */
export async function askAccount(options: FirstQuestionOptions): Promise<AskedAccount> {
  const { account, limits, stop, abort } = options;
  const clock = steadyClock(options.clock);
  const traffic = countTraffic(clock);
  const warnings: string[] = [];
  const seen = seeFirst();
  let { onEvent } = options;
  const line = openLine({
    api: account,
    limits,
    clock,
    stop,
    abort,
    onAnswer: seen.onAnswer,
    onEvent: (event) => {
      traffic.see(event);
      onEvent(event);
    },
  });
  if (options.lease !== undefined) line.transport.driveBy(options.lease);
  const asked: AskedAccount = {
    line,
    clock,
    traffic,
    warnings,
    tellFrom(listener) {
      onEvent = listener;
    },
    onFirstAnswer: seen.tell,
    async meanwhile(work) {
      try {
        return await work(line.halt.signal);
      } catch (error) {
        throw line.halt.reason?.code === "ACCOUNT_REFUSED" ? line.halt.reason : error;
      }
    },
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  };
  const warn = (message: string): void => {
    warnings.push(message);
    options.onWarning(message);
  };
  try {
    const reply = await firstReply(line, clock);
    if (line.halt.reason?.code === "ACCOUNT_REFUSED") throw line.halt.reason;
    // Whoever reads says what is to be said of a command that was stopped.
    if (line.halt.signal.aborted) return asked;
    for (const oddity of reply === "late" ? [late(account)] : oddities(reply, account, seen.headers())) warn(oddity);
  } catch (error) {
    await line[Symbol.asyncDispose]();
    throw error;
  }
  return asked;
}

type FirstReply = Reply<unknown> | Held;

async function firstReply({ halt, transport }: Line, clock: Clock): Promise<FirstReply | "late"> {
  const reply = transport.request(probeRequest, parseJson, { purpose: "first", subject: "first" });
  reply.catch(() => undefined); // what it throws when nobody waits any more, the next request throws too
  const answered = new AbortController();
  const patience = clock.sleep(patienceMs, AbortSignal.any([halt.signal, answered.signal])).then((): "late" => "late");
  try {
    return await Promise.race([reply, patience]);
  } finally {
    answered.abort();
  }
}

function late({ baseUrl, baseUrlFrom }: Account): string {
  return `${baseUrl} (${baseUrlFrom}) has not answered within ${patienceMs / 1000} s. The files are read meanwhile; nothing is sent before it answers.`;
}

function oddities(reply: FirstReply, account: Account, headers: Readonly<Record<string, string>>): readonly string[] {
  const answer = firstAnswer(reply);
  if (answer === undefined) return [];
  return judgeReach(answer, account, headers).findings.flatMap(({ standing, check, message, hint }) =>
    standing === "ok" ? [] : [`${check === "token" ? "the token " : ""}${message.replace(/\.$/, "")}. ${hint}`],
  );
}

/** Undefined where it says nothing: it was asked to come later, or was never sent. */
function firstAnswer(reply: FirstReply): FirstAnswer | undefined {
  switch (reply.kind) {
    case "accepted":
      return { kind: "answer" };
    case "refused":
      return { kind: "refused", status: reply.status, message: reply.refusal.message };
    case "undelivered":
      return { kind: "silent", cause: reply.cause, status: undefined };
    case "unanswered":
      return { kind: "silent", cause: reply.cause, status: reply.status };
    case "throttled":
    case "held":
      return undefined;
    default:
      return reply satisfies never;
  }
}

/** The first answer may come before anybody can judge it. */
function seeFirst(): {
  readonly onAnswer: (answer: AnswerSeen) => void;
  readonly tell: (see: (answer: AnswerSeen) => void) => void;
  readonly headers: () => Readonly<Record<string, string>>;
} {
  let first: AnswerSeen | undefined;
  let see: ((answer: AnswerSeen) => void) | undefined;
  return {
    onAnswer(answer) {
      if (first !== undefined) return;
      first = answer;
      see?.(answer);
    },
    tell(listener) {
      see = listener;
      if (first !== undefined) listener(first);
    },
    headers: () => first?.headers ?? {},
  };
}
