// How a run stands that has not ended, in words.
import { expect, it } from "vitest";
import { plainText } from "../../../src/report/live/panel.ts";
import { type OpenRun, openRunLines } from "../../../src/report/live/status-text.ts";
import { at, nowMs, runFigures } from "./figures.ts";

const figures = runFigures({ waiting: { kind: "pause", pauseMs: 20_000, untilMs: at("10:16:30") } });

function lines(standing: OpenRun["standing"], room: { readonly width?: number } = {}): readonly string[] {
  const run = { runId: "20261127-101500-1a2f", command: "run", startedAtMs: at("10:15:00"), standing };
  const options = { ...room, nowMs, again: "the command that goes on", follow: "follow", stop: "stop" };
  return openRunLines(run, options).map(plainText);
}

it("one that is under way has its process, its figures, and what follows it", () => {
  const progress = { pid: 4711, updatedAtMs: nowMs - 900, figures };
  expect(lines({ kind: "under_way", pid: 4711, progress })).toEqual([
    "20261127-101500-1a2f: this run is under way, process 4711, since 10:15:00 (72 s).",
    `products      ${"█".repeat(30)}  1,204 of 1,204  100 %`,
    `sales orders  ${"█".repeat(7)}${"░".repeat(23)}  2,310 of 9,120   25 %  28 min left`,
    "accepted 3,402 · failed 12 · 429: 3 · 3.9 of 4.0 requests/s · 4 in flight",
    "waiting: the API asked for a pause of 20 s, until 10:16:30",
    "Follow it: follow",
  ]);
});

it("one whose figures are old says so, and one without any", () => {
  const progress = { pid: 4711, updatedAtMs: at("10:15:50"), figures };
  expect(lines({ kind: "under_way", pid: 4711, progress })).toContain(
    "These figures are from 10:15:50: the process has written none since then.",
  );
  expect(lines({ kind: "under_way", pid: 4711, progress: undefined })[1]).toBe("It has written no figures yet.");
});

it("one that was killed says how far it was, and nothing of what it was about to do", () => {
  const progress = { pid: 4711, updatedAtMs: at("10:15:50"), figures };
  expect(lines({ kind: "killed", progress })).toEqual([
    "20261127-101500-1a2f: this run, begun at 10:15:00, was killed: its process is gone, and it has no end.",
    "How far it was at 10:15:50:",
    `products      ${"█".repeat(30)}  1,204 of 1,204  100 %`,
    `sales orders  ${"█".repeat(7)}${"░".repeat(23)}  2,310 of 9,120   25 %`,
    "accepted 3,402 · failed 12 · 429: 3",
    "Nothing is lost: what was sent and not answered is looked up before anything is sent again.",
    "Next: the command that goes on",
  ]);
});

it("one on a terminal breaks its sentences between words, and leaves the command whole", () => {
  const text = lines({ kind: "killed", progress: undefined }, { width: 25 });
  expect(text.slice(0, 5)).toEqual([
    "20261127-101500-1a2f:",
    "this run, begun at",
    "10:15:00, was killed: its",
    "process is gone, and it",
    "has no end.",
  ]);
  expect(text.at(-1)).toBe("Next: the command that goes on");
});
