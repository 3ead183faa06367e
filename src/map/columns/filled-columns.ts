// Which columns a mapping fills down: what stands above their blank cells has to be found before a row is mapped.
import type { Mapping } from "../definition/mapping.ts";
import { type ColumnPlace, type ColumnUses, locate } from "./column-uses.ts";

/** Every column that is filled. `isColumn` tells which columns there are. */
export function filledColumns(
  { group }: Mapping,
  uses: ColumnUses,
  isColumn: (place: ColumnPlace) => boolean,
): readonly ColumnPlace[] {
  const ofGroup = group !== undefined && "columns" in group.by && group.by.fill;
  return uses.all.flatMap((use) => {
    const source = use.of?.alternative.source;
    const ofField = use.use === "from" && source?.kind === "from" && source.fill;
    const { place } = locate(use, isColumn);
    return place !== undefined && (ofField || (use.use === "group" && ofGroup)) ? [place] : [];
  });
}
