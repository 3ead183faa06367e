// A server that lies, and kill -9: a seeded sample of the lies, crossed with kills, with each other and with the faults of
// single requests. `npm run soak:lies` plays all of them.
import { describe, expect, it } from "vitest";
import { lieNames } from "../../src/sandbox/world/lies.ts";
import { beyondAnyClient, cornered, type LieCase, pairs, sample, singles } from "./lie-cases.ts";
import { lieAndContinue } from "./lies.ts";

describe.concurrent("a server that lies, and kill -9", () => {
  it.each(sample(2))("nothing twice, nothing claimed that is not there: $name (seed $seed)", async (plan) => {
    const report = await lieAndContinue(plan);
    expect(report.breaches.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([]);
    if (plan.heard !== undefined) expect(report.lies).toHaveProperty(plan.heard);
  });
});

describe("the matrix", () => {
  it("plays every lie alone and cornered, but for those that no client could see through", () => {
    const all = lieNames.filter((name) => beyondAnyClient[name] === undefined);
    const nameOf = ({ lies }: LieCase): string => String(lies[0]).replace(/[=@].*$/, "");
    expect(singles(1).map(nameOf)).toEqual(all);
    expect(cornered(1).map(nameOf)).toEqual(all);
  });

  it("follows from its seed", () => {
    expect(pairs(3, 20)).toEqual(pairs(3, 20));
    expect(pairs(3, 20)).not.toEqual(pairs(4, 20));
  });
});
