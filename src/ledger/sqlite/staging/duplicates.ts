// Keys that more than one entry of a run claims, exactly or but for case: a list of the claims, in SQLite's temporary
// files, that is walked entry by entry. However many claim one key, each claim is touched a fixed number of times. Not
// here: what is made of that.

import type { Claim, Clashes, ClashKind, Staging } from "../../../model/ledger/staging.ts";
import type { Problem } from "../../../model/problem.ts";
import type { ResourceName } from "../../../model/resource.ts";
import { decode } from "../../common/codec.ts";
import { rowRef, rowsPerFile } from "../../common/row-id.ts";
import { encode } from "../storage/codec.ts";
import type { Connection } from "../storage/connection.ts";

/** The part of `Staging` that finds keys claimed twice. */
export function openClashes(connection: Connection): Pick<Staging, "clashes" | "superseded" | "dropSuperseded"> {
  return {
    async clashes(run, kind) {
      connection.write(() => fill(connection, run, kind));
      return clashesOn(connection);
    },
    superseded: (run) => superseded(connection, run),
    async dropSuperseded() {
      connection.write(() => connection.run("delete from entries where id in (select entry from superseded)"));
    },
  };
}

function fill(connection: Connection, run: number, kind: ClashKind): void {
  connection.run("delete from clash_claims");
  // Keys that differ only in case have a small letter in one of them, and most files have none.
  if (kind === "case" && connection.one(anySmallLetter, run) === undefined) return;
  connection.run(
    `with clashing (key, clash) as (${clashing[kind]})
     insert into clash_claims (clash, rank, size, key, entry, path)
     select c.clash, row_number() over (partition by c.clash order by e.position, e.id, ek.path) - 1,
       count(*) over (partition by c.clash), ek.key, e.id, ek.path
       from clashing c join entry_keys ek on ek.run = ? and ek.key = c.key join entries e on e.id = ek.entry
      order by e.position, e.id, ek.key, ek.path`,
    run,
    run,
  );
}

const clashing: Readonly<Record<ClashKind, string>> = {
  same: "select key, key from entry_keys where run = ? group by key having min(entry) <> max(entry)",
  case: `select key, clash from (
      select key, min(key) over folded clash, max(key) over folded last from (
        select distinct k.resource, lower(k.key) name, k.id key
          from entry_keys ek join keys k on k.id = ek.key where ek.run = ?)
      window folded as (partition by resource, name))
    where clash <> last`,
};

const anySmallLetter = `select 1 from entry_keys ek join keys k on k.id = ek.key where ek.run = ? and k.key glob '*[a-z]*' limit 1`;

// Only in a pass over a drop folder: the files of an input are in the order of their age.
const findSuperseded = `with
  own as materialized (
    select e.id, e.key, e.hash, e.outcome, e.position, f.input, f.id file from entries e join files f on f.id = e.position / ${rowsPerFile}
     where e.run = ? and e.key is not null),
  newest as (select input, key, max(file) file from own group by input, key having min(file) < max(file)),
  winners as (select n.*, o.id, o.hash, o.outcome, row_number() over (partition by n.input, n.key order by o.position, o.id) nth
    from newest n join own o on o.input = n.input and o.key = n.key and o.file = n.file)
  insert into superseded (entry, kept, is_same)
  select o.id, w.id, o.hash = w.hash and o.outcome is w.outcome from winners w join own o on o.input = w.input and o.key = w.key and o.file < w.file
   where w.nth = 1`;

const pageRows = 500;

async function* superseded(connection: Connection, run: number): ReturnType<Staging["superseded"]> {
  connection.write(() => {
    connection.script(
      `create temp table if not exists superseded (entry integer primary key, kept integer not null, is_same integer not null);
       delete from superseded;`,
    );
    connection.run(findSuperseded, run);
  });
  for (let after = 0; ; ) {
    const page = connection.read(() =>
      connection.all<{ row: number; line: number; file: string; by_file: string; by_line: number; is_same: number }>(
        `select er.row, r.line, f.file, bf.file by_file, b.line by_line, min(s.is_same) is_same from superseded s
           join entry_rows er on er.entry = s.entry join rows r on r.id = er.row join files f on f.id = er.row / ${rowsPerFile}
           join entries k on k.id = s.kept join rows b on b.id = k.position join files bf on bf.id = k.position / ${rowsPerFile}
          where er.row > ? and not exists (
            select 1 from entry_rows other where other.row = er.row and other.entry not in (select entry from superseded))
          group by er.row order by er.row limit ${pageRows}`,
        after,
      ),
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ row, line, file, by_file, by_line, is_same }) => ({
      ref: rowRef(row),
      line,
      file,
      by: { file: by_file, line: by_line },
      isSame: is_same === 1,
    }));
    after = last.row;
  }
}

interface ClaimColumns {
  readonly id: number;
  readonly clash: number;
  readonly rank: number;
  readonly size: number;
  readonly resource: ResourceName;
  readonly key: string;
  readonly path: string;
  readonly place: string | null;
}

const mostKnownClashes = 1000;

function clashesOn(connection: Connection): Clashes {
  // The first of a clash are asked for once for each of its claims.
  const firsts = new Map<string, readonly { readonly rank: number; readonly place: Problem }[]>();
  const firstOf = (clash: number, most: number) => {
    const name = `${clash} ${most}`;
    const known = firsts.get(name);
    if (known !== undefined) return known;
    const found = connection
      .read(() =>
        connection.all<{ rank: number; place: string | null }>(
          "select rank, place from clash_claims where clash = ? and rank <= ? order by rank",
          clash,
          most,
        ),
      )
      .map(({ rank, place }) => ({ rank, place: placeIn(place) }));
    if (firsts.size >= mostKnownClashes) firsts.clear();
    firsts.set(name, found);
    return found;
  };
  return {
    byEntry: (mostOfEach = Number.MAX_SAFE_INTEGER) => byEntry(connection, mostOfEach),
    async keepPlaces(places) {
      firsts.clear();
      connection.write(() => {
        for (const { claim, place } of places)
          connection.run("update clash_claims set place = ? where id = ?", encode(place), claim.id);
      }, places.length);
    },
    async others({ clash, rank }, most) {
      const others = firstOf(clash, most).filter((first) => first.rank !== rank);
      return others.slice(0, most).map(({ place }) => place);
    },
    async [Symbol.asyncDispose]() {
      connection.write(() => connection.run("delete from clash_claims"));
    },
  };
}

async function* byEntry(connection: Connection, mostOfEach: number): AsyncGenerator<readonly Claim[]> {
  for (let after = 0; ; ) {
    const first = connection.read(() =>
      connection.one<{ entry: number }>(
        "select entry from clash_claims where id > ? and rank < ? order by id limit 1",
        after,
        mostOfEach,
      ),
    );
    if (first === undefined) return;
    const claims = connection.read(() =>
      connection.all<ClaimColumns>(
        `select c.id, c.clash, c.rank, c.size, k.resource, k.key, c.path, c.place
           from clash_claims c join keys k on k.id = c.key where c.entry = ? and c.rank < ? order by c.id`,
        first.entry,
        mostOfEach,
      ),
    );
    yield claims.map(({ place, ...claim }) => ({
      ...claim,
      entryId: first.entry,
      place: place === null ? undefined : placeIn(place),
    }));
    after = claims.at(-1)?.id ?? after;
  }
}

function placeIn(text: string | null): Problem {
  if (text === null) throw new Error("the place of a claim is asked for before it is known");
  return decode<Problem>(text);
}
