// What `sandbox --help` says beside its options: every fault and every lie. Apart from sandbox.ts, which loads the server.
import { faults } from "../../sandbox/world/faults.ts";
import { lieGroups, lieLines } from "../../sandbox/world/lies.ts";

/** The faults and the lies for `--help`, a line each. */
export function sandboxHelp(): string {
  const faultLines = Object.entries(faults).map(([term, says]) => ({ term: `${term}=P`, says }));
  const groups = Object.entries(lieGroups) as [keyof typeof lieGroups, string][];
  return [
    "",
    "Faults strike single requests at random. P is a probability; together they can be 1 at most.",
    ...columns(faultLines),
    "",
    "Lies are always on, or told with a probability P where one is given. Default numbers are in parentheses.",
    ...groups.flatMap(([group, title]) => ["", `${title}:`, ...columns(lieLines(group))]),
  ].join("\n");
}

function columns(lines: readonly { readonly term: string; readonly says: string }[]): readonly string[] {
  const width = Math.max(...lines.map(({ term }) => term.length));
  return lines.map(({ term, says }) => `  ${term.padEnd(width)}  ${says}`);
}
