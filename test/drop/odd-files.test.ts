// Files that a pass cannot take as they are: none is passed over in silence, and none holds up the others.
import { writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { type DropFolder, dropFolder, goods } from "./drop-folder.ts";

const warningsOf = ({ events }: DropFolder): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? [event.message] : []));

it("a name that is not UTF-8 waits, and every pass says so", async () => {
  await using there = await dropFolder();
  const name = Buffer.concat([Buffer.from(`${there.path("in")}/goods-caf`), Buffer.from([0xe9]), Buffer.from(".csv")]);
  await writeFile(name, goods("B"));
  const first = await there.pass({ "goods-é.csv": goods("A") });
  expect([first.exitCode, first.taken, first.waiting, there.held()]).toEqual([0, 1, 1, ["A"]]);
  const second = await there.pass();
  expect([second.taken, second.waiting]).toEqual([0, 1]);
  const warning =
    "goods-caf\\xE9.csv in the inbox waits: its name is not UTF-8, so no input can be told to take it. Rename it, and have the names of later files written as UTF-8";
  expect(warningsOf(there)).toEqual([warning, warning]);
});
