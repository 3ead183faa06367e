// progress.json: what is written is what is read, by its owner alone.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { progressPath, readProgress, writeProgress } from "../../../src/report/live/progress-file.ts";
import type { RunFigures } from "../../../src/report/live/run-figures.ts";
import { at, nowMs, runFigures } from "./figures.ts";

const scratch = mkdtempSync(join(tmpdir(), "luminous-import-progress-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("progress.json", () => {
  test.each<{ readonly name: string; readonly change: Partial<RunFigures> }>([
    { name: "while sending", change: {} },
    { name: "while reading", change: { phases: [], step: { kind: "reading", input: "orders", rows: 5, of: 9 } } },
    { name: "in a pause", change: { waiting: { kind: "pause", pauseMs: 20_000, untilMs: at("10:31:05") } } },
    {
      name: "in an outage",
      change: {
        waiting: {
          kind: "outage",
          cause: "HTTP 502",
          answered: true,
          nextProbeAtMs: nowMs,
          givesUpAtMs: at("10:40:00"),
        },
      },
    },
    { name: "before a retry", change: { waiting: { kind: "retry", untilMs: nowMs } } },
    { name: "while it stops", change: { waiting: { kind: "stopping" } } },
  ])("$name is read as it was written", ({ change }) => {
    const figures = { ...runFigures(change), requestsPerSecond: 3.9 };
    const folder = mkdtempSync(join(scratch, "run-"));
    writeProgress(folder, { pid: 4711, updatedAtMs: nowMs, figures });
    expect(readProgress(folder)).toEqual({ pid: 4711, updatedAtMs: nowMs, figures });
  });

  it("is its owner's alone, and nothing else is left in the folder", () => {
    const folder = join(scratch, "private");
    mkdirSync(folder);
    for (let time = 0; time < 3; time += 1)
      writeProgress(folder, { pid: 1, updatedAtMs: nowMs, figures: runFigures() });
    expect(readdirSync(folder)).toEqual(["progress.json"]);
    expect(statSync(progressPath(folder)).mode & 0o777).toBe(0o600);
  });

  test.each(["", "{", "[]", '{"version":2}'])("that holds %j says nothing", (text) => {
    const folder = mkdtempSync(join(scratch, "odd-"));
    writeFileSync(progressPath(folder), text);
    expect(readProgress(folder)).toBeUndefined();
  });

  it("that is not there says nothing", () => {
    expect(readProgress(join(scratch, "nowhere"))).toBeUndefined();
  });
});
