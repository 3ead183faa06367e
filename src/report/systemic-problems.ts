// Which problems every row has: then the mapping is wrong rather than the cells, and one line of it fixes them all.
import type { ProblemCode } from "../model/problem.ts";
import type { ProblemGroup } from "./problems.ts";
import type { Summary } from "./summary.ts";

const fewest = 3;

// What earlier runs made of the rows: no mapping changes that.
const ofEarlierRuns: ReadonlySet<ProblemCode> = new Set(["accepted_by_retry", "program_changed", "not_open"]);

/**
 * Says of a group whether every entry of its input has it, or every row where it is about items. False where that cannot
 * be known: of nested lists nobody counts the items.
 */
export function systemicIn({ files, tallies }: Summary): (group: ProblemGroup) => boolean {
  return ({ count, examples: [first] }) => {
    const source = files.find(({ file }) => file === first?.file);
    if (first === undefined || source === undefined || count < fewest || ofEarlierRuns.has(first.code)) return false;
    const isOfItems = first.path?.includes("[") === true;
    if (isOfItems && source.format !== "csv" && source.format !== "tsv") return false;
    const counted = tallies.filter(({ input, outcome }) => input === source.input && outcome !== "excluded");
    const all = counted.reduce((sum, { rows, entries }) => sum + (isOfItems ? rows : entries), 0);
    return all > 0 && count >= all;
  };
}
