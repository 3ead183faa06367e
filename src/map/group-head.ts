// Which row of a group counts as its first: the entry's own fields come from it.
import { cellPlace, type SourceRow } from "../model/draft.ts";
import type { Problem } from "../model/problem.ts";
import type { Mapping } from "./definition/mapping.ts";
import { atReads } from "./expression/at-reads.ts";
import { judgeBy } from "./expression/condition.ts";
import { type RowsSeen, rowScope } from "./scope.ts";

/** The head, and why it may not be the right one. */
export interface GroupHead {
  readonly head: SourceRow;
  readonly problems: readonly Problem[];
}

/**
 * `group.head` as a function; without it the first row in the file. When none or several say so, the first is taken, with a
 * problem; several are none where the mapping says that they may be.
 */
export function compileGroupHead({ group }: Mapping, seen: RowsSeen): (rows: readonly SourceRow[]) => GroupHead {
  const judge = group?.head === undefined ? undefined : judgeBy(group.head, "head");
  return (rows) => {
    const [first] = rows;
    if (first === undefined) throw new Error("a group has at least one row");
    if (judge === undefined) return { head: first, problems: [] };
    const heads: SourceRow[] = [];
    const problems: Problem[] = [];
    for (const source of rows) {
      const judged = judge(rowScope(source, seen));
      if (!judged.ok) problems.push(atReads({ code: "expression_failed", message: judged.message }, source, judged));
      else if (judged.value) heads.push(source);
    }
    const [head = first, ...others] = heads;
    if (heads.length === 0 && problems.length === 0) {
      problems.push({ code: "no_head", message: "no row of this group is its first by `head`", ...cellPlace(first) });
    }
    if (group?.headMayRepeat === true) return { head, problems };
    for (const other of others) {
      const message = `line ${head.row.line} is the first row of this group by \`head\`, and so is this one`;
      problems.push({ code: "several_heads", message, ...cellPlace(other) });
    }
    return { head, problems };
  };
}
