// Lines of a guess that its own check refutes: of every entry, or of every row where the field stands in a list, the check says that
// this field cannot be what the line makes of it.
import { allLines, type Decisions, type Proposal, type ProposedMapping } from "../../init/init.ts";
import type { Summary } from "../../report/summary.ts";

/** The refuted lines by input and by path, with what the check says of them; undefined where there are none. */
export function refutedLines(proposal: Proposal, summary: Summary): Decisions["refuted"] {
  const found = proposal.mappings.flatMap((mapping): readonly (readonly [string, ReadonlyMap<string, string>])[] => {
    const lines = refutedOf(mapping, summary);
    return lines.size === 0 ? [] : [[mapping.name, lines]];
  });
  return found.length === 0 ? undefined : new Map(found);
}

function refutedOf(mapping: ProposedMapping, summary: Summary): ReadonlyMap<string, string> {
  const own = summary.tallies.filter(({ input }) => input === mapping.name);
  const sum = (what: "rows" | "entries") => own.reduce((total, tally) => total + tally[what], 0);
  const files = new Set(summary.files.flatMap(({ input, file }) => (input === mapping.name ? [file] : [])));
  const refuted = new Map<string, string>();
  for (const line of allLines(mapping)) {
    if (line.kind === "todo" || line.confidence === "low" || keys.includes(line.path)) continue;
    const child = mapping.children.find(({ list }) => line.path.startsWith(`${list}.`));
    if (child !== undefined && child.each !== "rows") continue;
    const groups = summary.problems.top.filter(
      ({ severity, examples: [first] }) =>
        severity === "error" &&
        first?.path?.replace(/\[\d+\]/g, "") === line.path &&
        (first.file === undefined || files.has(first.file)),
    );
    const count = groups.reduce((total, group) => total + group.count, 0);
    const [first] = groups[0]?.examples ?? [];
    const all = sum(child === undefined ? "entries" : "rows");
    if (first !== undefined && all > 0 && count >= all) {
      const cell = first.value === undefined ? "" : ` (${JSON.stringify(first.value)})`;
      refuted.set(line.path, `${first.message}${cell}`);
    }
  }
  return refuted;
}

// Without its key a mapping is none.
const keys = ["sku", "order_number"];
