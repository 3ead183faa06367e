// Starting a process that uses the ledger, to kill it. It says a line on stdout when it is where the test wants it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** The first line it said. */
  readonly said: string;
  /** Kills it as nothing can be prevented, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a script of this folder and waits for its first line. */
export async function startChild(script: string, ...parameters: readonly string[]): Promise<Child> {
  const child = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, script), ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
    // Children that start together would read what the others are still writing into tsx's cache.
    env: { ...process.env, TSX_DISABLE_CACHE: "1" },
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  const said = await Promise.race([
    once(lines, "line").then(([line]) => String(line)),
    once(child, "close").then(() => Promise.reject(new Error(`${script} ended early: ${complaint}`))),
  ]);
  const kill = () => killed(child);
  return { pid: child.pid ?? 0, said, kill, [Symbol.asyncDispose]: kill };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
