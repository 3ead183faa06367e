// A mapping file as people write it: its keys, their forms, what they mean in one sentence each and an example (editors
// show them: build/json-schemas.ts makes a JSON Schema of this). Fields are in field-schema.ts, what a schema cannot say
// in check-*.ts, what the tool works with in mapping.ts.
import { z } from "zod";
import { damageKinds } from "../../model/damage.ts";
import type { ReferableName } from "../../model/resource.ts";
import { referableNames, referables, resourceNames } from "../../model/resources/resources.ts";
import {
  column,
  dates,
  decimal,
  expression,
  type fieldMap,
  fieldSpec,
  fieldSpecs,
  fill,
  thousands,
} from "./field-schema.ts";
import { totalsSchema } from "./totals-schema.ts";

const child = z.strictObject({
  each: z
    .union([
      column,
      z.strictObject({
        from: column.meta({
          description: "The cell to split, or a nested array",
          examples: ["Grouped products", "line_items"],
        }),
        split: z
          .string()
          .min(1)
          .optional()
          .meta({ description: "What separates the pieces of the cell", examples: [",", ";"] }),
        optional: z
          .boolean()
          .optional()
          .meta({ description: "It need not exist: the list is empty then", examples: [true] }),
      }),
      z.strictObject({
        expr: expression.meta({
          description: "A CEL expression over row and rows that gives a list of texts",
          examples: ['row["Contents"].split(";").filter(piece, piece.contains("*"))'],
        }),
      }),
    ])
    .meta({
      description:
        "rows (of the group), a nested array, a joined input, a cell to split or an expression, whose pieces are `item`",
      examples: ["rows", "line_items", "details", { from: "Grouped products", split: "," }],
    }),
  where: expression.optional().meta({
    description: "A CEL condition; elements for which it is false are left out of the list",
    examples: ['row["SKU"] != ""'],
  }),
  fields: fieldSpecs.meta({
    description: "Field of the list item → where it comes from",
    examples: [{ sku: "SKU", quantity: "Qty" }],
  }),
  amounts: z
    .strictObject({
      line: fieldSpec.meta({
        description: "What one item comes to, its own discounts taken off; read like a field of the item",
        examples: ["Line Total", { expr: 'number(row["Qty"]) * number(row["Price"])', round: 4 }],
      }),
      order_discount: fieldSpec.optional().meta({
        description: "What is taken off the whole order (above 0); shared out over the items by amount",
        examples: [{ from: "Discount Amount", optional: true }],
      }),
    })
    .optional()
    .meta({
      description: "In place of unit_price: amounts of money, which prices are made of that add up to the cent",
      examples: [{ line: "Line Total", order_discount: "Discount" }],
    }),
});

