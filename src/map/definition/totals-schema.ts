// `totals:` of a mapping as people write it: where the source's own sums stand, and how exactly ours have to meet them.
// What is compared with what is in map/totals.ts.
import { z } from "zod";
import { fieldSpec } from "./field-schema.ts";

/** The source's own sums. They are compared and never sent. */
export const totalsSchema = z.strictObject({
  order: fieldSpec.optional().meta({
    description: "What the source says the order comes to: its items, tax and shipping",
    examples: ["Total"],
  }),
  items: fieldSpec.optional().meta({
    description: "What the source says its items come to: the sum of quantity × unit_price",
    examples: ["Subtotal"],
  }),
  line: fieldSpec.optional().meta({
    description: "What the source says one item comes to; read like a field of children.items",
    examples: ["Line Total"],
  }),
  currency: fieldSpec
    .optional()
    .meta({ description: "The currency of the order: one channel takes one", examples: ["Currency"] }),
  currencies: z
    .array(z.string().trim().min(1))
    .min(1)
    .optional()
    .meta({ description: "Currencies that may stand together in one channel", examples: [["USD", "CAD"]] }),
  tolerance: z
    .number()
    .min(0)
    .optional()
    .meta({ description: "How far a sum of ours may be from the source's; default 0.01", examples: [0.01, 0] }),
  mismatch: z
    .enum(["error", "warn"])
    .optional()
    .meta({ description: "What a sum that differs is; default error", examples: ["warn"] }),
});

/** Those of its keys that are read from the source. */
export const totalNames = ["order", "items", "line", "currency"] as const;
/** One of `totalNames`. */
export type TotalName = (typeof totalNames)[number];
