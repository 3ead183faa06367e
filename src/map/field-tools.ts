// What fields are compiled with, beside their own config.
import type { NameContext } from "./columns/column-names.ts";
import type { LookupTables, Mapping } from "./definition/mapping.ts";
import type { Blanks } from "./values/blanks.ts";

/** What every field of a mapping, or of one of its children, is compiled in. */
export interface FieldContext extends NameContext {
  readonly blanks: Blanks;
}

/** What fields are compiled with. */
export interface FieldTools {
  readonly context: FieldContext;
  readonly lookups: LookupTables;
  /** The mapping's name, for origins. */
  readonly file: string;
  /** Which field is the key, and damage of columns that is as it should be. */
  readonly codes: Pick<Mapping, "key" | "accept">;
}
