// How the cells of one column write numbers and dates, as they prove it themselves. Finding it out is not here.

/** What the cells of a column prove; what is absent was not needed. */
export interface ColumnStyle {
  readonly column: string;
  readonly decimal?: "." | ",";
  /** What stands between groups of three digits. */
  readonly thousands?: string;
  /** Luxon formats. */
  readonly dates?: readonly string[];
  /** Of a failures file that a spreadsheet saved in its own way: this counts, whatever the mapping says. */
  readonly savedAgain?: true;
  /** The same, and nothing showed its way: a cell that can be read in two ways is refused, also when it comes again. */
  readonly doubtful?: true;
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

// Merged cells: what blank cells of a column take from the last filled cell above them (`fill: down`). It is found out once,
// while a file is looked through, and kept with the file, so that a row that is read again alone still has it.

/** Blank cells one below the other, by the numbers of their rows, and what they take. */
export type FillRun = { readonly from: number; readonly to: number } & Filling;

/** The cell above that counts; or why nobody knows it. */
export type Filling = KnownFilling | { readonly unknown: string };

/** The filled cell: its text and where it stands. */
export interface KnownFilling {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** By column, in the order of the rows. A blank cell that is in none has no filled cell above it. */
export type Fills = Readonly<Record<string, readonly FillRun[]>>;

/** What a blank cell takes; undefined where nothing stands above it, or nobody asked for it to be filled. */
export function fillingAt(fills: Fills | undefined, column: string, row: number): Filling | undefined {
  const runs = fills !== undefined && Object.hasOwn(fills, column) ? (fills[column] ?? []) : [];
  let [low, high] = [0, runs.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const run = runs[middle];
    if (run === undefined) return undefined;
    if (row < run.from) high = middle - 1;
    else if (row > run.to) low = middle + 1;
    else return run;
  }
  return undefined;
}

/** What is said of a blank cell whose filling is not known. */
export function unknownFilling(why: string): string {
  return `the cell is blank, and which cell above fills it is not known: ${why}`;
}

/** Where a value was filled in from, in words. */
export function filledFrom({ file, line }: KnownFilling): string {
  return `filled down from ${file}:${line}`;
}
