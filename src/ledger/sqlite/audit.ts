// The ledger as an audit sees it: the file's own soundness first, then every invariant, all at one moment. The
// invariants themselves are in invariants.ts.

import { ImportError } from "../../model/error.ts";
import type { JsonObject } from "../../model/json.ts";
import { type AcceptedEntry, type AuditView, type Invariant, mostExamples } from "../../model/ledger/audit.ts";
import type { Action } from "../../model/outcome.ts";
import type { ResourceName } from "../../model/resource.ts";
import { countText } from "../../model/text/count-text.ts";
import { decode } from "../common/codec.ts";
import { answered, type InvariantQueries, ledgerInvariants, questionsOf, runInvariants } from "../common/invariants.ts";
import type { Connection } from "./storage/connection.ts";
import { payloadText } from "./storage/kept-texts.ts";

/** The audit of a ledger. */
export function openAudit(connection: Connection): AuditView {
  return {
    async invariants(run) {
      const sound = soundness(connection);
      return sound.breaches > 0 ? [sound] : [sound, ...laws(connection, run)];
    },
    accepted: (run) => accepted(connection, run),
    async content(entryId) {
      const found = connection.read(() =>
        connection.one<{ payload: string | null; clears: string | null }>(
          `select ${payloadText} payload, p.clears from entries e left join payloads p on p.entry = e.id where e.id = ?`,
          entryId,
        ),
      );
      if (found === undefined || found.payload === null) return undefined;
      return { payload: decode<JsonObject>(found.payload), clears: found.clears === null ? {} : decode(found.clears) };
    },
  };
}

// Opening looks at the header only; every page is read here.
function soundness(connection: Connection): Invariant {
  const law = { law: "file", claim: "the ledger's file is sound: every page, index and link between tables" };
  const broken = (examples: readonly string[], breaches: number): Invariant => ({
    ...law,
    numbers: `faults ${countText(breaches)}`,
    breaches,
    examples: examples.slice(0, mostExamples),
  });
  try {
    const [pages] = connection.read(() => connection.all<{ page_count: number }>("pragma page_count"));
    const checked = connection.read(() => connection.all<{ quick_check: string }>("pragma quick_check(100)"));
    const faults = checked.map(({ quick_check }) => quick_check).filter((text) => text !== "ok");
    if (faults.length > 0) return broken(faults, faults.length);
    const links = connection.read(() =>
      connection.all<{ table: string; rowid: number | null; parent: string }>("pragma foreign_key_check"),
    );
    if (links.length > 0) {
      return broken(
        links.map(
          ({ table, rowid, parent }) => `${table}, row ${rowid ?? "?"}: what it names in ${parent} is not there`,
        ),
        links.length,
      );
    }
    return { ...law, numbers: `pages ${countText(pages?.page_count ?? 0)}`, breaches: 0, examples: [] };
  } catch (error) {
    if (error instanceof ImportError) return broken([error.message], 1);
    throw error;
  }
}

function laws(connection: Connection, run: number): readonly Invariant[] {
  return connection.read(() => {
    connection.script("savepoint audited"); // a run that goes on meanwhile must not change what is counted
    try {
      return [...runInvariants("f.info ->> '$.carried.rows'"), ...ledgerInvariants].map((queries) =>
        lawOf(connection, run, queries),
      );
    } finally {
      connection.script("release audited");
    }
  });
}

function lawOf(connection: Connection, run: number, invariant: InvariantQueries): Invariant {
  const { counts, breaches } = questionsOf(invariant);
  return answered(invariant, connection.one(counts, run), connection.all(breaches, run));
}

const pageEntries = 500;

async function* accepted(connection: Connection, run: number): AsyncGenerator<readonly AcceptedEntry[]> {
  for (let after = { position: -1, id: -1 }; ; ) {
    const page = connection.read(() => acceptedPage(connection, run, after));
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ position: _, action, ...entry }) => ({ ...entry, action: action ?? undefined }));
    after = last;
  }
}

interface AcceptedColumns extends Omit<AcceptedEntry, "action"> {
  readonly resource: ResourceName;
  readonly position: number;
  readonly action: Action | null;
}

function acceptedPage(
  connection: Connection,
  run: number,
  after: { readonly position: number; readonly id: number },
): readonly AcceptedColumns[] {
  return connection.all<AcceptedColumns>(
    `select e.id, e.position, e.resource, k.key, a.remote_id remoteId, e.hash, e.action
       from entries e join keys k on k.id = e.key
       join accepted a on a.key = e.key and a.role = 'own' and a.partial = 0 and a.hash = e.hash
      where e.run = ? and e.outcome in ('accepted', 'unchanged') and (e.position, e.id) > (?, ?)
      order by e.position, e.id limit ${pageEntries}`,
    run,
    after.position,
    after.id,
  );
}
