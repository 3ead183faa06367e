// The crash matrix for as long as one likes: `npm run soak -- [kills] [first seed]`, 500 and 1 unless said. Seeds take turns
// through the kinds below, 25 kills each. Prints a line for each seed and a summary; exit code 1 when anything was
// doubled, lost or not accounted for. Needs the built program.
import { type CrashPlan, type CrashReport, crashAndContinue } from "../test/e2e/crashes.ts";

const killsPerSeed = 25;
const kinds: readonly (Omit<CrashPlan, "seed" | "kills"> & { readonly name: string })[] = [
  { name: "every fault" },
  { name: "rows invalid by design", flawed: true },
  { name: "filters ignored", sandbox: { ignoreFilters: true } },
  { name: "reads lag 2 s", sandbox: { readLagMs: 2000 }, readLagSeconds: 2.2 },
  { name: "slow answers", sandbox: { latencyMs: 60 } },
];

const [kills = 500, firstSeed = 1] = process.argv.slice(2).map(Number);
const startedMs = performance.now();
const reports: CrashReport[] = [];
for (let seed = firstSeed, left = kills; left > 0; seed++, left -= killsPerSeed) {
  const { name, ...kind } = kinds[(seed - 1) % kinds.length] ?? { name: "" };
  const report = await crashAndContinue({ ...kind, seed, kills: Math.min(left, killsPerSeed) });
  reports.push(report);
  const moments = Object.entries(report.moments).map(([moment, count]) => `${count} at ${moment}`);
  const verdict = report.breaches.length === 0 ? "nothing lost, nothing doubled" : report.breaches.join("\n  ");
  console.log(
    `seed ${seed} (${name}): ${report.kills} kills (${moments.join(", ")}), ${report.generations} inputs: ${verdict}`,
  );
}
const sum = (count: (report: CrashReport) => number) => reports.reduce((total, report) => total + count(report), 0);
const faults = sum((report) => Object.values(report.faults).reduce((total, count) => total + count, 0));
const breaches = sum((report) => report.breaches.length);
console.log(
  `${sum((report) => report.kills)} kills and ${faults} faults over ${reports.length} seeds in ${Math.round((performance.now() - startedMs) / 60_000)} min: ${breaches} breaches`,
);
process.exitCode = breaches === 0 ? 0 : 1;
