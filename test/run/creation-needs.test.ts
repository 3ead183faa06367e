// What a check says of records that would have to be created and lack what that takes: counted, told, and no outcome.
import { expect, it } from "vitest";
import { terminalSummary } from "../../src/report/terminal-summary.ts";
import type { CheckResult } from "../../src/run/check.ts";
import { ordersJob, sandboxJob } from "./sandbox-job.ts";

const files = {
  ...ordersJob(""),
  "goods.yaml":
    "version: 1\nresource: products\nfields: { sku: SKU, name: SKU, category.name: { from: Kind, optional: true }, retail_price: { value: 1 } }\n",
  "goods.tsv": "SKU\tKind\nA\tCups\nB\t\nC\t\n",
};
const closing = ({ summary }: CheckResult) =>
  terminalSummary(summary, { width: 400, again: "check", send: "run" }).split("\n\n");

it("counts what a new account would refuse, above Next and in the summary, and changes neither outcome nor exit code", async () => {
  await using job = await sandboxJob(files);
  const check = await job.check();
  expect([check.exitCode, check.summary.outcomes.pending.entries]).toEqual([0, 5]);
  expect(check.summary.creation_needs).toMatchObject([
    {
      resource: "products",
      entries: 3,
      lacking: 2,
      needs: [{ entries: 2, first: { path: "category.name", file: "goods.tsv", line: 3, column: "Kind" } }],
    },
  ]);
  expect(closing(check).at(-2)).toBe(
    "2 of 3 products would be refused in an account that does not have them yet: a product needs a category (category.name), first at goods.tsv:3.",
  );
  expect(closing(check).at(-1)).toBe(
    "Next: map category.name, unless Luminous has all of these already. To send it: run",
  );
  expect(closing(check).join(" ")).not.toContain("nothing stands in the way");

  // It was no empty word: this account has one of the two.
  job.sandbox.seed("products", "B", { name: "B", sku: "B", category: { name: "Cups" } });
  const run = await job.run();
  expect([run.exitCode, run.summary.outcomes.invalid.entries, run.summary.creation_needs]).toEqual([3, 1, []]);
});

it("says nothing of it where everything could be created", async () => {
  await using job = await sandboxJob({ ...files, "goods.tsv": "SKU\tKind\nA\tCups\n" });
  const check = await job.check();
  expect(check.summary.creation_needs).toEqual([]);
  expect(closing(check).at(-1)).toBe("Next: nothing stands in the way. To send it: run");
});

it("is not about entries that are invalid, nor about orders, which have to be complete in any case", async () => {
  await using job = await sandboxJob({ ...files, "goods.tsv": "SKU\tKind\nA\t\nA\tCups\n" });
  const check = await job.check();
  expect([check.exitCode, check.summary.creation_needs]).toEqual([3, []]);
});
