// The questions of a doctor to the account: at the job's own pace, with GET alone. What the answers mean is in doctor/.
import { judgeClock, judgeRate } from "../api/answer-headers.ts";
import type { AnswerSeen } from "../api/answer-seen.ts";
import { ownKeyOf } from "../api/answers.ts";
import { fitsIn, inQuestion } from "../api/questions.ts";
import { type FirstAnswer, judgeReach, type Reach } from "../api/reach.ts";
import { withReadSession } from "../api/read-session.ts";
import { parseJson } from "../api/reply.ts";
import { probeRequest } from "../api/transport.ts";
import { type Asker, pagePath, readListPage, readRows, readWholeList } from "../api/whole-list.ts";
import type { Job } from "../job/job.ts";
import type { Account } from "../model/account.ts";
import type { Clock } from "../model/clock.ts";
import { ImportError } from "../model/error.ts";
import { type Finding, ok, problem, type Unread } from "../model/finding.ts";
import { isPlainObject, type JsonObject } from "../model/json.ts";
import type { Referable, ReferableName, ResourceName } from "../model/resource.ts";
import { referables, resources } from "../model/resources/resources.ts";
import { namedReferables } from "./check-names.ts";
import { type CustomFieldUse, judgeCustomFields } from "./custom-fields.ts";
import { judgeChannels, judgeWarehouseGroup, type Named } from "./judge-channels.ts";
import { type FilterProbe, judgeFilters, judgeNamedRecords } from "./lookups.ts";
import type { MappingUse } from "./mapping-uses.ts";

/** The clock and the randomness to ask by, and who may stop it. */
export interface AccountWorld {
  readonly clock: Clock;
  readonly random: () => number;
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
}

/** What the job's mappings name of the account, and what they import. */
export interface AccountNeeds {
  readonly uses: readonly (MappingUse & { readonly resource: ResourceName | undefined })[];
  readonly resources: ReadonlySet<ResourceName>;
}

/** Somebody waits for the answer, so a dead API is given up soon. */
const patience = { attempts: 2, outagePatienceMs: 5000 };

/** Asks the account. `kind` says whether it could be asked at all. Throws `ImportError("STOPPED")`. */
export async function examineAccount(job: Job, api: Account, needs: AccountNeeds, world: AccountWorld): Promise<Reach> {
  let last: AnswerSeen | undefined;
  let cause = "";
  const findings: Finding[] = [];
  const limits = {
    ...job.limits,
    attempts: Math.min(patience.attempts, job.limits.attempts),
    outagePatienceMs: patience.outagePatienceMs,
  };
  const options = {
    ...world,
    api,
    limits,
    onEvent: (event: { readonly type: string; readonly cause?: string }) => {
      if (event.type === "outage.opened") cause = event.cause ?? "";
    },
    onAnswer: (answer: AnswerSeen) => {
      last = answer;
    },
  };
  const reachOf = (answer: FirstAnswer): Reach => judgeReach(answer, api, last?.headers);
  const silent = (said: string): FirstAnswer => ({ kind: "silent", cause: said, status: last?.status });
  try {
    return await withReadSession(options, async (asker): Promise<Reach> => {
      const asked = await asker(probeRequest, listIn);
      const reach = reachOf(
        asked.kind === "answer"
          ? asked
          : asked.kind === "silent"
            ? silent(asked.cause)
            : { kind: "refused", status: asked.status, message: asked.refusal.message },
      );
      findings.push(...reach.findings);
      if (reach.kind !== "open" || last === undefined) return reach;
      findings.push(judgeClock(last), judgeRate(last, job.limits.requestsPerSecond));
      for (const ask of [askFilters, askChannels, askCustomFields, askNamedRecords])
        findings.push(...(await ask(asker, job, needs)));
      findings.push(permission);
      return { kind: "open", findings };
    });
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    if (error.code === "ACCOUNT_REFUSED") return reachOf({ kind: "refused", status: 401, message: error.message });
    if (error.code !== "OUTAGE") throw error;
    if (findings.length === 0) return reachOf(silent(cause));
    return {
      kind: "silent",
      findings: [
        ...findings.filter(({ check }) => check !== "address"),
        problem("address", error.message, `${error.hint}.`),
      ],
    };
  }
}

const permission = ok(
  "permission",
  "this token may read; whether it may write shows only when something is written, so begin with `run --limit 1`",
);

type Ask = (asker: Asker, job: Job, needs: AccountNeeds) => Promise<readonly Finding[]>;

/** Nobody has it, and it needs no quoting. */
const impossibleKey = "luminous-import-doctor-asks-for-what-nobody-has";

const askFilters: Ask = async (asker, _job, needs) => {
  const imported = [...needs.resources].map((name) => resources[name]);
  const asked = new Set<ReferableName>(imported.flatMap(({ name, refersTo }) => [name, ...refersTo]));
  const probes: FilterProbe[] = [];
  for (const referable of Object.values(referables))
    if (asked.has(referable.name) && referable.list.filter !== undefined)
      probes.push(await probeFilter(asker, referable));
  return [judgeFilters(probes)];
};

