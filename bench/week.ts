// The week of nights of test/e2e/nights.ts, larger, with a kill -9 in the middle of each night: `npx tsx bench/week.ts [weeks] [first seed]
// [copies]`, 5, 1 and 20 unless said. After each night the account has to hold what the exports give, every file has to be where it
// belongs, and so many rows have to be open as docs/nightly.md says. Exit code 1 when anything differs. Needs the built program.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { mulberry32 } from "../src/sandbox/world/faults.ts";
import { only, tableOf } from "../test/docs/documents.ts";
import { holdingsOf, openShop, type Shop, sumOfNights, weekOfNights } from "../test/e2e/nights.ts";
import { repository, writesOf } from "../test/e2e/program.ts";

const [weeks = 5, firstSeed = 1, copies = 20] = process.argv.slice(2).map(Number);
const openRows = tableOf(only(await readFile(join(repository, "docs/nightly.md"), "utf8"), "week")).map(
  ([, , , open]) => Number(open) * copies,
);
const breaches: string[] = [];
let kills = 0;
for (let seed = firstSeed; seed < firstSeed + weeks; seed++) {
  const startedMs = performance.now();
  const found = await week(seed);
  breaches.push(...found);
  const verdict = found.length === 0 ? "as the exports say, every night" : `\n  ${found.join("\n  ")}`;
  console.log(`seed ${seed}: ${Math.round((performance.now() - startedMs) / 1000)} s, ${verdict}`);
}
console.log(`${weeks} weeks of ${copies} shops, ${kills} kills: ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;

/** What was not as it has to be, in one week. */
async function week(seed: number): Promise<readonly string[]> {
  const random = mulberry32(seed);
  const nights = weekOfNights(copies);
  const sums = sumOfNights(nights);
  const found: string[] = [];
  const dropped: string[] = [];
  await using shop = await openShop(8);
  for (const [index, night] of nights.entries()) {
    const say = (what: string) => found.push(`seed ${seed}, ${night.day}: ${what}`);
    if (night.outage) shop.goAway(Math.floor(random() * 3 * copies));
    await shop.deliver(night, index);
    dropped.push(...Object.keys(night.files));
    const moment = await killed(shop, random);
    const { exitCode, stderr } = await shop.project.call(["drop", "import.yaml", "--quiet"]);
    shop.comeBack();
    if (![0, 3, 4].includes(exitCode ?? -1)) say(`killed at ${moment}, then exit code ${exitCode}: ${stderr}`);
    const places = await shop.whereabouts();
    for (const name of dropped)
      if (places.get(name)?.length !== 1) say(`${name} is in ${places.get(name)?.join(" and ") ?? "no place"}`);
    if (night.outage) continue; // the next night brings the rest
    if (exitCode === 4) say(`killed at ${moment}, then stopped: ${stderr}`);
    const is = holdingsOf(shop.sandbox);
    if (!isDeepStrictEqual(is, sums[index]))
      say(`killed at ${moment}: the account does not hold what the exports give`);
    const status = await shop.project.call(["status", "import.yaml", "--json"]);
    const { open_failures: open } = JSON.parse(status.stdout) as { open_failures: { rows: number } };
    if (!Number.isNaN(openRows[index]) && open.rows !== openRows[index])
      say(`killed at ${moment}: ${open.rows} open rows, not ${openRows[index]}`);
  }
  const audit = await shop.project.call(["audit", "import.yaml", "--verify", "all"]);
  if (audit.exitCode !== 0)
    found.push(`seed ${seed}: audit ends with ${audit.exitCode}: ${audit.stdout}${audit.stderr}`);
  return found;
}

/** Starts a pass and kills it: while it starts, while it sends, or while it writes its results and moves the files on. */
async function killed({ project, sandbox }: Shop, random: () => number): Promise<string> {
  const drawn = random();
  const moment = drawn < 0.25 ? "start" : drawn < 0.7 ? "send" : "report";
  const writes = writesOf(sandbox) + 1 + Math.floor(random() * 3 * copies);
  const delayMs = random() * (moment === "start" ? 800 : moment === "send" ? 15 : 120);
  const runs = join(project.folder, ".luminous-import/runs");
  const reports = async (): Promise<number> => {
    const names = await readdir(runs, { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith("results.csv") || name.endsWith("results.csv.tmp")).length;
  };
  const reported = await reports();
  const { child, ended } = project.start(["drop", "import.yaml", "--quiet"]);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    if (moment === "start" || (moment === "send" && writesOf(sandbox) >= writes)) break;
    if (moment === "report" && (await reports()) > reported) break;
    await wait(3);
  }
  await wait(delayMs);
  child.kill("SIGKILL");
  if ((await ended).exitCode !== undefined) return "no moment";
  kills += 1;
  return moment;
}
