// Which files of an inbox are complete. Time is the test's own: what happens while a look waits happens in `sleep`.
import { appendFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { lookIntoInbox } from "../../src/drop/inbox.ts";
import { errorOf, type Files, jobFolder } from "../staging/job-folder.ts";

interface Looked {
  readonly complete: readonly string[];
  readonly unfinished: readonly string[];
  readonly waits: readonly number[];
}

/** Looks into a folder with these files; `meanwhile` happens in the quiet time. */
async function look(files: Files, meanwhile: (folder: string) => void = () => undefined): Promise<Looked> {
  await using folder = await jobFolder(files);
  const waits: number[] = [];
  const clock = {
    sleep: async (ms: number) => {
      waits.push(ms);
      meanwhile(folder.path);
    },
  };
  const { complete, unfinished } = await lookIntoInbox(folder.path, { quietMs: 5000, clock });
  return { complete: complete.map(({ name }) => name), unfinished, waits };
}

it("takes a file that stands still for the quiet time, and waits that long once for all", async () => {
  expect(await look({ "b.csv": "1", "a.csv": "2" })).toEqual({
    complete: ["a.csv", "b.csv"],
    unfinished: [],
    waits: [5000],
  });
});

test.each<{ name: string; happens: (path: string) => void }>([
  { name: "grows", happens: (path) => appendFileSync(path, "3") },
  { name: "shrinks", happens: (path) => truncateSync(path, 0) },
  { name: "is written again in the same length", happens: (path) => utimesSync(path, 1, 1) },
  {
    name: "is replaced by another of the same length and time",
    happens: (path) => {
      writeFileSync(`${path}.part`, "2");
      utimesSync(`${path}.part`, 1000, 1000);
      renameSync(`${path}.part`, path);
    },
  },
])("leaves a file that $name meanwhile for the next look", async ({ happens }) => {
  const seen = await look({ "a.csv": "2", "b.csv": "1" }, (folder) => happens(join(folder, "a.csv")));
  expect([seen.complete, seen.unfinished]).toEqual([["b.csv"], ["a.csv"]]);
});

it("leaves a file that came meanwhile for the next look", async () => {
  const seen = await look({ "b.csv": "1" }, (folder) => writeFileSync(join(folder, "a.csv"), "2"));
  expect([seen.complete, seen.unfinished]).toEqual([["b.csv"], ["a.csv"]]);
});

test.each([
  { name: "long ago", seconds: 1 },
  { name: "in the future", seconds: 4_000_000_000 },
])("does not ask the time of a file: one of $name waits as any other", async ({ seconds }) => {
  await using folder = await jobFolder({ "a.csv": "1" });
  utimesSync(join(folder.path, "a.csv"), seconds, seconds);
  const waits: number[] = [];
  const clock = { sleep: async (ms: number) => void waits.push(ms) };
  const { complete } = await lookIntoInbox(folder.path, { quietMs: 5000, clock });
  expect([complete.length, waits]).toEqual([1, [5000]]);
});

test.each(["a.csv.done", "a.done", "a.DONE"])("takes a file with the marker %s at once", async (marker) => {
  expect(await look({ "a.csv": "1", [marker]: "" })).toEqual({ complete: ["a.csv"], unfinished: [], waits: [] });
});

it("takes a packed file by the marker of its name without .gz, or without both endings", async () => {
  expect((await look({ "a.csv.gz": "1", "a.csv.done": "", "b.csv.gz": "1", "b.done": "" })).waits).toEqual([]);
});

it("does not believe a marker that is older than its file: it spoke of an earlier one", async () => {
  await using folder = await jobFolder({ "a.csv": "1", "a.csv.done": "" });
  utimesSync(join(folder.path, "a.csv.done"), 1, 1);
  const clock = { sleep: async () => appendFileSync(join(folder.path, "a.csv"), "2") };
  const { complete, unfinished } = await lookIntoInbox(folder.path, { quietMs: 5000, clock });
  expect([complete, unfinished]).toEqual([[], ["a.csv"]]);
});

it("never takes names that say that they are not complete, nor markers, and waits for nothing", async () => {
  const files = { "a.csv.part": "", "b.tmp": "", "c.CRDOWNLOAD": "", "d.filepart": "", ".e.csv": "", "f.done": "" };
  expect(await look(files)).toEqual({
    complete: [],
    unfinished: ["a.csv.part", "b.tmp", "c.CRDOWNLOAD", "d.filepart"],
    waits: [],
  });
});

it("ends when it is stopped while it waits", async () => {
  await using folder = await jobFolder({ "a.csv": "1" });
  const stop = new AbortController();
  const clock = { sleep: async () => stop.abort() };
  const error = await errorOf(lookIntoInbox(folder.path, { quietMs: 5000, clock, stop: stop.signal }));
  expect(error.code).toBe("STOPPED");
});
