// The form in which the headings and words of other languages are written down: what English headings of the name tables
// they mean. Headings are compared without accents and case; " | " stands between them.

/** What files in one language say. */
export interface Language {
  /** As people call it. */
  readonly name: string;
  /** Its headings by the English one that means the same; the parts of addresses by `billing` and `shipping` too. */
  readonly headings: Readonly<Record<string, string>>;
  /** How it says whose address a column speaks of, before or behind the part: by `billing`, `shipping`, `customer`. */
  readonly blocks: Readonly<Record<"billing" | "shipping" | "customer", string>>;
  /** Words of orders, by an English word of theirs that the status table knows. */
  readonly statuses: Readonly<Record<string, string>>;
  readonly yes: string;
  readonly no: string;
}
