// The tables, and the steps that lead from one version of them to the next. A step once released never changes.
// Not here: opening and checking files (ledger-file.ts, migrate.ts).
//
// Keys are text once, in `keys`; everywhere else they are its integer ids. What the queue scans (`entries`) is kept
// apart from what is wide (`payloads`, `rows`). `sends`, `accepted` and `keys` outlive the runs that wrote them.

/** Marks a database as ours in its header: "LuIm". */
export const applicationId = 0x4c75496d;

const version1 = `
create table ledger (base_url text not null) strict;

create table runs (
  id integer primary key,
  run_id text not null unique,
  job text not null,
  command text not null,
  started_at_ms integer not null,
  ended_at_ms integer,
  exit_code integer,
  summary text
) strict;

create table files (
  id integer primary key autoincrement, -- never used again: row ids are made of it
  run integer not null references runs on delete cascade,
  input text not null,
  join_name text,
  kind text not null check (kind in ('input', 'join', 'reference')),
  file text not null,
  info text not null
) strict;
create index files_of_run on files (run);

create table rows (
  id integer primary key, -- file id and number: see rowId
  line integer not null,
  raw text not null,
  fault text,
  outcome text check (outcome in ('excluded', 'invalid')),
  problems text
) strict;

-- What is needed only while its run stages and sends. Its index by key comes and goes: see staged-rows.ts.
create table staged_rows (
  row integer primary key,
  file integer not null,
  group_key text,
  cells text
) strict;

create table keys (
  id integer primary key,
  resource text not null,
  key text not null,
  unique (resource, key)
) strict;

create table entries (
  id integer primary key,
  run integer not null references runs on delete cascade,
  resource text not null,
  phase text not null,
  position integer not null,
  key integer references keys,
  hash text not null,
  outcome text,
  action text,
  remote_id text,
  http_status integer,
  plan text check (plan in ('create', 'update')),
  plan_remote_id text,
  ready integer not null default 0, -- may be taken: planned, or its key has an open send
  attempts integer not null default 0,
  not_before_ms integer,
  problems text
) strict;
create index entries_in_order on entries (run, phase, position);
create index entries_ready on entries (run, phase, position)
  where outcome is null and ready = 1 and not_before_ms is null;
create index entries_waiting on entries (run, phase, not_before_ms)
  where outcome is null and not_before_ms is not null;

create table payloads (
  entry integer primary key references entries on delete cascade,
  payload text not null,
  clears text,
  creation_problems text
) strict;

create table entry_rows (
  row integer not null,
  entry integer not null references entries on delete cascade,
  primary key (row, entry)
) strict, without rowid;
create index entry_rows_of_entry on entry_rows (entry, row);

create table entry_keys (
  run integer not null,
  key integer not null references keys,
  entry integer not null references entries on delete cascade,
  path text not null,
  primary key (run, key, entry, path)
) strict, without rowid;
create index entry_keys_of_entry on entry_keys (entry);

create table entry_references (
  entry integer not null references entries on delete cascade,
  ordinal integer not null,
  path text not null,
  key integer not null references keys,
  fill integer not null,
  primary key (entry, ordinal)
) strict, without rowid;

-- The journal. Runs and entries may be purged, an open send may not: hence no references to them.
create table sends (
  id integer primary key,
  run integer not null,
  entry integer not null,
  key integer not null references keys,
  plan text not null check (plan in ('create', 'update')),
  plan_remote_id text,
  hash text not null,
  sent_at_ms integer not null,
  ended_at_ms integer,
  result text,
  http_status integer,
  absences integer not null default 0,
  open integer not null default 1
) strict;
-- The last line of defence: the database itself refuses a second open send of a key.
create unique index sends_open on sends (key) where open = 1;
create index sends_of_run on sends (run);
create index sends_of_entry on sends (entry);

create table accepted (
  key integer not null references keys,
  role text not null check (role in ('own', 'variant')),
  remote_id text not null,
  hash text, -- of the content that Luminous is sure to have; null when that is not known
  partial integer not null default 0, -- created, and the update that belongs to it has not gone through
  run integer not null,
  primary key (key, role)
) strict, without rowid;

create table remembered (
  run integer not null references runs on delete cascade,
  key integer not null references keys,
  role text not null,
  remote_id text not null,
  primary key (run, key, role, remote_id)
) strict, without rowid;
`;

