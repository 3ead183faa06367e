// The ledger as an audit sees it: that its tables are all there, then every invariant, all at one moment. The invariants
// themselves are in invariants.ts.
import { type AcceptedEntry, type AuditView, type Invariant, mostExamples } from "../../model/ledger/audit.ts";
import type { Action } from "../../model/outcome.ts";
import { countText } from "../../model/text/count-text.ts";
import { contentOf } from "./content.ts";
import { type InvariantQueries, ledgerInvariants, runInvariants } from "./invariants.ts";
import type { Connection } from "./storage/connection.ts";
import { migrations } from "./storage/schema.ts";
import type { Statements } from "./storage/statements.ts";

/** The audit of a ledger. */
export function openAudit(connection: Connection): AuditView {
  return {
    invariants: (run) =>
      connection.read(async (db) => {
        await db.script("begin isolation level repeatable read"); // a run that goes on meanwhile must not change what is counted
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

// Pages are the server's to check, and links between tables are constraints that it never lets anybody break: what is left is
// that nobody took a table or a constraint away.
async function soundness(db: Statements): Promise<Invariant> {
  const law = { law: "file", claim: "the ledger's tables are all there, and so is every constraint between them" };
  const tables = await db.all<{ name: string; missing: number }>(
    `select t.name, (t.links - count(c.oid)) missing from unnest(?::text[], ?::bigint[]) t (name, links)
       left join pg_constraint c on c.contype = 'f' and c.convalidated and c.conrelid = to_regclass(quote_ident(current_schema()) || '.' || quote_ident(t.name))
      group by t.name, t.links
     having to_regclass(quote_ident(current_schema()) || '.' || quote_ident(t.name)) is null or count(c.oid) < t.links order by t.name`,
    linksOfTables.map(([name]) => name),
    linksOfTables.map(([, links]) => links),
  );
  return {
    ...law,
    numbers: `tables ${countText(linksOfTables.length - tables.length)} of ${countText(linksOfTables.length)}`,
    breaches: tables.length,
    examples: tables
      .slice(0, mostExamples)
      .map(({ name, missing }) => `the table ${name} is missing, or ${countText(missing)} of its constraints`),
  };
}

/** The tables of the ledger, each with how many links to others it has: read off the steps that make them. */
const linksOfTables: readonly (readonly [name: string, links: number])[] = migrations
  .flatMap((step) => [...step.matchAll(/create table (\w+) \(([^;]*)\);/g)])
  .map(([, name = "", body = ""]) => [name, body.split(" references ").length - 1]);

async function laws(db: Statements, run: number): Promise<readonly Invariant[]> {
  const found: Invariant[] = [];
  for (const queries of [...runInvariants, ...ledgerInvariants]) found.push(await lawOf(db, run, queries));
  return found;
}

async function lawOf(
  db: Statements,
  run: number,
  { law, claim, counts, say, breaches }: InvariantQueries,
): Promise<Invariant> {
  const numbers = (await db.one<Record<string, number>>(audited(counts), run)) ?? {};
  const found = audited(`select count(*) over () total, example from (${breaches}) broken limit ${mostExamples}`);
  const broken = await db.all<{ total: number; example: string }>(found, run);
  return {
    law,
    claim,
    numbers: say(numbers),
    breaches: broken[0]?.total ?? 0,
    examples: broken.map(({ example }) => example),
  };
}

function audited(query: string): string {
  const body = query.startsWith("with ") ? query.slice("with ".length) : undefined;
  return `with audited(run) as (select ?::bigint)${body === undefined ? ` ${query}` : `, ${body}`}`;
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
