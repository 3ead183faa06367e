// Spreadsheet damage as data: what went wrong with the cells of a column before they came here. Finding it is reading's business.

/** The closed set of kinds; `source.accept` of a mapping and `damage` of summary.json name them. */
export const damageKinds = [
  "scientific_notation", // 4.00638E+12
  "lost_leading_zeros", // 123 among 000456
  "lost_trailing_zeros", // 10.1 among 10.10
  "date_in_identifier", // Sep-01
  "mojibake", // Ã©
  "odd_spaces", // non-breaking or without width
  "formula_error", // #REF!
  "point_zero", // 1001.0
  "stand_in_word", // NULL
  "html_entities", // &amp;
  "cut_text", // at 255 or 32,767 characters
] as const;
/** One of `damageKinds`. */
export type DamageKind = (typeof damageKinds)[number];

/** What the cells of a column are: what counts as damage depends on it. */
export type ColumnRole = "identifier" | "gtin" | "postal_code" | "text" | "other";

/** A damaged cell and where it stands. */
export interface DamagedCell {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

/** One kind of damage in one column. */
export interface Damage {
  readonly kind: DamageKind;
  /** Cells that look damaged. */
  readonly count: number;
  /** The first few of them. */
  readonly cells: readonly [DamagedCell, ...DamagedCell[]];
  /** Tells whether a cell of the column is one of them. */
  readonly isDamaged: (text: string) => boolean;
}
