// Damage of the columns of an input: watched for while the files are looked through, told in words, and under --strict held
// against the rows that have it.
import { watchColumn } from "../../damage/watch-column.ts";
import type { UsedColumn } from "../../map/columns/column-roles.ts";
import type { Damage, DamageKind } from "../../model/damage.ts";
import type { SourceRow } from "../../model/draft.ts";
import type { Problem } from "../../model/problem.ts";
import type { Row } from "../../model/row.ts";

/** Damage of one column of an input's files. */
export interface ColumnDamage extends Damage {
  /** The join whose files these are; absent for the main files. */
  readonly join?: string;
  readonly column: string;
  /** The files as people know them. */
  readonly files: ReadonlySet<string>;
}

/** Watches the used columns of an input. */
export interface DamageWatcher {
  /** A function that sees every readable row of a file; undefined when no column of it is watched. */
  watch(join: string | undefined, file: string): ((row: Row) => void) | undefined;
  /** What is damaged and not accepted. */
  found(): readonly ColumnDamage[];
}

/** An inspector of columns in their roles. Blank cells are nothing; `accept` names by column what is as it should be. */
export function watchDamage(
  columns: readonly UsedColumn[],
  isBlank: (text: string) => boolean,
  accept: Readonly<Record<string, readonly DamageKind[]>>,
): DamageWatcher {
  const watched = columns.map((column) => ({ column, watch: watchColumn(column.role), files: new Set<string>() }));
  return {
    watch(join, file) {
      const own = watched.filter(({ column }) => column.join === join);
      if (own.length === 0) return undefined;
      for (const { files } of own) files.add(file);
      return ({ cells, line }) => {
        const place = { file, line };
        for (const { column, watch } of own) {
          const cell = cells[column.column];
          if (typeof cell === "string" && cell !== "" && !isBlank(cell)) watch.see(cell, place);
        }
      };
    },
    found: () =>
      watched.flatMap(({ column: { join, column, decoded }, watch, files }) => {
        const accepted = Object.hasOwn(accept, column) ? (accept[column] ?? []) : [];
        return watch
          .damage()
          .filter(({ kind }) => !accepted.includes(kind) && !(decoded && kind === "html_entities"))
          .map((damage) => ({ ...damage, column, files, ...(join === undefined ? {} : { join }) }));
      }),
  };
}

/** `products.csv: column "SKU": 14 cells (lines 5, 9 …) look like …`, and how to accept it where that is right. */
export function damageWarnings(found: readonly ColumnDamage[], mapping: string): readonly string[] {
  return found.map((damage) => {
    const { cells, count, column, kind } = damage;
    const [first] = cells;
    const lines = cells.filter(({ file }) => file === first.file).map(({ line }) => line);
    const more = count > lines.length ? " …" : "";
    const amount = count === 1 ? "1 cell" : `${count} cells`;
    const where = `(line${lines.length === 1 ? "" : "s"} ${lines.join(", ")}${more}: ${quoted(first.text)})`;
    return `${first.file}: column "${column}": ${amount} ${where} ${wordsOf(kind)}${remedy(damage)}. If that is right: source: { accept: { ${JSON.stringify(column)}: [${kind}] } } in ${mapping}`;
  });
}

/** A problem for each damaged cell of the rows, to be counted as an error. */
export function damageProblems(rows: readonly SourceRow[], found: readonly ColumnDamage[]): readonly Problem[] {
  if (found.length === 0) return [];
  return rows.flatMap(({ file, row }) =>
    found.flatMap(({ files, column, kind, isDamaged }): Problem[] => {
      const value = row.cells[column];
      if (!files.has(file) || typeof value !== "string" || !isDamaged(value)) return [];
      const message = `${wordsOf(kind)} (--strict)`;
      return [{ code: "damaged_cell", message, file, line: row.line, row: row.number, column, value }];
    }),
  );
}

function remedy({ kind, cells }: ColumnDamage): string {
  if (kind !== "stand_in_word") return "";
  return `: source: { blank: [${[...new Set(cells.map(({ text }) => JSON.stringify(text.trim())))].join(", ")}] }`;
}

function quoted(text: string): string {
  return `"${text.length > maxShown ? `${text.slice(0, maxShown - 1)}…` : text}"`;
}

const maxShown = 40;

function wordsOf(kind: DamageKind): string {
  switch (kind) {
    case "scientific_notation":
      return "in scientific notation: the digits are lost; export the column as text";
    case "lost_leading_zeros":
      return "shorter than the others: a spreadsheet took zeros off the front; export the column as text";
    case "lost_trailing_zeros":
      return "shorter than the others: a spreadsheet took zeros off the end; export the column as text";
    case "date_in_identifier":
      return "written as a date: a spreadsheet took an identifier for one; export the column as text";
    case "mojibake":
      return "read in the wrong encoding, here or before: name source.encoding, or export again as UTF-8";
    case "odd_spaces":
      return "with spaces that look like others or like nothing: apply replace, or fix them (what has no width is taken out of keys anyway)";
    case "formula_error":
      return "the error of a formula: fix the spreadsheet and export again, or name it in source.blank";
    case "point_zero":
      return "ending in .0: a program took whole numbers for fractions; export the column as text";
    case "stand_in_word":
      return "with a word for nothing, which would be sent as it is: name it";
    case "html_entities":
      return "with entities of HTML, which would be sent as they are: apply decode_entities, or strip_html";
    case "cut_text":
      return "cut off at the length that some program allows: export again from the source";
    default:
      return kind satisfies never;
  }
}
