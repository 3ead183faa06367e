// `luminous-import completion`: the script that a shell sources, made of the commands as they are defined.
import type { Command } from "commander";
import { exitCodes } from "../../model/exit-codes.ts";
import { bashCompletion } from "../completion/bash.ts";
import { commandWords } from "../completion/command-words.ts";
import { fishCompletion } from "../completion/fish.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { CommandWorld } from "../world/world.ts";

/** The shells that there is completion for. */
export type Shell = "bash" | "zsh" | "fish";

/** Prints the script for a shell; gives the exit code. */
export function completion(
  shell: Shell,
  program: Command,
  wordsOf: Parameters<typeof commandWords>[1],
  world: CommandWorld,
): number {
  const write = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell];
  world.stdout.write(write(program.name(), commandWords(program, wordsOf)));
  return exitCodes.done;
}
