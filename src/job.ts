// The job file: what is asked for. The written form is checked as a whole; the normalised form has every default and
// absolute paths. Reading environment variables and tokens is the process's business, not this file's.
import { readFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { glob } from "tinyglobby";
import { z } from "zod";
import type { ConfigFault } from "./model/config-fault.ts";
import { ImportError } from "./model/error.ts";
import { didYouMean } from "./model/nearest.ts";
import { valueAt } from "./model/payload-path.ts";
import type { ExistingPolicy, ResourceName } from "./model/resource.ts";
import type { SourceSettings } from "./model/row.ts";
import { loadYaml } from "./model/yaml-config.ts";

/** A file of an input: where it is, and how people know it. `-` is standard input. */
export interface JobFile {
  readonly path: string;
  readonly shown: string;
  /** How to read it, in place of what the mapping says. */
  readonly source?: SourceSettings;
  /** Of a failures file: the id of the staged file whose rows it holds. */
  readonly retryOf?: number;
}

/** A named input of a job with its mapping. Globs are resolved; the files are in name order. Only a retry has none of a kind. */
export interface Input {
  readonly name: string;
  readonly files: readonly JobFile[];
  /** By join name of the mapping. */
  readonly joins: Readonly<Record<string, readonly JobFile[]>>;
  readonly mapping: JobFile;
}

/** Limits on sending. Unknown server limits are settings (facts §2): the defaults are careful. */
export interface Limits {
  readonly requestsPerSecond: number | "auto";
  readonly maxRequestsPerSecond: number;
  readonly concurrency: number;
  readonly attempts: number;
  readonly timeoutMs: number;
  readonly outagePatienceMs: number;
  readonly readLagMs: number;
}

/** A job, normalised. */
export interface Job {
  readonly file: JobFile;
  readonly company: string | undefined;
  readonly baseUrl: string | undefined;
  readonly limits: Limits;
  readonly inputs: readonly Input[];
  readonly existing: Readonly<Record<ResourceName, ExistingPolicy>>;
  readonly missingReferences: "block" | "send";
  /** Absolute: ledgers and runs. */
  readonly state: string;
}

/** What the command line changes in a job. */
export interface JobOverrides {
  /** By input name: another file. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly state?: string;
  /** Where relative paths of overrides start. */
  readonly cwd?: string;
}

const pathText = z.string().min(1);

/** The job file as it is written. */
export const writtenJob = z.strictObject({
  version: z.literal(1).describe("The version of the job format: 1."),
  api: z
    .strictObject({
      company: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]*$/i, "must be the company's subdomain, such as acme")
        .optional()
        .describe("The company's subdomain: https://<company>.api.joinluminous.com."),
      base_url: z.url().optional().describe("The whole address, instead of company."),
    })
    .optional()
    .describe("The account. LUMINOUS_COMPANY or a profile may name it instead; a token never stands here."),
  limits: z
    .strictObject({
      requests_per_second: z
        .union([z.number().gt(0), z.literal("auto")])
        .default(4)
        .describe("Requests that may start in any rolling second, lookups included; auto learns it."),
      max_requests_per_second: z.number().gt(0).default(20).describe("What auto may grow to."),
      concurrency: z.int().min(1).max(64).default(4).describe("Requests in flight at most."),
      attempts: z
        .int()
        .min(1)
        .max(100)
        .default(5)
        .describe("Sends per entry until it counts as failed; a 429 is none."),
      timeout_seconds: z.number().gt(0).default(30).describe("How long an answer may take."),
      outage_patience_minutes: z
        .number()
        .gt(0)
        .default(15)
        .describe("How long to probe a dead API before the run stops; 30 s until a run's first answer."),
      read_lag_seconds: z
        .number()
        .min(0)
        .default(3)
        .describe("How long a write may stay invisible to reads: an absence counts only so long after a send is over."),
    })
    .prefault({})
    .describe("How fast and how stubbornly to send."),
  channel: z.unknown().optional().describe("One channel for all orders, made when missing."),
  inputs: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[\w-]+$/, "may hold letters, digits, - and _ only")
          .describe("The input's name, in results and on the command line."),
        file: pathText.describe("Relative to the job file; a glob is fine; .gz is fine; - is standard input."),
        join: z.record(z.string(), pathText).optional().describe("Files of the mapping's joins, by join name."),
        mapping: pathText.describe("The mapping file, relative to the job file."),
      }),
    )
    .min(1)
    .describe("What to import. The order does not matter: phases decide."),
  existing: z
    .strictObject({
      products: z.enum(["update", "skip", "fail"]).default("update").describe("Products that Luminous has already."),
      sales_orders: z
        .enum(["skip", "fail"])
        .default("skip")
        .describe("Orders that Luminous has already; the API cannot change an order's lines."),
      channels: z.enum(["update", "skip", "fail"]).default("update").describe("Channels that Luminous has already."),
    })
    .prefault({})
    .describe("What to do with what Luminous already has."),
  guard: z
    .strictObject({
      order_push: z.unknown().optional().describe("refuse | allow: orders into a channel that pushes them on."),
      open_order_days: z.unknown().optional().describe("Open orders older than this are warned about."),
      missing_references: z
        .enum(["block", "send"])
        .default("block")
        .describe("Entries that refer to SKUs which neither the job nor a lookup knows."),
    })
    .prefault({})
    .describe("What stops a run before it starts, or an entry before it is sent."),
  drop: z.unknown().optional().describe("The folder that receives files."),
  state: pathText.default(".luminous-import").describe("Ledgers and runs, relative to the job file."),
});