/** The schema of a mapping file. It transforms nothing, so that a JSON Schema can be made of it. */
export const mappingSchema = z.strictObject({
  version: z.literal(1).meta({ description: "The version of the mapping language", examples: [1] }),
  resource: z
    .enum(resourceNames, { error: ({ input }) => (isOnlyReferable(input) ? notImported(input) : undefined) })
    .meta({ description: "What the entries are", examples: ["products", "sales_orders"] }),
  source: z
    .strictObject({
      format: z
        .enum(["csv", "tsv", "json", "ndjson"])
        .optional()
        .meta({ description: "Left out: by the file's name and content", examples: ["csv"] }),
      match: z
        .string()
        .min(1)
        .optional()
        .meta({
          description: "A file name pattern by which a file drop finds this mapping",
          examples: ["products_export*.csv"],
        }),
      delimiter: z
        .string()
        .length(1, { error: "must be one character: a separator of several characters is not supported" })
        .optional()
        .meta({ description: "What separates the cells of a CSV", examples: [";", "\t"] }),
      quote: z
        .literal("none")
        .optional()
        .meta({ description: "Cells are never in quotes; left out: they may be", examples: ["none"] }),
      header_line: z
        .int()
        .min(1)
        .max(1000)
        .optional()
        .meta({
          description:
            "The line of a CSV that has the column names; left out: the first, or that of the first 20 which has the columns of the mapping",
          examples: [3],
        }),
      encoding: z
        .string()
        .min(1)
        .optional()
        .meta({
          description: "utf-8, utf-16le, windows-1252, iso-8859-1 …; a BOM decides over it; left out: detected",
          examples: ["windows-1252"],
        }),
      records: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "JSON: the dotted path to the array", examples: ["data.orders"] }),
      headings: z
        .record(column, z.array(column).min(1))
        .optional()
        .meta({
          description:
            "CSV: other headings of a column, such as those of other languages; the first that is there is read",
          examples: [{ "Regular price": ["Regulärer Preis", "Tarif régulier"] }],
        }),
      blank: z
        .array(z.string())
        .optional()
        .meta({ description: "Cells that mean nothing, beside the empty one", examples: [["NULL", "N/A"]] }),
      accept: z
        .record(column, z.array(z.enum(damageKinds)).min(1))
        .optional()
        .meta({
          description: "What looks like spreadsheet damage in a column and is none",
          examples: [{ SKU: ["date_in_identifier"] }],
        }),
      optional: z
        .array(column)
        .min(1)
        .optional()
        .meta({
          description: "Columns that the files need not have: they are blank then, wherever the mapping reads them",
          examples: [["Grouped products", "Brands"]],
        }),
      decimal: decimal
        .optional()
        .meta({ description: "The decimal sign of numbers; default: found per column", examples: [","] }),
      thousands: thousands
        .optional()
        .meta({ description: "What may stand between digits; default: found with decimal", examples: ["."] }),
      dates: dates.optional().meta({
        description: "Date formats in Luxon tokens, tried in order; default: found per column, beside ISO",
        examples: [["M/d/yyyy", "M/d/yy H:mm"]],
      }),
      timezone: z
        .string()
        .refine(isTimezone, { error: "is not a time zone that this machine knows (write it as Europe/Berlin or UTC)" })
        .optional()
        .meta({
          description: "Where the calendar day of a date-time with an offset is taken; default: the day that it shows",
          examples: ["Europe/Berlin", "America/New_York"],
        }),
    })
    .optional()
    .meta({
      description: "How the files are written; what is left out is detected",
      examples: [{ decimal: ",", dates: ["d.M.yyyy"], blank: ["NULL"] }],
    }),
  totals: totalsSchema.optional().meta({
    description: "The source's own sums: every order is compared with them; they are never sent",
    examples: [{ order: "Total", items: "Subtotal", currency: "Currency" }],
  }),
  where: expression.optional().meta({
    description: "A CEL condition on single rows; the others are excluded",
    examples: ['row["Vendor"] != "Test"'],
  }),
  index: z
    .record(
      z.string(),
      z.strictObject({
        key: expression.meta({
          description: "A CEL expression over row: what the row is found by, a text or a list of texts",
          examples: ['[row["SKU"], "id:" + row["ID"]]'],
        }),
        value: expression.meta({ description: "A CEL expression over row: what is found", examples: ['row["SKU"]'] }),
        where: expression.optional().meta({
          description: "A CEL condition: which rows are in the index; default all",
          examples: ['row["Parent"] == ""'],
        }),
      }),
    )
    .optional()
    .meta({
      description: "What expressions find among all rows of the input: name(key), or name(key, otherwise)",
      examples: [{ sku_of: { key: '"id:" + row["ID"]', value: 'row["SKU"]' } }],
    }),
  group: z
    .strictObject({
      by: z
        .union([
          column,
          z.array(column).min(1),
          z.strictObject({
            from: z.union([column, z.array(column).min(1)]).meta({
              description: "A column, or several that mean the same: the first that is not blank is the key",
              examples: [["Handle", "URL handle"]],
            }),
            fill: fill.optional(),
          }),
          z.strictObject({
            expr: expression.meta({
              description: "A CEL expression that gives the key",
              examples: ['row["Parent"] != "" ? row["Parent"] : row["SKU"]'],
            }),
          }),
        ])
        .meta({
          description: "What the rows of one entry have in common",
          examples: [
            "Handle",
            ["Store", "Order"],
            { from: ["Handle", "URL handle"] },
            { expr: 'row["Parent"] != "" ? row["Parent"] : row["SKU"]' },
          ],
        }),
      rows: z
        .enum(["adjacent", "anywhere", "continued"])
        .optional()
        .meta({ description: "Where they stand in the file; default adjacent", examples: ["anywhere"] }),
      head: z
        .union([
          expression,
          z.strictObject({
            first: expression.meta({
              description: "A CEL condition; of several rows for which it is true, the first in the file counts",
              examples: ['row["Title"] != ""'],
            }),
          }),
        ])
        .optional()
        .meta({
          description: "Which row counts as the first; default the first in the file",
          examples: ['row["Title"] != ""', { first: 'row["Title"] != ""' }],
        }),
      where: expression.optional().meta({
        description: "A CEL condition on the first row; when false the whole group is excluded",
        examples: ['row["Status"] != "archived"'],
      }),
      conflict: z
        .enum(["warn", "error", "ignore"])
        .optional()
        .meta({
          description: "When later rows disagree with the first on a field of the entry itself; default warn",
          examples: ["ignore"],
        }),
    })
    .optional()
    .meta({ description: "Many rows, one entry", examples: [{ by: "Order" }] }),
  join: z
    .record(
      z.string().min(1),
      z.strictObject({
        on: z
          .record(column, column)
          .refine((pair) => Object.keys(pair).length === 1, { error: "must be one pair of columns, theirs: ours" })
          .meta({
            description: "The column of the other input, and the column here that holds the same value",
            examples: [{ orderID: "orderID" }],
          }),
        one: z
          .boolean()
          .optional()
          .meta({
            description: "At most one of its rows belongs to an entry; read it with from: name.column",
            examples: [true],
          }),
      }),
    )
    .optional()
    .meta({
      description: "Other inputs of the job whose rows belong to entries of this one",
      examples: [
        { details: { on: { orderID: "orderID" } }, customers: { on: { customerID: "customerID" }, one: true } },
      ],
    }),
  key: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The payload field that is the key; default the resource's own", examples: ["sku"] }),
  fields: fieldSpecs.meta({
    description: "Payload field → where it comes from",
    examples: [{ sku: "SKU", name: "Title", "category.name": { from: "Type", default: "Uncategorised" } }],
  }),
  children: z
    .record(z.string().min(1), child)
    .optional()
    .meta({
      description: "Lists of objects in the payload",
      examples: [{ items: { each: "rows", fields: { sku: "SKU", quantity: "Qty", unit_price: "Price" } } }],
    }),
});

/** A mapping as it is written, once the schema has accepted it. */
export type WrittenMapping = z.output<typeof mappingSchema>;
/** A mapping as somebody gives it: what a mapping file holds, as an object. */
export type MappingObject = z.input<typeof mappingSchema>;
/** A field of a mapping where the name of a column does not say enough. */
export type MappingField = z.input<typeof fieldMap>;
/** A list of objects in the payload, as a mapping makes it. */
export type MappingChild = z.input<typeof child>;
/** A child as it is written. */
export type WrittenChild = z.output<typeof child>;

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