const version2 = `
-- What every lookup after an unanswered creation found, for whoever asks for the story of an entry.
create table doubt_lookups (
  id integer primary key,
  send integer not null,
  at_ms integer not null,
  found integer not null check (found in (0, 1))
) strict;
create index doubt_lookups_of_send on doubt_lookups (send);

-- The run whose failures a retry reads.
alter table runs add column retry_of integer;

-- Over the raw text of an entry's rows: what a repair is known by.
alter table entries add column rows_hash text;

create table rows_2 (
  id integer primary key, -- file id and number: see rowId
  line integer not null,
  raw text not null,
  fault text,
  outcome text check (outcome in ('excluded', 'invalid', 'unchanged', 'skipped')), -- of a row without an entry
  problems text,
  rows_hash text, -- of an invalid row without an entry
  source integer, -- of a row of a retry: the row of the retried run
  mended integer not null default 0 -- a retry made good what the row belonged to
) strict;
insert into rows_2 (id, line, raw, fault, outcome, problems) select id, line, raw, fault, outcome, problems from rows;
drop table rows;
alter table rows_2 rename to rows;
create index rows_of_source on rows (source) where source is not null;
create index rows_without_entry on rows (rows_hash) where rows_hash is not null;

-- What became of rows that did not make it, once a retry had made all of them good. Outlives the runs.
create table repaired (
  rows_hash text not null,
  key integer not null references keys,
  outcome text not null check (outcome in ('accepted', 'skipped')),
  content_hash text, -- of what was accepted; null where that is not known
  remote_id text,
  run_id text not null, -- the run whose failures were retried, as people see it
  primary key (rows_hash, key)
) strict, without rowid;

-- Keys that were accepted once and that a lookup of a later run proved gone: what allows a second creation.
create table gone (
  key integer not null references keys,
  run integer not null,
  primary key (key, run)
) strict, without rowid;
`;

const version3 = `
-- The limits under which a send left: the proof that it made nothing goes by them, not by those of a later run.
alter table sends add column timeout_ms integer;
alter table sends add column read_lag_ms integer;
alter table sends add column second_send_ms integer;
-- When it left by the server's clock, where an answer had told it.
alter table sends add column server_at_ms integer;

-- An id belongs to one key: whose it is, is asked of every answer to a creation.
create index accepted_by_remote_id on accepted (remote_id) where role = 'own';

-- How the account's server answers, as far as it was seen, and records that are known to be there.
create table account_facts (
  name text primary key,
  value text not null,
  at_ms integer not null
) strict, without rowid;
create table controls (
  resource text not null,
  key text not null,
  remote_id text not null,
  seen_at_ms integer not null,
  primary key (resource, key)
) strict, without rowid;

-- The opening of the ledger that has taken the entry up; a number of an opening that is over means nothing.
alter table entries add column leased_to integer;

-- The id that the key's newest creation got; remote_id may move later, with an update or a record renamed in Luminous.
alter table accepted add column created_id text;
`;

const version4 = `
-- What an acceptance is remembered with: which version of the program staged the run, and which mapping a file had.
alter table runs add column program text;
alter table files add column mapping_hash text;

-- How an entry stands to its source's own sums; its currency, and within what there may be one only.
alter table entries add column agreement text;
alter table entries add column currency text;
alter table entries add column currency_scope text;

alter table accepted add column rows_hash text;
alter table accepted add column mapping_hash text;
alter table accepted add column program text;
alter table accepted add column currency text;
alter table accepted add column currency_scope text;
create index accepted_by_currency on accepted (currency_scope, currency) where currency_scope is not null;

-- Of runs that are kept it is known which rows were accepted.
update accepted set rows_hash = made.rows_hash
  from (select key, hash, rows_hash, max(id) from entries
         where outcome in ('accepted', 'unchanged') and key is not null and rows_hash is not null group by key, hash) made
 where accepted.key = made.key and accepted.role = 'own' and accepted.hash = made.hash;
`;

