// Rows that stand byte for byte in several files of an input: exports that overlap, a file that was downloaded twice. Each
// counts once. Equal rows of one file may be meant, so what counts is the highest number of them in any one file. The ledger
// remembers the texts; they do not grow with the files here.
import type { CompiledMapping } from "../map/compile.ts";
import type { SourceRow } from "../model/draft.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import type { Staging } from "../model/ledger/staging.ts";
import type { Problem } from "../model/problem.ts";
import { countText } from "../model/text/count-text.ts";
import { rowsHash } from "./rows-hash.ts";

/** Sees the rows of an input's main files, file by file, in their order. */
export interface SameRows {
  /**
   * For each of the next rows: what to say of one that an earlier file has as often already; undefined for the others, and an
   * empty list where there is one file.
   */
  find(rows: readonly SourceRow[]): Promise<readonly (Problem | undefined)[]>;
  /** Counts rows that were left out for this. */
  count(rows: number): void;
  /** What the run should say of them; undefined when there were none. */
  inWords(): string | undefined;
}

/** The same for an input; one with a single file has none. */
export function watchSameRows(
  input: string,
  files: readonly StagedFile[],
  compiled: CompiledMapping,
  staging: Pick<Staging, "sameRows">,
): SameRows {
  let total = 0;
  // Of a blank key that continues the row above: the row that has the key.
  let above: SourceRow | undefined;
  const isContinued = compiled.mapping.group?.rows === "continued";
  const nameOf = (id: number): string => files.find((file) => file.id === id)?.file ?? "?";

  /** Rows are the same when their text is, under the same columns and, where they continue the row above, of the same entry. */
  const identify = (source: SourceRow): string => {
    if (!isContinued) return rowsHash(input, [source]);
    const key = compiled.groupKey?.(source);
    if (key?.ok !== true || key.value !== "" || above?.ref.file !== source.ref.file) above = source;
    return rowsHash(input, above === source ? [source] : [above, source]);
  };

  return {
    async find(rows) {
      if (files.length < 2) return [];
      const readable = rows.filter(({ row }) => row.fault === undefined && row.leftOut === undefined);
      const found = await staging.sameRows(
        readable.map((source) => ({ ref: source.ref, line: source.row.line, text: identify(source) })),
      );
      const firsts = new Map(readable.map((source, at) => [source, found[at]]));
      return rows.map((source): Problem | undefined => {
        const first = firsts.get(source);
        if (first === undefined) return undefined;
        const { file, row } = source;
        const message = `the same row is in ${nameOf(first.file)}:${first.line} and counts once`;
        return { code: "same_row", severity: "warning", message, file, line: row.line, row: row.number };
      });
    },
    count(rows) {
      total += rows;
    },
    inWords() {
      if (total === 0) return undefined;
      return total === 1
        ? `${input}: 1 row is in two files and counts once`
        : `${input}: ${countText(total)} rows are in two or more files and count once`;
    },
  };
}
