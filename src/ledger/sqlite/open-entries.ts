// Open entries counted by what their payloads say, for whoever judges a run as a whole before it sends anything.
import type { OpenCount, Queue } from "../../model/ledger/queue.ts";
import type { Connection } from "./storage/connection.ts";

/** The part of `Queue` that looks into the payloads of what is open. */
export function openOpenEntries(connection: Connection): Pick<Queue, "openBy" | "openBefore"> {
  return {
    async openBy(run, phase, { target, says, day, before }) {
      const counts = connection.read(() =>
        connection.all<{ key: string | null; value: string | null; says: string; entries: number; earlier: number }>(
          `select k.key, cast(json_extract(p.payload, ?) as text) value, coalesce(json_extract(p.payload, ?), '') says,
              count(*) entries, coalesce(sum(json_extract(p.payload, ?) < ?), 0) earlier
             from entries e join payloads p on p.entry = e.id
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
          `select k.key from entries e join payloads p on p.entry = e.id join keys k on k.id = e.key
            where e.run = ? and e.phase = ? and e.outcome is null and json_extract(p.payload, ?) < ?
              and json_extract(p.payload, ?) in (select value from json_each(?))
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
  };
}

function jsonPath(field: string): string {
  return `$."${field}"`;
}
