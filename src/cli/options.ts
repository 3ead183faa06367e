// What commands share: their job, their options, and how the values of options are read.
import { type Command, Help, Option } from "commander";
import { ImportError } from "../model/error.ts";
import { shownUnlessToken } from "../model/text/mask.ts";
import type { GlobalOptions } from "./world/world.ts";

/** A command about a job, which is `import.yaml` of this folder unless it is named. */
export function withJob(command: Command): Command {
  // A word too many is refused by world/named-job.ts, which can say what was meant.
  return refusesTokens(
    command.argument("[job]", "the job file; import.yaml of this folder unless said"),
  ).allowExcessArguments();
}

/** `--json`; `what` is printed. */
export function withJson(command: Command, what: string): Command {
  return share(command, new Option("--json", `${what} as JSON on stdout, and nothing else there`));
}

/** What a command takes that shows its progress. */
export function withProgress(command: Command): Command {
  const quiet = new Option("--quiet", "no progress");
  return share(command, quiet, new Option("--log-file <file>", "events as NDJSON; - is stderr"));
}

/** `--open` and `--no-values`, for a command that writes a report. */
export function withReport(command: Command): Command {
  return share(
    command,
    new Option("--open", "open the report in a browser at the end"),
    new Option("--no-values", "leave cells out of the report, also where messages quote them"),
  );
}

/** `--results` beside what a report takes, for a command that writes results. */
export function withResults(command: Command): Command {
  return share(
    withReport(command),
    new Option("--results <format>", "write the results for programs too, as results.ndjson").choices(["ndjson"]),
  );
}

/** `--state`, for a command that reads or writes what runs leave behind. */
export function withState(command: Command): Command {
  return share(command, new Option("--state <dir>", "where ledgers and runs are kept"));
}

/** `--profile`, for a command that has to know which account is meant. */
export function withAddress(command: Command): Command {
  return share(command, new Option("--profile <name>", "a profile of the vendor's own CLI names the account"));
}

/** What a command takes that asks the API. */
export function withAccount(command: Command): Command {
  const tokenFile = new Option("--token-file <file>", "a file that holds the API token");
  return share(refusesTokens(withAddress(command)), tokenFile);
}

/** The options of a command as its help lists them: its own first, then those that it shares with others, then help. */
export function ownFirst(command: Command): Option[] {
  const shown = plainHelp.visibleOptions(command);
  const rank = (option: Option): number => (option.long === "--help" ? 2 : shared.has(option) ? 1 : 0);
  return shown.toSorted((a, b) => rank(a) - rank(b));
}

const plainHelp = new Help();
const shared = new WeakSet<Option>();

/** The option with words that its value may begin with, for completion alone: other values are fine too. */
export function suggesting(option: Option, words: readonly string[]): Option {
  suggestions.set(option, words);
  return option;
}

/** What `suggesting` was told of an option. */
export function suggestionsOf(option: Option): readonly string[] | undefined {
  return suggestions.get(option);
}

const suggestions = new WeakMap<Option, readonly string[]>();

function share(command: Command, ...options: readonly Option[]): Command {
  for (const option of options) {
    shared.add(option);
    command.addOption(option);
  }
  return command;
}

/** A token on the command line is told from an unknown option: it has to be said why it is refused. */
function refusesTokens(command: Command): Command {
  if (command.options.some(({ long }) => long === "--api-key")) return command;
  return command
    .addOption(new Option("--token <token>").hideHelp().argParser(refuseToken))
    .addOption(new Option("--api-key <token>").hideHelp().argParser(refuseToken));
}

/** An option that can be given several times. Not commander's own list (`<x...>`): that would swallow a job that stands behind it. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    text,
  ]);
}

/** `--limit`, of whatever sends. */
export function limitOption(about: string): Option {
  return new Option("--limit <n>", about).argParser(wholeNumber("--limit", 1));
}

/** `--max-errors`, of whatever sends. */
export function maxErrorsOption(): Option {
  const about = "stop when the API has refused or failed more than N entries";
  return new Option("--max-errors <n>", about).argParser(wholeNumber("--max-errors", 0));
}

/** The options that commands share, as somebody gave them. */
export function globals(command: Command): GlobalOptions {
  return command.opts<GlobalOptions>();
}

function refuseToken(): never {
  throw new ImportError("USAGE", "a token on the command line is refused: every user of this machine could read it", {
    hint: "Use LUMINOUS_API_KEY, --token-file or --profile.",
  });
}

/** The parser of an option that takes a whole number. Throws `ImportError("USAGE")`. */
export function wholeNumber(flag: string, min: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text);
    throw new ImportError("USAGE", `${flag} takes a whole number from ${min}, not ${shownUnlessToken(text)}`, {
      hint: `Such as ${flag} ${Math.max(min, 10)}.`,
    });
  };
}

/** The parser of an option that takes a number above 0. Throws `ImportError("USAGE")`. */
export function positive(flag: string): (text: string) => number {
  return (text) => {
    if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
    throw new ImportError("USAGE", `${flag} takes a number above 0, not ${shownUnlessToken(text)}`, {
      hint: `Such as ${flag} 2.5.`,
    });
  };
}

/** The lines that stand below the help of a command. */
export function example(...lines: readonly string[]): string {
  return `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}
