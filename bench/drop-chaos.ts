// The drop chaos for as long as one likes: `npm run soak:drop -- [first seed] [seeds] [files] [kills]`, 1, 1, 200 and 10 unless
// said. Prints a line for each seed; exit code 1 when any content was lost, doubled or half read. Needs the built program.
import { dropChaos } from "../test/e2e/drop-chaos.ts";

const [firstSeed = 1, seeds = 1, files = 200, kills = 10] = process.argv.slice(2).map(Number);
let breaches = 0;
for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
  const startedMs = performance.now();
  const report = await dropChaos({ seed, files, kills, onProgress: (line) => console.error(line) });
  const moments = Object.entries(report.moments).map(([moment, count]) => `${count} at ${moment}`);
  const isVoid = report.stalls.length > 0;
  if (!isVoid) breaches += report.breaches.length;
  const verdict = report.breaches.length === 0 ? "every content once, no file lost" : report.breaches.join("\n  ");
  const stalled = isVoid ? ` (void: writers stalled, ${JSON.stringify(report.stalls)})` : "";
  console.log(
    `seed ${seed}: ${report.files} files, ${report.kills} kills (${moments.join(", ")}), ${report.passes} passes in ${Math.round((performance.now() - startedMs) / 1000)} s: ${verdict}${stalled}`,
  );
}
process.exitCode = breaches === 0 ? 0 : 1;
