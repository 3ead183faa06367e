// One notification to a program: the JSON on its standard input, in a process group of its own that is ended after its time.
// What it prints is kept for when it fails.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Clock } from "../model/clock.ts";
import type { Delivery } from "./post.ts";

/** What running a program takes of the outside. */
export interface CommandWorld {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** All that it gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** Between asking it to end and ending it. */
const graceMs = 2000;
/** What it left in its pipes, once it has ended. */
const drainMs = 200;
const mostSaid = 2000;

/** Runs the program to its end. Never rejects. */
export async function runCommand(
  body: string,
  [program, ...words]: readonly [string, ...string[]],
  { clock, signal, timeoutMs, env, folder }: CommandWorld,
): Promise<Delivery> {
  const failed = (why: string, said = ""): Delivery => ({ ok: false, tries: 1, why, ...(said === "" ? {} : { said }) });
  if (signal.aborted) return failed("interrupted");
  let child: ChildProcess;
  try {
    child = spawn(program, words, { cwd: folder, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  } catch (error) {
    return failed(reasonOf(error));
  }
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      printed = `${printed}${chunk.toString("utf8")}`.slice(-mostSaid);
    });
    stream?.on("error", () => undefined);
  }
  child.stdin?.on("error", () => undefined); // it need not read
  child.stdin?.end(body);
  const over = new AbortController();
  const ended = endOf(child).finally(() => over.abort());
  const isLate = clock.sleep(timeoutMs, AbortSignal.any([over.signal, signal])).then(() => !over.signal.aborted);
  if (await isLate) await endGroup(child, over.signal, clock);
  const end = await ended;
  await Promise.race([once(child, "close").catch(() => undefined), clock.sleep(drainMs)]);
  // Something that it left behind may still hold them.
  for (const stream of [child.stdout, child.stderr, child.stdin]) stream?.destroy();
  if (await isLate)
    return failed(
      signal.aborted ? "interrupted" : `killed: it had not ended after ${Math.ceil(timeoutMs / 1000)} s`,
      printed,
    );
  return end === undefined ? { ok: true, tries: 1 } : failed(end, printed);
}

/** Undefined when it ended well; else how. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("exit", (code, killedBy) =>
      resolve(code === 0 ? undefined : code === null ? `ended by ${killedBy}` : `exit code ${code}`),
    );
  });
}

async function endGroup(child: ChildProcess, over: AbortSignal, clock: Clock): Promise<void> {
  signalGroup(child, "SIGTERM");
  await clock.sleep(graceMs, over);
  signalGroup(child, "SIGKILL"); // also those of it that did not listen
}

function signalGroup({ pid }: ChildProcess, name: "SIGTERM" | "SIGKILL"): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It has ended.
  }
}

function reasonOf(error: unknown): string {
  const code =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : "cannot be started";
  return code === "ENOENT" ? "no such program" : code === "EACCES" ? "may not be executed" : code;
}
