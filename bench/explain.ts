// How long `explain` takes on a large ledger: `npx tsx bench/explain.ts [rows] [folder]`. Fills a ledger with as many accepted
// products (through the ledger's own interface, so that it is as a run leaves it), then times the whole built program, by
// key, by line and for a key that is not there. An existing ledger in the folder is used again. No test asserts on this.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadJob } from "../src/job/job.ts";
import { openLedger } from "../src/ledger/sqlite/open-ledger.ts";
import { ledgerPath } from "../src/ledger/sqlite/storage/ledger-file.ts";
import type { Ledger } from "../src/model/ledger/ledger.ts";
import { createLocate } from "../src/staging/locate-cells.ts";
import { prepareInputs } from "../src/staging/prepare.ts";
import { stage } from "../src/staging/stage.ts";
import { sendOne, settleOne } from "../test/ledger/one.ts";
import { terms } from "../test/ledger/terms.ts";

const root = join(import.meta.dirname, "..");
const rows = Number(process.argv[2] ?? 1_000_000);
const given = process.argv[3];
const baseUrl = "http://127.0.0.1:9/external/api/v1";

const folder = given ?? (await mkdtemp(join(tmpdir(), "luminous-import-bench-")));
await mkdir(folder, { recursive: true });
try {
  if (!existsSync(ledgerPath(join(folder, ".luminous-import"), baseUrl))) await fill();
  const { size } = await stat(ledgerPath(join(folder, ".luminous-import"), baseUrl));
  console.log(`ledger of ${rows} rows, ${Math.round(size / 2 ** 20)} MB`);
  const middle = Math.floor(rows / 2);
  for (const what of ["-v", `SKU-${middle}`, `products.csv:${middle}`, `SKU-x${middle}`]) console.log(times(what));
} finally {
  if (given === undefined) await rm(folder, { recursive: true, force: true });
}

async function fill(): Promise<void> {
  const lines = Array.from({ length: rows }, (_, index) => `SKU-${index + 1},Product ${index + 1},Things,9.90\n`);
  await writeFile(join(folder, "products.csv"), `sku,name,category,price\n${lines.join("")}`);
  await writeFile(
    join(folder, "import.yaml"),
    `version: 1\ninputs:\n  - { name: products, file: products.csv, mapping: ${join(root, "mappings/products.yaml")} }\n`,
  );
  const job = await loadJob(join(folder, "import.yaml"));
  const inputs = await prepareInputs(job);
  await using ledger = await openLedger({ folder: job.state, baseUrl, mode: "write" });
  const { id } = await ledger.runs.begin({
    runId: "bench",
    job: job.file.path,
    command: "run",
    startedAtMs: Date.now(),
  });
  const before = performance.now();
  await stage(inputs, {
    job,
    ledger,
    run: id,
    strict: false,
    locate: createLocate(ledger, id, inputs),
    onProgress: () => undefined,
    onWarning: console.warn,
    signal: new AbortController().signal,
  });
  console.log(`staged in ${seconds(before)}`);
  await accept(ledger, id);
  await ledger.runs.end(id, { endedAtMs: Date.now(), exitCode: 0, summary: {} });
  console.log(`filled in ${seconds(before)}`);
}

async function accept({ queue }: Ledger, run: number): Promise<void> {
  const plan = { kind: "create" } as const;
  for await (const batch of queue.unplanned(run, "products", 1000)) {
    await Promise.all(
      batch.map(async ({ id, hash }) => {
        const sendId = await sendOne(queue, id, { plan, hash, atMs: Date.now(), terms });
        await queue.sent({ sendId, result: "accepted", atMs: Date.now(), httpStatus: 201 });
        await settleOne(queue, id, { outcome: "accepted", action: "created", remoteId: String(id), httpStatus: 201 });
      }),
    );
  }
}

/** The median of several calls of the whole program; `-v` is node itself. */
function times(what: string): string {
  const program = [join(root, "dist/cli/bin.js"), "explain", join(folder, "import.yaml"), what];
  const args = what === "-v" ? ["-e", "0"] : program;
  const taken = Array.from({ length: 9 }, () => {
    const before = performance.now();
    const { status } = spawnSync(process.execPath, args, { env: { ...process.env, LUMINOUS_BASE_URL: baseUrl } });
    return { ms: performance.now() - before, status };
  }).sort((a, b) => a.ms - b.ms);
  const [fastest] = taken;
  return `${(what === "-v" ? "node alone" : what).padEnd(24)} median ${Math.round(taken[4]?.ms ?? 0)} ms, fastest ${Math.round(fastest?.ms ?? 0)} ms, exit ${fastest?.status}`;
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
