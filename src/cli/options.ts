// What options have in common: those of every command, and how their values are read.
import { type Command, Option } from "commander";
import { ImportError } from "../model/error.ts";
import { shownUnlessToken } from "../model/text/mask.ts";
import type { GlobalOptions } from "./world/world.ts";

/** A command with the options that are the same everywhere. */
export function withGlobals(command: Command): Command {
  return command
    .option("--json", "the summary as JSON on stdout, and nothing else there")
    .option("--quiet", "no progress")
    .option("--log-file <file>", "events as NDJSON; - is stderr")
    .option("--state <dir>", "where ledgers and runs are kept")
    .option("--profile <name>", "a profile of the vendor's own CLI")
    .option("--token-file <file>", "a file that holds the API token")
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

/** These options, as somebody gave them. */
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
