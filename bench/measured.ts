// Programs as a bench calls them: how long they took, by the clock and by their own CPU, and how much memory they ever
// had. What is run, and what the figures mean, is in the benches beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** The repository. */
export const root = join(import.meta.dirname, "..");

/** A call that is over. */
export interface Measured {
  readonly exitCode: number | null;
  readonly seconds: number;
  /** Of the process and of the system for it: what a machine that does other things too would not show. */
  readonly cpuSeconds: number;
  /** The most memory that was ever resident: of node, of what it loaded and of SQLite together. */
  readonly peakMb: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a call can be given beside its arguments. */
export interface CallOptions {
  /** Arguments of node itself. */
  readonly node?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Told the process as soon as there is one, to look at it while it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

// Linux counts into a child's maxRSS what its parent had when it was started, so the peak is read where only the program
// itself is counted. Nothing of the program has to know.
const tell = `data:text/javascript,${encodeURIComponent(`import fs from "node:fs";
process.on("exit", () => {
  const own = "/proc/self/status";
  const peak = fs.existsSync(own) ? /VmHWM:\\s*(\\d+)/.exec(fs.readFileSync(own, "utf8"))[1] : process.resourceUsage().maxRSS;
  const { user, system } = process.cpuUsage();
  fs.writeSync(2, "\\npeak " + peak + " cpu " + (user + system) / 1e6);
});`)}`;

/** Calls the program against a sandbox and waits. `node` are arguments of node itself. */
export function measured(args: readonly string[], baseUrl: string, node: readonly string[] = []): Promise<Measured> {
  return measuredCall(join(root, "dist/cli/bin.js"), [...args, "--quiet"], {
    node,
    env: { LUMINOUS_BASE_URL: baseUrl, LUMINOUS_API_KEY: "sandbox" },
  });
}

/** Calls any script with node and waits. */
export async function measuredCall(
  script: string,
  args: readonly string[],
  { node = [], env = {}, onStart }: CallOptions = {},
): Promise<Measured> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...node, "--import", tell, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart?.(child);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const [exitCode] = (await once(child, "close")) as [number | null];
  const seconds = (performance.now() - startedMs) / 1000;
  const said = Buffer.concat(stderr).toString();
  const [, peakKb = 0, cpuSeconds = 0] = /\npeak (\d+) cpu ([\d.]+)$/.exec(said)?.map(Number) ?? [];
  return {
    exitCode,
    seconds,
    cpuSeconds,
    peakMb: Math.round(peakKb / 1024),
    stdout: Buffer.concat(stdout).toString(),
    stderr: said,
  };
}
