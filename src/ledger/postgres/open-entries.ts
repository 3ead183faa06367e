// Open entries counted by what their payloads say, for whoever judges a run as a whole before it sends anything.

import type { CreationNeeds, OpenCount, Queue } from "../../model/ledger/queue.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResourceName } from "../../model/resource.ts";
import { decode } from "../common/codec.ts";
import type { Connection } from "./storage/connection.ts";
import type { Statements } from "./storage/statements.ts";

/** The part of `Queue` that looks into the payloads of what is open. */
export function openOpenEntries(connection: Connection): Pick<Queue, "openBy" | "openBefore" | "creationNeeds"> {
  return {
    async openBy(run, phase, { target, says, day, before }) {
      const counts = await connection.read((db) =>
        db.all<{ key: string | null; value: string | null; says: string; entries: number; earlier: number }>(
          `select k.key, ${field} value, coalesce(${field}, '') says, count(*) entries, count(*) filter (where ${field} < ?) earlier
             from entries e left join payloads p on p.entry = e.id
             left join entry_references r on r.entry = e.id and r.path = ? and r.fill
             left join keys k on k.id = r.key
            where e.run = ? and e.phase = ? and e.outcome is null
            group by 1, 2, 3 order by 1 nulls first, 2 nulls first, 3`,
          target,
          says,
          day,
          before,
          target,
          run,
          phase,
        ),
      );
      return counts.map(
        ({ key, value, ...count }): OpenCount => ({
          ...count,
          targetKey: key ?? undefined,
          targetValue: value ?? undefined,
        }),
      );
    },
    async openBefore(run, phase, { says, day, before, among }, limit) {
      const keys = await connection.read((db) =>
        db.all<{ key: string }>(
          `select k.key from entries e left join payloads p on p.entry = e.id join keys k on k.id = e.key
            where e.run = ? and e.phase = ? and e.outcome is null and ${field} < ? and ${field} = any(?)
            order by e.position, e.id limit ?`,
          run,
          phase,
          day,
          before,
          says,
          among,
          limit,
        ),
      );
      return keys.map(({ key }) => key);
    },
    creationNeeds: (run) => connection.read((db) => creationNeeds(db, run)),
  };
}

/** SQL: what the payload says in a field, as text. */
const field = '(p.payload::json ->> ?::text collate "C")';

const mostNeeds = 10;

async function creationNeeds(db: Statements, run: number): Promise<readonly CreationNeeds[]> {
  const counts = await db.all<Omit<CreationNeeds, "needs">>(
    `select e.resource, count(*) entries, count(p.creation_problems) lacking
       from entries e left join payloads p on p.entry = e.id
      where e.run = ? and e.outcome is null group by e.resource order by min(e.position)`,
    run,
  );
  const needs: CreationNeeds[] = [];
  for (const count of counts) {
    if (count.lacking > 0) needs.push({ ...count, needs: await needsOf(db, run, count.resource) });
  }
  return needs;
}

async function needsOf(db: Statements, run: number, resource: ResourceName): Promise<CreationNeeds["needs"]> {
  const needs = await db.all<{ readonly entries: number; readonly first: string }>(
    `select count(distinct e.id) entries, (array_agg(need::text order by e.position, e.id))[1] first
       from entries e join payloads p on p.entry = e.id cross join json_array_elements(p.creation_problems::json) need
      where e.run = ? and e.resource = ? and e.outcome is null and p.creation_problems is not null
      group by need ->> 'path', need ->> 'message'
      order by count(distinct e.id) desc, min(e.position) limit ${mostNeeds}`,
    run,
    resource,
  );
  return needs.map(({ entries, first }) => ({ entries, first: decode<Problem>(first) }));
}
