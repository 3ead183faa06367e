// The money of every shipped order mapping: `npx tsx bench/money.ts [--orders N] [--seed N] [--source name]`, 10,000 known orders
// of each unless said. Exit code 1 when one came out wrong, or more than 1 % of those whose source is consistent were refused.
import { parseArgs } from "node:util";
import { allSources } from "../test/money/all-sources.ts";
import { judgeSource } from "../test/money/judge.ts";

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    source: { type: "string" },
  },
});

for (const source of allSources) {
  if (values.source !== undefined && values.source !== source.name) continue;
  const { orders, consistent, refused, wrong } = await judgeSource(source, Number(values.orders), Number(values.seed));
  console.log(
    `${source.name}: ${orders} orders, ${wrong.length} wrong, ${refused} of ${consistent} consistent ones refused`,
  );
  for (const text of wrong.slice(0, 5)) console.log(`  ${text}`);
  if (wrong.length > 0 || refused > consistent / 100) process.exitCode = 1;
}
