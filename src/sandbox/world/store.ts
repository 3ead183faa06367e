// The records of one resource, in memory: by id, by key and in the order of their writes. What they mean is not known
// here. Contents are kept as JSON text, which for hundreds of thousands of records is a fraction of the parsed objects.
import type { JsonObject } from "../../model/json.ts";
import type { KeyChanges } from "./changed-keys.ts";

/** The content of a record from one write to the next. */
export interface Version {
  readonly text: string;
  /** Ids of what lies inside (items, variants), in the order of the content. */
  readonly childIds: readonly number[];
  readonly writtenAtMs: number;
  /** The place of this write among all writes of the resource; ascends with time. */
  readonly position: number;
}

/** A record with its history. */
export interface StoredRecord {
  readonly id: number;
  readonly key: string;
  readonly createdAtMs: number;
  /** The bodies that made it what it is, exactly as they came, oldest first. Empty for what the sandbox starts with. */
  readonly received: readonly string[];
  /** Oldest first, never empty; more than one only while reads lag behind. */
  readonly versions: readonly [Version, ...Version[]];
}

/** What a write brings. */
interface Write {
  readonly key: string;
  readonly text: string;
  readonly childIds?: readonly number[];
  /** The request's body; undefined for what the sandbox starts with. */
  readonly received: string | undefined;
}

/** The records of one resource, in memory. */
export interface RecordStore {
  /** Unused and larger than every id before. */
  nextId(): number;
  create(id: number, write: Write): StoredRecord;
  update(id: number, write: Write): StoredRecord;
  /** The record is gone at once, and its key is free. */
  remove(id: number): void;
  get(id: number): StoredRecord | undefined;
  /** By the latest content, oldest record first; more than one only when duplicates are accepted. */
  withKey(key: string): readonly StoredRecord[];
  /** The version that reads may see now. */
  visible(record: StoredRecord): Version | undefined;
  /** Whether the version seen was written less than so long ago. */
  isYounger(seen: Seen, ageMs: number): boolean;
  /** How many records reads may see now. */
  visibleCount(): number;
  byId(): Iterable<StoredRecord>;
  /** By last write, newest first, with the version that reads may see. */
  newestFirst(): Iterable<Seen>;
  /** Visible records whose last write has a position in [from, until), oldest first. */
  writes(from: number, until: number): Iterable<Seen>;
  /** The first position that was written at or after a moment. */
  positionAt(momentMs: number): number;
  /** One more than the last position that reads may see now. */
  visibleEnd(): number;
  counts(): {
    readonly records: number;
    readonly created: number;
    readonly updated: number;
    readonly duplicates: number;
  };
}

/** A record together with the version that a read sees. */
export interface Seen {
  readonly record: StoredRecord;
  readonly version: Version;
}

