// A job file as people write it: its keys, what they mean in one sentence each, their defaults and an example (editors show
// them: build/json-schemas.ts makes a JSON Schema of this). What the program works with is job.ts.
import { z } from "zod";
import type { ExistingPolicy, ResourceName } from "../model/resource.ts";
import { resources } from "../model/resources/resources.ts";
import { writtenNotify } from "./notify-schema.ts";

const pathText = z.string().min(1);

// A name that a glob stands for is no path: every file of a pass lies in one folder.
const namePattern = z
  .string()
  .min(1)
  .regex(/^[^/\\]+$/, "is a pattern for a file's name: it may hold no / and no \\");

const inputName = z
  .string()
  .regex(/^[\w-]+$/, "may hold letters, digits, - and _ only")
  .meta({ description: "The input's name, in results and on the command line.", examples: ["orders"] });
const inputFile = pathText.meta({
  description: "Relative to the job file; a glob is fine; .gz is fine; - is standard input.",
  examples: ["exports/orders-*.csv"],
});
const inputMatch = namePattern.meta({
  description:
    "In a job with drop: which files of the inbox are this input's, a glob on their names; left out: source.match of the mapping.",
  examples: ["orders*.csv"],
});
const joinOfPass = z.strictObject({
  match: namePattern.meta({
    description: "Which files of the inbox are the join's, a glob on their names.",
    examples: ["details*.csv"],
  }),
});
const joinMeta = {
  description:
    "Files of the mapping's joins, by join name; in a job with drop, { match: glob } takes them from the inbox.",
  examples: [{ details: "exports/order-details.csv" }],
};
const mappingPath = pathText.meta({
  description: "The mapping file, relative to the job file.",
  examples: ["mappings/orders.yaml"],
});

function inputsOf<Input extends z.ZodObject>(input: Input) {
  return z
    .array(input)
    .min(1)
    .meta({
      description: "What to import. The order does not matter: phases decide.",
      examples: [[{ name: "products", file: "exports/products.csv", mapping: "mappings/products.yaml" }]],
    });
}

/** The schema of a job file, for editors: of inputs it takes what either kind of job does. It transforms nothing, so that a JSON Schema can be made of it. */
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
      description: "The account. LUMINOUS_COMPANY or a profile may name it instead; a token never belongs here.",
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
      second_send_seconds: z
        .number()
        .min(0)
        .default(20)
        .meta({
          description:
            "Between the two proofs of absence before an order goes a second time: a server may go on working after the time-out, and an order cannot be deleted.",
          examples: [20],
        }),
    })
    .prefault({})
    .meta({
      description: "How fast and how stubbornly to send.",
      examples: [{ requests_per_second: 4, concurrency: 4 }],
    }),
  channel: z
    .strictObject({
      label: z
        .string()
        .trim()
        .min(1)
        .meta({ description: "The channel's name in Luminous, compared exactly.", examples: ["Legacy 2024"] }),
      warehouse_group: z
        .union([z.string().trim().min(1), z.int().min(1)])
        .optional()
        .meta({
          description: "Name or id of its warehouse group; needed when the channel has to be made.",
          examples: ["Default", 1],
        }),
      description: z
        .string()
        .optional()
        .meta({ description: "Its description, when it is made.", examples: ["Orders until 2024"] }),
      tags: z
        .array(z.int().min(1))
        .optional()
        .meta({ description: "Ids of its tags, when it is made; the API takes no names.", examples: [[3]] }),
    })
    .optional()
    .meta({
      description: "One channel for all orders that name none: an internal one, made when missing, never changed.",
      examples: [{ label: "Legacy 2024", warehouse_group: "Default" }],
    }),
  inputs: inputsOf(
    z.strictObject({
      name: inputName,
      file: inputFile.optional(),
      match: inputMatch.optional(),
      join: z
        .record(z.string(), z.union([pathText, joinOfPass]))
        .optional()
        .meta(joinMeta),
      mapping: mappingPath,
    }),
  ),
  existing: z
    .strictObject(policies())
    .prefault({})
    .meta({
      description: "What to do with what Luminous already has.",
      examples: [{ products: "update", sales_orders: "skip" }],
    }),
  guard: z
    .strictObject({
      order_push: z
        .enum(["refuse", "allow"])
        .default("refuse")
        .meta({
          description: "Orders into a channel that pushes them to an OMS, which could ship them again.",
          examples: ["refuse"],
        }),
      open_order_days: z
        .int()
        .min(0)
        .default(30)
        .meta({
          description: "Open orders older than this are warned about: they allocate stock.",
          examples: [30],
        }),
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
    .strictObject({
      inbox: pathText.meta({
        description: "The folder that receives files, relative to the job file.",
        examples: ["drop/in"],
      }),
      archive: pathText
        .default("drop/done")
        .meta({ description: "Where imported files go, by date, with their results beside.", examples: ["drop/done"] }),
      quarantine: pathText.default("drop/failed").meta({
        description: "Where files go that no input or two take, or that cannot be read, each with its reason.",
        examples: ["drop/failed"],
      }),
      quiet_seconds: z
        .number()
        .min(0)
        .max(86_400)
        .default(5)
        .meta({ description: "How long a file must not change before it counts as complete.", examples: [5] }),
      keep_open_days: z
        .int()
        .min(0)
        .max(3650)
        .default(14)
        .meta({
          description: "How long rows that did not make it go along in later passes by themselves.",
          examples: [14],
        }),
    })
    .optional()
    .meta({
      description: "A drop folder: `drop` imports what lies in it. The inputs have no file then.",
      examples: [{ inbox: "drop/in", archive: "drop/done", quarantine: "drop/failed" }],
    }),
  notify: writtenNotify.optional().meta({
    description: "Who is told how a run ended: an address, a program, or a list of them.",
    examples: [{ url: "https://hooks.example.com/imports", on: ["failure"] }],
  }),
  ledger: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "The PostgreSQL database that holds the ledgers, in place of files in the state folder; a password never belongs here.",
      examples: ["postgres://importer@db.example.com/imports"],
    }),
  state: pathText
    .default(".luminous-import")
    .meta({ description: "Ledgers and runs, relative to the job file.", examples: [".luminous-import"] }),
});

/** The schema of a job that names its files. */
export const writtenFileJob = writtenJob.omit({ drop: true }).extend({
  inputs: inputsOf(
    z.strictObject({
      name: inputName,
      file: inputFile,
      join: z.record(z.string(), pathText).optional().meta(joinMeta),
      mapping: mappingPath,
    }),
  ),
});

/** The schema of a job that takes its files from a drop folder. */
export const writtenDropJob = writtenJob.extend({
  drop: writtenJob.shape.drop.unwrap(),
  inputs: inputsOf(writtenJob.shape.inputs.element.omit({ file: true })),
});

type Policy = z.ZodDefault<z.ZodEnum<{ [Name in ExistingPolicy]: Name }>>;

/** What may be said of each resource: those of its policies that it has, the first one unless something is said. */
function policies(): Readonly<Record<ResourceName, Policy>> {
  const entries = Object.values(resources).map(({ name, policies: known, existingText }) => {
    const [usual] = known;
    return [
      name,
      z
        .enum(known)
        .default(usual)
        .meta({ description: existingText, examples: [usual] }),
    ] as const;
  });
  return Object.fromEntries(entries) as Record<ResourceName, Policy>;
}
