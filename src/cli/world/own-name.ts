// How this program is called where it runs, so that a command which it prints works when it is pasted: a name on the path,
// npx, or node with a file.
import { readFileSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, relative } from "node:path";
import { z } from "zod";
import { shellWord } from "../../model/text/shell-word.ts";
import type { ProcessWorld } from "./world.ts";

const usual = "luminous-import";

/** The words that call this program again in this folder, as a shell takes them. */
export function ownName({ script, cwd, env }: Pick<ProcessWorld, "script" | "cwd" | "env">): string {
  const own = script === undefined ? undefined : realPath(script);
  if (script === undefined || own === undefined) return usual;
  // npm puts folders before the path for its own children; the shell that a command is pasted into has none of them.
  const isOfNpm = env.npm_command !== undefined || env.npm_lifecycle_event !== undefined;
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => !isOfNpm || !folder.endsWith(npmFolder));
  if (realPath(join(folders.find((folder) => realPath(join(folder, usual)) !== undefined) ?? cwd, usual)) === own)
    return usual;
  const local = foldersUp(cwd).some((folder) => realPath(join(folder, npmFolder, usual)) === own);
  if (local) return `npx ${usual}`;
  return npxOfCache(script) ?? `node ${shellWord(near(own, cwd))}`;
}

const npmFolder = "node_modules/.bin";

/** npx keeps what it fetched in a folder of its own, with the words that it was asked for. */
function npxOfCache(script: string): string | undefined {
  const folder = /^(.*[/\\]_npx[/\\][^/\\]+)[/\\]node_modules[/\\]/.exec(script)?.[1];
  if (folder === undefined) return undefined;
  try {
    const text = readFileSync(join(folder, "package.json"), "utf8");
    const [spec] = z.object({ _npx: z.object({ packages: z.array(z.string()) }) }).parse(JSON.parse(text))
      ._npx.packages;
    return spec === undefined ? undefined : `npx ${shellWord(spec)}`;
  } catch {
    return undefined;
  }
}

function foldersUp(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersUp(above)];
}

function near(path: string, cwd: string): string {
  const way = relative(cwd, path);
  return isAbsolute(way) || way.split(/[/\\]/).filter((step) => step === "..").length > 3 || basename(way) === ""
    ? path
    : way;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
