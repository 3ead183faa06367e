// `--open`: shows a page in the browser of whoever sits there. It is a comfort: nothing depends on it, and nothing fails by it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { visibleLine } from "../../model/text/visible.ts";
import { fitted } from "./fitted.ts";
import type { CommandWorld } from "./world.ts";

/** Opens the file with what the system has for pages, and says on stderr where nobody can look at it. */
export async function openPage(path: string, world: CommandWorld): Promise<void> {
  const why = await whyNotOpened(path, world);
  if (why !== undefined) world.stderr.write(`${fitted(visibleLine(`${why}. The report is ${path}`), world.stderr)}\n`);
}

async function whyNotOpened(path: string, { platform = "linux", env }: CommandWorld): Promise<string | undefined> {
  const program = platform === "darwin" ? "open" : "xdg-open";
  const hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].some((name) => (env[name] ?? "") !== "");
  if (platform !== "darwin" && !hasDisplay) return "--open: there is no display here";
  // A browser has no business with the token, nor with the way to the ledgers.
  const { LUMINOUS_API_KEY: _, LUMINOUS_LEDGER: __, PGPASSWORD: ___, ...rest } = env;
  const child = spawn(program, [path], { env: rest, detached: true, stdio: "ignore" });
  try {
    await once(child, "spawn");
    child.unref();
    return undefined;
  } catch {
    return `--open: ${program} cannot be started`;
  }
}
