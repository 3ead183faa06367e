// Completion for fish, from version 3 on.
import type { CommandWords, OptionWords, Values } from "./command-words.ts";

/** The script that fish sources. */
export function fishCompletion(name: string, commands: readonly CommandWords[]): string {
  const groups = commands.filter(({ path, below }) => path !== "" && below.length > 0).map(({ path }) => path);
  const lines = commands.flatMap(({ path, options, operands, below }) => {
    const here = `complete -c ${name} -n ${quoted(condition(path, groups, below))}`;
    const inside = `complete -c ${name} -n ${quoted(seen(path))}`;
    const [first] = operands;
    return [
      ...below.map((each) => `${here} -a ${quoted(each.name)} -d ${quoted(each.about)}`),
      ...options.map((option) => `${path === "" ? here : inside} ${optionWords(option)}`),
      ...(first === undefined || first.kind === "anything" ? [] : [`${inside} ${valueWords(first)}`]),
    ];
  });
  return [
    `# fish completion for ${name}, written by: ${name} completion fish`,
    `complete -c ${name} -e`,
    `complete -c ${name} -f`,
    ...lines,
    "",
  ].join("\n");
}

/** Where the names of commands below this one are offered. */
function condition(path: string, groups: readonly string[], below: CommandWords["below"]): string {
  if (path === "") return "__fish_use_subcommand";
  return groups.includes(path)
    ? `${seen(path)}; and not __fish_seen_subcommand_from ${below.map(({ name }) => name).join(" ")}`
    : seen(path);
}

function seen(path: string): string {
  return path
    .split(" ")
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join("; and ");
}

function optionWords({ names, about, values }: OptionWords): string {
  const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const parts = [...flags, ...(values === undefined ? [] : [`-r ${valueWords(values)}`]), `-d ${quoted(about)}`];
  return parts.join(" ");
}

function valueWords(values: Values): string {
  switch (values.kind) {
    case "words":
      return `-f -a ${quoted(values.words.join(" "))}`;
    case "jobs":
      return String.raw`-k -a '(__fish_complete_suffix .yaml | string match -er "(\.ya?ml|/)(\t|\$)")'`;
    case "files":
      return "-F";
    case "folders":
      return "-a '(__fish_complete_directories)'";
    case "anything":
      return "-f";
    default:
      return values satisfies never;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
