// Which job a command is about: the one that is named, else import.yaml of the folder. What people type instead is told from
// a job here as far as the words show it; what a file holds is the business of whoever reads it.
import { readdir, stat } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import type { Command } from "commander";
import { ImportError } from "../../model/error.ts";
import { shownUnlessToken, withoutTokens } from "../../model/text/mask.ts";
import { shellWord } from "../../model/text/shell-word.ts";
import type { CommandWorld } from "./world.ts";

/** The command as it was typed. */
export type TypedCommand = Pick<Command, "args" | "name">;

type Place = Pick<CommandWorld, "cwd">;

/** The job of a command that takes nothing else. Throws `ImportError("USAGE")` when no job is meant, or several. */
export async function namedJob(command: TypedCommand, world: Place): Promise<string> {
  const [first, ...others] = command.args;
  if (first === undefined) return jobOfFolder(command.name(), world);
  if (others.length > 0) throw await severalNamed(command, world);
  if (/[*?]/.test(first) && !(await isThere(first, world))) {
    throw new ImportError("USAGE", `${shownUnlessToken(first)} matches nothing here, and a job is one file`, {
      hint: `Name the file itself: luminous-import ${command.name()} import.yaml`,
    });
  }
  return first;
}

/** The job and the key or row of `explain`. Throws `ImportError("USAGE")` when no key is named, or no job is meant. */
export async function namedEntry(
  command: TypedCommand,
  world: Place,
): Promise<{ readonly job: string; readonly what: string }> {
  const [first, second, ...others] = command.args;
  if (first === undefined || (second === undefined && isYaml(first) && (await isThere(first, world)))) {
    const job = first === undefined || first === usualJob ? "" : `${shellWord(first)} `;
    throw new ImportError("USAGE", "explain needs to know which entry", {
      hint: `Name its key, or a row as file:line: luminous-import explain ${job}CUP-1`,
    });
  }
  if (second === undefined) return { job: await jobOfFolder("explain", world), what: first };
  const isKeyInPieces = others.length > 0 || (!isYaml(first) && !(await isThere(first, world)));
  if (isKeyInPieces) {
    const isJobNamed = isYaml(first);
    const key = withoutTokens((isJobNamed ? command.args.slice(1) : command.args).join(" "));
    throw new ImportError(
      "USAGE",
      `explain takes one key, and a job before it; ${command.args.length} words are given`,
      {
        hint: `A key with spaces needs quotes: luminous-import explain ${isJobNamed ? `${shellWord(first)} ` : ""}${shellWord(key)}`,
      },
    );
  }
  return { job: first, what: second };
}

/** The job that is meant where none is named. */
export const usualJob = "import.yaml";

async function jobOfFolder(command: string, world: Place): Promise<string> {
  if (await isThere(usualJob, world)) return usualJob;
  const there = (await readdir(world.cwd).catch(() => [])).filter((name) => !name.startsWith(".")).sort();
  const exports = there.filter((name) => /\.(csv|tsv|json|ndjson)(\.gz)?$/i.test(name) && !isProject.test(name));
  const jobs = there.filter(isYaml);
  const init = `luminous-import init ${exports.length === 0 ? "products.csv orders.csv" : wordsOf(exports)}`;
  const make = exports.length === 0 ? `Make one of your exports: ${init}` : `Make one: ${init}`;
  const name = `luminous-import ${command} ${jobs.length === 1 ? shellWord(jobs[0] ?? "") : "path/to/import.yaml"}`;
  throw new ImportError("USAGE", `no job is named, and this folder has no ${usualJob}`, {
    hint: jobs.length === 1 ? `Did you mean: ${name}` : `${make} (or name one that there is: ${name})`,
  });
}

// Files of programs, which are no exports.
const isProject = /^(package|package-lock|tsconfig|biome|composer)\b.*\.json$/i;

async function severalNamed(command: TypedCommand, world: Place): Promise<ImportError> {
  const { args } = command;
  const jobs = args.filter(isYaml);
  const areThere = (await Promise.all(args.map((word) => isThere(word, world)))).every(Boolean);
  const hint =
    jobs.length === 0 && areThere
      ? `Did you mean: luminous-import init ${wordsOf(args)}`
      : `Name the job alone: luminous-import ${command.name()} ${shellWord(jobs[0] ?? usualJob)}`;
  return new ImportError("USAGE", `${command.name()} takes one job, and ${args.length} files are named`, { hint });
}

/** So many names show what is meant. */
const mostNames = 5;

function wordsOf(names: readonly string[]): string {
  const [first = ""] = names;
  const pattern = join(dirname(first), `*${extname(first)}`);
  return names.length > mostNames ? pattern : names.map(shellWord).join(" ");
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

async function isThere(path: string, { cwd }: Place): Promise<boolean> {
  return (await stat(resolve(cwd, path)).catch(() => undefined)) !== undefined;
}
