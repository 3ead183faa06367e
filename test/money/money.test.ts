// The differential test: generated orders whose money is known come out of every shipped order mapping to the cent, or are
// refused because their source contradicts itself. bench/money.ts does the same with ten thousand of each.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { loadMapping } from "../../src/map/definition/load-mapping.ts";
import { allSources } from "./all-sources.ts";
import { judgeSource } from "./judge.ts";

const mappings = join(import.meta.dirname, "../../mappings");
const seed = 20241126;

it("has a source for every order mapping that is shipped", async () => {
  const names = (await readdir(mappings)).filter((name) => name.endsWith(".yaml"));
  const loaded = await Promise.all(
    names.map(async (name) => [name, loadMapping(await readFile(join(mappings, name), "utf8"), name)] as const),
  );
  const orders = loaded.flatMap(([name, { resource }]) =>
    resource === "sales_orders" ? [name.replace(".yaml", "")] : [],
  );
  expect(allSources.map(({ name }) => name).toSorted()).toEqual(orders.toSorted());
});

test.each(allSources)(
  "$name makes no wrong order, and refuses none whose source agrees with itself",
  async (source) => {
    const { wrong, refused, consistent } = await judgeSource(source, 200, seed);
    expect(wrong).toEqual([]);
    expect(refused).toBeLessThanOrEqual(consistent / 100);
  },
);
