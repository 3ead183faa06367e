// `--limit`: which entries a pilot sends. It is chosen once, for all phases, before anything is asked or sent: the first
// open entries of a phase with everything of the run that they need.
//
// An entry is hopeless when it is known already that it cannot be sent: one of its references is a key that the run has
// and that cannot be made, or it would change a record that nothing can change. It does not count. Where it stands before the last
// entry that counts it stays open, so that dispatch settles it as ever; the others behind it stay pending.
import type { PilotChoice, Queue } from "../../model/ledger/queue.ts";
import type { Phase } from "../../model/resource.ts";
import { isOpenReference } from "./references.ts";
import type { Connection } from "./storage/connection.ts";
import { unsentOutcome } from "./storage/queued-entry.ts";
import type { Statements } from "./storage/statements.ts";

/** The part of `Queue` that is about pilots. */
export function openPilot(connection: Connection): Pick<Queue, "choosePilot" | "settleBeyondPilot" | "pilot"> {
  return {
    choosePilot: (run, choice) => connection.write((db) => choosePilot(db, run, choice)),
    settleBeyondPilot: (run, phase) => connection.write((db) => db.run(settleBeyond, run, phase)),
    async pilot(run) {
      const counts = await connection.read((db) =>
        db.all<{ phase: Phase; isFirst: boolean; outcome: Counted["outcome"] | null; entries: number }>(
          `select e.phase, p.is_first "isFirst", e.outcome, count(*) entries
             from pilot p join entries e on e.id = p.entry where e.run = ? group by 1, 2, 3 order by min(e.id)`,
          run,
        ),
      );
      return counts.map(({ isFirst, outcome, ...counted }) => ({
        ...counted,
        taken: isFirst ? "first" : "needed",
        outcome: outcome ?? undefined,
      }));
    },
  };
}

type Counted = Awaited<ReturnType<Queue["pilot"]>>[number];

async function choosePilot(db: Statements, run: number, { phases, limit, unchangeable }: PilotChoice): Promise<void> {
  for (const table of ["pilot", "pilot_passed", "hopeless", "tried", "dead_keys"]) await db.run(`delete from ${table}`);
  await findHopeless(db, run, unchangeable);
  await db.run(findTried, run, run);
  // What others need comes before them, so that whether a phase is needed is known when its turn comes.
  for (const phase of [...phases].reverse()) {
    if (limit > 0 && (await db.one(isNeeded, run, phase)) === undefined) await takeFirst(db, { run, phase, limit });
  }
  await db.run(
    `update entries set outcome = ${unsentOutcome} where run = ? and outcome is null
      and id not in (select entry from pilot) and id not in (select entry from pilot_passed)`,
    run,
  );
}

// What an earlier run could not bring in as it is now comes last: a pilot of the same entries would never get on.
const findTried = `insert into tried (entry)
  select e.id from entries p
    join entry_keys ek on ek.run = ? and ek.key = p.key
    join entries e on e.id = ek.entry
   where p.run < ? and p.outcome in ('blocked', 'rejected')
     and e.outcome is null and e.key = p.key and e.hash = p.hash on conflict do nothing`;

const inDoubt = "exists (select 1 from sends s where s.key = e.key and s.open)";
const isHopeless = "select 1 from hopeless h where h.entry =";

async function findHopeless(db: Statements, run: number, unchangeable: PilotChoice["unchangeable"]): Promise<void> {
  await db.run(
    `insert into hopeless (entry)
     select e.id from entries e join accepted a on a.key = e.key and a.role = 'own'
      where e.run = ? and e.resource = any(?) and e.outcome is null and not a.partial and not ${inDoubt} on conflict do nothing`,
    run,
    unchangeable,
  );
  // A kit of a part that cannot be made cannot be made either, and so on.
  while ((await db.run(findDeadKeys, run, run, run)) > 0) {
    if ((await db.run(findTheirs, run)) === 0) return;
  }
}

const findDeadKeys = `insert into dead_keys (key)
  select ek.key from entries x join entry_keys ek on ek.entry = x.id
   where x.run = ? and (x.outcome in ('invalid', 'blocked', 'rejected', 'failed') or (x.outcome is null and exists (${isHopeless} x.id)))
     and not exists (select 1 from accepted a where a.key = ek.key)
     and not exists (select 1 from remembered m where m.run = ? and m.key = ek.key)
     and not exists (
       select 1 from entry_keys other join entries y on y.id = other.entry
        where other.run = ? and other.key = ek.key
          and (y.outcome in ('accepted', 'unchanged', 'skipped') or (y.outcome is null and not exists (${isHopeless} y.id))))
  on conflict do nothing`;

const findTheirs = `insert into hopeless (entry)
  select e.id from entries e
   where e.run = ? and e.outcome is null and not ${inDoubt}
     and exists (select 1 from entry_references er join dead_keys d on d.key = er.key where er.entry = e.id)
  on conflict do nothing`;

const isNeeded = `select 1 from pilot p
    join entry_references er on er.entry = p.entry
    join entry_keys ek on ek.run = ? and ek.key = er.key
    join entries x on x.id = ek.entry
   where x.phase = ? limit 1`;

/** The entries that open entries need, and what those need: a list `need` of entries to begin a statement with. */
const need = (start: string): string => `with recursive need (entry) as (
    ${start}
    union
    select x.id from need n
      join entry_references er on er.entry = n.entry
      join entry_keys ek on ek.run = ? and ek.key = er.key
      join entries x on x.id = ek.entry
     where x.outcome is null)`;

async function takeFirst(
  db: Statements,
  { run, phase, limit }: { readonly run: number; readonly phase: Phase; readonly limit: number },
): Promise<void> {
  const taken = await db.run(
    `insert into pilot (entry, is_first)
     select e.id, true from entries e where e.run = ? and e.phase = ? and e.outcome is null and not exists (${isHopeless} e.id)
      order by e.id in (select entry from tried), e.position, e.id limit ?`,
    run,
    phase,
    limit,
  );
  const last =
    taken < limit
      ? undefined
      : await db.one<{ position: number; id: number }>(
          `select e.position, e.id from pilot p join entries e on e.id = p.entry where e.phase = ?
            order by e.position desc, e.id desc limit 1`,
          phase,
        );
  const { position, id } = last ?? { position: Number.MAX_SAFE_INTEGER, id: 0 };
  const ignoring = "on conflict do nothing";
  await db.run(
    `insert into pilot_passed (entry)
     ${need(
       `select h.entry from hopeless h join entries e on e.id = h.entry
         where e.phase = ? and (e.position, e.id) < (?, ?)`,
     )}
     select n.entry from need n where exists (${isHopeless} n.entry) ${ignoring}`,
    phase,
    position,
    id,
    run,
  );
  const chosen = need("select p.entry from pilot p join entries e on e.id = p.entry where e.phase = ?");
  for (const [into, which] of [
    ["pilot (entry, is_first)", "select n.entry, false from need n where not"],
    ["pilot_passed (entry)", "select n.entry from need n where"],
  ])
    await db.run(`insert into ${into} ${chosen} ${which} exists (${isHopeless} n.entry) ${ignoring}`, phase, run);
}

const settleBeyond = `update entries set outcome = ${unsentOutcome} where id in (
    select e.id from entries e
     where e.run = ? and e.phase = ? and e.outcome is null and e.id not in (select entry from pilot)
       and not exists (select 1 from entry_references er where er.entry = e.id and ${isOpenReference}))`;
