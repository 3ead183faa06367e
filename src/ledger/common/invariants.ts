// The invariants as queries: what must hold after a run, and in a ledger at any time. Each gives its counts
// and its breaches, in SQL that SQLite and PostgreSQL both speak. `audited` holds the run. What else is audited is each ledger's own.

import { type Invariant, mostExamples } from "../../model/ledger/audit.ts";
import { outcomes } from "../../model/outcome.ts";
import { countText } from "../../model/text/count-text.ts";
import { rowsPerFile } from "./row-id.ts";

/** An invariant, and how its numbers and its breaches are found. */
export interface InvariantQueries {
  readonly law: string;
  readonly claim: string;
  /** One row of numbers; the names of the columns are the words. */
  readonly counts: string;
  readonly say: (counts: Readonly<Record<string, number>>) => string;
  /** One row for each breach, with a column `example`. */
  readonly breaches: string;
}

/** What finds an invariant's numbers and its first breaches; the one parameter of each is the run. */
export function questionsOf({ counts, breaches }: InvariantQueries): {
  readonly counts: string;
  readonly breaches: string;
} {
  return {
    counts: audited(counts),
    breaches: audited(`select count(*) over () total, example from (${breaches}) broken limit ${mostExamples}`),
  };
}

/** The invariant by what its questions found. */
export function answered(
  { law, claim, say }: InvariantQueries,
  counts: Readonly<Record<string, number>> | undefined,
  breaches: readonly { readonly total: number; readonly example: string }[],
): Invariant {
  const examples = breaches.map(({ example }) => example);
  return { law, claim, numbers: say(counts ?? {}), breaches: breaches[0]?.total ?? 0, examples };
}

function audited(query: string): string {
  const body = query.startsWith("with ") ? query.slice("with ".length) : undefined;
  return `with audited(run) as (select cast(? as bigint))${body === undefined ? ` ${query}` : `, ${body}`}`;
}

const perFile = rowsPerFile;
const run = "(select run from audited)";
const ourFiles = `(select id from files where run = ${run} and kind <> 'reference')`;
const ourRows = `rows r join files f on r.id >= f.id * ${perFile} and r.id < (f.id + 1) * ${perFile}
  where f.run = ${run} and f.kind <> 'reference'`;
// Of what was carried from an earlier run there are some rows of a file, with the numbers that they had there: as many as were found.
const rowsOfFiles = (
  carriedRows: string,
) => `select f.file, count(*) n, coalesce(${carriedRows}, max(r.id) - f.id * ${perFile}) last
  from files f join rows r on r.id >= f.id * ${perFile} and r.id < (f.id + 1) * ${perFile} where f.run = ${run} group by f.id`;
const place = "f.file || ':' || r.line";
const named = "coalesce(k.resource, e.resource) || ' ' || coalesce(k.key, '(no key, entry ' || e.id || ')')";
const ourEntries = `entries e left join keys k on k.id = e.key where e.run = ${run}`;
const outcomeList = outcomes.map((outcome) => `'${outcome}'`).join(", ");
// Who got which id by a creation: of the runs that are kept, of what was accepted since the tables have a place for it, and of
// what was accepted before that and never sent again.
const createdIds = `created as (
  select key, remote_id, min(run) run from (
    select e.key, e.remote_id, e.run from entries e where e.outcome = 'accepted' and (e.action = 'created'
      or (e.action = 'recovered' and (coalesce(e.plan, 'create') = 'create' or exists (
        select 1 from sends s where s.entry = e.id and s.plan = 'create' and s.result in ('accepted', 'recovered')))))
    union all select key, created_id, run from accepted where role = 'own' and created_id is not null
    union all select a.key, a.remote_id, a.run from accepted a
      join (select key, plan, row_number() over (partition by key order by id desc) nth from sends where result in ('accepted', 'recovered')) s
        on s.key = a.key and s.nth = 1
      where a.role = 'own' and a.created_id is null and s.plan = 'create') made
  where key is not null and remote_id is not null group by key, remote_id)`;
const pairs = (counts: Readonly<Record<string, number>>, join: string, words: readonly string[]) =>
  words.map((word) => `${word.replaceAll("_", " ")} ${countText(counts[word] ?? 0)}`).join(join);

