// `luminous-import demo`: the example, from check to explain, in a folder of its own.
import { relative, resolve } from "node:path";
import { demo as showDemo } from "../../demo/demo.ts";
import { visible } from "../../model/text/visible.ts";
import { hasColour } from "../world/live.ts";
import { ownName } from "../world/own-name.ts";
import type { CommandWorld } from "../world/world.ts";

/** The flags of `demo`. */
export interface DemoFlags {
  readonly force?: boolean;
}

/** Shows the demo; gives the exit code, 0 when every command ended as it should. */
export async function demo(named: string | undefined, { force }: DemoFlags, world: CommandWorld): Promise<number> {
  const folder = resolve(world.cwd, named ?? "luminous-demo");
  const near = relative(world.cwd, folder);
  const { stdout, env } = world;
  const stop = new AbortController();
  const off = world.onInterrupt(() => stop.abort());
  const say = (text: string): void => stdout.write(`${text}\n`);
  const isColoured = stdout.isTTY && hasColour(env);
  try {
    return await showDemo({
      folder,
      shown: near === "" || near.startsWith("..") ? folder : near,
      force: force ?? false,
      program: ownName(world),
      say,
      show: stdout.control,
      head: isColoured ? (text) => stdout.control(`\u001B[1m${visible(text)}\u001B[0m\n`) : say,
      call: (words, token) => world.call(words, sandboxEnvironment(env, token)),
      stop: stop.signal,
    });
  } finally {
    off();
  }
}

/** Nothing that would lead elsewhere: an address, a proxy, a way around certificates. */
function sandboxEnvironment(env: CommandWorld["env"], token: string): CommandWorld["env"] {
  const ours = /^LUMINOUS_|_proxy$|^NODE_TLS_REJECT_UNAUTHORIZED$/i;
  const rest = Object.entries(env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(rest), LUMINOUS_API_KEY: token };
}
