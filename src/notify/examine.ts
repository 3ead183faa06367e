// What `doctor` says of a job's notifications. Nobody is told anything: whether an address listens shows when it is told.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, resolve } from "node:path";
import type { NotifyAddress, NotifyCommand, NotifySettings } from "../job/notify-schema.ts";
import { type Finding, ok, problem, warning } from "../model/finding.ts";
import { type Environment, findAddress, secretVariable, shownTarget } from "./destination.ts";

/** A finding for each of those who are told. */
export function examineNotify(settings: NotifySettings, env: Environment): Promise<readonly Finding[]> {
  return Promise.all(
    settings.map((target) => (target.kind === "url" ? examineAddress(target, env) : examineCommand(target, env))),
  );
}

async function examineAddress(target: NotifyAddress, env: Environment): Promise<Finding> {
  const found = await findAddress(target, env);
  if (!found.ok) {
    return problem(
      "notify",
      found.why,
      "Nobody would be told. Set it where the runs are started (cron and systemd have an environment of their own).",
    );
  }
  const said = `${shownTarget(target, env)} is told by POST on ${target.on.join(", ")}`;
  if (found.address.secret !== undefined) return ok("notify", `${said}, signed; it was not asked now`);
  return ok("notify", `${said}, without a signature (${secretVariable} is not set); it was not asked now`);
}

async function examineCommand(target: NotifyCommand, env: Environment): Promise<Finding> {
  const [program] = target.command;
  if (await isThere(target, env)) return ok("notify", `${shownTarget(target, env)} is run on ${target.on.join(", ")}`);
  const hint = "Name it by its path, relative to the job file, and make it executable (chmod +x).";
  // Who looks may not have the PATH of who runs.
  return program.includes("/")
    ? problem("notify", `${program} is not there, or may not be executed`, hint)
    : warning("notify", `${program} is in no folder of PATH`, hint);
}

async function isThere({ command: [program], folder }: NotifyCommand, env: Environment): Promise<boolean> {
  const folders = program.includes("/")
    ? [folder]
    : (env.PATH ?? "").split(delimiter).filter((path) => isAbsolute(path));
  for (const path of folders) {
    const isOne = await access(resolve(path, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isOne) return true;
  }
  return false;
}
