// What is left of a job file that may have changed, or be broken, since its runs: where its ledgers are, which account,
// which mapping belongs to which input. For looking back; whoever sends loads the whole job (job.ts), which checks it.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isScalar, LineCounter, parseDocument } from "yaml";
import { type JobFile, type MappingFile, unreadableJob } from "./job.ts";
import { isPlainObject } from "./model/json.ts";

/** A job as far as looking back needs it. */
export interface JobRemains {
  readonly file: JobFile;
  readonly company: string | undefined;
  readonly baseUrl: string | undefined;
  /** Absolute. */
  readonly state: string;
  /** The mapping files by the names of their inputs. */
  readonly mappings: ReadonlyMap<string, MappingFile>;
}

/** Where to look. */
export interface RemainsOptions {
  readonly cwd: string;
  /** Another state folder than the job says. */
  readonly state?: string;
}

/** Reads what can be read of a job file. Throws `ImportError("JOB_INVALID")` only when there is no such file. */
export async function readJobRemains(path: string, { cwd, state }: RemainsOptions): Promise<JobRemains> {
  const file: JobFile = { path: resolve(cwd, path), shown: path };
  const text = await readJobText(file);
  const job = asObject(parsed(text));
  const api = asObject(job.api);
  const folder = dirname(file.path);
  const channel = channelOf(text, file);
  return {
    file,
    company: asText(api.company),
    baseUrl: asText(api.base_url),
    state: state === undefined ? resolve(folder, asText(job.state) ?? defaultState) : resolve(cwd, state),
    mappings: new Map(
      (Array.isArray(job.inputs) ? job.inputs : []).map(asObject).flatMap(({ name, mapping }) => {
        const shown = asText(mapping);
        return typeof name !== "string" || shown === undefined
          ? []
          : [[name, { path: resolve(folder, shown), shown, ...channel }] as const];
      }),
    ),
  };
}

const defaultState = ".luminous-import";

async function readJobText(file: JobFile): Promise<string> {
  try {
    return await readFile(file.path, "utf8");
  } catch (cause) {
    throw unreadableJob(file, cause);
  }
}

function parsed(text: string): unknown {
  try {
    return parseDocument(text, { prettyErrors: false }).toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

/** The job's channel, as the mappings of orders have it. */
function channelOf(text: string, { shown }: JobFile): Pick<MappingFile, "channel"> {
  const lines = new LineCounter();
  const node = parseDocument(text, { prettyErrors: false, lineCounter: lines }).getIn(["channel", "label"], true);
  const label = isScalar(node) ? asText(node.value) : undefined;
  if (!isScalar(node) || label === undefined) return {};
  const { line, col } = lines.linePos(node.range?.[0] ?? 0);
  return { channel: { label: label.trim(), file: shown, line, column: col } };
}

function asObject(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