// Described, but built later: refused rather than ignored.
const notYet = [["channel"], ["drop"], ["guard", "order_push"], ["guard", "open_order_days"]] as const;

function jobFaults(value: Partial<z.output<typeof writtenJob>>): readonly ConfigFault[] {
  const later = notYet
    .filter((path) => valueAt(value, path) !== undefined)
    .map((path) => ({ path, message: "is not built yet: this version would not act on it" }));
  const names = (value.inputs ?? []).map(({ name }) => name);
  const twice = names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ["inputs", index, "name"], message: `two inputs are called "${name}"` }],
  );
  const { company, base_url } = value.api ?? {};
  const both =
    company === undefined || base_url === undefined
      ? []
      : [{ path: ["api", "company"], message: "company and base_url both name the account: take one of them away" }];
  return [...both, ...later, ...twice, ...stdinTwice(value.inputs ?? [])];
}

/** Standard input can be read once, and only as the rows of an input: its mapping's joins are read by key, from files. */
function stdinTwice(inputs: z.output<typeof writtenJob>["inputs"]): readonly ConfigFault[] {
  const [, ...others] = inputs.flatMap(({ file }, index) => (file === "-" ? [index] : []));
  const joins = inputs.flatMap(({ join = {} }, index) =>
    Object.keys(join).flatMap((name) => (join[name] === "-" ? [["inputs", index, "join", name]] : [])),
  );
  return [
    ...others.map((index) => ({ path: ["inputs", index, "file"], message: "only one input can be standard input" })),
    ...joins.map((path) => ({ path, message: "a join cannot be standard input" })),
  ];
}

/** Reads and checks a job file. Throws `ImportError("JOB_INVALID")` naming every fault with line and column. */
export async function loadJob(path: string, overrides: JobOverrides = {}): Promise<Job> {
  const { cwd = "" } = overrides; // resolve() takes the process's folder then
  const file: JobFile = { path: resolve(cwd, path), shown: path };
  const { value } = loadYaml(await readJobText(file), file.shown, writtenJob, "JOB_INVALID", {
    check: jobFaults,
    hint: "docs/job.md describes every key. A token never stands in a job file: LUMINOUS_API_KEY, --token-file or --profile.",
  });
  const folder = dirname(file.path);
  checkOverrides(
    value.inputs.map(({ name }) => name),
    overrides,
  );
  const { limits } = value;
  return {
    file,
    company: value.api?.company,
    baseUrl: value.api?.base_url,
    limits: {
      requestsPerSecond: limits.requests_per_second,
      maxRequestsPerSecond: limits.max_requests_per_second,
      concurrency: limits.concurrency,
      attempts: limits.attempts,
      timeoutMs: Math.round(limits.timeout_seconds * 1000),
      outagePatienceMs: Math.round(limits.outage_patience_minutes * 60_000),
      readLagMs: Math.round(limits.read_lag_seconds * 1000),
    },
    inputs: await Promise.all(value.inputs.map((input) => readInput(input, folder, overrides))),
    existing: value.existing,
    missingReferences: value.guard.missing_references,
    state: overrides.state === undefined ? resolve(folder, value.state) : resolve(cwd, overrides.state),
  };
}

function checkOverrides(names: readonly string[], { inputs = {} }: JobOverrides): void {
  const unknown = Object.keys(inputs).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new ImportError(
      "USAGE",
      unknown.map((name) => `the job has no input "${name}".${didYouMean(name, names)}`).join("\n"),
      {
        hint: `Its inputs are ${names.join(", ")}.`,
      },
    );
  }
  const fromStdin = Object.keys(inputs).filter((name) => inputs[name] === "-");
  if (fromStdin.length > 1) {
    throw new ImportError("USAGE", `only one input can be standard input, not ${fromStdin.join(" and ")}`, {
      hint: "Name a file for the others: --input name=path.",
    });
  }
}

async function readInput(
  { name, file, join = {}, mapping }: z.output<typeof writtenJob>["inputs"][number],
  folder: string,
  { inputs = {}, cwd = "" }: JobOverrides,
): Promise<Input> {
  const override = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  const joins = Object.entries(join).map(async ([of, pattern]) => [of, await findFiles(folder, pattern)] as const);
  return {
    name,
    files: override === undefined ? await findFiles(folder, file) : await findFiles(cwd, override),
    joins: Object.fromEntries(await Promise.all(joins)),
    mapping: { path: resolve(folder, mapping), shown: mapping },
  };
}

async function readJobText(file: JobFile): Promise<string> {
  try {
    return await readFile(file.path, "utf8");
  } catch (cause) {
    throw new ImportError("JOB_INVALID", `the job file ${file.shown} cannot be read: ${reason(cause)}`, {
      hint: "Name a job file that exists, such as import.yaml.",
      cause,
    });
  }
}

/** The files of a pattern. A plain name is taken as it is (its absence is an error of reading); a glob must match something. */
async function findFiles(folder: string, pattern: string): Promise<readonly [JobFile, ...JobFile[]]> {
  if (pattern === "-") return [{ path: "-", shown: "-" }];
  if (!/[*?{}[\]]/.test(pattern)) return [{ path: resolve(folder, pattern), shown: pattern }];
  const options = { cwd: folder, absolute: true, onlyFiles: true, expandDirectories: false };
  const [first, ...rest] = (await glob(pattern, options)).sort();
  if (first === undefined) {
    throw new ImportError("INPUT_UNREADABLE", `no file matches "${pattern}"`, { hint: `Looked in ${folder}.` });
  }
  const shown = (path: string): string => relative(folder, path) || basename(path);
  return [{ path: first, shown: shown(first) }, ...rest.map((path) => ({ path, shown: shown(path) }))];
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
