// npm run soak:lies [-- seeds [first seed] [name part]]: for each seed every lie alone and cornered, 40 pairs, 40 lies under every fault, and
// moved clocks and limits, each with kills. A line for each case that breaks a promise, and a table by lie at the end; exit
// code 1 when there is one. Needs the built program.
import { cornered, type LieCase, moved, pairs, singles, withFaults } from "../test/e2e/lie-cases.ts";
import { type LieReport, lieAndContinue } from "../test/e2e/lies.ts";

const [seedsText = "1", firstText = "1", part = ""] = process.argv.slice(2);
const startedMs = performance.now();
const results: { readonly plan: LieCase; readonly report: LieReport }[] = [];
for (let seed = Number(firstText); seed < Number(firstText) + Number(seedsText); seed += 1) {
  const plans = [...singles(seed), ...cornered(seed), ...pairs(seed, 40), ...withFaults(seed, 40), ...moved(seed)];
  const queue = plans.filter(({ name }) => name.includes(part));
  await Promise.all(
    [1, 2].map(async () => {
      for (let plan = queue.shift(); plan !== undefined; plan = queue.shift()) {
        const report = await lieAndContinue(plan);
        results.push({ plan, report });
        console.log(line(plan, report));
      }
    }),
  );
}
const broken = results.filter(({ report }) => report.breaches.length > 0);
const kills = results.reduce((sum, { report }) => sum + report.kills, 0);
const minutes = Math.round((performance.now() - startedMs) / 60_000);
console.log(`${results.length} cases, ${kills} kills in ${minutes} min: ${broken.length} cases break a promise`);
process.exitCode = broken.length === 0 ? 0 : 1;

function line(
  { name, seed }: LieCase,
  { kills: killed, outcomes, exitCode, breaches, lies, seconds }: LieReport,
): string {
  const kinds = new Map<string, number>();
  for (const { kind } of breaches) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const verdict = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ") || "sound";
  const fates = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const told = Object.entries(lies).map(([lie, count]) => `${lie} ${count}`);
  const first = breaches[0] === undefined ? "" : `\n    ${breaches[0].kind}: ${breaches[0].what.slice(0, 3000)}`;
  return `${verdict.padEnd(28)} ${name} (seed ${seed}): ${killed} kills, exit ${exitCode}, ${fates.join(", ")}; told ${told.join(", ") || "nothing"}; ${seconds.toFixed(1)} s${first}`;
}
