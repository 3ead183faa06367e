// What a run says of its first answer: the part of a doctor's questions that costs no request. What it saw is remembered,
// so that a clock that was set between two runs is noticed.
import { judgeClock, judgeClockSet, judgeRate, rateTold, skewOf } from "../api/answer-headers.ts";
import type { AnswerSeen } from "../api/answer-seen.ts";
import { type ClockFact, clockFact, factNames } from "../model/ledger/account-facts.ts";
import type { AccountMemory } from "../model/ledger/account-memory.ts";
import type { Limits } from "../model/limits.ts";

/**
 * Sees a run's answers, and warns of clocks that disagree or were set since the last run, and of a limit below the job's
 * rate. Looks at the first answer only.
 */
export async function judgeFirstAnswer(
  memory: AccountMemory,
  wanted: Limits["requestsPerSecond"],
  warn: (message: string) => void,
): Promise<(answer: AnswerSeen) => void> {
  const before = clockFact(await memory.facts());
  let isFirst = true;
  return (answer) => {
    if (!isFirst) return;
    isFirst = false;
    const skewMs = skewOf(answer);
    const findings = [judgeClock(answer), judgeRate(answer, wanted)];
    if (before !== undefined && skewMs !== undefined) findings.push(judgeClockSet(before, skewMs));
    for (const { standing, message, hint } of findings) if (standing !== "ok") warn(`${message}. ${hint}`);
    remember(memory, answer, skewMs);
  };
}

/** A ledger that cannot be written ends the run by itself, at the next record that matters. */
function remember(memory: AccountMemory, answer: AnswerSeen, skewMs: number | undefined): void {
  const { atMs } = answer;
  const rate = rateTold(answer);
  const learned = [
    ...(skewMs === undefined ? [] : [{ name: factNames.clock, value: { aheadMs: skewMs } satisfies ClockFact, atMs }]),
    ...(rate === undefined ? [] : [{ name: factNames.rate, value: rate, atMs }]),
  ];
  for (const fact of learned) memory.learn(fact).catch(() => undefined);
}
