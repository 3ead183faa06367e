// Keys that more than one entry of a run claims, exactly or but for case: a list of the claims, in a temporary table, that is walked
// entry by entry. However many claim one key, each claim is touched a fixed number of times. Not here: what is made of that.

import type { Claim, Clashes, ClashKind, Staging } from "../../../model/ledger/staging.ts";
import type { Problem } from "../../../model/problem.ts";
import type { ResourceName } from "../../../model/resource.ts";
import { decode, decodeMaybe } from "../../common/codec.ts";
import { rowRef, rowsPerFile } from "../../common/row-id.ts";
import { encode } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";
import { removalOf } from "../storage/remove-entries.ts";

/** The part of `Staging` that finds keys claimed twice. */
export function openClashes(connection: Connection): Pick<Staging, "clashes" | "superseded" | "dropSuperseded"> {
  return {
    async clashes(run, kind) {
      await connection.write(async (db) => {
        await db.run("delete from clash_claims");
        await db.run(fill(kind), run, run);
      });
      return clashesOn(connection);
    },
    superseded: (run) => superseded(connection, run),
    async dropSuperseded() {
      await connection.write((db) => db.run(`with ${removalOf("id in (select entry from superseded)")}`));
    },
  };
}

const fill = (kind: ClashKind) => `with clashing (key, clash) as (${clashing[kind]})
  insert into clash_claims (id, clash, rank, size, key, entry, path)
  select row_number() over (order by e.position, e.id, ek.key, ek.path), c.clash,
    row_number() over (partition by c.clash order by e.position, e.id, ek.path) - 1,
    count(*) over (partition by c.clash), ek.key, e.id, ek.path
    from clashing c join entry_keys ek on ek.run = ? and ek.key = c.key join entries e on e.id = ek.entry`;

const clashing: Readonly<Record<ClashKind, string>> = {
  same: "select key, key from entry_keys where run = ? group by key having min(entry) <> max(entry)",
  case: `select key, clash from (
      select key, min(key) over folded clash, max(key) over folded last from (
        select distinct k.resource, lower(k.key) name, k.id key
          from entry_keys ek join keys k on k.id = ek.key where ek.run = ?) names
      window folded as (partition by resource, name)) folds
    where clash <> last`,
};

// Only in a pass over a drop folder: the files of an input are in the order of their age.
const findSuperseded = `with
  own as materialized (
    select e.id, e.key, e.hash, e.outcome, e.position, f.input, f.id file from entries e join files f on f.id = e.position / ${rowsPerFile}
     where e.run = ? and e.key is not null),
  newest as (select input, key, max(file) file from own group by input, key having min(file) < max(file)),
  winners as (select n.*, o.id, o.hash, o.outcome, row_number() over (partition by n.input, n.key order by o.position, o.id) nth
    from newest n join own o on o.input = n.input and o.key = n.key and o.file = n.file)
  insert into superseded (entry, kept, is_same)
  select o.id, w.id, o.hash = w.hash and o.outcome is not distinct from w.outcome
    from winners w join own o on o.input = w.input and o.key = w.key and o.file < w.file
   where w.nth = 1`;

const pageRows = 500;

async function* superseded(connection: Connection, run: number): ReturnType<Staging["superseded"]> {
  await connection.write(async (db) => {
    await db.run("delete from superseded");
    await db.run(findSuperseded, run);
  });
  for (let after = 0; ; ) {
    const above = after;
    const page = await connection.read((db) =>
      db.all<{ row: number; line: number; file: string; by_file: string; by_line: number; is_same: boolean }>(
        `select er.row, min(r.line) line, min(f.file) file, min(bf.file) by_file, min(b.line) by_line, bool_and(s.is_same) is_same
           from superseded s
           join entry_rows er on er.entry = s.entry join rows r on r.id = er.row join files f on f.id = er.row / ${rowsPerFile}
           join entries k on k.id = s.kept join rows b on b.id = k.position join files bf on bf.id = k.position / ${rowsPerFile}
          where er.row > ? and not exists (
            select 1 from entry_rows other where other.row = er.row and other.entry not in (select entry from superseded))
          group by er.row order by er.row limit ${pageRows}`,
        above,
      ),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ row, line, file, by_file, by_line, is_same }) => ({
      ref: rowRef(row),
      line,
      file,
      by: { file: by_file, line: by_line },
      isSame: is_same,
    }));
    after = last.row;
  }
}

interface ClaimColumns {
  readonly id: number;
  readonly clash: number;
  readonly rank: number;
  readonly size: number;
  readonly entryId: number;
  readonly resource: ResourceName;
  readonly key: string;
  readonly path: string;
  readonly place: string | null;
}

const mostKnownClashes = 1000;

function clashesOn(connection: Connection): Clashes {
  // The first of a clash are asked for once for each of its claims.
  const firsts = new Map<string, Promise<readonly { readonly rank: number; readonly place: Problem }[]>>();
  const firstOf = (clash: number, most: number) => {
    const name = `${clash} ${most}`;
    const known = firsts.get(name);
    if (known !== undefined) return known;
    if (firsts.size >= mostKnownClashes) firsts.clear();
    const found = firstPlaces(connection, clash, most);
    firsts.set(name, found);
    return found;
  };
  return {
    byEntry: (mostOfEach = Number.MAX_SAFE_INTEGER) => byEntry(connection, mostOfEach),
    async keepPlaces(places) {
      firsts.clear();
      await connection.write((db) =>
        db.run(
          `update clash_claims set place = n.place from unnest(?::bigint[], ?::text[]) n (id, place) where clash_claims.id = n.id`,
          places.map(({ claim }) => claim.id),
          places.map(({ place }) => encode(place)),
        ),
      );
    },
    async others({ clash, rank }, most) {
      const others = (await firstOf(clash, most)).filter((first) => first.rank !== rank);
      return others.slice(0, most).map(({ place }) => place);
    },
    async [Symbol.asyncDispose]() {
      await connection.write((db) => db.run("delete from clash_claims"));
    },
  };
}

async function firstPlaces(
  connection: Connection,
  clash: number,
  most: number,
): Promise<readonly { readonly rank: number; readonly place: Problem }[]> {
  const found = await connection.read((db) =>
    db.all<{ rank: number; place: string | null }>(
      "select rank, place from clash_claims where clash = ? and rank <= ? order by rank",
      clash,
      most,
    ),
  );
  return found.map(({ rank, place }) => {
    if (place === null) throw new Error("the place of a claim is asked for before it is known");
    return { rank, place: decode<Problem>(place) };
  });
}

const pageClaims = 500;

// The claims of an entry follow each other.
async function* byEntry(connection: Connection, mostOfEach: number): AsyncGenerator<readonly Claim[]> {
  let claims: Claim[] = [];
  for (let after = 0; ; ) {
    const above = after;
    const page = await connection.read((db) =>
      db.all<ClaimColumns>(
        `select c.id, c.clash, c.rank, c.size, c.entry "entryId", k.resource, k.key, c.path, c.place
           from clash_claims c join keys k on k.id = c.key where c.id > ? and c.rank < ? order by c.id limit ${pageClaims}`,
        above,
        mostOfEach,
      ),
    );
    for (const { place, ...claim } of page) {
      const before = claims.at(-1);
      if (before !== undefined && before.entryId !== claim.entryId) {
        yield claims;
        claims = [];
      }
      claims.push({ ...claim, place: decodeMaybe<Problem>(place) });
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  if (claims.length > 0) yield claims;
}
