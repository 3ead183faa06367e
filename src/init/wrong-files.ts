// What people name instead of an export: a folder, a job, a mapping, a file that is not there. Each is told with what was
// meant. Files that are no text are told apart where they are opened.
import { open, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { configKind } from "../model/config/config-kind.ts";
import { ImportError } from "../model/error.ts";
import { shellWord } from "../model/text/shell-word.ts";
import { whyClosed } from "../read/why-closed.ts";

/** Throws `ImportError("INPUT_UNREADABLE")` when the path is plainly no export. */
export async function refuseWrongFile(path: string, shown: string): Promise<void> {
  const refuse = (what: string, hint: string): ImportError => new ImportError("INPUT_UNREADABLE", what, { hint });
  const found = await stat(path).catch(async (error: unknown) => {
    const { what, hint } = await whyClosed(path, error, "the command");
    throw refuse(`${shown}: ${what}`, capital(hint));
  });
  if (found.isDirectory()) throw refuse(`${shown} is a folder, and init looks at files`, await exportsIn(path, shown));
  if (!/\.ya?ml$/i.test(path)) return;
  const kind = configKind(await startOf(path), path);
  if (kind === "job")
    throw refuse(`${shown} is a job, not an export`, `Did you mean: luminous-import check ${shellWord(shown)}`);
  if (kind === "mapping")
    throw refuse(
      `${shown} is a mapping, not an export`,
      "Name the export that it was written for, and init writes a new one.",
    );
}

async function exportsIn(path: string, shown: string): Promise<string> {
  const names = (await readdir(path).catch(() => [])).filter((name) => /\.(csv|tsv|json|ndjson)$/i.test(name));
  const [first] = names;
  if (first === undefined) return "It holds no CSV or JSON file; name the exports themselves.";
  const pattern = names.length === 1 ? shellWord(join(shown, first)) : `${shellWord(shown)}/*${extname(first)}`;
  return `Did you mean: luminous-import init ${pattern}`;
}

async function startOf(path: string): Promise<string> {
  await using file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64 * 1024));
  return buffer.toString("utf8", 0, bytesRead);
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[?.]$/.test(words) ? "" : "."}`;
}
