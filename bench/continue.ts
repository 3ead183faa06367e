// What continuing costs when there is nothing to do: `npx tsx bench/continue.ts [rows…]`, 100,000 and 1,000,000 unless said.
// Fills a ledger with accepted products, then times the built program (by the clock and by its own CPU): `check` (which reads, maps and validates the same
// file), the first `run` and a second one. Prints rows a second and the peak of memory. The figures depend on the machine:
// compare the lines with each other. With --cpu-prof the last run leaves a profile in the current folder.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadJob } from "../src/job/job.ts";
import { openLedger } from "../src/ledger/sqlite/open-ledger.ts";
import { startSandbox } from "../src/sandbox/server.ts";
import { createLocate } from "../src/staging/locate-cells.ts";
import { prepareInputs } from "../src/staging/prepare.ts";
import { stage } from "../src/staging/stage.ts";
import { settleOne } from "../test/ledger/one.ts";
import { measured, root } from "./measured.ts";

const wantsProfile = process.argv.includes("--cpu-prof");
const sizes = process.argv.slice(2).flatMap((text) => (/^\d+$/.test(text) ? [Number(text)] : []));

for (const rows of sizes.length > 0 ? sizes : [100_000, 1_000_000]) {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-continue-"));
  await using sandbox = await startSandbox();
  try {
    await writeProducts(join(folder, "products.csv"), rows);
    const job = `version: 1\ninputs:\n  - { name: products, file: products.csv, mapping: ${join(root, "mappings/products.yaml")} }\n`;
    await writeFile(join(folder, "import.yaml"), job);
    await acceptAll(folder, sandbox.url);
    for (const args of [["check"], ["run"], ["run"]]) {
      const call = [...args, join(folder, "import.yaml")];
      const { exitCode, seconds, cpuSeconds, peakMb } = await measured(
        call,
        sandbox.url,
        wantsProfile ? ["--cpu-prof"] : [],
      );
      const { size } = await stat(join(folder, "products.csv"));
      console.log(
        `${rows} rows (${Math.round(size / 1e6)} MB), ${args[0]}: exit ${exitCode}, ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU (${Math.round(rows / cpuSeconds)} rows/s), peak ${peakMb} MB, ${sandbox.counts().started} requests`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProducts(path: string, rows: number): Promise<void> {
  const out = createWriteStream(path);
  out.write("sku,name,category,price,description\n");
  for (let n = 1; n <= rows; n++) {
    const line = `SKU-${n},Product number ${n},Tools,${n % 1000}.50,"What it is, what it does and why it is good"\n`;
    if (!out.write(line)) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
}

/** As a run that created everything leaves it: staged as ever, settled without a request. */
async function acceptAll(folder: string, baseUrl: string): Promise<void> {
  const job = await loadJob(join(folder, "import.yaml"));
  const inputs = await prepareInputs(job);
  await using ledger = await openLedger({ folder: job.state, baseUrl, mode: "write" });
  const { id: run } = await ledger.runs.begin({ runId: "first", job: job.file.path, command: "run", startedAtMs: 0 });
  const { signal } = new AbortController();
  const locate = createLocate(ledger, run, inputs);
  const silent = () => undefined;
  await stage(inputs, { job, ledger, run, strict: false, locate, onProgress: silent, onWarning: silent, signal });
  for await (const batch of ledger.queue.unplanned(run, "products", 1000)) {
    for (const { id } of batch) {
      await settleOne(ledger.queue, id, { outcome: "accepted", action: "created", remoteId: String(id) });
    }
  }
  await ledger.runs.end(run, { endedAtMs: 1, exitCode: 0, summary: {} });
}
