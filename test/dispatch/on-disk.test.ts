import { fdatasync } from "node:fs";
import { expect, it } from "vitest";
import { many, product, rehearse, tally, writesOf } from "./rehearsal.ts";

it("no request leaves before its send is on disk", async () => {
  const held: (() => void)[] = [];
  let isSlow = false;
  await using rehearsal = await rehearse(
    {},
    {
      syncFile: (descriptor, done) => {
        if (isSlow) held.push(() => fdatasync(descriptor, done));
        else fdatasync(descriptor, done);
      },
    },
  );
  const { ledger, sandbox } = rehearsal;
  await rehearsal.dispatch(await rehearsal.stage([product("first")]));
  const run = await rehearsal.stage(many(6, (n) => product(`P-${n}`)));
  await ledger.flush();
  isSlow = true;
  const dispatched = rehearsal.dispatch(run);
  const recorded = async () => (await ledger.results.sends(run)).reduce((sum, { sends }) => sum + sends, 0);
  while ((await recorded()) < 4) await pause(10);
  await pause(200);
  expect(writesOf(sandbox)).toBe(1); // that of the run before
  isSlow = false;
  for (const sync of held) sync();
  expect(tally((await dispatched).results)).toEqual({ accepted: 6 });
  expect(writesOf(sandbox)).toBe(7);
});

it("a disk that fails stops everything, and nothing leaves", async () => {
  let fails = false;
  await using rehearsal = await rehearse(
    {},
    {
      syncFile: (descriptor, done) => {
        if (fails) done(Object.assign(new Error("EIO: i/o error, fdatasync"), { code: "EIO" }));
        else fdatasync(descriptor, done);
      },
    },
  );
  const run = await rehearsal.stage(many(6, (n) => product(`P-${n}`)));
  await rehearsal.ledger.flush();
  fails = true;
  await expect(rehearsal.dispatch(run)).rejects.toMatchObject({ code: "STATE_FULL" });
  expect(writesOf(rehearsal.sandbox)).toBe(0);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
