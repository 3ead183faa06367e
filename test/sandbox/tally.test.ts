import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTally, type Tally } from "../../src/sandbox/tally.ts";
import { sandboxSettings } from "../../src/sandbox/world/options.ts";
import { readLies } from "../../src/sandbox/world/read-lies.ts";
import { createWorld } from "../../src/sandbox/world/world.ts";

const world = createWorld(sandboxSettings({}), readLies([], 1));
const most = (tally: Tally): number => tally.counts(world).maxInFlightPerKey;

test("counts the writes of one key that wait for an answer together", async () => {
  const tally = createTally();
  const first = tally.writing("A");
  tally.writing("B");
  expect(most(tally)).toBe(1);
  tally.writing("A");
  first({ isAnswered: true });
  await expect.poll(() => most(tally)).toBe(2);
});

test("does not count a write whose client had left, though that is heard of after the next one came", async () => {
  const tally = createTally();
  const left = tally.writing("A");
  tally.writing("A");
  await nextTurn();
  left({ isAnswered: false });
  await wait(60);
  expect(most(tally)).toBe(1);
});