/** An empty store. Reads see a write `readLagMs` after it happened; keys are kept, and found, as `changes` makes them. */
export function createRecordStore(nowMs: () => number, readLagMs: number, changes: KeyChanges): RecordStore {
  const records = new Map<number, StoredRecord>();
  const idsByKey = new Map<string, readonly number[]>();
  // The log of writes: entry n is the write with position n. Later writes of the same record make it stale.
  const logIds: number[] = [];
  const logTimesMs: number[] = [];
  let lastId = 0;
  let created = 0;
  let updated = 0;
  let duplicates = 0;

  const versionOf = (id: number, { text: sent, childIds = [] }: Write): Version => {
    const text = changes.content(sent);
    const writtenAtMs = Math.max(nowMs(), logTimesMs.at(-1) ?? 0);
    logIds.push(id);
    logTimesMs.push(writtenAtMs);
    return { text, childIds, writtenAtMs, position: logIds.length - 1 };
  };
  const visible = ({ versions, received }: StoredRecord): Version | undefined => {
    // What nobody wrote through the API was there before anybody asked.
    if (readLagMs === 0 || received.length === 0) return versions.at(-1);
    const seenUntilMs = nowMs() - readLagMs;
    return versions.findLast(({ writtenAtMs }) => writtenAtMs <= seenUntilMs);
  };
  const addKey = (key: string, id: number): void => {
    const ids = idsByKey.get(key);
    if (ids !== undefined) duplicates += 1;
    idsByKey.set(key, ids === undefined ? [id] : [...ids, id]);
  };
  const dropKey = (key: string, id: number): void => {
    const rest = (idsByKey.get(key) ?? []).filter((other) => other !== id);
    if (rest.length === 0) idsByKey.delete(key);
    else {
      duplicates -= 1;
      idsByKey.set(key, rest);
    }
  };
  const seenAt = (position: number): Seen | undefined => {
    const record = records.get(logIds[position] ?? 0);
    const version = record === undefined ? undefined : visible(record);
    return record === undefined || version?.position !== position ? undefined : { record, version };
  };

  return {
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    create(id, write) {
      const key = changes.key(write.key);
      const version = versionOf(id, write);
      const received = write.received === undefined ? [] : [write.received];
      const record: StoredRecord = {
        id,
        key,
        createdAtMs: version.writtenAtMs,
        received,
        versions: [version],
      };
      records.set(id, record);
      addKey(key, id);
      if (write.received !== undefined) created += 1;
      return record;
    },
    update(id, write) {
      const before = records.get(id);
      const key = changes.key(write.key);
      if (before === undefined) throw new Error(`there is no record ${id} to update`);
      const seen = visible(before)?.position ?? 0;
      const kept = readLagMs === 0 ? [] : before.versions.filter(({ position }) => position >= seen);
      const [first, ...later] = [...kept, versionOf(id, write)];
      if (first === undefined) throw new Error("a record has at least one version");
      const received = write.received === undefined ? before.received : [...before.received, write.received];
      const record: StoredRecord = { ...before, key, received, versions: [first, ...later] };
      records.set(id, record);
      if (before.key !== key) {
        dropKey(before.key, id);
        addKey(key, id);
      }
      updated += 1;
      return record;
    },
    remove(id) {
      const record = records.get(id);
      if (record === undefined) return;
      records.delete(id);
      dropKey(record.key, id);
    },
    get: (id) => records.get(id),
    withKey: (key) =>
      (idsByKey.get(changes.key(key)) ?? []).flatMap((id) => {
        const record = records.get(id);
        return record === undefined ? [] : [record];
      }),
    visible,
    isYounger: ({ record, version }, ageMs) => record.received.length > 0 && version.writtenAtMs > nowMs() - ageMs,
    visibleCount() {
      if (readLagMs === 0) return records.size;
      return [...records.values()].filter((record) => visible(record) !== undefined).length;
    },
    byId: () => records.values(),
    *newestFirst() {
      for (let position = logIds.length - 1; position >= 0; position -= 1) {
        const seen = seenAt(position);
        if (seen !== undefined) yield seen;
      }
    },
    *writes(from, until) {
      for (let position = from; position < Math.min(until, logIds.length); position += 1) {
        const seen = seenAt(position);
        if (seen !== undefined) yield seen;
      }
    },
    positionAt: (momentMs) => firstPast(logTimesMs, (timeMs) => timeMs >= momentMs),
    visibleEnd() {
      const seenUntilMs = nowMs() - readLagMs;
      return readLagMs === 0 ? logIds.length : firstPast(logTimesMs, (timeMs) => timeMs > seenUntilMs);
    },
    counts: () => ({ records: records.size, created, updated, duplicates }),
  };
}

/** The content of a version. It was checked when it was written. */
export function contentOf(version: Version): JsonObject {
  return JSON.parse(version.text) as JsonObject;
}

/** The content that the last write left, whether reads see it yet or not. */
export function latestOf({ versions }: StoredRecord): Version {
  return versions.at(-1) ?? versions[0];
}

/** The first index whose value is past a bound; the values ascend. */
function firstPast(ascending: readonly number[], isPast: (value: number) => boolean): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPast(ascending[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