/** Invariants of one run that ended. `carriedRows` is the SQL for how many rows of a file (`f`) were carried from an earlier run. */
export const runInvariants = (carriedRows: string): readonly InvariantQueries[] => [
  {
    law: "file_rows",
    claim: "no row of a file is missing",
    counts: `select coalesce(sum(n), 0) rows, coalesce(sum(last), 0) last from (${rowsOfFiles(carriedRows)}) files_of_run`,
    say: ({ rows = 0, last = 0 }) => `rows ${countText(rows)} = row numbers up to ${countText(last)}`,
    breaches: `select file || ': ' || n || ' rows, numbered up to ' || last example from (${rowsOfFiles(carriedRows)}) files_of_run where n <> last`,
  },
  {
    law: "row_fates",
    claim: "every row has an outcome, of its own or of its entry",
    counts: `select count(*) rows, count(*) filter (where claimed) of_entries, count(*) filter (where not claimed and outcome is not null) of_their_own
      from (select r.outcome, exists (select 1 from entry_rows er where er.row = r.id) claimed from ${ourRows}) fates`,
    say: (counts) => `rows ${countText(counts.rows ?? 0)} = ${pairs(counts, " + ", ["of_entries", "of_their_own"])}`,
    breaches: `select ${place} || ' has no outcome' example from ${ourRows} and r.outcome is null
      and not exists (select 1 from entry_rows er where er.row = r.id)`,
  },
  {
    law: "row_claims",
    claim: "no row of an input belongs to two entries; joined rows may",
    counts: `select count(*) claims, count(distinct er.row) rows from entry_rows er join files f
      on er.row >= f.id * ${perFile} and er.row < (f.id + 1) * ${perFile} where f.run = ${run} and f.kind = 'input'`,
    say: (counts) => pairs(counts, " = ", ["claims", "rows"]),
    breaches: `select ${place} || ' belongs to ' || (select count(*) from entry_rows er where er.row = r.id) || ' entries' example
      from ${ourRows} and f.kind = 'input' and (select count(*) from entry_rows er where er.row = r.id) > 1`,
  },
  {
    law: "entry_outcomes",
    claim: "every entry has one outcome",
    counts: `select count(*) entries, count(outcome) outcomes from entries where run = ${run}`,
    say: (counts) => pairs(counts, " = ", ["entries", "outcomes"]),
    breaches: `select ${named} || ' is ' || coalesce('"' || e.outcome || '"', 'still open') example from ${ourEntries}
      and (e.outcome is null or e.outcome not in (${outcomeList}) or e.outcome = 'excluded')`,
  },
  {
    law: "entry_rows",
    claim: "every entry is made of rows of its run",
    counts: `select count(*) entries, count(*) filter (where exists (select 1 from entry_rows er where er.entry = e.id)) with_rows
      from entries e where e.run = ${run}`,
    say: (counts) => pairs(counts, " = ", ["entries", "with_rows"]),
    breaches: `select ${named} || ' has ' || (select count(*) from entry_rows er where er.entry = e.id) || ' rows, not all of this run' example
      from ${ourEntries} and not exists (select 1 from entry_rows er join rows r on r.id = er.row
        where er.entry = e.id and r.id / ${perFile} in ${ourFiles})
      union all select ${named} || ' names a row that is not there' from ${ourEntries}
        and exists (select 1 from entry_rows er left join rows r on r.id = er.row where er.entry = e.id
          and (r.id is null or r.id / ${perFile} not in ${ourFiles}))`,
  },
  {
    law: "attempts",
    claim: "every attempt of an entry is in the journal",
    counts: `select coalesce(sum(attempts), 0) attempts, (select count(*) from sends s join entries e on e.id = s.entry
        where s.run = ${run} and e.run = ${run} and coalesce(s.result, '') not in ('throttled', 'held')) sends
      from entries where run = ${run}`,
    say: ({ attempts = 0, sends = 0 }) =>
      `attempts ${countText(attempts)} = sends that were not answered 429 ${countText(sends)}`,
    breaches: `select ${named} || ': attempts ' || e.attempts || ', sends ' || (select count(*) from sends s
        where s.entry = e.id and coalesce(s.result, '') not in ('throttled', 'held')) example from ${ourEntries}
      and e.attempts <> (select count(*) from sends s where s.entry = e.id and coalesce(s.result, '') not in ('throttled', 'held'))`,
  },
  {
    law: "sends",
    claim: "every send came to an end or is in doubt",
    counts: `select count(*) sends, count(*) filter (where not open) concluded, count(*) filter (where open) in_doubt from sends where run = ${run}`,
    say: (counts) => `sends ${countText(counts.sends ?? 0)} = ${pairs(counts, " + ", ["concluded", "in_doubt"])}`,
    breaches: `select k.resource || ' ' || k.key || ': send ' || s.id || ' is ' || case when s.open then 'open' else 'closed' end || ' and '
        || coalesce(s.result, 'has no result') example
      from sends s join keys k on k.id = s.key where s.run = ${run} and case when s.open then coalesce(s.result, 'unanswered') not in ('unanswered', 'throttled', 'unavailable', 'accepted')
        else coalesce(s.result, '') not in 
            ('accepted', 'refused', 'throttled', 'unavailable', 'held', 'undelivered', 'recovered', 'absent') end`,
  },
  {
    law: "doubts",
    claim: "an entry whose creation has no answer is in doubt, and reported so",
    counts: `select count(*) filter (where outcome = 'in_doubt') in_doubt,
        (select count(*) from sends where run = ${run} and open and plan = 'create'
          and coalesce(result, '') <> 'throttled') open_creations from entries where run = ${run}`,
    say: (counts) => pairs(counts, ", ", ["in_doubt", "open_creations"]),
    breaches: `select ${named} || ' is ' || coalesce(e.outcome, 'open') || ', and send ' || s.id || ' has no answer' example
      from sends s join entries e on e.id = s.entry left join keys k on k.id = e.key
      where s.run = ${run} and e.run = ${run} and s.open and s.plan = 'create'
        and coalesce(s.result, '') <> 'throttled' and coalesce(e.outcome, '') <> 'in_doubt'`,
  },
  {
    law: "accepted_sent",
    claim: "what was accepted was sent, and has a remote id",
    counts: `with sent as (select distinct key from sends where coalesce(result, '') not in ('throttled', 'held', 'undelivered'))
      select count(*) accepted, count(*) filter (where e.key in (select key from sent)) sent,
        count(*) filter (where coalesce(e.remote_id, '') <> '') with_remote_id
      from entries e where e.run = ${run} and e.outcome = 'accepted'`,
    say: (counts) => pairs(counts, " = ", ["accepted", "sent", "with_remote_id"]),
    breaches: `with sent as (select distinct key from sends where coalesce(result, '') not in ('throttled', 'held', 'undelivered'))
      select ${named} || ' was ' || coalesce(e.action, 'accepted') || case
          when coalesce(e.remote_id, '') = '' then ' and has no remote id'
          else ', and the journal has no send of it that could have done that' end example
      from ${ourEntries} and e.outcome = 'accepted' and (coalesce(e.remote_id, '') = '' or not case e.action
        when 'created' then exists (select 1 from sends s where s.entry = e.id and s.plan = 'create' and s.result = 'accepted')
        when 'updated' then exists (select 1 from sends s where s.entry = e.id and s.plan = 'update' and s.result = 'accepted')
        when 'recovered' then e.key in (select key from sent)
        else false end)`,
  },
  {
    law: "unsent",
    claim: "nothing that is invalid, blocked, skipped or unchanged made anything",
    counts: `select count(*) such_entries, count(*) filter (where exists (select 1 from sends s where s.entry = e.id
        and (s.open or s.result in ('accepted', 'recovered')))) made
      from entries e where e.run = ${run} and e.outcome in ('invalid', 'blocked', 'skipped', 'unchanged')`,
    say: (counts) => pairs(counts, ", ", ["such_entries", "made"]),
    breaches: `select ${named} || ' is ' || e.outcome || ', and send ' || s.id || ' of it is ' || case when s.open then 'open' else s.result end example
      from sends s join entries e on e.id = s.entry left join keys k on k.id = e.key
      where e.run = ${run} and s.run = ${run} and e.outcome in ('invalid', 'blocked', 'skipped', 'unchanged')
        and (s.open or s.result in ('accepted', 'recovered'))`,
  },
  {
    law: "one_entry_per_key",
    claim: "no two accepted entries of the run have one key, variants included",
    counts: `select count(*) keys, count(distinct key) distinct_keys from (select distinct ek.key, ek.entry from entry_keys ek
      join entries e on e.id = ek.entry where ek.run = ${run} and e.outcome = 'accepted') claims`,
    say: (counts) => pairs(counts, " = ", ["keys", "distinct_keys"]),
    breaches: `select k.resource || ' ' || k.key || ' was accepted in ' || count(distinct ek.entry) || ' entries' example
      from entry_keys ek join entries e on e.id = ek.entry join keys k on k.id = ek.key
      where ek.run = ${run} and e.outcome = 'accepted' group by k.id having count(distinct ek.entry) > 1
      union all select min(${named}) || ' was accepted in ' || count(*) || ' entries' from ${ourEntries} and e.outcome = 'accepted'
        and not exists (select 1 from entry_keys ek where ek.entry = e.id) group by e.key having count(*) > 1`,
  },
];

