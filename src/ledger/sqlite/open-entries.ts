// Open entries counted by what their payloads say, for whoever judges a run as a whole before it sends anything.

import type { CreationNeeds, OpenCount, Queue } from "../../model/ledger/queue.ts";
import type { Problem } from "../../model/problem.ts";
import type { ResourceName } from "../../model/resource.ts";
import { decode } from "../common/codec.ts";
import type { Connection } from "./storage/connection.ts";
import { payloadText } from "./storage/kept-texts.ts";

/** The part of `Queue` that looks into the payloads of what is open. */
export function openOpenEntries(connection: Connection): Pick<Queue, "openBy" | "openBefore" | "creationNeeds"> {
  return {
    async openBy(run, phase, { target, says, day, before }) {
      const counts = connection.read(() =>
        connection.all<{ key: string | null; value: string | null; says: string; entries: number; earlier: number }>(
          `select k.key, cast(json_extract(${payloadText}, ?) as text) value, coalesce(json_extract(${payloadText}, ?), '') says,
              count(*) entries, coalesce(sum(json_extract(${payloadText}, ?) < ?), 0) earlier
             from entries e left join payloads p on p.entry = e.id
             left join entry_references r on r.entry = e.id and r.path = ? and r.fill = 1
             left join keys k on k.id = r.key
            where e.run = ? and e.phase = ? and e.outcome is null
            group by 1, 2, 3 order by 1, 2, 3`,
          ...[target, says, day].map(jsonPath),
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
      const keys = connection.read(() =>
        connection.all<{ key: string }>(
          `select k.key from entries e left join payloads p on p.entry = e.id join keys k on k.id = e.key
            where e.run = ? and e.phase = ? and e.outcome is null and json_extract(${payloadText}, ?) < ?
              and json_extract(${payloadText}, ?) in (select value from json_each(?))
            order by e.position limit ?`,
          run,
          phase,
          jsonPath(day),
          before,
          jsonPath(says),
          JSON.stringify(among),
          limit,
        ),
      );
      return keys.map(({ key }) => key);
    },
    async creationNeeds(run) {
      return connection.read(() => creationNeeds(connection, run));
    },
  };
}

const mostNeeds = 10;

function creationNeeds(connection: Connection, run: number): readonly CreationNeeds[] {
  const counts = connection.all<Omit<CreationNeeds, "needs">>(
    `select e.resource, count(*) entries, sum(p.creation_problems is not null) lacking
       from entries e left join payloads p on p.entry = e.id
      where e.run = ? and e.outcome is null group by e.resource order by min(e.position)`,
    run,
  );
  return counts
    .filter(({ lacking }) => lacking > 0)
    .map((count) => ({ ...count, needs: needsOf(connection, run, count.resource) }));
}

// With min() alone, the other columns are those of the row that has the minimum.
function needsOf(connection: Connection, run: number, resource: ResourceName): CreationNeeds["needs"] {
  return connection
    .all<{ readonly entries: number; readonly first: string }>(
      `select count(distinct e.id) entries, need.value first, min(e.position) position
         from entries e cross join payloads p on p.entry = e.id cross join json_each(p.creation_problems) need
        where e.run = ? and e.resource = ? and e.outcome is null and p.creation_problems is not null
        group by json_extract(need.value, '$.path'), json_extract(need.value, '$.message')
        order by entries desc, position limit ${mostNeeds}`,
      run,
      resource,
    )
    .map(({ entries, first }) => ({ entries, first: decode<Problem>(first) }));
}

function jsonPath(field: string): string {
  return `$."${field}"`;
}
