// A week of nights against the sandbox: after each, the account holds what a sum over the exports gives, every file is where it
// belongs, and exit code and open rows are those that docs/nightly.md tells.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createWatchMetrics } from "../../src/drop/serve/watch-metrics.ts";
import { exitCodes } from "../../src/model/exit-codes.ts";
import { only, tableOf } from "../docs/documents.ts";
import { type Holdings, holdingsOf, openShop, sumOfNights, weekOfNights } from "./nights.ts";
import { repository } from "./program.ts";

const page = readFileSync(join(repository, "docs/nightly.md"), "utf8");
const nights = weekOfNights();
const told = tableOf(only(page, "week")).map(([day = "", , exitCode, openRows]) => ({
  day,
  exitCode: Number(exitCode),
  openRows: Number(openRows),
}));

it("the sum over the exports is what one expects of a few orders", () => {
  const [monday, tuesday, wednesday, , , , sunday] = sumOfNights(nights);
  expect([...(monday?.orders.keys() ?? [])]).toEqual(["1001", "1002"]);
  expect(tuesday?.orders.get("1002")).toBe("shipped, bo@example.com, shipped 2026-03-03 · 1 CUP-2 at 12.50");
  expect(wednesday?.orders.get("1003")).toBe("on_hold, cy@example.com, shipped not yet · 1 POT-1 at 24.00");
  // The address changed, the quantity could not.
  expect(sunday?.orders.get("1001")).toContain("ann.lee@example.com");
  expect(sunday?.orders.get("1002")).toContain("1 CUP-2 at");
  expect([...(sunday?.products.values() ?? [])]).toContain("Sky blue cup, Cups, 12.50");
});

it("the page about nights says of every exit code whether it is worth an alert", () => {
  const codes = tableOf(only(page, "nightly exit codes")).map(([code]) => Number(code));
  expect(codes.toSorted()).toEqual(Object.values(exitCodes).sort());
});

it("every series that it names is one of /metrics", async () => {
  const named = page.match(/luminous_import_\w+/g) ?? [];
  expect(named.length).toBeGreaterThan(2);
  const text = await createWatchMetrics().text();
  expect(named.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);
});

it("each night leaves the account as the exports say, and ends as the document says", async () => {
  await using shop = await openShop();
  const sums = sumOfNights(nights);
  const nothing: Holdings = { products: new Map(), orders: new Map() };
  const ended: unknown[] = [];
  const dropped: string[] = [];
  for (const [index, night] of nights.entries()) {
    const { day, files, broken } = night;
    if (night.outage) shop.goAway(1);
    await shop.deliver(night, index);
    dropped.push(...Object.keys(files));
    const { exitCode, stderr } = await shop.project.call(["drop", "import.yaml", "--quiet"]);
    shop.comeBack();
    const status = await shop.project.call(["status", "import.yaml", "--json"]);
    const { open_failures: open } = JSON.parse(status.stdout) as { open_failures: { rows: number } };
    // How many rows were in flight when the API went away, no document can say.
    ended.push({ day, exitCode, openRows: night.outage ? Number.NaN : open.rows });

    const is = holdingsOf(shop.sandbox);
    const [before = nothing, after = nothing] = [sums[index - 1], sums[index]];
    if (night.outage) {
      // Part of it went: each record is as it was, or as it is to become, and the next night brings the rest.
      expect(strangers(is.orders, before.orders, after.orders), `${day}\n${stderr}`).toEqual([]);
      expect(is.orders, "the API went away in the middle").not.toEqual(before.orders);
      expect(is.orders, "the API went away in the middle").not.toEqual(after.orders);
    } else expect(is, `${day}\n${stderr}`).toEqual(after);

    const places = await shop.whereabouts();
    expect([...places.keys()].sort(), day).toEqual(dropped.toSorted());
    const claimed = night.outage ? Object.keys(files) : [];
    for (const [name, where] of places)
      if (Object.hasOwn(files, name))
        expect([name, where]).toEqual([
          name,
          [claimed.includes(name) ? "claimed" : broken.includes(name) ? "quarantine" : "archive"],
        ]);
  }
  expect(ended).toEqual(told);
  const audit = await shop.project.call(["audit", "import.yaml", "--verify", "all"]);
  expect([audit.exitCode, audit.stdout]).toEqual([0, expect.stringContaining("Every law holds.")]);
});

/** Records that are neither as they were nor as they are to become. */
function strangers(
  is: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...is].flatMap(([key, held]) =>
    held === before.get(key) || held === after.get(key) ? [] : [`${key}: ${held}`],
  );
}
