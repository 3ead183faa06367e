// Whether a list that a mapping names can be there: `each` of a child, and of a sum.
import { didYouMean, nearest } from "../../model/text/nearest.ts";
import type { WrittenMapping } from "./mapping-schema.ts";

/** What is wrong with the name of a list: `rows`, a join of many, or a nested array. */
export function listFaults(each: string, { group, join, source }: Partial<WrittenMapping>): readonly string[] {
  if (each === "rows") return group === undefined ? ["each: rows means the rows of a group: add group: { by: … }"] : [];
  const joins = Object.entries(join ?? {});
  const named = joins.find(([name]) => name === each);
  if (named !== undefined) {
    return named[1].one === true
      ? [`at most one row of "${each}" belongs to an entry (one: true): read it with from: ${each}.column`]
      : [];
  }
  const names = ["rows", ...joins.map(([name]) => name)];
  const isCsv = source?.format === "csv" || source?.format === "tsv";
  const couldBeNested = !isCsv && (source?.format !== undefined || nearest(each, names) === undefined);
  return couldBeNested ? [] : [`there is no join "${each}".${didYouMean(each, names)}`];
}
