// A mapping file as people write it: its keys, their forms and what they mean in one sentence each (a JSON Schema is
// generated from this). What a schema cannot say is in check-*.ts; what the tool works with is mapping.ts.
import { z } from "zod";
import { type ReferableName, referableNames, resourceNames } from "../model/resource.ts";
import { referables } from "../model/resources.ts";

const column = z.string().min(1, { error: "must name a column" });
const expression = z.string().min(1, { error: "must be an expression" });
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const constant = z.union([scalar, z.array(scalar)]);

const otherwise = z
  .union([z.enum(["error", "omit", "keep"]), z.strictObject({ value: constant.describe("The value to use instead") })])
  .describe("What happens to a cell without an answer: error (the default), omit, keep, or { value: … }");

const decimal = z.enum([".", ","]);
const thousands = z.string().length(1, { error: "must be one character" });
const dates = z.array(z.string().min(1)).min(1);

const fieldMap = z.strictObject({
  from: z
    .union([column, z.array(column).min(1)])
    .optional()
    .describe("A column, a dotted path in JSON, or several: the first that is not blank wins"),
  template: z.string().optional().describe("Text with {Column} placeholders; a blank one is empty text, {{ is a brace"),
  expr: expression.optional().describe("A CEL expression over row, parent, rows and item"),
  value: z
    .union([constant, z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())])
    .optional()
    .describe("A constant"),
  default: constant.optional().describe("What to send when the cell is blank"),
  optional: z.boolean().optional().describe("The column need not exist"),
  unit: z
    .string()
    .optional()
    .describe("The unit of the cells: lb, oz, g, kg for weights; in, ft, cm, mm, m for lengths"),
  split: z.string().min(1).optional().describe("What separates the items of a list in one cell"),
  apply: z
    .array(z.union([z.string(), z.record(z.string(), z.unknown())]))
    .optional()
    .describe("Named transforms, one after the other: trim, upper, { replace: [pattern, replacement] } …"),
  lookup: z
    .strictObject({
      file: z.string().min(1).describe("A CSV file, relative to the mapping"),
      key: column.describe("The column of that file to find the value by"),
      value: column.describe("The column of that file to read"),
      otherwise: otherwise.optional(),
    })
    .optional()
    .describe("Reads a value from another file; a `map` comes after it"),
  map: z.record(z.string(), scalar).optional().describe("Cell text to value, compared exactly"),
  otherwise: otherwise.optional(),
  when: expression.optional().describe("A CEL condition; when it is false the field is left out"),
  round: z.int().min(0).max(12).optional().describe("Round half up to so many decimals"),
  blank: z.literal("clear").optional().describe("A blank cell empties the field on update"),
  ref: z
    .strictObject({
      resource: z.enum(referableNames).describe("What it points at"),
      by: z.string().describe("The key of that resource: label, sku, order_number, or name of a company"),
    })
    .optional()
    .describe("Turns a label, SKU, order number or company's name into the id that Luminous gave it"),
  decimal: decimal.optional().describe("The decimal sign of this field's cells"),
  thousands: thousands.optional().describe("What may stand between the digits of this field's cells"),
  dates: dates.optional().describe("The date formats of this field's cells"),
});

const fieldSpec = z.union([column, fieldMap, z.array(z.union([column, fieldMap])).min(1)]);
const fieldSpecs = z.record(z.string().min(1), fieldSpec);

const child = z.strictObject({
  each: z
    .union([
      column,
      z.strictObject({
        from: column.describe("The cell to split"),
        split: z.string().min(1).describe("What separates its pieces"),
      }),
    ])
    .describe("rows (of the group), a nested array, a joined input, or a cell to split, whose pieces are `item`"),
  where: expression.optional().describe("A CEL condition; elements for which it is false are left out of the list"),
  fields: fieldSpecs.describe("Field of the list item → where it comes from"),
});

