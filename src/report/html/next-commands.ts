// The commands that go on from a command: what the closing at the terminal and the report tell people to type.
import { shellWord } from "../../model/text/shell-word.ts";
import { visibleLine } from "../../model/text/visible.ts";

/** Complete commands, as somebody could paste them. */
export interface NextCommands {
  /** The same again. */
  readonly again: string;
  /** What sends what `--limit` held back. */
  readonly rest: string;
  /** What sends what this one only looked at. */
  readonly send: string;
  /** What takes corrected failures files. */
  readonly retry: string;
  /** What makes a new plan. */
  readonly plan: string;
}

/** What goes on from the command with these words: its name, its job, its options. */
export function nextCommands(words: readonly string[]): NextCommands {
  return {
    again: commandLine(words),
    rest: commandLine(without(words, /^--limit(=|$)/)),
    retry: commandLine(retryWords(words)),
    plan: commandLine(without(words, notOfPlan).map((word, at) => (at === 0 ? "plan" : word))),
    send: commandLine(
      without(words, /^--(dry-run|show|watch|account)(=|$)/).map((word) => (word === "check" ? "run" : word)),
    ),
  };
}

/** Another command about the same job, with the words behind it: `audit`, `--run`, `20241121-2300`. */
export function otherCommand(words: readonly string[], name: string, ...more: readonly string[]): string {
  const [, ...others] = without(words, ofOneCommand);
  return commandLine([name, ...others, ...more]);
}

// Options that belong to a run's own files and to this one call; a retry takes up where it ended.
const ofThisRun = /^--(limit|plan|only|input|all-or-nothing|max-errors|strict|force|dry-run|watch|poll|listen)(=|$)/;
const notOfPlan =
  /^--(limit|plan|all-or-nothing|max-errors|force|dry-run|watch|poll|listen|open|no-values|json|show|account)(=|$)/;
const ofOneCommand =
  /^--(limit|only|input|all-or-nothing|max-errors|strict|force|dry-run|show|watch|account|json|quiet|log-file|open|no-values|plan|run|out|token-file)(=|$)/;
const withoutValue = /^--(all-or-nothing|strict|force|dry-run|watch|account|json|quiet|open|no-values)$|=/;

/** The words that retry what a command with these words did not make. */
function retryWords(words: readonly string[]): readonly string[] {
  return without(words, ofThisRun).map((word, at) =>
    at === 0 && (word === "run" || word === "drop") ? "retry" : word,
  );
}

/** The words without some options and their values. */
export function without(words: readonly string[], options: RegExp): readonly string[] {
  return words.filter((word, at) => {
    const before = words[at - 1] ?? "";
    return !options.test(word) && !(options.test(before) && !withoutValue.test(before));
  });
}

/** The words as somebody could paste them. */
export function commandLine(words: readonly string[]): string {
  return visibleLine(["luminous-import", ...words.map(shellWord)].join(" "));
}
