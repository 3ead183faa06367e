// The job file: what is asked for. The written form (job-schema.ts) is checked as a whole; the normalised form has every
// default and absolute paths. Reading environment variables and tokens is the process's business, not this file's.
import { basename, dirname, relative, resolve } from "node:path";
import { stringify } from "yaml";
import type { z } from "zod";
import type { ChannelForOrders } from "../map/definition/job-channel.ts";
import type { MappingObject } from "../map/definition/mapping-schema.ts";
import type { ColumnStyles, Fills } from "../model/column-style.ts";
import type { ConfigFault } from "../model/config/config-fault.ts";
import { loadYaml, type YamlConfig } from "../model/config/yaml-config.ts";
import { readYaml } from "../model/config/yaml-syntax.ts";
import { ImportError } from "../model/error.ts";
import type { JobChannel } from "../model/job-channel.ts";
import { checkLedger, type LedgerAddress } from "../model/ledger/ledger-address.ts";
import type { Limits } from "../model/limits.ts";
import type { Problem } from "../model/problem.ts";
import type { ExistingPolicy, ResourceName } from "../model/resource.ts";
import type { Cells, FileInfo, Row, SourceSettings } from "../model/row.ts";
import { withoutTokens } from "../model/text/mask.ts";
import { didYouMean } from "../model/text/nearest.ts";
import { readConfigText } from "../read/config-text.ts";
import { type DropSettings, dropSettings, folderFaults, keyOfDropJob, keyOfFileJob } from "./drop-settings.ts";
import { type FileState, filesOfGlob, type Glob, refuseChanged, seeFile } from "./file-states.ts";
import { writtenDropJob, writtenFileJob, writtenJob } from "./job-schema.ts";
import { type NotifySettings, notifySettings, secretKeyFault } from "./notify-schema.ts";

/** A file of an input: where it is, and how people know it. `-` is standard input. */
export interface JobFile {
  readonly path: string;
  readonly shown: string;
  /** How to read it, in place of what the mapping says. */
  readonly source?: SourceSettings;
  /** How its columns write numbers and dates, where that is known already. */
  readonly styles?: ColumnStyles;
  /** Of a failures file: what blank cells of the file that its rows come from are filled with. */
  readonly fills?: Fills;
  /** The path is a copy of what `shown` names. */
  readonly isStdinCopy?: true;
  /** How it was before anybody looked into it, where somebody has. */
  readonly state?: FileState | undefined;
  /** The pattern that it was found by. */
  readonly glob?: Glob;
  /** Of a failures file, and of carried rows: the id of the staged file that the rows are from. */
  readonly retryOf?: number;
  /** Of a failures file: for each of these rows the cells that it had before; undefined for a row that is new. */
  readonly originals?: (rows: readonly Row[]) => Promise<readonly (Cells | undefined)[]>;
  /** Of a failures file: its delimiter, quotes or encoding show that a spreadsheet wrote it anew. */
  readonly isSavedAgain?: boolean;
  /** Of a failures file: for each of its next rows why it is left out, or undefined for one that is to be retried. */
  readonly leaveOut?: (rows: readonly Row[]) => Promise<readonly (Problem | undefined)[]>;
  /** Rows that a pass takes along from an earlier run: nothing is read from the disk. */
  readonly carried?: CarriedFile;
}

/** What the ledger keeps of a file, in place of the file. */
export interface CarriedFile {
  readonly info: FileInfo;
  /** The rows in the order of their numbers, as often as they are asked for. */
  readonly rows: () => AsyncIterable<readonly CarriedRow[]>;
}

/** One of its rows, not yet divided into cells. */
export type CarriedRow = Pick<Row, "number" | "line" | "raw" | "fault" | "retryOf">;

/**
 * A named input of a job with its mapping. Globs are resolved; the files are in name order. Only a retry has none of a kind,
 * and a job with a drop folder, whose passes fill them in.
 */
export interface Input {
  readonly name: string;
  readonly files: readonly JobFile[];
  /** By join name of the mapping. */
  readonly joins: Readonly<Record<string, readonly JobFile[]>>;
  /** With a drop folder: which files of the inbox are its own, a glob on their names. Undefined: `source.match` of the mapping. */
  readonly match?: string;
  /** With a drop folder: which files of the inbox are those of its joins, by join name. */
  readonly joinMatch?: Readonly<Record<string, string>>;
  readonly mapping: MappingFile;
}

/** A mapping file, with what the job adds to it. */
export interface MappingFile extends JobFile {
  /** Its text, where the mapping was given as an object: there is no file then. */
  readonly text?: string;
  /** The job's channel, for orders that name none. */
  readonly channel?: ChannelForOrders;
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
  /** The channel of all orders that name none; made when missing. */
  readonly channel: JobChannel | undefined;
  readonly orderPush: "refuse" | "allow";
  readonly openOrderDays: number;
  /** Of a job whose files come from a drop folder: its inputs have none until a pass takes them. */
  readonly drop?: DropSettings;
  /** Who is told how its runs ended; absent where nobody is. */
  readonly notify?: NotifySettings;
  /** Absolute: runs, and ledgers where no database is named for them. */
  readonly state: string;
  /** The database that holds the ledgers. */
  readonly ledger?: LedgerAddress;
}

