// When a watch makes a pass, when it does not, and how it ends. The pass itself is made up; the built program with real
// passes is in test/e2e/drop-watch.test.ts.
import { expect, it } from "vitest";
import { ImportError } from "../../../src/model/error.ts";
import { exitCodes } from "../../../src/model/exit-codes.ts";
import { eventsOf, nothing, startWatching } from "./watching.ts";

const outage = () => new ImportError("OUTAGE", "the API does not answer");
const minute = 60_000;

it("makes a pass at its start, and then none until something comes", async () => {
  await using watching = await startWatching({ pass: async () => nothing });
  await watching.until(() => eventsOf(watching, "pass.ended").length === 1);
  await watching.clock.advance(60 * minute);
  expect(watching.passes).toHaveLength(1);
  expect(watching.events.map(({ kind }) => kind)).toEqual(["loaded", "pass.started", "pass.ended"]);
});

it("makes a pass when the system tells of a file, long before the next poll", async () => {
  await using watching = await startWatching({ pass: async () => nothing, pollMs: 24 * 60 * minute });
  await watching.until(() => eventsOf(watching, "pass.ended").length === 1);
  for (const count of [2, 3]) {
    await watching.write(`in/${count}.csv`, "sku\n");
    await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === count, 1);
  }
});

it("finds a file at a poll where the system tells nothing, as on network shares", async () => {
  await using watching = await startWatching({ pass: async () => nothing, isDeaf: true });
  await watching.until(() => eventsOf(watching, "pass.ended").length === 1);
  await watching.write("in/1.csv", "sku\n");
  await watching.clock.advance(29_000);
  expect(watching.passes).toHaveLength(1);
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 2, 1000);
});

it("makes another pass for a file that came while one was under way", async () => {
  await using watching = await startWatching({
    pass: async (at) => {
      if (at === 0) await watching.write("in/late.csv", "sku\n");
      return { ...nothing, taken: 1 };
    },
  });
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 2, 1000);
});

it("does not look twice at a file that a pass has left where it is, but for pauses that grow to 15 minutes", async () => {
  await using watching = await startWatching({
    pass: async () => ({ ...nothing, waiting: 1 }),
    files: { "in/details.csv": "orderID\n" },
  });
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 8, 10_000);
  const ended = eventsOf(watching, "pass.ended").map(({ pass }) => pass);
  const pauses = ended.map(({ nextAtMs = 0, endedAtMs }) => (nextAtMs - endedAtMs) / 1000);
  expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
});

it("comes back by itself after an outage, files or no files, and begins with short pauses again after a success", async () => {
  const failing = new Set([0, 1, 2, 4]);
  await using watching = await startWatching({
    pass: async (at) => {
      if (failing.has(at)) throw outage();
      return { ...nothing, taken: 1, waiting: at === 3 ? 1 : 0 };
    },
  });
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 6, 1000);
  const ended = eventsOf(watching, "pass.ended").map(({ pass }) => pass);
  expect(ended.map(({ exitCode, isRepeated }) => [exitCode, isRepeated])).toEqual([
    [4, false],
    [4, true],
    [4, true],
    [0, false],
    [4, false],
    [0, false],
  ]);
  const pauses = ended.map(({ nextAtMs, endedAtMs }) => (nextAtMs === undefined ? undefined : nextAtMs - endedAtMs));
  expect(pauses).toEqual([30_000, minute, 2 * minute, 30_000, minute, undefined]);
});

it("does not let files that come bring a pass while the API is out", async () => {
  await using watching = await startWatching({
    pass: async (at) => {
      if (at < 2) throw outage();
      return { ...nothing, taken: 1 };
    },
  });
  await watching.until(() => eventsOf(watching, "pass.ended").length === 1);
  await watching.write("in/1.csv", "sku\n");
  await watching.clock.advance(20_000);
  await watching.write("in/2.csv", "sku\n");
  await watching.clock.advance(9000);
  expect(watching.passes).toHaveLength(1);
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 3, 1000);
  const [first, second] = eventsOf(watching, "pass.started");
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(30_000);
});

