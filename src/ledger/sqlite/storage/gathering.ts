// What comes one by one within a turn of the event loop and is done for all at once: a statement costs more than a row.

/** How one kind of thing is done, and where. `alone` and `together` are called inside of what `write` is given. */
export interface Gathered<Item, Result> {
  /** `Connection.writeSoon` or `Connection.writeDurably`. */
  readonly write: <T>(work: () => T) => Promise<T>;
  /** All of them in one piece, with a result for each; undefined, with nothing done, where they cannot be. It may throw as well. */
  readonly together: (items: readonly Item[]) => readonly Result[] | undefined;
  /** One by itself: what it throws is the item's own fault. */
  readonly alone: (item: Item) => Result;
}

/** Does what comes in one turn together; where that fails, each by itself, so that each has its own fault and only that. */
export function openGathering<Item, Result>({ write, together, alone }: Gathered<Item, Result>) {
  let turn: { readonly items: Item[]; readonly done: Promise<readonly Result[]> } | undefined;

  const begin = () => {
    const items: Item[] = [];
    const over = (): void => {
      if (turn?.items === items) turn = undefined;
    };
    const done = write(() => {
      over();
      return (items.length > 1 ? together(items) : undefined) ?? items.map(alone);
    });
    done.then(over, over);
    return { items, done };
  };

  return async (item: Item): Promise<Result> => {
    turn ??= begin();
    const { items, done } = turn;
    const at = items.push(item) - 1;
    let results: readonly Result[];
    try {
      results = await done;
    } catch {
      return await write(() => alone(item)); // the fault may be another's
    }
    return results[at] as Result;
  };
}
