// What can be typed, read off the commander program: commands, options, what their values are. The three shells are told the
// same, each in its language beside this file.
import type { Command, Option } from "commander";

/** What may stand in a place: words, or what the shell completes itself. */
export type Values =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "jobs" | "files" | "folders" | "anything" };

/** An option with its names (`--limit`, `-h`); without `values` it takes none. */
export interface OptionWords {
  readonly names: readonly string[];
  readonly about: string;
  readonly values: Values | undefined;
}

/** A command's name and what it is for. */
export interface Described {
  readonly name: string;
  readonly about: string;
}

/** What can be typed after a command. */
export interface CommandWords {
  /** `run`, `channels list`; nothing for the program itself. */
  readonly path: string;
  readonly options: readonly OptionWords[];
  /** What its arguments are, in their order; a repeated one is the last. */
  readonly operands: readonly (Values & { readonly isRepeated: boolean })[];
  /** The commands below it. */
  readonly below: readonly Described[];
}

/** Every command that help shows, the program itself first with an empty path. `wordsOf` knows the words of an option. */
export function commandWords(
  program: Command,
  wordsOf: (option: Option) => readonly string[] | undefined,
): readonly CommandWords[] {
  const names = visible(program).map(({ name }) => name);
  const walk = (command: Command, path: string): readonly CommandWords[] => {
    const help = command.createHelp();
    const below = help.visibleCommands(command).filter((each) => path === "" || each.name() !== "help");
    return [
      {
        path,
        options: help.visibleOptions(command).map((option) => optionWords(option, wordsOf)),
        operands: command.registeredArguments.map((argument) => ({
          ...(path === "help" ? { kind: "words", words: names } : valuesOf(argument.name(), argument.argChoices)),
          isRepeated: argument.variadic,
        })),
        below: below.map(described),
      },
      ...below.flatMap((each) => walk(each, path === "" ? each.name() : `${path} ${each.name()}`)),
    ];
  };
  return walk(program, "");
}

function visible(command: Command): readonly Described[] {
  return command.createHelp().visibleCommands(command).map(described);
}

function described(command: Command): Described {
  return { name: command.name(), about: firstSentence(command.description()) };
}

function optionWords(option: Option, wordsOf: (option: Option) => readonly string[] | undefined): OptionWords {
  const { long, short, description, required, optional, argChoices, flags } = option;
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? "";
  return {
    names: [long, short].filter((name) => typeof name === "string"),
    about: firstSentence(description),
    values: required || optional ? valuesOf(placeholder, wordsOf(option) ?? argChoices) : undefined,
  };
}

// The name of a place says what stands there; help shows it too.
function valuesOf(name: string, words: readonly string[] | undefined): Values {
  if (words !== undefined) return { kind: "words", words };
  if (name === "job") return { kind: "jobs" };
  if (name === "file" || name === "exports") return { kind: "files" };
  return { kind: name === "dir" || name === "folder" ? "folders" : "anything" };
}

function firstSentence(text: string): string {
  return text.split(/[;:.](?:\s|$)/, 1)[0] ?? "";
}