it("tells a pass that could not start once, and tries again when a file comes", async () => {
  await using watching = await startWatching({
    pass: async () => {
      throw new ImportError("GUARD", "the channel pushes orders");
    },
  });
  await watching.until(() => eventsOf(watching, "pass.ended").length === 1);
  await watching.write("in/1.csv", "sku\n");
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 2, 1);
  const [first, second] = eventsOf(watching, "pass.ended");
  expect([first?.pass.isRepeated, second?.pass.isRepeated]).toEqual([false, true]);
  expect(second?.pass.startedAtMs).toBeLessThan(first?.pass.nextAtMs ?? 0);
});

it("makes a pass with the new version when the job or a mapping has changed", async () => {
  await using watching = await startWatching({ pass: async () => nothing });
  await watching.until(() => eventsOf(watching, "pass.ended").length === 1);
  await watching.write("products.yaml", "version: 1\nresource: products\nfields: { sku: code }\n");
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 2, 1000);
  expect(eventsOf(watching, "loaded").map(({ isFirst }) => isFirst)).toEqual([true, false]);
});

it("takes nothing while the job is broken, says so once, and goes on when it is good again", async () => {
  await using watching = await startWatching({ pass: async () => nothing });
  await watching.until(() => eventsOf(watching, "pass.ended").length === 1);
  await watching.write("job.yaml", "version: 1\nlimits: { concurrency: many }\ninputz: []\n");
  await watching.flyUntil(() => eventsOf(watching, "broken").length === 1, 1000);
  await watching.write("in/1.csv", "sku\n");
  await watching.clock.advance(20 * minute);
  expect(watching.passes).toHaveLength(1);
  const [broken, ...more] = eventsOf(watching, "broken");
  expect(more).toEqual([]);
  for (const fault of ["concurrency", "inputz"]) expect(broken?.error.message).toContain(fault);

  await watching.write(
    "job.yaml",
    `version: 1\ndrop: { inbox: in2, quiet_seconds: 1 }\ninputs:\n  - { name: products, match: "*.csv", mapping: products.yaml }\n`,
  );
  await watching.flyUntil(() => eventsOf(watching, "pass.ended").length === 2, 1000);
  expect(watching.passes[1]?.drop?.inbox).toMatch(/in2$/);
});

it("ends with 0 when it is stopped between passes, and after a pass that came to its end", async () => {
  await using idle = await startWatching({ pass: async () => nothing });
  await idle.until(() => eventsOf(idle, "pass.ended").length === 1);
  idle.stop();
  expect(await idle.ended).toBe(exitCodes.done);
  expect(idle.events.at(-1)).toEqual({ kind: "stopping" });

  await using busy = await startWatching({
    pass: async () => {
      busy.stop();
      return { ...nothing, exitCode: exitCodes.someFailed, taken: 1 };
    },
  });
  expect(await busy.ended).toBe(exitCodes.done);
});

it("ends with 4 when it is stopped and the pass was cut", async () => {
  await using watching = await startWatching({
    pass: async () => {
      watching.stop();
      throw new ImportError("STOPPED", "stopped before the end");
    },
  });
  expect(await watching.ended).toBe(exitCodes.stopped);
  expect(eventsOf(watching, "pass.ended")[0]?.pass.nextAtMs).toBeUndefined();
});

it("ends with 5 when the account refuses the token", async () => {
  await using watching = await startWatching({
    pass: async () => {
      throw new ImportError("ACCOUNT_REFUSED", "the token is refused");
    },
  });
  expect(await watching.ended).toBe(exitCodes.accountRefused);
  expect(watching.passes).toHaveLength(1);
});

it("rejects with a defect of a pass, and with a job that is broken from the beginning", async () => {
  await using watching = await startWatching({
    pass: async () => {
      throw new TypeError("a defect");
    },
  });
  await expect(watching.ended).rejects.toThrow("a defect");
  await using broken = await startWatching({ pass: async () => nothing, files: { "job.yaml": "version: 2\n" } });
  await expect(broken.ended).rejects.toMatchObject({ code: "JOB_INVALID" });
});
