// Cells kept as evidence: the first few of a kind, and how many there were.

/** A cell that says something, and where it stands. */
export interface CellSeen {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/** Cells of one kind. */
export interface SeenCells {
  /** The first few with different texts, in the order of the files. */
  readonly first: readonly CellSeen[];
  readonly count: number;
}

const keptCells = 3;

/** Where a cell stands. */
export type CellPlace = Omit<CellSeen, "text">;

/** Collects cells of one kind. Memory does not grow with them. */
export function seenCells(): {
  readonly add: (text: string, place: CellPlace) => void;
  readonly seen: () => SeenCells;
} {
  const first: CellSeen[] = [];
  let count = 0;
  return {
    add(text, place) {
      count += 1;
      if (first.length < keptCells && first.every((cell) => cell.text !== text)) first.push({ text, ...place });
    },
    seen: () => ({ first, count }),
  };
}
