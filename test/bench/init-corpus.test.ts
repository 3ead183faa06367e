// How well `init` guesses over the whole corpus in fixtures/init, as `npm run init-report` counts it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readCases } from "../../bench/init-report/cases.ts";
import { count, measureCase } from "../../bench/init-report/measure.ts";

it("guesses nine fields of ten right, none wrong that is marked high, and no money wrong", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "init-corpus-"));
  try {
    const cases = (await readCases(scratch)).filter(({ part }) => part !== "shipped");
    const fields = [];
    for (const each of cases) fields.push(...(await measureCase(each, scratch)).fields);
    const { right, wrongHigh, wrongMoney } = count(fields);
    expect(cases.length).toBeGreaterThanOrEqual(40);
    expect({ wrongHigh, wrongMoney }).toEqual({ wrongHigh: 0, wrongMoney: 0 });
    expect(right / fields.length).toBeGreaterThanOrEqual(0.9);
  } finally {
    await rm(scratch, { recursive: true });
  }
});
