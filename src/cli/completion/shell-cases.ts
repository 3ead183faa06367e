// The tables of bash and zsh: branches of a `case`, which both write in the same way.
import type { CommandWords, Values } from "./command-words.ts";

/** A branch for each pattern that prints a text, with quotes around both. */
export function caseLines(cases: readonly (readonly [pattern: string, text: string])[]): string {
  return cases.map(([pattern, text]) => `    ${quoted(pattern)}) echo ${quoted(text)} ;;`).join("\n");
}

/** For each option that takes a value, `run --limit`, what that is. */
export function optionCases(
  commands: readonly CommandWords[],
  text: (values: Values) => string,
): readonly (readonly [string, string])[] {
  return commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values }) =>
      values === undefined ? [] : names.map((name) => [`${path} ${name}`, text(values)] as const),
    ),
  );
}

/** For each argument of a command, `run 0`, what that is; a repeated one has every further number. */
export function operandCases(commands: readonly CommandWords[], text: (values: Values) => string): string {
  return commands
    .flatMap(({ path, operands }) =>
      operands.map((values, at) => {
        const pattern = values.isRepeated ? `${quoted(`${path} `)}*` : quoted(`${path} ${at}`);
        return `    ${pattern}) echo ${quoted(text(values))} ;;`;
      }),
    )
    .join("\n");
}

/** In single quotes, in which nothing but their end means anything. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
