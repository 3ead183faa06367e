// The form in which known column names are written down: payload field → the headings that mean it. Names are in the
// normalised form of columns/heading.ts, separated by " | ".

/** Headings that mean a field: surely, mostly, or perhaps. The first of a list is preferred when several are there. */
export interface FieldNames {
  readonly surely: string;
  readonly mostly?: string;
  readonly perhaps?: string;
}

/** Known names by payload field, or by a part of one that a recipe puts together (`bill.first_name`, `items.line_total`). */
export type NameTable = Readonly<Record<string, FieldNames>>;

/** The names in one of the lists. */
export function namesIn(list: string | undefined): readonly string[] {
  if (list === undefined) return [];
  const known = split.get(list);
  if (known !== undefined) return known;
  const names = list.split("|").map((name) => name.trim());
  split.set(list, names);
  return names;
}

// Every column of every export is compared with all of them.
const split = new Map<string, readonly string[]>();

/** What is known of one kind of export. */
export interface Platform {
  /** As people call it. */
  readonly name: string;
  /** Headings by which it is told; " | " between them. */
  readonly signature: string;
  /** What its columns mean, by payload field. */
  readonly names: NameTable;
  /** How paths of categories are written, where not as `A > B, C`; `skip` steps of each are the shop's root. */
  readonly categories?: { readonly list: string; readonly step: string; readonly skip: number };
  /** What stands between the options in the name of a variant, where it is no dash. */
  readonly optionSign?: string;
  /** Tax and shipping stand on every line as that line's own. */
  readonly hasTotalsPerLine?: true;
  /** How its orders come to their totals, where a sample is too small to prove it. */
  readonly sums?: {
    readonly discount?: "once" | "summed" | "subtotal";
    readonly tax: "once" | "either";
    /** All that is mapped adds up to its total. */
    readonly isTotal: boolean;
  };
  /** An order without a delivery address is delivered to the one on the bill. */
  readonly shipsToBilling?: true;
  /** Fields in which it writes 0 where nothing was ever said. */
  readonly zeroIsNothing?: string;
  /** Fields of which its columns say only a part, or not always the same. */
  readonly unsure?: string;
  /** Date formats that its cells may leave open. */
  readonly dates?: readonly string[];
  /** What headings begin with that end in the name of an outlet, by payload field; they count where there is one outlet. */
  readonly perOutlet?: Readonly<Record<string, string>>;
  /** Headings that look like a field and are none here. */
  readonly ignore?: string;
}

/** A table of names that are all sure. */
export function sureNames(names: Readonly<Record<string, string>>): NameTable {
  return Object.fromEntries(Object.entries(names).map(([path, surely]) => [path, { surely }]));
}
