// Rows into groups, as they come: one row each, `adjacent` ones with the same key, or `continued` by a blank key. Groups
// whose rows are scattered (`anywhere`) are put together by the ledger. Which groups a row that could not be read may
// belong to is decided here.
import { cellPlace, type RowGroup, type SourceRow } from "../model/draft.ts";
import type { Problem } from "../model/problem.ts";
import { quote } from "../model/text/quote.ts";
import type { CompiledMapping } from "./compile.ts";
import type { Mapping } from "./definition/mapping.ts";
import { keyColumnOf } from "./group-key.ts";

/** The most rows that an entry can have. A group with more of them makes an invalid entry. */
export const maxGroupRows = 20_000;

/** What a group is told that has more rows than an entry can have. `key` is that of the group, `first` its first row. */
export function groupTooLarge(key: string, first: SourceRow, mapping: Mapping): Problem {
  const { file } = mapping;
  const whose = key === "" ? "rows without a key" : `group ${quote(key)}`;
  const message = `the ${whose} has more than 20,000 rows, which is the most that one entry can have (is group.by in ${file} the column that tells entries apart?)`;
  return { code: "group_too_large", message, ...cellPlace(first, keyColumnOf(mapping, first)) };
}

/**
 * The groups of a stream of rows, in order, without the rows of joins; those that are complete with one batch of rows come
 * together. `onExcluded` is told of every row that the mapping's `where` leaves out, once the groups before it were given. Holds
 * the groups of one batch, and of one with more than 20,000 rows a part at a time. Under `continued` the rows with a blank key
 * below a row that is left out are left out with it.
 *
 * A row that could not be read (`fault`, or a `group.by` expression that failed on it) is a member of one group: the
 * one that its key names, where that is the open one or a new one; the open one when its key is blank or cannot be read;
 * else the next one below; alone when there is none. The group above and the one of the next readable row below may have
 * lost it, so they get a `group_damaged`.
 */
export async function* groupRows(
  rows: AsyncIterable<readonly SourceRow[]>,
  compiled: CompiledMapping,
  onExcluded: (source: SourceRow) => void,
): AsyncIterable<readonly RowGroup[]> {
  const grouper = compiled.groupKey === undefined ? singleRows() : groupsOf(compiled);
  let ready: RowGroup[] = [];
  for await (const batch of rows) {
    for (const source of batch) {
      const excluded = source.row.fault === undefined ? compiled.excludes(source) : notExcluded;
      if (!grouper.leavesOut(source, excluded.ok && excluded.value)) {
        ready.push(...grouper.take(source, excluded.ok ? undefined : excluded.problems[0]));
        continue;
      }
      if (ready.length > 0) yield ready;
      ready = [];
      onExcluded(source);
    }
    if (ready.length > 0) yield ready;
    ready = [];
  }
  yield grouper.end();
}

const notExcluded = { ok: true, value: false } as const;

interface Grouper {
  /** Whether the next row is left out: because the mapping excludes it, or because it continues a row that is. */
  readonly leavesOut: (source: SourceRow, isExcluded: boolean) => boolean;
  /** Takes the next row, with the problem of `where` on it; gives the groups that are complete now. */
  readonly take: (source: SourceRow, problem: Problem | undefined) => readonly RowGroup[];
  readonly end: () => readonly RowGroup[];
}

function singleRows(): Grouper {
  return {
    leavesOut: (_, isExcluded) => isExcluded,
    take: (source, problem) => {
      const wrong = source.row.fault ?? problem;
      return [{ rows: [source], joined: {}, damage: wrong === undefined ? [] : [located(wrong, source)] }];
    },
    end: () => [],
  };
}

interface OpenGroup {
  readonly key: string;
  rows: SourceRow[];
  damage: Problem[];
  /** Its start was given away, because there are more rows than an entry can have. */
  isTooLarge: boolean;
}

/** A faulty row, and the group that it is a member of; none while it waits for one. */
interface Carried {
  readonly source: SourceRow;
  readonly group: OpenGroup | undefined;
}

const maxCarriedDamage = 10;
const rowsOfRest = 500;

