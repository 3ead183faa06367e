// The ledger as an audit sees it: that its tables are all there, then every invariant, all at one moment. The invariants
// themselves are in invariants.ts.

import { type AcceptedEntry, type AuditView, type Invariant, mostExamples } from "../../model/ledger/audit.ts";
import type { Action } from "../../model/outcome.ts";
import { countText } from "../../model/text/count-text.ts";
import { answered, type InvariantQueries, ledgerInvariants, questionsOf, runInvariants } from "../common/invariants.ts";
import { contentOf } from "./content.ts";
import type { Connection } from "./storage/connection.ts";
import { links, tables } from "./storage/schema.ts";
import type { Statements } from "./storage/statements.ts";

/** The audit of a ledger. */
export function openAudit(connection: Connection): AuditView {
  return {
    invariants: (run) =>
      connection.read(async (db) => {
        // A run that goes on meanwhile must not change what is counted. Whole tables are read, which is best done in their order.
        await db.script("begin isolation level repeatable read; set local enable_seqscan = on");
        try {
          const sound = await soundness(db);
          return sound.breaches > 0 ? [sound] : [sound, ...(await laws(db, run))];
        } finally {
          await db.script("rollback");
        }
      }),
    accepted: (run) => accepted(connection, run),
    content: (entryId) => connection.read((db) => contentOf(db, entryId)),
  };
}

// Pages are the server's to check; the queries below read all of them.
async function soundness(db: Statements): Promise<Invariant> {
  const missing = await db.all<{ name: string }>(
    `select name from unnest(?::text[]) name where not exists (
       select 1 from pg_tables t where t.schemaname = current_schema() and t.tablename = name)`,
    tables,
  );
  const broken = missing.map(({ name }) => ({ example: `the table ${name} is not there`, count: 1 }));
  for (const [table, column, named] of missing.length > 0 ? [] : links) {
    const found = await db.one<{ count: number }>(
      `select count(*) count from ${table} t where t.${column} is not null and not exists (select 1 from ${named} n where n.id = t.${column})`,
    );
    const count = found?.count ?? 0;
    if (count > 0)
      broken.push({ example: `${table}: what ${countText(count)} of its rows name in ${named} is not there`, count });
  }
  return {
    law: "file",
    claim: "the ledger is sound: every table and every link between them",
    numbers: `tables ${countText(tables.length - missing.length)} of ${countText(tables.length)}`,
    breaches: broken.reduce((sum, { count }) => sum + count, 0),
    examples: broken.slice(0, mostExamples).map(({ example }) => example),
  };
}

async function laws(db: Statements, run: number): Promise<readonly Invariant[]> {
  const found: Invariant[] = [];
  for (const queries of [...runInvariants("f.carried_rows"), ...ledgerInvariants])
    found.push(await lawOf(db, run, queries));
  return found;
}

async function lawOf(db: Statements, run: number, invariant: InvariantQueries): Promise<Invariant> {
  const { counts, breaches } = questionsOf(invariant);
  return answered(invariant, await db.one(counts, run), await db.all(breaches, run));
}

const pageEntries = 500;

type AcceptedColumns = Omit<AcceptedEntry, "action"> & { readonly position: number; readonly action: Action | null };

async function* accepted(connection: Connection, run: number): AsyncGenerator<readonly AcceptedEntry[]> {
  for (let after = { position: -1, id: -1 }; ; ) {
    const { position, id } = after;
    const page = await connection.read((db) =>
      db.all<AcceptedColumns>(
        `select e.id, e.position, e.resource, k.key, a.remote_id "remoteId", e.hash, e.action
           from entries e join keys k on k.id = e.key
           join accepted a on a.key = e.key and a.role = 'own' and not a.partial and a.hash = e.hash
          where e.run = ? and e.outcome in ('accepted', 'unchanged') and (e.position, e.id) > (?, ?)
          order by e.position, e.id limit ${pageEntries}`,
        run,
        position,
        id,
      ),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ position: _, action, ...entry }) => ({ ...entry, action: action ?? undefined }));
    after = last;
  }
}
