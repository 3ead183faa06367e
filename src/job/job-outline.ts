// What is left of a job file that may have changed, or be broken, since its runs: where its ledgers are, which account,
// which mapping belongs to which input. For looking back; whoever sends loads the whole job (job.ts), which checks it.
import { dirname, resolve } from "node:path";
import { isScalar } from "yaml";
import { maxAliasedValues, readYaml, startOf, type YamlText } from "../model/config/yaml-syntax.ts";
import { ImportError } from "../model/error.ts";
import { isPlainObject } from "../model/json.ts";
import type { LedgerAddress } from "../model/ledger/ledger-address.ts";
import { type JobFile, ledgerOf, type MappingFile, readJobText, whyNotInJob } from "./job.ts";

/** A job as far as looking back needs it. */
export interface JobOutline {
  readonly file: JobFile;
  readonly company: string | undefined;
  readonly baseUrl: string | undefined;
  /** Absolute. */
  readonly state: string;
  /** The database that holds the ledgers. */
  readonly ledger?: LedgerAddress;
  /** The command that imports what the job's files hold. */
  readonly imports: "run" | "drop";
  /** The mapping files by the names of their inputs. */
  readonly mappings: ReadonlyMap<string, MappingFile>;
}

/** Where to look. */
export interface JobOutlineOptions {
  readonly cwd: string;
  /** Another state folder than the job says. */
  readonly state?: string;
  /** Another database for the ledgers than the job says; of a text, `postgres://user:password@host/database`. */
  readonly ledger?: string | LedgerAddress;
}

/**
 * Reads what can be read of a job file. Throws `ImportError("JOB_INVALID")` only when there is no such file, or when the database
 * cannot be understood that it names: its ledgers must not be looked for anywhere else.
 */
export async function readJobOutline(path: string, { cwd, state, ledger }: JobOutlineOptions): Promise<JobOutline> {
  const file: JobFile = { path: resolve(cwd, path), shown: path };
  const yaml = readYaml(await readJobText(file, { mayBeEmpty: true }));
  const job = asObject(parsed(yaml));
  const api = asObject(job.api);
  const folder = dirname(file.path);
  const channel = channelOf(yaml, file);
  return {
    file,
    company: asText(api.company),
    baseUrl: asText(api.base_url),
    state: state === undefined ? resolve(folder, asText(job.state) ?? defaultState) : resolve(cwd, state),
    ...ledgerOf(ledger ?? writtenLedger(job.ledger, file)),
    imports: job.drop === undefined ? "run" : "drop",
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

function writtenLedger(written: unknown, { shown }: JobFile): string | undefined {
  if (written === undefined || written === null) return undefined;
  const fault = typeof written === "string" ? whyNotInJob(written) : "must be a text";
  if (fault === undefined) return asText(written);
  throw new ImportError("JOB_INVALID", `${shown}: ledger ${fault}`);
}

function parsed({ document }: YamlText): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliasedValues });
  } catch {
    return undefined;
  }
}

/** The job's channel, as the mappings of orders have it. */
function channelOf({ document, positionAt }: YamlText, { shown }: JobFile): Pick<MappingFile, "channel"> {
  const node = document.getIn(["channel", "label"], true);
  const label = isScalar(node) ? asText(node.value) : undefined;
  if (!isScalar(node) || label === undefined) return {};
  return { channel: { label: label.trim(), file: shown, ...positionAt(startOf(node)) } };
}

function asObject(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
