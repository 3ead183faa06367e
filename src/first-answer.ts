// What a run says of its first answer: the part of a doctor's questions that costs no request.
import { judgeClock, judgeRate } from "./doctor/answer-headers.ts";
import type { Limits } from "./job.ts";
import type { AnswerSeen } from "./model/answer-seen.ts";

/** Sees a run's answers, and warns of clocks that disagree and of a limit below the job's rate. Looks at the first one only. */
export function judgeFirstAnswer(
  wanted: Limits["requestsPerSecond"],
  warn: (message: string) => void,
): (answer: AnswerSeen) => void {
  let isFirst = true;
  return (answer) => {
    if (!isFirst) return;
    isFirst = false;
    for (const { standing, message, hint } of [judgeClock(answer), judgeRate(answer, wanted)])
      if (standing !== "ok") warn(`${message}. ${hint}`);
  };
}