/** The schema of a mapping file. It transforms nothing, so that a JSON Schema can be made of it. */
export const mappingSchema = z.strictObject({
  version: z.literal(1).describe("The version of the mapping language"),
  resource: z
    .enum(resourceNames, { error: ({ input }) => (isOnlyReferable(input) ? notImported(input) : undefined) })
    .describe("What the entries are"),
  source: z
    .strictObject({
      format: z.enum(["csv", "tsv", "json", "ndjson"]).optional().describe("Left out: by the file's name and content"),
      match: z.string().min(1).optional().describe("A file name pattern by which a file drop finds this mapping"),
      delimiter: z
        .string()
        .length(1, { error: "must be one character" })
        .optional()
        .describe("What separates the cells of a CSV"),
      encoding: z.string().min(1).optional().describe("utf-8, utf-16le, windows-1252, iso-8859-1 …; a BOM decides"),
      records: z.string().min(1).optional().describe("JSON: the dotted path at which the array stands"),
      blank: z.array(z.string()).optional().describe("Cells that mean nothing, beside the empty one"),
      decimal: decimal.optional().describe("The decimal sign of numbers; default ."),
      thousands: thousands.optional().describe("What may stand between digits; default none"),
      dates: dates.optional().describe("Date formats in Luxon tokens, tried in order; default ISO"),
      timezone: z
        .string()
        .refine(isTimezone, { error: "is no time zone that this machine knows (write it as Europe/Berlin or UTC)" })
        .optional()
        .describe("Where the calendar day of a date-time with an offset is taken; default UTC"),
    })
    .optional()
    .describe("How the files are written; what is left out is detected"),
  where: expression.optional().describe("A CEL condition on single rows; the others are excluded"),
  group: z
    .strictObject({
      by: z
        .union([
          column,
          z.array(column).min(1),
          z.strictObject({ expr: expression.describe("A CEL expression that gives the key") }),
        ])
        .describe("What the rows of one entry have in common"),
      rows: z
        .enum(["adjacent", "anywhere", "continued"])
        .optional()
        .describe("Where they stand in the file; default adjacent"),
      head: expression.optional().describe("Which row counts as the first; default the first in the file"),
      where: expression.optional().describe("A CEL condition on the first row; when false the whole group is excluded"),
      conflict: z
        .enum(["warn", "error", "ignore"])
        .optional()
        .describe("When later rows disagree with the first on a field of the entry itself; default warn"),
    })
    .optional()
    .describe("Many rows, one entry"),
  join: z
    .record(
      z.string().min(1),
      z.strictObject({
        on: z
          .record(column, column)
          .refine((pair) => Object.keys(pair).length === 1, { error: "must be one pair of columns, theirs: ours" })
          .describe("The column of the other input, and the column here that holds the same value"),
        one: z
          .boolean()
          .optional()
          .describe("At most one of its rows belongs to an entry; read it with from: name.column"),
      }),
    )
    .optional()
    .describe("Other inputs of the job whose rows belong to entries of this one"),
  key: z.string().min(1).optional().describe("The payload field that is the key; default the resource's own"),
  fields: fieldSpecs.describe("Payload field → where it comes from"),
  children: z.record(z.string().min(1), child).optional().describe("Lists of objects in the payload"),
});

/** A mapping as it is written, once the schema has accepted it. */
export type WrittenMapping = z.output<typeof mappingSchema>;
/** One field as it is written, in its longest form. */
export type WrittenField = z.output<typeof fieldMap>;
/** Any of the forms in which a field may be written. */
export type WrittenSpec = z.output<typeof fieldSpec>;
/** A child as it is written. */
export type WrittenChild = z.output<typeof child>;
/** `otherwise` as it is written. */
export type WrittenOtherwise = z.output<typeof otherwise>;

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isOnlyReferable(name: unknown): name is ReferableName {
  return referableNames.some((known) => known === name) && !resourceNames.some((known) => known === name);
}

function notImported(name: ReferableName): string {
  return `${name} cannot be imported, only referred to: ref: { resource: ${name}, by: ${referables[name].keyPath} }`;
}
