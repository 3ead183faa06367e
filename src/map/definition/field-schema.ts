// One field of a mapping as people write it: where its value comes from and what is done with it on the way. The file around
// it is mapping-schema.ts; what a schema cannot say of a field is in check-field.ts.
import { z } from "zod";
import { referableNames, referables } from "../../model/resources/resources.ts";

/** The name of a column. */
export const column = z.string().min(1, { error: "must name a column" });
/** CEL text. */
export const expression = z.string().min(1, { error: "must be an expression" });
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const constant = z.union([scalar, z.array(scalar)]);

const otherwise = z
  .union([
    z.enum(["error", "omit", "keep"]),
    z.strictObject({ value: constant.meta({ description: "The value to use instead", examples: ["Other", 0] }) }),
  ])
  .meta({
    description: "What happens to a cell without an answer: error (the default), omit, keep, or { value: … }",
    examples: ["omit", { value: "Other" }],
  });

/** The decimal sign. */
export const decimal = z.enum([".", ","]);
/** What may stand between groups of digits. */
export const thousands = z.string().length(1, { error: "must be one character" });
/** Date formats in Luxon tokens; at least one. */
export const dates = z.array(z.string().min(1)).min(1);

/** Merged cells. */
export const fill = z.literal("down").meta({
  description: "A blank cell takes what the last filled cell above it in the file holds (merged cells)",
  examples: ["down"],
});

/** A field in its longest form. */
export const fieldMap = z.strictObject({
  from: z
    .union([column, z.array(column).min(1)])
    .optional()
    .meta({
      description: "A column, a dotted path in JSON, or several: the first that is not blank wins",
      examples: ["Title", "customer.name", ["Type", "Product Category"]],
    }),
  fill: fill.optional(),
  template: z
    .string()
    .optional()
    .meta({
      description: "Text with {Column} placeholders; a blank one is empty text, {{ is a brace",
      examples: ["{Title} / {Vendor}"],
    }),
  expr: expression.optional().meta({
    description: "A CEL expression over row, parent, rows and item",
    examples: ['number(row["Price"]) * 1.2'],
  }),
  value: z
    .union([constant, z.array(z.record(z.string(), z.unknown())), z.record(z.string(), z.unknown())])
    .optional()
    .meta({ description: "A constant", examples: ["PRODUCT", true] }),
  sum: column.optional().meta({
    description: "A column whose numbers are added up over the rows that each: names; blank ones count as nothing",
    examples: ["freight_value"],
  }),
  each: column.optional().meta({
    description: "Of a sum: rows (of the group, as when it is left out), a joined input, or a nested array",
    examples: ["items", "line_items"],
  }),
  default: constant
    .optional()
    .meta({ description: "What to send when the cell is blank", examples: ["Uncategorised"] }),
  optional: z
    .boolean()
    .optional()
    .meta({ description: "The column need not exist", examples: [true] }),
  unit: z
    .string()
    .optional()
    .meta({
      description: "The unit of the cells: lb, oz, g, kg for weights; in, ft, yd, cm, mm, m for lengths",
      examples: ["kg", "cm"],
    }),
  split: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "What separates the items of a list in one cell", examples: [","] }),
  apply: z
    .array(z.union([z.string(), z.record(z.string(), z.unknown())]))
    .optional()
    .meta({
      description: "Named transforms, one after the other: trim, upper, { replace: [pattern, replacement] } …",
      examples: [["trim", "upper"], [{ prefix: "LEG-" }], ["money"]],
    }),
  lookup: z
    .strictObject({
      file: z
        .string()
        .min(1)
        .meta({ description: "A CSV file, relative to the mapping", examples: ["categories.csv"] }),
      key: column.meta({ description: "The column of that file to find the value by", examples: ["categoryID"] }),
      value: column.meta({ description: "The column of that file to read", examples: ["categoryName"] }),
      otherwise: otherwise.optional(),
    })
    .optional()
    .meta({
      description: "Reads a value from another file; a `map` comes after it",
      examples: [{ file: "categories.csv", key: "categoryID", value: "categoryName" }],
    }),
  map: z
    .record(z.string(), scalar)
    .optional()
    .meta({ description: "Cell text to value, compared exactly", examples: [{ active: true, draft: false }] }),
  otherwise: otherwise.optional(),
  when: expression.optional().meta({
    description: "A CEL condition; when it is false the field is left out",
    examples: ['row["Season"] != ""'],
  }),
  invalid: z
    .enum(["error", "omit"])
    .optional()
    .meta({
      description:
        "A value that the payload's field does not take: error (the default) makes the entry invalid, omit leaves it out with a warning",
      examples: ["omit"],
    }),
  round: z
    .int()
    .min(0)
    .max(12)
    .optional()
    .meta({ description: "Round half up to so many decimals", examples: [2] }),
  blank: z
    .literal("clear")
    .optional()
    .meta({ description: "A blank cell empties the field on update", examples: ["clear"] }),
  ref: z
    .strictObject({
      resource: z.enum(referableNames).meta({ description: "What it points at", examples: ["channels"] }),
      by: z.string().meta({
        description: `The key of that resource: ${referableNames.map((name) => referables[name].keyPath).join(", ")}`,
        examples: ["label"],
      }),
    })
    .optional()
    .meta({
      description: "Turns the key of a record into the id that Luminous gave it",
      examples: [{ resource: "channels", by: "label" }],
    }),
  decimal: decimal.optional().meta({ description: "The decimal sign of this field's cells", examples: [","] }),
  thousands: thousands
    .optional()
    .meta({ description: "What may stand between the digits of this field's cells", examples: ["."] }),
  dates: dates.optional().meta({ description: "The date formats of this field's cells", examples: [["d.M.yyyy"]] }),
});

/** A field in any of its forms. */
export const fieldSpec = z.union([column, fieldMap, z.array(z.union([column, fieldMap])).min(1)]);
/** Payload field → where it comes from. */
export const fieldSpecs = z.record(z.string().min(1), fieldSpec);

/** One field as it is written, in its longest form. */
export type WrittenField = z.output<typeof fieldMap>;
/** Any of the forms in which a field may be written. */
export type WrittenSpec = z.output<typeof fieldSpec>;
/** `otherwise` as it is written. */
export type WrittenOtherwise = z.output<typeof otherwise>;