const version5 = `
-- What a plan says of every entry, so that a run can do just that. Both outlive the runs.
create table plans (
  id integer primary key,
  plan_id text not null unique,
  job text not null,
  made_at_ms integer not null,
  after_run integer not null, -- the newest run that it knows of; 0 without any
  content_hash text, -- of its plan.json; null until all its entries are here
  done_run text -- the run of it that came to its end
) strict;
create table plan_entries (
  plan integer not null references plans on delete cascade,
  ordinal integer not null,
  resource text not null,
  key integer references keys,
  hash text not null,
  decision text not null,
  remote_id text,
  state text, -- hash of what Luminous had in the fields that an update says
  problems text,
  primary key (plan, ordinal)
) strict, without rowid;
create index plan_entries_by_key on plan_entries (plan, key);

-- The plan that a run does.
alter table runs add column plan_id text;

-- What the accepted content says in fields that Luminous may change by itself, as a JSON object; null where that is not known.
alter table accepted add column said text;

-- Texts of rows and payloads, many in one block (text-blocks.ts). What is in a block has an empty text in its own table, or no
-- row there.
create table row_blocks (first integer primary key, size integer not null, texts blob not null) strict;
create table payload_blocks (first integer primary key, size integer not null, texts blob not null) strict;
`;

/** Step n leads from version n to version n + 1; a new ledger takes all of them. */
export const migrations: readonly string[] = [version1, version2, version3, version4, version5];

/** SQL: how an entry ends that has to be made good. SQLite takes the index below only for this very list. */
export const failedOutcomes = "('invalid', 'blocked', 'rejected', 'failed', 'in_doubt')";

/**
 * Finding failed entries without looking at the others. It is no part of the tables' versions: older programs keep it up to
 * date and need not know it, and a ledger that is only read does without.
 */
export const failedEntriesIndex = `create index if not exists entries_failed on entries (run)
  where outcome in ${failedOutcomes}`;

/** Lists that are too long for memory, for the time of one call. They vanish with the connection. */
export const temporaryTables = `
create temp table worklist (
  list integer not null,
  resource text not null,
  key integer not null,
  primary key (list, resource, key)
) strict, without rowid;

-- Claims of keys that clash, in the order of their entries; those that clash with each other are ranked in the same order.
create temp table clash_claims (
  id integer primary key,
  clash integer not null,
  rank integer not null,
  size integer not null,
  key integer not null,
  entry integer not null,
  path text not null,
  place text
) strict;
create index temp.clash_claims_by_rank on clash_claims (clash, rank);
create index temp.clash_claims_of_entry on clash_claims (entry);

-- A pilot (pilot.ts): what it sends, what it passes by, and what cannot be sent for which keys.
create temp table pilot (entry integer primary key, is_first integer not null) strict;
create temp table pilot_passed (entry integer primary key) strict;
create temp table hopeless (entry integer primary key) strict;
create temp table tried (entry integer primary key) strict;
create temp table dead_keys (key integer primary key) strict;

-- Records as lookups showed them, of keys that open entries have: what they would be updated from.
create temp table seen_rows (
  key integer not null,
  remote_id text not null,
  row text not null,
  primary key (key, remote_id)
) strict;
create index temp.seen_rows_by_id on seen_rows (remote_id);

-- Texts of rows: where each stood first, how often at most in one of the files before, and how often so far in this one.
create temp table row_texts (
  text text primary key,
  first_row integer not null,
  first_line integer not null,
  before integer not null,
  file integer not null,
  here integer not null
) strict, without rowid;
`;
