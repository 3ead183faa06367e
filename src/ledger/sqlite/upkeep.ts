// Keeping a ledger small: payloads that nobody needs, runs that nobody asks for, pages that nothing fills. Small
// transactions only: whoever reads meanwhile never waits, and an interruption costs nothing.
//
// The sends of a purged run that were accepted stay in the journal: they are the proof that nothing is created twice.
// Entry ids name entries in that journal, and SQLite gives the highest ones again once they are free; so the newest run
// of all is never purged.

import type { Upgrade } from "../../model/ledger/ledger.ts";
import type { Purged, Upkeep } from "../../model/ledger/upkeep.ts";
import { decodeList } from "../common/codec.ts";
import { rowRange } from "../common/row-id.ts";
import type { Connection } from "./storage/connection.ts";
import type { KeptTexts } from "./storage/kept-texts.ts";
import { copyBytes, removeCopies } from "./storage/upgrade.ts";

/** The housekeeping of a ledger, which may have been upgraded when it was opened. */
export function openUpkeep(connection: Connection, texts: KeptTexts, upgraded: Upgrade | undefined): Upkeep {
  return {
    async dropPayloads() {
      return (await dropPayloads(connection)) + (await dropBlocks(connection, texts));
    },
    async purge(beforeMs, mode) {
      return purge(connection, beforeMs, mode);
    },
    async shrink() {
      return shrink(connection);
    },
    async dropCopies(mode) {
      if (upgraded !== undefined) return 0;
      return mode === "do" ? removeCopies(connection.place) : copyBytes(connection.place);
    },
  };
}

const perBatch = 2_000;

const isDroppable = `coalesce(e.outcome in ('accepted', 'unchanged', 'skipped')
  and exists (select 1 from runs r where r.id = e.run and r.ended_at_ms is not null), 0)`;

async function dropPayloads(connection: Connection): Promise<number> {
  const isKept = connection.read(() =>
    connection.one(`select 1 from payloads p left join entries e on e.id = p.entry where not ${isDroppable} limit 1`),
  );
  if (isKept === undefined) {
    // The whole table goes, which SQLite does without visiting its rows.
    return connection.write(() => connection.run("delete from payloads").changes);
  }
  let dropped = 0;
  for (let after = 0; ; ) {
    const batch = connection.read(() =>
      connection.all<{ entry: number; droppable: number }>(
        `select p.entry, ${isDroppable} droppable from payloads p join entries e on e.id = p.entry
          where p.entry > ? order by p.entry limit ${perBatch}`,
        after,
      ),
    );
    const last = batch.at(-1);
    if (last === undefined) return dropped;
    after = last.entry;
    const entries = batch.filter(({ droppable }) => droppable === 1).map(({ entry }) => entry);
    if (entries.length === 0) continue;
    dropped += connection.write(
      () =>
        connection.run("delete from payloads where entry in (select value from json_each(?))", JSON.stringify(entries))
          .changes,
      entries.length,
    );
    await othersFirst();
  }
}

const blocksAtATime = 20;

/** The same for payloads in blocks. */
async function dropBlocks(connection: Connection, texts: KeptTexts): Promise<number> {
  const isKept = connection.read(() =>
    connection.one(
      `select 1 from payload_blocks b join entries e on e.id >= b.first and e.id < b.first + b.size
        where not ${isDroppable} limit 1`,
    ),
  );
  if (isKept === undefined) {
    return connection.write(() => {
      const gone = connection.one<{ n: number | null }>("select sum(size) n from payload_blocks")?.n ?? 0;
      connection.run("delete from payload_blocks");
      return gone;
    });
  }
  let dropped = 0;
  for (let after = 0; ; ) {
    const batch = connection.read(() =>
      connection.all<{ first: number; kept: string }>(
        `select b.first, (select json_group_array(e.id) from entries e
            where e.id >= b.first and e.id < b.first + b.size and not ${isDroppable}) kept
           from payload_blocks b where b.first > ? order by b.first limit ${blocksAtATime}`,
        after,
      ),
    );
    const last = batch.at(-1);
    if (last === undefined) return dropped;
    after = last.first;
    dropped += connection.write(
      () =>
        sum(
          batch.map(({ first, kept }) => {
            const entries = new Set(decodeList<number>(kept));
            return texts.keepPayloads(first, (entry) => entries.has(entry));
          }),
        ),
      batch.length,
    );
    await othersFirst();
  }
}

interface OldRun {
  readonly id: number;
  readonly runId: string;
  readonly job: string;
  readonly startedAtMs: number;
}

