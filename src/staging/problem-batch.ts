// Collects problems that arrive one by one and writes them to the ledger entry by entry: the list of an entry that gets a
// thousand of them is written once, not a thousand times.
import type { Staging } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";

/** Problems on their way to their entries. Whoever adds flushes in the end. */
export interface ProblemBatch {
  add(entryId: number, problem: Problem): Promise<void>;
  flush(): Promise<void>;
}

const mostWaiting = 2000;

/** An empty batch. */
export function createProblemBatch({ addProblems }: Pick<Staging, "addProblems">): ProblemBatch {
  const waiting = new Map<number, Problem[]>();
  let count = 0;
  const flush = async (): Promise<void> => {
    const all = [...waiting];
    waiting.clear();
    count = 0;
    for (const [entryId, problems] of all) await addProblems(entryId, problems);
  };
  return {
    flush,
    async add(entryId, problem) {
      const known = waiting.get(entryId);
      if (known === undefined) waiting.set(entryId, [problem]);
      else known.push(problem);
      count += 1;
      if (count >= mostWaiting) await flush();
    },
  };
}
