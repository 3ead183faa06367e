// `settleRemade` of the queue in another thread: its notes are made by the main thread, one for each maker.
import type { MadeBy, Queue } from "../../model/ledger/queue.ts";
import type { Problem } from "../../model/problem.ts";

/** How many entries were settled, or whose note is wanted first; nothing was changed then. */
export type Remade = { readonly entries: number } | { readonly wanted: MadeBy };

/** The name of a maker in maps. */
export function whoMade({ program, isMappingKnown }: MadeBy): string {
  return `${isMappingKnown} ${program ?? ""}`;
}

/** `settleRemade` with the notes that there are. */
export async function settleRemadeWith(
  queue: Queue,
  run: number,
  phase: Parameters<Queue["settleRemade"]>[1],
  { orUnknown, notes }: { readonly orUnknown: boolean; readonly notes: ReadonlyMap<string, Problem> },
): Promise<Remade> {
  const note = (made: MadeBy): Problem => {
    const known = notes.get(whoMade(made));
    if (known === undefined) throw new NoteWanted(made);
    return known;
  };
  try {
    return { entries: await queue.settleRemade(run, phase, { orUnknown, note }) };
  } catch (error) {
    if (error instanceof NoteWanted) return { wanted: error.made };
    throw error;
  }
}

// Thrown through the ledger, which takes back what it had written of it.
class NoteWanted extends Error {
  readonly made: MadeBy;

  constructor(made: MadeBy) {
    super("a note is wanted");
    this.made = made;
  }
}
