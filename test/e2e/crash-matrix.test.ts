// kill -9, again and again, while the API plays every fault and takes duplicates: nothing is lost, nothing is doubled, and
// every row is told. `npm run soak` is the same for longer.
import { describe, expect, it } from "vitest";
import { type CrashPlan, crashAndContinue } from "./crashes.ts";

type Case = CrashPlan & { readonly under: string };

describe.concurrent("kill -9 at random moments, and the same command again", () => {
  it.each<Case>([
    { under: "every fault", seed: 101, kills: 10 },
    { under: "slow answers", seed: 102, kills: 10, sandbox: { latencyMs: 40 } },
    { under: "every fault, some rows invalid by design", seed: 103, kills: 10, flawed: true },
    { under: "filters that do nothing", seed: 104, kills: 5, sandbox: { ignoreFilters: true } },
    { under: "reads that lag 2 s behind", seed: 105, kills: 4, sandbox: { readLagMs: 2000 }, readLagSeconds: 2.2 },
  ])("loses and doubles nothing under $under (seed $seed, $kills kills)", async ({ under: _, ...plan }) => {
    const report = await crashAndContinue(plan);
    expect(report.breaches).toEqual([]);
    expect(report.kills).toBe(plan.kills);
    // Without faults that leave doubt it would prove little.
    expect(Object.keys(report.faults)).toEqual(expect.arrayContaining(["hang-after", "reset-after", "error-after"]));
  });
});
