// A bounded number of tasks over a stream of items, pulled only when there is room.
import type { Halt } from "./halt.ts";

/**
 * Runs `task` on each item, the first one alone: it finds out what the others may rely on. Waits for all that was
 * started, then throws the first error. Throws `Halted` when the run is halted.
 */
export async function forEachAtMost<T>(
  most: number,
  items: AsyncIterable<T>,
  halt: Halt,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let isFirst = true;
  try {
    for await (const item of items) {
      halt.check();
      const done: Promise<void> = task(item)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => running.delete(done));
      running.add(done);
      while (running.size >= (isFirst ? 1 : most)) await Promise.race(running);
      isFirst = false;
      if (failures.length > 0) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
