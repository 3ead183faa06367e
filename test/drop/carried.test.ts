// What one pass over a drop folder leaves open goes along in a later one.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dropFolder, goods, orders } from "./drop-folder.ts";

describe("what a pass leaves open", () => {
  it("goes along in the pass that brings what it waited for, under its own file and line", async () => {
    await using there = await dropFolder();
    const first = await there.pass({ "orders-1.csv": orders("O1") });
    expect(first.exitCode).toBe(3);
    const second = await there.pass({ "goods.csv": goods("A") });
    expect(second.exitCode).toBe(0);
    expect(there.held()).toEqual(["A", "O1"]);
    const results = await readFile(join(second.result?.folder ?? "", "results.csv"), "utf8");
    expect(results).toMatch(/^orders,orders-1\.csv,2,1,sales_orders,O1,accepted,created/m);
  });
});
