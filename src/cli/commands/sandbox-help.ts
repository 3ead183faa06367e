// What `sandbox --help` says beside its options: every fault and every lie. Apart from sandbox.ts, which loads the server.
import { Help } from "commander";
import { faults } from "../../sandbox/world/faults.ts";
import { lieGroups, lieLines } from "../../sandbox/world/lies.ts";

/** The faults and the lies for `--help`, each with what it does. */
export function sandboxHelp(): string {
  const help = new Help();
  help.helpWidth = width;
  const items = (lines: readonly Line[]): readonly string[] => {
    const termWidth = Math.max(...lines.map(({ term }) => term.length));
    return lines.map(({ term, says }) => help.formatItem(term, termWidth, says, help));
  };
  const faultLines = Object.entries(faults).map(([term, says]) => ({ term: `${term}=P`, says }));
  const groups = Object.entries(lieGroups) as [keyof typeof lieGroups, string][];
  return [
    "",
    help.boxWrap("Faults strike single requests at random. P is a probability; together they can be 1 at most.", width),
    ...items(faultLines),
    "",
    help.boxWrap(
      "Lies are always on, or told with a probability P where one is given. Default numbers are in parentheses.",
      width,
    ),
    ...groups.flatMap(([group, title]) => ["", `${title}:`, ...items(lieLines(group))]),
  ].join("\n");
}

const width = 80;

interface Line {
  readonly term: string;
  readonly says: string;
}