/** What the command line changes in a job. */
export interface JobOverrides {
  /** By input name: another file. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly state?: string;
  /** The database that holds the ledgers; of a text, `postgres://user:password@host/database`. */
  readonly ledger?: string | LedgerAddress;
  /** Where relative paths of overrides start. */
  readonly cwd?: string;
  /** Ends waiting for a job that comes out of a pipe. */
  readonly signal?: AbortSignal;
}

type WrittenJob = z.output<typeof writtenJob>;

function jobFaults(value: Partial<WrittenJob>, folder: string): readonly ConfigFault[] {
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
  return [
    ...both,
    ...twice,
    ...stdinTwice(value.inputs ?? []),
    ...folderFaults(value.drop, folder),
    ...ledgerFaults(value.ledger),
  ];
}

function ledgerFaults(ledger: string | undefined): readonly ConfigFault[] {
  const fault = ledger === undefined ? undefined : whyNotInJob(ledger);
  return fault === undefined ? [] : [{ path: ["ledger"], message: fault }];
}

/** What speaks against an address of a database in a job file, which people copy, mail and keep in repositories. */
export function whyNotInJob(ledger: string): string | undefined {
  const checked = checkLedger(ledger);
  if (!checked.ok) return checked.why;
  return checked.holdsPassword
    ? "holds a password: leave it out, and set PGPASSWORD or write a line into ~/.pgpass; or set LUMINOUS_LEDGER in place of this"
    : undefined;
}

/** Standard input can be read once, and only as the rows of an input: its mapping's joins are read by key, from files. */
function stdinTwice(inputs: WrittenJob["inputs"]): readonly ConfigFault[] {
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
  return jobFrom(await readJobText(file, { signal: overrides.signal }), file, overrides);
}

/** A job as it is written, as an object; its mappings may be objects too. */
export type JobObject = Omit<z.input<typeof writtenJob>, "inputs"> & {
  readonly inputs: readonly (Omit<z.input<typeof writtenJob>["inputs"][number], "mapping"> & {
    /** A path, or what a mapping file would hold. */
    readonly mapping: string | MappingObject;
  })[];
};

/** Where a job that is no file stands. */
export interface MadeJobOptions extends Omit<JobOverrides, "cwd"> {
  /** Where its relative paths start, and its state folder unless it names one. */
  readonly folder: string;
  /** What messages and the ledger call it; "job" unless said. Runs of one name belong together. */
  readonly name?: string;
}

/** Checks a job that is given as an object. Throws as `loadJob` does; lines are those of the same job in YAML. */
export async function makeJob(written: JobObject, { folder, name = "job", ...more }: MadeJobOptions): Promise<Job> {
  const texts = written.inputs.map(({ mapping }) => (typeof mapping === "string" ? undefined : stringify(mapping)));
  const inputs = written.inputs.map((input, at) =>
    texts[at] === undefined ? input : { ...input, mapping: `mapping of ${input.name}` },
  );
  const file: JobFile = { path: resolve(folder, name), shown: name };
  const job = await jobFrom(stringify({ ...written, inputs }), file, { ...more, cwd: folder });
  return {
    ...job,
    inputs: job.inputs.map((input, at) => {
      const text = texts[at];
      return text === undefined ? input : { ...input, mapping: { ...input.mapping, text } };
    }),
  };
}

async function jobFrom(text: string, file: JobFile, overrides: JobOverrides): Promise<Job> {
  const { cwd = "" } = overrides;
  const folder = dirname(file.path);
  const { value, positionOf } = readWritten(text, file, folder);
  checkOverrides(value, overrides);
  const { limits, channel } = value;
  const forOrders =
    channel === undefined
      ? {}
      : { channel: { label: channel.label, file: file.shown, ...positionOf(["channel", "label"]) } };
  return {
    file,
    company: value.api?.company,
    baseUrl: value.api?.base_url,
    limits: normalised(limits),
    inputs: (await Promise.all(value.inputs.map((input) => readInput(input, folder, overrides)))).map((input) => ({
      ...input,
      mapping: { ...input.mapping, ...forOrders },
    })),
    existing: value.existing,
    missingReferences: value.guard.missing_references,
    channel: channel === undefined ? undefined : jobChannel(channel),
    orderPush: value.guard.order_push,
    openOrderDays: value.guard.open_order_days,
    ...(value.drop === undefined ? {} : { drop: dropSettings(value.drop, folder) }),
    ...(value.notify === undefined
      ? {}
      : { notify: notifySettings(value.notify, folder, (path) => resolve(folder, path)) }),
    state: overrides.state === undefined ? resolve(folder, value.state) : resolve(cwd, overrides.state),
    ...ledgerOf(overrides.ledger ?? value.ledger),
  };
}

/** The database of a job. Throws `ImportError("USAGE")` for a text that is no address of one. */
export function ledgerOf(ledger: string | LedgerAddress | undefined): { readonly ledger?: LedgerAddress } {
  if (ledger === undefined) return {};
  if (typeof ledger !== "string") return { ledger };
  const checked = checkLedger(ledger);
  if (checked.ok) return { ledger: checked.address };
  throw new ImportError("USAGE", `ledger ${checked.why}`);
}