// open    the group that the next row may still belong to
// waiting faulty rows without a key before any group: members of the next one
// carried faulty rows that the group of the next readable row may have lost
// above   `continued`: the excluded row with a key that blank keys would continue. It ends the open group for readable
//         rows; a faulty one may still be of that group.
function groupsOf({ groupKey, mapping }: CompiledMapping): Grouper {
  const { group } = mapping;
  if (groupKey === undefined || group === undefined || group.rows === "anywhere") {
    throw new Error("groups whose rows stand anywhere are put together by the ledger");
  }
  const isContinued = group.rows === "continued";
  let open: OpenGroup | undefined;
  let waiting: { readonly source: SourceRow; readonly fault: Problem }[] = [];
  let carried: readonly Carried[] = [];
  let above: { readonly key: string | undefined } | undefined;

  const close = (): readonly RowGroup[] => {
    const closed = open;
    open = undefined;
    if (closed === undefined) return [];
    return closed.isTooLarge ? takeRest(closed) : [{ rows: closed.rows, joined: {}, damage: closed.damage }];
  };
  const start = (key: string): OpenGroup => {
    const started: OpenGroup = {
      key,
      rows: waiting.map(({ source }) => source),
      damage: waiting.map(({ fault }) => fault),
      isTooLarge: false,
    };
    if (waiting.length > 0) carried = carried.map(({ source, group: of }) => ({ source, group: of ?? started }));
    waiting = [];
    open = started;
    return started;
  };
  /** Takes a row into a group; gives what it has too many. */
  const add = (target: OpenGroup, source: SourceRow): readonly RowGroup[] => {
    const isFull = target.rows.length >= (target.isTooLarge ? rowsOfRest : maxGroupRows);
    const given = !isFull ? [] : target.isTooLarge ? takeRest(target) : takeStart(target, mapping);
    target.rows.push(source);
    return given;
  };
  const takeFaulty = (source: SourceRow, fault: Problem, key: string): readonly RowGroup[] => {
    const known = located(fault, source);
    above = undefined;
    const carry = (of: OpenGroup | undefined): void => {
      carried = [...carried, { source, group: of }].slice(-maxCarriedDamage);
    };
    if (open === undefined && key === "") {
      if (waiting.length < maxGroupRows) {
        carry(undefined);
        waiting.push({ source, fault: known });
        return [];
      }
      open = start("");
    }
    if (open !== undefined && (key === "" || key === open.key)) {
      carry(open);
      const given = add(open, source);
      open.damage.push(known);
      return given;
    }
    open?.damage.push(lostRow(source));
    const complete = close();
    const started = start(key);
    carry(started);
    const given = add(started, source);
    started.damage.push(known);
    return [...complete, ...given];
  };
  const takeReadable = (source: SourceRow, key: string, problem: Problem | undefined): readonly RowGroup[] => {
    const isOver = above !== undefined && above.key !== open?.key;
    above = undefined;
    const belongs = open !== undefined && !isOver && ((key === open.key && key !== "") || (key === "" && isContinued));
    const complete = belongs ? [] : close();
    const target = belongs && open !== undefined ? open : start(key);
    if (carried.length > 0) {
      target.damage.push(...carried.flatMap((lost) => (lost.group === target ? [] : [lostRow(lost.source)])));
      carried = [];
    }
    const given = [...complete, ...add(target, source)];
    if (problem !== undefined) target.damage.push(located(problem, source));
    if (key !== "" || belongs) return given;
    const message = isContinued
      ? "the key is blank, and there is no row above to continue"
      : "the key of the group is blank";
    target.damage.push({ code: "missing_value", message, ...cellPlace(source, keyColumnOf(mapping, source)) });
    return [...given, ...close()];
  };

  return {
    leavesOut: (source, isExcluded) => {
      if (!isContinued || source.row.fault !== undefined) return isExcluded;
      if (!isExcluded && above === undefined) return false;
      const key = groupKey(source);
      if (key.ok && key.value === "") return isExcluded || above !== undefined;
      // A key that cannot be read is one all the same.
      if (isExcluded) above = { key: key.ok ? key.value : undefined };
      return isExcluded;
    },
    take: (source, problem) => {
      const key = groupKey(source);
      const fault = source.row.fault ?? (key.ok ? undefined : key.problems[0]);
      const text = key.ok ? key.value : "";
      return fault === undefined ? takeReadable(source, text, problem) : takeFaulty(source, fault, text);
    },
    end: () => {
      const last = close();
      const alone = waiting.map(({ source, fault }): RowGroup => ({ rows: [source], joined: {}, damage: [fault] }));
      waiting = [];
      return [...last, ...alone];
    },
  };
}

/** What a group is told of a row that it may have lost. */
function lostRow({ file, row }: SourceRow): Problem {
  const why = row.fault === undefined ? "" : `: ${row.fault.message}`;
  const message = `line ${row.line}, which may belong to this group, could not be read${why}`;
  return { code: "group_damaged", message, file, line: row.line, row: row.number };
}

function located(fault: Problem, source: SourceRow): Problem {
  return { ...cellPlace(source), ...fault, file: source.file };
}

function takeStart(group: OpenGroup, mapping: Mapping): readonly RowGroup[] {
  const [first] = group.rows;
  const rows = takeRows(group);
  const tooLarge = first === undefined ? [] : [groupTooLarge(group.key, first, mapping)];
  group.isTooLarge = true;
  return [{ ...rows, damage: [...tooLarge, ...rows.damage], part: "start" }];
}

function takeRest(group: OpenGroup): readonly RowGroup[] {
  const rows = takeRows(group);
  return rows.rows.length === 0 && rows.damage.length === 0 ? [] : [{ ...rows, part: "rest" }];
}

function takeRows(group: OpenGroup): RowGroup {
  const { rows, damage } = group;
  group.rows = [];
  group.damage = [];
  return { rows, joined: {}, damage };
}
