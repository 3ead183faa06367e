// What a run needs of the machine: Node, room on the disk, and a state folder that can be written.
import { constants } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Finding, ok, problem, warning } from "../model/finding.ts";
import type { LedgerPlace } from "../model/ledger/ledger-host.ts";

/** `least` and `given` are such as `20.19` and `20.19.2`. */
export function judgeNode(given: string, least: string): Finding {
  if (isAtLeast(given, least)) return ok("node", given);
  return problem("node", `${given} is older than ${least}`, `Install Node ${least} or newer.`);
}

/** The folder itself or, before the first run, the nearest one above it that is there. */
export async function nearestFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  const above = dirname(path);
  return found !== undefined || above === path ? path : nearestFolder(above);
}

/** Whether the state folder, or the folder in which it would be made, takes files. */
export async function judgeState(state: string): Promise<Finding> {
  const folder = await nearestFolder(state);
  const hint = "Give this user the right to write there, or name another folder with state: in the job or --state.";
  if (!(await stat(folder)).isDirectory())
    return problem("state", `${folder} is a file, and a folder is needed there`, hint);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    return problem("state", `${folder} cannot be written`, hint);
  }
  return ok("state", folder === state ? `${state} can be written, and no run is using it` : `${state} will be made`);
}

/** Room for what a run keeps: `inputBytes` is the size of its inputs, unpacked. */
export async function judgeDisk(
  { state, ledger }: Pick<LedgerPlace, "state" | "ledger">,
  inputBytes: number,
): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestFolder(state));
  const free = bavail * bsize;
  const needed = Math.max(
    leastFreeBytes,
    inputBytes * (ledger === undefined ? stateBytesPerInputByte : filesPerInputByte),
  );
  const said = `${sizeText(free)} free; this job's state may take up to about ${sizeText(needed)}`;
  if (free >= needed) return ok("disk", said);
  return warning("disk", said, "Make room, or name a folder on another disk with state: in the job or --state.");
}

const leastFreeBytes = 100_000_000;
// A run over 20,000 products of 100 characters took 24 times their size at its peak; longer rows take less.
const stateBytesPerInputByte = 25;
// Results, failures and the report, where the ledger is in a database.
const filesPerInputByte = 5;

function isAtLeast(given: string, least: string): boolean {
  const [major = 0, minor = 0] = given.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