async function purge(connection: Connection, beforeMs: number, mode: "do" | "dry run"): Promise<Purged> {
  const runs = connection.read(() => oldRuns(connection, beforeMs));
  let rows = 0;
  let entries = 0;
  for (const { id } of runs) {
    const fileIds = connection.read(() =>
      connection.all<{ id: number }>("select id from files where run = ? order by id", id).map((file) => file.id),
    );
    if (mode === "dry run") {
      rows += connection.read(() => sum(fileIds.map((fileId) => countRows(connection, fileId))));
      entries += connection.read(
        () => connection.one<{ n: number }>("select count(*) n from entries where run = ?", id)?.n ?? 0,
      );
      continue;
    }
    // Entries before rows, and the run last: what is interrupted is a run with less in it, and the next purge ends it.
    entries += await removeAll(connection, "delete from entries where id in (select id from entries where run = ?", id);
    await removeAll(
      connection,
      `delete from payload_blocks where first in (select b.first from payload_blocks b
        where not exists (select 1 from entries e where e.id >= b.first and e.id < b.first + b.size)`,
    );
    for (const fileId of fileIds) {
      const [from, to] = rowRange(fileId);
      rows += await removeAll(
        connection,
        "delete from rows where id in (select id from rows where id >= ? and id < ?",
        from,
        to,
      );
      await removeAll(
        connection,
        "delete from row_blocks where first in (select first from row_blocks where first >= ? and first < ?",
        from,
        to,
      );
      await removeAll(
        connection,
        "delete from staged_rows where row in (select row from staged_rows where row >= ? and row < ?",
        from,
        to,
      );
    }
    await removeAll(
      connection,
      "delete from remembered where (run, key, role, remote_id) in (select run, key, role, remote_id from remembered where run = ?",
      id,
    );
    await removeAll(
      connection,
      `delete from doubt_lookups where id in (select l.id from doubt_lookups l join sends s on s.id = l.send
        where s.run = ? and s.open = 0`,
      id,
    );
    await removeAll(
      connection,
      `delete from sends where id in (select id from sends
        where run = ? and open = 0 and result not in ('accepted', 'recovered')`,
      id,
    );
    connection.write(() => {
      connection.run("delete from files where run = ?", id);
      connection.run("delete from runs where id = ?", id);
    });
  }
  connection.flush();
  return { runs: runs.map(({ id: _, ...run }) => run), rows, entries };
}

function oldRuns(connection: Connection, beforeMs: number): readonly OldRun[] {
  return connection.all<OldRun>(
    `select id, run_id runId, job, started_at_ms startedAtMs from runs
      where started_at_ms < ?
        and id not in (select max(id) from runs where ended_at_ms is not null group by job)
        and id not in (select max(id) from runs where summary ->> '$.version' is not null group by job)
        and id not in (select retry_of from runs where retry_of is not null
          and id in (select max(id) from runs where ended_at_ms is not null group by job))
        and id <> (select max(id) from runs)
        and id <> coalesce((select run from entries order by id desc limit 1), 0)
      order by id`,
    beforeMs,
  );
}

function countRows(connection: Connection, fileId: number): number {
  return (
    connection.one<{ n: number }>("select count(*) n from rows where id >= ? and id < ?", ...rowRange(fileId))?.n ?? 0
  );
}

/** Runs a delete whose inner query is still open, batch by batch. */
async function removeAll(connection: Connection, statement: string, ...parameters: readonly number[]): Promise<number> {
  let removed = 0;
  for (;;) {
    const { changes } = connection.write(
      () => connection.run(`${statement} limit ${perBatch})`, ...parameters),
      perBatch,
    );
    removed += changes;
    if (changes === 0) return removed;
    await othersFirst();
  }
}

// A quarter of the file: below that the next run fills the free pages soon enough.
const worthShrinking = 0.25;

function shrink(connection: Connection): number {
  connection.flush();
  const [pages = 0, free = 0, bytes = 0] = ["page_count", "freelist_count", "page_size"].map(
    (name) => connection.read(() => connection.one<Record<string, number>>(`pragma ${name}`)?.[name]) ?? 0,
  );
  if (free < pages * worthShrinking || free === 0) return 0;
  connection.read(() => {
    connection.script("vacuum");
    connection.script("pragma wal_checkpoint(truncate)");
  });
  const left = connection.read(() => connection.one<{ page_count: number }>("pragma page_count")?.page_count) ?? 0;
  return (pages - left) * bytes;
}

/** Lets timers, signals and whoever waits for a commit have their turn. */
function othersFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
