// The built program as a bench calls it: how long it took, by the clock and by its own CPU, and how much memory it ever
// had. What is run, and what the figures mean, is in the benches beside it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** The repository. */
export const root = join(import.meta.dirname, "..");

/** A call of the program that is over. */
export interface Measured {
  readonly exitCode: number | null;
  readonly seconds: number;
  /** What a machine that does other things too would not show. */
  readonly cpuSeconds: number;
  /** The most memory that was ever resident: of node, of what it loaded and of SQLite together. */
  readonly peakMb: number;
  readonly stderr: string;
}

// Linux counts into a child's maxRSS what its parent had when it was started, so the peak is read where only the program
// itself is counted. Nothing of the program has to know.
const tell = `data:text/javascript,${encodeURIComponent(`import fs from "node:fs";
process.on("exit", () => {
  const own = "/proc/self/status";
  const peak = fs.existsSync(own) ? /VmHWM:\\s*(\\d+)/.exec(fs.readFileSync(own, "utf8"))[1] : process.resourceUsage().maxRSS;
  fs.writeSync(2, "\\npeak " + peak + " cpu " + process.cpuUsage().user / 1e6);
});`)}`;

/** Calls the program against a sandbox and waits. `node` are arguments of node itself. */
export async function measured(
  args: readonly string[],
  baseUrl: string,
  node: readonly string[] = [],
): Promise<Measured> {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [...node, "--import", tell, join(root, "dist/cli/bin.js"), ...args, "--quiet"],
    {
      env: { ...process.env, LUMINOUS_BASE_URL: baseUrl, LUMINOUS_API_KEY: "sandbox" },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  const seconds = (performance.now() - startedMs) / 1000;
  const [, peakKb = 0, cpuSeconds = 0] = /peak (\d+) cpu ([\d.]+)/.exec(stderr)?.map(Number) ?? [];
  return { exitCode, seconds, cpuSeconds, peakMb: Math.round(peakKb / 1024), stderr };
}
