// Every figure of docs/performance.md, each against its baseline in the same run: `npm run bench [-- options] [figures…]`.
//
//   --quick           in about two minutes: fewer rows and repetitions, without what needs its time
//   --long            with five million rows, about an hour
//   --program FILE    another build's bin.js in place of dist/cli/bin.js
//   --out FILE        where the figures go as JSON in place of bench/results.json
//   --profile FOLDER  leaves a CPU profile of every call of the program there, which slows it
//   --docs            measures nothing: writes what bench/results.json holds into docs/performance.md
//
// Figures by name, or by how their names begin, are measured alone, and then bench/results.json stays as it is.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./measured.ts";
import type { Bench, Length } from "./performance/bench.ts";
import type { Figure } from "./performance/figure.ts";
import { auto, rates } from "./performance/pace.ts";
import { checkCsv, checkJson, faultyFiles, memory } from "./performance/reading.ts";
import { ordersWithLatency, runProducts } from "./performance/sending.ts";
import { type Results, tableMarkdown, tableText, withTable } from "./performance/table.ts";
import { startReceiver } from "./receiver/receiver.ts";

/** In the order of the table. */
const benches: readonly Bench[] = [
  checkCsv,
  checkJson,
  runProducts,
  ordersWithLatency,
  ...rates,
  auto,
  memory,
  faultyFiles,
];

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    docs: { type: "boolean", default: false },
    profile: { type: "string" },
    program: { type: "string", default: join(root, "dist/cli/bin.js") },
    out: { type: "string" },
  },
});
const resultsFile = join(root, "bench/results.json");
if (options.docs) await writeDocs();
else await measureAll(options.quick ? "quick" : options.long ? "long" : "usual");

async function measureAll(length: Length): Promise<void> {
  const isAsked = (figure: string) => names.length === 0 || names.some((name) => figure.startsWith(name));
  const asked = benches.filter(({ figures, takesLong }) =>
    names.length === 0 ? !(takesLong === true && length === "quick") : figures.some(isAsked),
  );
  if (asked.length === 0) {
    throw new Error(`there is no such figure; there are ${benches.flatMap(({ figures }) => figures).join(", ")}`);
  }
  const size = length === "quick" ? { rows: 20_000, repetitions: 3 } : { rows: 100_000, repetitions: 5 };
  const node = options.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${resolve(options.profile)}`];
  const out = options.out ?? (names.length === 0 ? resultsFile : undefined);
  const figures: Figure[] = [];
  await using receiver = await startReceiver();
  for (const bench of asked) {
    const startedMs = performance.now();
    const folder = await mkdtemp(join(tmpdir(), "luminous-import-bench-"));
    try {
      const setting = { folder, program: resolve(options.program), length, ...size, receiver, node };
      figures.push(...(await bench.measure(setting)).filter(({ name }) => isAsked(name)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    console.error(`${bench.figures.join(", ")}: ${Math.round((performance.now() - startedMs) / 1000)} s`);
    // After each, so that what was measured stays when somebody ends it.
    if (out !== undefined) await writeResults(out, { date: today(), machine: machineText(), length, figures });
  }
  console.log(tableText(figures));
  const leftOut = benches.filter((bench) => names.length === 0 && !asked.includes(bench));
  if (leftOut.length > 0) console.log(`left out: ${leftOut.flatMap((bench) => bench.figures).join(", ")}`);
}

async function writeResults(file: string, results: Results): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machineText(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version.slice(1)} on ${process.platform}`;
}

async function writeDocs(): Promise<void> {
  const page = join(root, "docs/performance.md");
  const results = JSON.parse(await readFile(resultsFile, "utf8")) as Results;
  await writeFile(page, withTable(await readFile(page, "utf8"), tableMarkdown(results)));
}