/** Invariants of the ledger as a whole, over all its runs. */
export const ledgerInvariants: readonly InvariantQueries[] = [
  {
    law: "one_creation",
    claim: "no key was created twice, unless it was proved gone in between",
    counts: `select count(*) creations, count(distinct key) keys, (select count(*) from gone) gone
      from sends where plan = 'create' and result in ('accepted', 'recovered')`,
    say: ({ creations = 0, keys = 0, gone = 0 }) =>
      `creations ${countText(creations)}, keys ${countText(keys)}, proved gone ${countText(gone)}`,
    breaches: `with creations as (
        select key, id, run, lag(id) over (partition by key order by id) before
          from sends where plan = 'create' and result in ('accepted', 'recovered')),
        refused as (select key, id from sends where plan = 'update' and result = 'refused' and http_status = 404)
      select k.resource || ' ' || k.key || ' was created by send ' || c.before || ' and again by send ' || c.id example
      from creations c join keys k on k.id = c.key where c.before is not null
        and not exists (select 1 from gone g where g.key = c.key and g.run = c.run)
        and not exists (select 1 from refused r where r.key = c.key and r.id > c.before and r.id < c.id)`,
  },
  {
    law: "one_key_per_id",
    claim: "an id that a creation got belongs to one key, unless the key that had it was proved gone before",
    counts: `with ${createdIds} select count(*) created_keys, count(distinct k.resource || ' ' || c.remote_id) ids
      from created c join keys k on k.id = c.key`,
    say: (counts) => pairs(counts, ", ", ["created_keys", "ids"]),
    breaches: `with ${createdIds},
        holders as (select k.resource, k.key name, c.key, c.remote_id, c.run,
          lag(k.key) over same_id earlier_name, lag(c.key) over same_id earlier, lag(c.run) over same_id earlier_run
          from created c join keys k on k.id = c.key
          window same_id as (partition by k.resource, c.remote_id order by c.run, c.key))
      select resource || ' ' || name || ' was created as ' || remote_id || ', and so was ' || earlier_name example
      from holders h where earlier is not null
        and not exists (select 1 from gone g where g.key = h.earlier and g.run between h.earlier_run and h.run)`,
  },
  {
    law: "one_open_send",
    claim: "no key has two sends without an answer",
    counts: "select count(*) open_sends, count(distinct key) keys from sends where open",
    say: (counts) => pairs(counts, " = ", ["open_sends", "keys"]),
    breaches: `select k.resource || ' ' || k.key || ' has ' || count(*) || ' open sends' example
      from sends s join keys k on k.id = s.key where s.open group by k.id having count(*) > 1`,
  },
  {
    law: "accepted_known",
    claim: "what was accepted is known for the next run, as it was accepted",
    counts: `select count(distinct key) accepted_keys, (select count(*) from accepted where role = 'own' and key in (
        select key from entries where outcome = 'accepted')) known from entries where outcome = 'accepted'`,
    say: (counts) => pairs(counts, " = ", ["accepted_keys", "known"]),
    breaches: `with newest as (select key, max(id) id from entries where outcome = 'accepted' and key is not null group by key)
      select ${named} || case when a.key is null then ' was accepted, and the next run would not know'
          else ' was accepted as ' || e.remote_id || ', and the next run takes it for ' || a.remote_id end example
      from newest n join entries e on e.id = n.id left join keys k on k.id = e.key
        left join accepted a on a.key = e.key and a.role = 'own'
      where a.key is null or (a.run = e.run and a.remote_id <> e.remote_id)`,
  },
  {
    law: "accepted_journal",
    claim: "what the next run takes for accepted was sent and answered",
    counts: `with sent as (select distinct key from sends where coalesce(result, '') not in ('throttled', 'held', 'undelivered'))
      select count(*) known, count(*) filter (where key in (select key from sent)) sent from accepted where role = 'own'`,
    say: (counts) => pairs(counts, " = ", ["known", "sent"]),
    breaches: `with sent as (select distinct key from sends where coalesce(result, '') not in ('throttled', 'held', 'undelivered')),
        hashes as (select key, hash from sends union select key, hash from entries where key is not null)
      select k.resource || ' ' || k.key || ' is known as ' || a.remote_id || case when a.key in (select key from sent)
          then ' with content that was never sent' else ', and was never sent' end example
      from accepted a join keys k on k.id = a.key where a.role = 'own' and (a.key not in (select key from sent)
        or (a.hash is not null and not exists (select 1 from hashes h where h.key = a.key and h.hash = a.hash)))`,
  },
];
