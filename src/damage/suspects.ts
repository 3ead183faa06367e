// What every watch for damage is, and the cells that look damaged: the first few, and how many.
import type { Damage, DamagedCell, DamageKind } from "../model/damage.ts";

/** Where a cell stands. */
export type CellPlace = Omit<DamagedCell, "text">;

/** Collects suspects. Memory does not grow with them. */
export interface Suspects {
  add(text: string, place: CellPlace): void;
  readonly count: () => number;
  readonly first: () => readonly DamagedCell[];
}

const keptCells = 5;

/** No suspects yet. */
export function suspects(): Suspects {
  const first: DamagedCell[] = [];
  let count = 0;
  return {
    add(text, place) {
      count += 1;
      if (first.length < keptCells) first.push({ text, ...place });
    },
    count: () => count,
    first: () => first,
  };
}

/** Several collections as one kind of damage; none where nothing is in them. */
export function damageOf(
  kind: DamageKind,
  collected: readonly Suspects[],
  isDamaged: Damage["isDamaged"],
): readonly Damage[] {
  const [cell, ...rest] = collected
    .flatMap(({ first }) => first())
    .toSorted((a, b) => (a.file === b.file ? a.line - b.line : 0))
    .slice(0, keptCells);
  if (cell === undefined) return [];
  const count = collected.reduce((sum, each) => sum + each.count(), 0);
  return [{ kind, count, cells: [cell, ...rest], isDamaged }];
}

/** Looks for one kind of damage, or a few. */
export interface DamageWatch {
  /** Takes a cell that is not blank, as it was read. */
  see(text: string, place: CellPlace): void;
  /** To be asked once all cells have passed. */
  damage(): readonly Damage[];
}
