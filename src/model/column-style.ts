// How the cells of one column write numbers and dates, as they prove it themselves. Finding it out is not here.

/** What the cells of a column prove; what is absent was not needed. */
export interface ColumnStyle {
  readonly column: string;
  readonly decimal?: "." | ",";
  /** What stands between groups of three digits. */
  readonly thousands?: string;
  /** Luxon formats. */
  readonly dates?: readonly string[];
}

/** The styles of the columns of one file; columns without a finding are not in it. */
export type ColumnStyles = readonly ColumnStyle[];

/** The style of a column, or undefined where nothing was found. */
export function styleOfColumn(styles: ColumnStyles | undefined, column: string): ColumnStyle | undefined {
  if (styles === undefined || styles.length === 0) return undefined;
  let byColumn = indexes.get(styles);
  if (byColumn === undefined) {
    byColumn = new Map(styles.map((style) => [style.column, style]));
    indexes.set(styles, byColumn);
  }
  return byColumn.get(column);
}

// All rows of a file share the list, and every number of every row asks for its column.
const indexes = new WeakMap<ColumnStyles, ReadonlyMap<string, ColumnStyle>>();
