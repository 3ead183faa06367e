// Writers that still have a file open when a pass claims it, and files that change while they are read: they go back into the
// inbox, nothing of them is imported, and the others go on.
import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import type { RunEvent } from "../../src/run/events.ts";
import { dropFiles, dropFolder, goods, orders } from "./drop-folder.ts";

function claimedPath(folder: string, name: string): string {
  const [pass = ""] = readdirSync(join(folder, "in/.claimed"));
  return join(folder, "in/.claimed", pass, name);
}

test.each<{ name: string; at: (event: RunEvent) => boolean }>([
  { name: "right after the claim", at: (event) => event.kind === "moved" && event.file === "orders-1.csv" },
  { name: "while rows are staged", at: (event) => event.kind === "begun" },
])("a file that is written to $name waits in the inbox, and the next pass has all of it", async ({ at }) => {
  await using there = await dropFolder();
  const events: RunEvent[] = [];
  const more = orders("O2").split("\n")[1];
  let isWritten = false;
  const ended = await there.pass(
    { "goods.csv": goods("A"), "orders-1.csv": orders("O1") },
    {
      onEvent(event) {
        events.push(event);
        if (isWritten || !at(event)) return;
        isWritten = true;
        appendFileSync(claimedPath(there.folder.path, "orders-1.csv"), `${more}\n`);
      },
    },
  );
  expect(there.held()).toEqual(["A"]);
  expect([ended.exitCode, ended.waiting, ended.archived.length]).toEqual([0, 1, 1]);
  expect(ended.result?.summary.warnings).toContain(
    "orders-1.csv is still being written: it is back in the inbox and waits for the next pass",
  );
  expect(await there.lie("in")).toEqual(["in/orders-1.csv"]);
  await there.pass();
  expect(there.held()).toEqual(["A", "O1", "O2"]);
});

it("a file that was replaced between the look and the claim waits", async () => {
  await using there = await dropFolder({
    "import.yaml": String(dropFiles["import.yaml"]).replace("quiet_seconds: 0", "quiet_seconds: 0.01"),
  });
  // The account is asked between the two.
  const ended = await there.pass(
    { "goods.csv": goods("A"), "orders-1.csv": orders("O1") },
    {
      onEvent(event) {
        if (event.kind !== "moved" || event.file !== "goods.csv" || event.became !== "claimed") return;
        writeFileSync(there.path("new.csv"), orders("O1", "O2"));
        renameSync(there.path("new.csv"), there.path("in/orders-1.csv"));
      },
    },
  );
  expect([ended.exitCode, ended.taken, ended.waiting, there.held()]).toEqual([0, 1, 1, ["A"]]);
  expect(readFileSync(there.path("in/orders-1.csv"), "utf8")).toBe(orders("O1", "O2"));
});

it("a mapping that is changed while a pass reads ends it with 2, blames no file, and leaves all claimed", async () => {
  await using there = await dropFolder();
  const pass = there.pass(
    { "goods.csv": goods("A") },
    {
      onEvent(event) {
        if (event.kind === "begun") appendFileSync(there.path("goods.yaml"), "# a comment\n");
      },
    },
  );
  await expect(pass).rejects.toMatchObject({ code: "INPUT_CHANGED" });
  expect(await there.lie("in", "failed")).toEqual(["in/.claimed/PASS/goods.csv"]);
  expect((await there.pass()).exitCode).toBe(0);
  expect(there.held()).toEqual(["A"]);
});
