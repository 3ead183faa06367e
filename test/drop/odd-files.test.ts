// Files that a pass cannot take as they are: none is passed over in silence, and none holds up the others.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { nameWith } from "../../src/drop/file-names.ts";
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

it("names of 255 bytes that no input takes are quarantined, each with its reason, and the others are imported", async () => {
  await using there = await dropFolder();
  const long = ["1.x", "2.x"].map((end) => `${"é".repeat(126)}${end}`);
  const ended = await there.pass({ "goods.csv": goods("A"), [long[0] ?? ""]: "1", [long[1] ?? ""]: "2" });
  expect([ended.exitCode, ended.quarantined.length, there.held()]).toEqual([3, 2, ["A"]]);
  const folder = dirname(ended.quarantined[0]?.file ?? "");
  const found = await readdir(folder);
  expect(found.length).toBe(4);
  for (const [at, name] of long.entries()) {
    expect(await readFile(join(folder, name), "utf8")).toBe(String(at + 1));
    const texts = await Promise.all(
      found.filter((each) => each.endsWith(".txt")).map((each) => readFile(join(folder, each), "utf8")),
    );
    expect(texts.filter((text) => text.startsWith(`${name} was not imported.`)).length).toBe(1);
  }
});

it("a name of 255 bytes that is taken is cut for its number", () => {
  const name = `${"a".repeat(251)}.csv`;
  expect(nameWith(name, "-2")).toBe(`${"a".repeat(249)}-2.csv`);
  expect(nameWith("orders.csv", "-2")).toBe("orders-2.csv");
});
