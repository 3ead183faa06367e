// Lists that are too long for memory, for the time of one call or one opening of the ledger. A ledger that is only read has them too:
// there they vanish with the connection. Whoever writes has them in a schema beside the ledger, where they outlive a connection that
// is lost, and not a crash of the server.

const text = 'text collate "C"';

/** Where they are, for who writes. */
export function workSchema(account: number): string {
  return `luminous_import_work_${account}`;
}

/** SQL that makes them anew there, with a line by which it is known later that they are still what they were. */
export function workTables(account: number, epoch: number): string {
  const schema = workSchema(account);
  const tables = temporaryTables.replace(/create temp table (\w+)/g, `create unlogged table ${schema}.$1`);
  return `drop schema if exists ${schema} cascade; create schema ${schema};
    ${tables.replace(/ on (\w+) \(/g, ` on ${schema}.$1 (`)}
    create unlogged table ${schema}.work_of (epoch bigint); insert into ${schema}.work_of values (${epoch})`;
}

/** SQL that makes them for the time of a connection. */
export const temporaryTables = `
create temp table worklist (
  list bigint not null,
  resource ${text} not null,
  key bigint not null,
  primary key (list, resource, key)
);

-- Claims of keys that clash, in the order of their entries; those that clash with each other are ranked in the same order.
create temp table clash_claims (
  id bigint primary key,
  clash bigint not null,
  rank bigint not null,
  size bigint not null,
  key bigint not null,
  entry bigint not null,
  path ${text} not null,
  place text
);
create index clash_claims_by_rank on clash_claims (clash, rank);
create index clash_claims_of_entry on clash_claims (entry);

-- Entries that newer files of a pass over a drop folder take the place of.
create temp table superseded (entry bigint primary key, kept bigint not null, is_same boolean not null);

-- A pilot: what it sends, what it passes by, and what cannot be sent for which keys.
create temp table pilot (entry bigint primary key, is_first boolean not null);
create temp table pilot_passed (entry bigint primary key);
create temp table hopeless (entry bigint primary key);
create temp table tried (entry bigint primary key);
create temp table dead_keys (key bigint primary key);

-- Records as lookups showed them, of keys that open entries have: what they would be updated from.
create temp table seen_rows (key bigint not null, remote_id ${text} not null, row text not null, primary key (key, remote_id));
create index seen_rows_by_id on seen_rows (remote_id);

-- Texts of rows by a hash: where each stood first, how often at most in one of the files before, and how often so far in this one.
create temp table row_texts (
  hash ${text} primary key,
  first_row bigint not null,
  first_line bigint not null,
  before bigint not null,
  file bigint not null,
  here bigint not null
);

-- Rows of a retry that were one row of the first run of its chain.
create temp table copies (source bigint, row bigint, primary key (source, row));

-- The story of every failed row of a job (open-failures.ts).
create temp table stories (
  row bigint not null,
  entry bigint not null, -- 0 for a row without one
  run bigint not null,
  key bigint,
  source bigint,
  root bigint not null,
  hash ${text},
  place bigint,
  nth bigint,
  identity ${text},
  unit ${text},
  home bigint,
  twin bigint,
  state ${text} not null, -- failed, then open, older or closed; or made
  primary key (row, entry)
);
create index stories_by_root on stories (root);
create index stories_by_source on stories (source) where source is not null;
create index stories_by_identity on stories (identity, state, run);
create index stories_by_key on stories (key, run);
create index stories_by_hash on stories (hash);
create index stories_by_unit on stories (unit);
-- Texts that an earlier retry read, by a hash: an index cannot hold long ones.
create temp table taken_texts (file bigint, hash ${text}, primary key (file, hash));

-- What a later pass over a drop folder takes along.
create temp table carried_rows (
  home bigint not null, -- the file of the newest run that has it
  root bigint not null, -- the file that brought it first
  number bigint not null, -- of the row there, as its line is
  line bigint not null,
  row bigint not null,
  primary key (home, root, number)
);
`;