/** Which files an input may name depends on whether the job has a drop folder, so each kind of job has its schema. */
function readWritten(text: string, { shown }: JobFile, folder: string): YamlConfig<WrittenJob> {
  const options = {
    check: (value: Partial<WrittenJob>) => jobFaults(value, folder),
    sayable: withoutTokens,
    hint: "docs/job.md describes every key. A token never belongs in a job file: LUMINOUS_API_KEY, --token-file or --profile.",
  };
  return readYaml(text).document.has("drop")
    ? loadYaml(text, shown, writtenDropJob, "JOB_INVALID", {
        ...options,
        unknownKey: (path) => secretKeyFault(path) ?? keyOfFileJob(path),
      })
    : loadYaml(text, shown, writtenFileJob, "JOB_INVALID", {
        ...options,
        unknownKey: (path) => secretKeyFault(path) ?? keyOfDropJob(path),
      });
}

/** The text of a job file. Throws `ImportError("JOB_INVALID")` when there is none; what was given as its name may be a token. */
export async function readJobText(
  file: JobFile,
  { signal, mayBeEmpty = false }: { readonly signal?: AbortSignal | undefined; readonly mayBeEmpty?: boolean } = {},
): Promise<string> {
  const { path, shown } = file;
  const files = [await seeFile(file)];
  const text = await readConfigText({
    path,
    shown: withoutTokens(shown),
    kind: "job",
    what: "the job file",
    named: "the command",
    code: "JOB_INVALID",
    hint: "Name a job file that exists, such as import.yaml.",
    signal,
    mayBeEmpty,
  });
  await refuseChanged({ files, globs: [] });
  return text;
}

/** The limits of a job that says nothing of them. */
export function defaultLimits(): Limits {
  return normalised(writtenJob.shape.limits.parse({}));
}

function normalised(limits: z.output<typeof writtenJob>["limits"]): Limits {
  return {
    requestsPerSecond: limits.requests_per_second,
    maxRequestsPerSecond: limits.max_requests_per_second,
    concurrency: limits.concurrency,
    attempts: limits.attempts,
    timeoutMs: Math.round(limits.timeout_seconds * 1000),
    outagePatienceMs: Math.round(limits.outage_patience_minutes * 60_000),
    readLagMs: Math.round(limits.read_lag_seconds * 1000),
    secondSendMs: Math.round(limits.second_send_seconds * 1000),
  };
}

function jobChannel({
  label,
  warehouse_group: warehouseGroup,
  description,
  tags: tagIds,
}: NonNullable<z.output<typeof writtenJob>["channel"]>): JobChannel {
  return {
    label,
    ...(warehouseGroup === undefined ? {} : { warehouseGroup }),
    ...(description === undefined ? {} : { description }),
    ...(tagIds === undefined ? {} : { tagIds }),
  };
}

function checkOverrides(job: WrittenJob, { inputs = {} }: JobOverrides): void {
  const names = job.inputs.map(({ name }) => name);
  if (job.drop !== undefined && Object.keys(inputs).length > 0) {
    throw new ImportError("USAGE", "--input does not go with a job that has a drop folder", {
      hint: `Put the file into ${job.drop.inbox}: \`luminous-import drop\` takes what lies there.`,
    });
  }
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
  { name, file, match, join = {}, mapping }: WrittenJob["inputs"][number],
  folder: string,
  { inputs = {}, cwd = "" }: JobOverrides,
): Promise<Input> {
  const override = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  const joins = Object.entries(join).map(
    async ([of, from]) => [of, typeof from === "string" ? await findFiles(folder, from) : []] as const,
  );
  const ofPass = Object.entries(join).flatMap(([of, from]) => (typeof from === "string" ? [] : [[of, from.match]]));
  const files = override === undefined ? file : override;
  return {
    name,
    files: files === undefined ? [] : await findFiles(override === undefined ? folder : cwd, files),
    joins: Object.fromEntries(await Promise.all(joins)),
    ...(match === undefined ? {} : { match }),
    ...(ofPass.length === 0 ? {} : { joinMatch: Object.fromEntries(ofPass) }),
    mapping: { path: resolve(folder, mapping), shown: mapping },
  };
}

/** The files of a pattern. A plain name is taken as it is (its absence is an error of reading); a glob must match something. */
async function findFiles(folder: string, pattern: string): Promise<readonly [JobFile, ...JobFile[]]> {
  if (pattern === "-") return [{ path: "-", shown: "-" }];
  if (!/[*?{}[\]]/.test(pattern)) return [{ path: resolve(folder, pattern), shown: pattern }];
  const glob = { folder, pattern };
  const [first, ...rest] = await filesOfGlob(glob);
  if (first === undefined) {
    throw new ImportError("INPUT_UNREADABLE", `no file matches "${pattern}"`, { hint: `Looked in ${folder}.` });
  }
  const found = (path: string): JobFile => ({ path, shown: relative(folder, path) || basename(path), glob });
  return [found(first), ...rest.map(found)];
}
