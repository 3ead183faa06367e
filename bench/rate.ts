// How well the limiter keeps a rate, by the server's clock: `npx tsx bench/rate.ts [rates…]`. Generates products, runs the
// built program against the sandbox, and prints the most requests in any rolling second and the share of the rate
// that was reached between the first and the last request. No test asserts on these figures: they depend on the machine.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox } from "../src/sandbox/server.ts";

const root = join(import.meta.dirname, "..");
const seconds = 20;

for (const rate of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [20, 100]) {
  const folder = await mkdtemp(join(tmpdir(), "luminous-import-bench-"));
  try {
    console.log(await measure(rate, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(rate: number, folder: string): Promise<string> {
  const arrivals: number[] = [];
  await using sandbox = await startSandbox({
    latencyMs: 50,
    onRequest: ({ durationMs }) => arrivals.push(performance.now() - durationMs),
  });
  const rows = Array.from({ length: rate * seconds }, (_, index) => `SKU-${index},Product ${index},Things,9.90`);
  await writeFile(join(folder, "products.csv"), `sku,name,category,price\n${rows.join("\n")}\n`);
  const job = `version: 1\nlimits: { requests_per_second: ${rate}, concurrency: 16 }\ninputs:\n  - { name: products, file: products.csv, mapping: ${join(root, "mappings/products.yaml")} }\n`;
  await writeFile(join(folder, "import.yaml"), job);
  const exitCode = await runProgram(join(folder, "import.yaml"), sandbox.url);
  const first = Math.min(...arrivals);
  const last = Math.max(...arrivals);
  const reached = (arrivals.length - 1) / ((last - first) / 1000);
  const { peakPerSecond } = sandbox.counts();
  return `${rate}/s: exit ${exitCode}, ${arrivals.length} requests, at most ${peakPerSecond} in a rolling second, ${reached.toFixed(2)}/s reached (${((reached / rate) * 100).toFixed(1)} %)`;
}

function runProgram(job: string, baseUrl: string): Promise<number | null> {
  const child = spawn(process.execPath, [join(root, "dist/cli/bin.js"), "run", job, "--quiet"], {
    env: { ...process.env, LUMINOUS_BASE_URL: baseUrl, LUMINOUS_API_KEY: "sandbox" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve) => child.on("exit", resolve));
}
