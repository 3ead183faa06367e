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

/** Collects cells of one kind. Memory does not grow with them. */
export function seenCells(): { readonly add: (cell: CellSeen) => void; readonly seen: () => SeenCells } {
  const first: CellSeen[] = [];
  let count = 0;
  return {
    add(cell) {
      count += 1;
      if (first.length < keptCells && first.every(({ text }) => text !== cell.text)) first.push(cell);
    },
    seen: () => ({ first, count }),
  };
}