/** Asks for a key that nobody has, together with one that is there: a filter works when it finds the second alone. */
async function probeFilter(asker: Asker, resource: Referable): Promise<FilterProbe> {
  const { path, filter = "" } = resource.list;
  const first = await asker({ method: "GET", path: pagePath(path, "", 1) }, readListPage);
  const filterName = `${filter}[in]`;
  if (first.kind !== "answer") return { filter: filterName, got: { unread: causeOf(first) }, control: undefined };
  const [control] = first.value.rows.flatMap((row) => {
    const record = resource.remoteRecord(row);
    const key = record === undefined ? undefined : ownKeyOf(record);
    return record === undefined || key === undefined || !fitsIn(key) ? [] : [{ key, remoteId: record.remoteId }];
  });
  const ask = async (text: string) => {
    const rows: unknown[] = [];
    const end = await readWholeList(asker, path, text, async (page) => {
      rows.push(...page);
      return false;
    });
    return { end, rows };
  };
  const { end, rows } = await ask(inQuestion(filter, [impossibleKey]));
  const withControl = control === undefined ? undefined : await ask(inQuestion(filter, [control.key, impossibleKey]));
  const isUnread = end.kind === "refused" || end.kind === "silent";
  return {
    filter: filterName,
    got: isUnread ? { unread: causeOf(end) } : rows.length,
    control:
      control === undefined
        ? undefined
        : {
            key: control.key,
            isFound:
              withControl?.rows.some((row) => resource.remoteRecord(row)?.remoteId === control.remoteId) ?? false,
          },
  };
}

const askChannels: Ask = async (asker, job, { uses, resources: imported }) => {
  if (!imported.has("sales_orders") && !imported.has("channels")) return [ok("channels", "the job imports no orders")];
  const channels = await rowsAt(asker, resources.channels.list.path);
  const needs = {
    ordersTo: { labels: named(uses, "channel"), ids: named(uses, "channel id") },
    imported: named(uses, "imported channel").map(({ name }) => name),
    own: imported.has("sales_orders") ? job.channel : undefined,
    orderPush: job.orderPush,
  };
  const findings = judgeChannels(channels, needs);
  const { own } = needs;
  const isThere =
    own === undefined ||
    "unread" in channels ||
    needs.imported.includes(own.label) ||
    channels.some(({ label }) => typeof label === "string" && label.trim() === own.label);
  return isThere ? findings : [...findings, judgeWarehouseGroup(await rowsAt(asker, "/warehouse-groups"), own)];
};

const askCustomFields: Ask = async (asker, _job, { uses }) => {
  const fields = uses.flatMap(({ names, path, place, values, resource }): readonly CustomFieldUse[] => {
    const [before = "", label] = path.split(/(?:^|\.)custom_fields\.(.*)/);
    if (names !== "custom field" || label === undefined || resource === undefined) return [];
    const objectType = resources[resource].customFieldsOf(before === "" ? undefined : before);
    return [{ label, objectType, place, values }];
  });
  return judgeCustomFields(fields, fields.length === 0 ? [] : await rowsAt(asker, "/custom-fields"));
};

const askNamedRecords: Ask = async (asker, _job, { uses, resources: imported }) => {
  const findings: Finding[] = [];
  for (const referable of namedReferables) {
    const wanted = named(uses, referable.name);
    if (wanted.length === 0) continue;
    const rows = await rowsAt(asker, referable.list.path);
    const keys = "unread" in rows ? rows : rows.map((row) => String(row[referable.keyPath]));
    const isImported = [...imported].some((name) => name === referable.name);
    findings.push(...judgeNamedRecords(referable, wanted, keys, isImported));
  }
  return findings;
};

function named(uses: AccountNeeds["uses"], what: MappingUse["names"]): readonly Named[] {
  return uses
    .filter(({ names }) => names === what)
    .flatMap(({ values, place }) => values.map(({ value }) => ({ name: String(value).trim(), place })));
}

async function rowsAt(asker: Asker, path: string): Promise<readonly JsonObject[] | Unread> {
  const read = await readRows(asker, path);
  return read.kind === "answer" ? read.value : { unread: causeOf(read) };
}

function causeOf(
  end:
    | { readonly kind: "refused"; readonly status: number; readonly refusal: { readonly message: string } }
    | { readonly kind: "silent"; readonly cause: string },
): string {
  return end.kind === "silent" ? end.cause : `HTTP ${end.status}, ${end.refusal.message}`;
}

/** A list, as every list endpoint gives it. */
function listIn(text: string): true | undefined {
  const body = parseJson(text);
  return Array.isArray(body) || (isPlainObject(body) && Array.isArray(body.data)) ? true : undefined;
}
