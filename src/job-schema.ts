// A job file as people write it: its keys, what they mean in one sentence each, their defaults and an example (editors show
// them: build/json-schemas.ts makes a JSON Schema of this). What the program works with is job.ts.
import { z } from "zod";

const pathText = z.string().min(1);

/** The schema of a job file. It transforms nothing, so that a JSON Schema can be made of it. */
export const writtenJob = z.strictObject({
  version: z.literal(1).meta({ description: "The version of the job format: 1.", examples: [1] }),
  api: z
    .strictObject({
      company: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]*$/i, "must be the company's subdomain, such as acme")
        .optional()
        .meta({ description: "The company's subdomain: https://<company>.api.joinluminous.com.", examples: ["acme"] }),
      base_url: z
        .url()
        .optional()
        .meta({
          description: "The whole address, instead of company.",
          examples: ["http://127.0.0.1:4010/external/api/v1"],
        }),
    })
    .optional()
    .meta({
      description: "The account. LUMINOUS_COMPANY or a profile may name it instead; a token never stands here.",
      examples: [{ company: "acme" }],
    }),
  limits: z
    .strictObject({
      requests_per_second: z
        .union([z.number().gt(0), z.literal("auto")])
        .default(4)
        .meta({
          description: "Requests that may start in any rolling second, lookups included; auto learns it.",
          examples: [4, "auto"],
        }),
      max_requests_per_second: z
        .number()
        .gt(0)
        .default(20)
        .meta({ description: "What auto may grow to.", examples: [20] }),
      concurrency: z
        .int()
        .min(1)
        .max(64)
        .default(4)
        .meta({ description: "Requests in flight at most.", examples: [4] }),
      attempts: z
        .int()
        .min(1)
        .max(100)
        .default(5)
        .meta({ description: "Sends per entry until it counts as failed; a 429 is none.", examples: [5] }),
      timeout_seconds: z
        .number()
        .gt(0)
        .default(30)
        .meta({ description: "How long an answer may take.", examples: [30] }),
      outage_patience_minutes: z
        .number()
        .gt(0)
        .default(15)
        .meta({
          description: "How long to probe a dead API before the run stops; 30 s until a run's first answer.",
          examples: [15],
        }),
      read_lag_seconds: z
        .number()
        .min(0)
        .default(3)
        .meta({
          description:
            "How long a write may stay invisible to reads: an absence counts only so long after a send is over.",
          examples: [3],
        }),
    })
    .prefault({})
    .meta({
      description: "How fast and how stubbornly to send.",
      examples: [{ requests_per_second: 4, concurrency: 4 }],
    }),
  channel: z
    .unknown()
    .optional()
    .meta({ description: "One channel for all orders, made when missing.", examples: [{ label: "Legacy 2024" }] }),
  inputs: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\w-]+$/, "may hold letters, digits, - and _ only")
          .meta({ description: "The input's name, in results and on the command line.", examples: ["orders"] }),
        file: pathText.meta({
          description: "Relative to the job file; a glob is fine; .gz is fine; - is standard input.",
          examples: ["exports/orders-*.csv"],
        }),
        join: z
          .record(z.string(), pathText)
          .optional()
          .meta({
            description: "Files of the mapping's joins, by join name.",
            examples: [{ details: "exports/order-details.csv" }],
          }),
        mapping: pathText.meta({
          description: "The mapping file, relative to the job file.",
          examples: ["mappings/orders.yaml"],
        }),
      }),
    )
    .min(1)
    .meta({
      description: "What to import. The order does not matter: phases decide.",
      examples: [[{ name: "products", file: "exports/products.csv", mapping: "mappings/products.yaml" }]],
    }),
  existing: z
    .strictObject({
      products: z
        .enum(["update", "skip", "fail"])
        .default("update")
        .meta({ description: "Products that Luminous has already.", examples: ["update"] }),
      sales_orders: z
        .enum(["skip", "fail"])
        .default("skip")
        .meta({
          description: "Orders that Luminous has already; the API cannot change an order's lines.",
          examples: ["skip"],
        }),
      channels: z
        .enum(["update", "skip", "fail"])
        .default("update")
        .meta({ description: "Channels that Luminous has already.", examples: ["update"] }),
    })
    .prefault({})
    .meta({
      description: "What to do with what Luminous already has.",
      examples: [{ products: "update", sales_orders: "skip" }],
    }),
  guard: z
    .strictObject({
      order_push: z
        .unknown()
        .optional()
        .meta({ description: "refuse | allow: orders into a channel that pushes them on.", examples: ["refuse"] }),
      open_order_days: z
        .unknown()
        .optional()
        .meta({ description: "Open orders older than this are warned about.", examples: [30] }),
      missing_references: z
        .enum(["block", "send"])
        .default("block")
        .meta({
          description: "Entries that refer to SKUs which neither the job nor a lookup knows.",
          examples: ["block"],
        }),
    })
    .prefault({})
    .meta({
      description: "What stops a run before it starts, or an entry before it is sent.",
      examples: [{ missing_references: "send" }],
    }),
  drop: z
    .unknown()
    .optional()
    .meta({ description: "The folder that receives files.", examples: [{ inbox: "drop/in" }] }),
  state: pathText
    .default(".luminous-import")
    .meta({ description: "Ledgers and runs, relative to the job file.", examples: [".luminous-import"] }),
});
