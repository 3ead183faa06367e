// What a lying sandbox holds in truth, against what the program claims about it.
import type { JsonObject } from "../../src/model/json.ts";
import type { SandboxRecord } from "../../src/sandbox/control.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import { contains } from "./crashes.ts";
import type { LieInput } from "./lie-input.ts";
import type { Reported } from "./program.ts";

/**
 * What must never be. `doubled`: a key is stored twice. `false claim`: a row is said to be there, and the account does not
 * hold its content under that id. `denied`: a row is said to be refused, and it is there because this program sent it.
 * `lost`: a row without one fate. `defect`: the program or the sandbox broke, or the audit is not content. `endless`: it
 * does not come to an end. `given up`: nothing stood in the way of a row, and it did not make it.
 */
export type BreachKind = "doubled" | "false claim" | "denied" | "lost" | "defect" | "endless" | "given up";

/** One thing that must never be. */
export interface Breach {
  readonly kind: BreachKind;
  readonly what: string;
}

type Judged = "products" | "sales_orders";

const there = new Set(["accepted", "unchanged", "skipped"]);
const refused = new Set(["rejected", "invalid", "blocked", "excluded"]);

/** Everything that must never be. `seededKeys` are the keys of the records that were there before, by resource and id. */
export function judgeLies(
  sandbox: Sandbox,
  { rows, wanted }: LieInput,
  seededKeys: ReadonlyMap<string, string>,
  last: Pick<Reported, "exitCode" | "rows" | "stderr">,
): readonly Breach[] {
  const breaches: Breach[] = [];
  const found = (kind: BreachKind, what: string): void => void breaches.push({ kind, what });
  const { defects, maxInFlightPerKey } = sandbox.counts();
  if (defects > 0) found("defect", `the sandbox failed ${defects} times`);
  if (maxInFlightPerKey > 1) found("defect", `${maxInFlightPerKey} writes of one key were in flight together`);
  if (![0, 2, 3, 4].includes(last.exitCode ?? -1)) found("defect", `exit code ${last.exitCode}: ${last.stderr}`);
  const places = new Set(last.rows.map(({ file, line }) => `${file}:${line}`));
  if (last.rows.length !== rows || places.size !== rows) {
    found("lost", `${last.rows.length} result lines for ${places.size} of ${rows} rows`);
  }
  const isOver = last.exitCode === 0 || last.exitCode === 3;
  const pending = last.rows.filter(({ outcome }) => outcome === "pending" || outcome === "");
  if (isOver && pending.length > 0) found("lost", `exit code ${last.exitCode} with ${pending.length} rows pending`);

  for (const resource of ["products", "sales_orders"] as const) {
    const byKey = recordsByKey(sandbox, resource, seededKeys);
    for (const [key, records] of byKey) {
      if (records.length > 1) found("doubled", `${resource} ${key} is stored ${records.length} times`);
    }
    for (const { key = "", remote_id = "", outcome = "", resource: of, file, line } of last.rows) {
      if (of !== resource) continue;
      const records = byKey.get(key) ?? [];
      const row = `${file}:${line} ${key} is ${outcome}`;
      const record = records.find(({ id }) => String(id) === remote_id);
      if (there.has(outcome)) {
        if (record === undefined) {
          found(
            "false claim",
            `${row} as ${remote_id || "nothing"}; stored are ${records.map(({ id }) => id).join(", ") || "none"}`,
          );
        } else if (!contains(asSent(record), wanted[resource].get(key))) {
          found("false claim", `${row}, and is ${JSON.stringify(asSent(record))}`);
        }
      }
      if (refused.has(outcome) && records.some(({ received }) => received.length > 0)) {
        found("denied", `${row}, and stored as ${records.map(({ id }) => id).join(", ")}`);
      }
    }
  }
  return breaches;
}

/** By the key that was sent: the stored one may have been changed. */
function recordsByKey(
  sandbox: Sandbox,
  resource: Judged,
  seededKeys: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly SandboxRecord[]> {
  const byKey = new Map<string, readonly SandboxRecord[]>();
  for (const record of sandbox.records(resource)) {
    const sent = record.received[0]?.[resource === "products" ? "sku" : "order_number"];
    const key = seededKeys.get(`${resource} ${record.id}`) ?? String(sent ?? record.key);
    byKey.set(key, [...(byKey.get(key) ?? []), record]);
  }
  return byKey;
}

/** The content as it came, key and references as they were sent: what the account holds but for changed keys. */
function asSent({ content, received }: SandboxRecord): JsonObject {
  return received.length === 0 ? content : { ...content, ...Object.assign({}, ...received) };
}
