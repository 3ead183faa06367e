// progress.json while a run is under way, and after it.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { systemClock } from "../../src/model/clock.ts";
import { readProgress, type SavedProgress } from "../../src/report/live/progress-file.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { keepProgress } from "../../src/run/keep-progress.ts";
import { ordersJob, sandboxJob } from "./sandbox-job.ts";

const files = ordersJob("");

/** A busy disk: a file takes a while to come into the place of another. */
vi.mock("node:fs/promises", async (load) => {
  const real = await load<typeof import("node:fs/promises")>();
  const rename = async (from: string, to: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    await real.rename(from, to);
  };
  return { ...real, rename };
});

it("has the figures while the run is under way, and is gone with its end", async () => {
  await using at = await sandboxJob(files);
  const runs = join(at.folder.path, ".luminous-import/runs");
  const seen: (SavedProgress | undefined)[] = [];
  const modes: number[] = [];
  const { summary } = await at.run(
    {},
    {
      onEvent(event) {
        if (event.kind !== "detected" && event.kind !== "staged") return;
        const [name = ""] = readdirSync(runs);
        seen.push(readProgress(join(runs, name)));
        modes.push(statSync(join(runs, name, "progress.json")).mode & 0o777);
      },
    },
  );
  expect(seen.length).toBeGreaterThan(0);
  for (const progress of seen)
    expect(progress).toMatchObject({
      pid: process.pid,
      figures: { run: { runId: summary.run_id, command: "run" }, step: { kind: "starting" } },
    });
  expect(new Set(modes)).toEqual(new Set([0o600]));
  expect(existsSync(join(runs, summary.run_id, "progress.json"))).toBe(false);
  expect(existsSync(join(runs, summary.run_id, "results.csv"))).toBe(true);
});

it("that cannot be written changes nothing of the run", async () => {
  await using at = await sandboxJob(files);
  const runs = join(at.folder.path, ".luminous-import/runs");
  let spoilt = false;
  const { exitCode, summary } = await at.run(
    {},
    {
      onEvent(event) {
        // A folder stands where the file should be, and a file where the next one is made.
        if (event.kind !== "begun") return;
        const folder = join(runs, event.runId);
        rmSync(join(folder, "progress.json"));
        mkdirSync(join(folder, "progress.json/taken"), { recursive: true });
        mkdirSync(join(folder, "progress.json.new"));
        writeFileSync(join(folder, "progress.json.new/taken"), "");
        spoilt = true;
      },
    },
  );
  expect(spoilt).toBe(true);
  expect(exitCode).toBe(0);
  expect(summary.outcomes.accepted.rows).toBe(4);
});

it("in a place that cannot be written is left out, without a word", async () => {
  await using at = await sandboxJob(files);
  const file = join(at.folder.path, "a file");
  writeFileSync(file, "");
  await using kept = keepProgress(join(file, "r1"), systemClock);
  kept.see({ kind: "begun", runId: "r1", command: "run", job: "import.yaml", startedAtMs: 1 });
  expect(readProgress(join(file, "r1"))).toBeUndefined();
});

it("a run that ends before anything is sent leaves no folder behind", async () => {
  await using at = await sandboxJob(files);
  const stop = new AbortController();
  let begun = 0;
  const onEvent = (event: RunEvent): void => {
    if (event.kind !== "begun") return;
    begun = readdirSync(join(at.folder.path, ".luminous-import/runs")).length;
    stop.abort();
  };
  await expect(at.run({}, { stop: stop.signal, onEvent })).rejects.toMatchObject({ code: "STOPPED" });
  expect(begun).toBe(1);
  expect(readdirSync(join(at.folder.path, ".luminous-import/runs"))).toEqual([]);
});

it("a folder that somebody takes away does not come back with the next second", async () => {
  await using at = await sandboxJob(files);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const state = join(at.folder.path, "state");
    await using kept = keepProgress(join(state, "runs/r1"), systemClock);
    kept.see({ kind: "begun", runId: "r1", command: "run", job: "import.yaml", startedAtMs: 1 });
    expect(readProgress(join(state, "runs/r1"))).toBeDefined();
    rmSync(state, { recursive: true });
    vi.advanceTimersByTime(3000);
    expect(existsSync(state)).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

it("is renewed every second, and a renewal under way at the end leaves nothing behind", async () => {
  await using at = await sandboxJob(files);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const folder = join(at.folder.path, "state/runs/r1");
    let nowMs = 1_700_000_000_000;
    const kept = keepProgress(folder, { ...systemClock, nowMs: () => nowMs });
    kept.see({ kind: "begun", runId: "r1", command: "run", job: "import.yaml", startedAtMs: nowMs });
    for (const _ of [1, 2]) {
      nowMs += 1000;
      await vi.waitFor(() => {
        vi.advanceTimersByTime(1000); // skipped while the renewal before it is under way
        expect(readProgress(folder)?.updatedAtMs).toBe(nowMs);
      });
    }
    vi.advanceTimersByTime(1000);
    await kept[Symbol.asyncDispose]();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(folder)).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});
