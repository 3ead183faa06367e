// Lists by page: `page`, `per_page`, `sort` and filters, with the meta of facts §4.7. Cursor exports are in export.ts.
import type { JsonObject } from "../../model/json.ts";
import { isoSeconds } from "../world/content.ts";
import type { Lies } from "../world/read-lies.ts";
import { type FieldError, invalid, type Reply } from "../world/reply.ts";
import { contentOf, type RecordStore, type Seen, type StoredRecord } from "../world/store.ts";
import { type Filter, listed, passes, readFilters } from "./filter.ts";

/** What a list needs to know of its resource. */
export interface Listed {
  readonly store: RecordStore;
  readonly view: (seen: Seen) => JsonObject;
  /** The values of a field that can be filtered and sorted by; others are ignored, as Laravel does. */
  readonly fields: Readonly<Record<string, (content: JsonObject, seen: Seen) => readonly unknown[]>>;
  /** The field with an index behind it, and what the index has for a key: makes lookups independent of the size. */
  readonly indexed?: { readonly field: string; readonly candidates: (key: string) => readonly StoredRecord[] };
}

const defaultPerPage = 10;
const maxPerPage = 100;

/** One page, with the lies told that are about the records in it. Without `sort` the last write comes first, so pages shift while others write: the documented hazard. */
export function listReply(list: Listed, query: URLSearchParams, lies: Lies): Reply {
  const page = positiveInteger(query, "page", 1, Number.MAX_SAFE_INTEGER);
  const perPage = positiveInteger(query, "per_page", defaultPerPage, maxPerPage);
  const { filters, errors } = readFilters(query);
  const faults: FieldError[] = [...errors, ...page.errors, ...perPage.errors];
  if (faults.length > 0) return invalid(faults);

  const known = filters.filter(({ field }) => Object.hasOwn(fieldsOf(list), field));
  const isWhole = known.length === 0 && !lies.has("list-stale");
  const first = (page.value - 1) * perPage.value;
  const shown: Seen[] = [];
  let total = 0;
  for (const seen of sorted(list, matching(list, known, lies), query.get("sort"), lies)) {
    if (total >= first && shown.length < perPage.value) shown.push(seen);
    total += 1;
    if (isWhole && shown.length === perPage.value) break; // the store knows how many there are
  }
  if (isWhole) total = list.store.visibleCount();
  return {
    status: 200,
    body: {
      data: shown.map(list.view),
      meta: {
        current_page: page.value,
        from: shown.length === 0 ? null : first + 1,
        last_page: Math.max(1, Math.ceil(total / perPage.value)),
        per_page: perPage.value,
        to: shown.length === 0 ? null : first + shown.length,
        total,
      },
    },
  };
}

/** A whole number of the query from 1 to `max`. Too much is an error: whether the API clamps is not documented. */
export function positiveInteger(
  query: URLSearchParams,
  name: string,
  fallback: number,
  max: number,
): { readonly value: number; readonly errors: readonly FieldError[] } {
  const text = query.get(name);
  if (text === null) return { value: fallback, errors: [] };
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return { value, errors: [] };
  return { value: fallback, errors: [{ path: name, message: `The ${name} field must be between 1 and ${max}.` }] };
}

function fieldsOf(list: Listed): Listed["fields"] {
  return {
    id: (_content, { record }) => [record.id],
    created_at: (_content, { record }) => [isoSeconds(record.createdAtMs)],
    updated_at: (_content, { version }) => [isoSeconds(version.writtenAtMs)],
    ...list.fields,
  };
}

function* matching(list: Listed, filters: readonly Filter[], lies: Lies): Iterable<Seen> {
  const fields = fieldsOf(list);
  const isFolded = lies.has("filter-folds-case");
  for (const seen of isFolded ? list.store.newestFirst() : candidates(list, filters)) {
    if (lies.has("list-stale") && list.store.isYounger(seen, lies.amount("list-stale")) && lies.tells("list-stale")) {
      continue;
    }
    const content = filters.length === 0 ? {} : contentOf(seen.version);
    const found = filters.every((filter) => {
      const actual = fields[filter.field]?.(content, seen) ?? [];
      return (
        passes(filter, actual) ||
        (isFolded && passes(folded(filter), actual.map(foldCase)) && lies.tells("filter-folds-case"))
      );
    });
    if (found) yield seen;
  }
}

function folded(filter: Filter): Filter {
  return { ...filter, value: filter.value.toLowerCase() };
}

function foldCase(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function candidates({ store, indexed }: Listed, filters: readonly Filter[]): Iterable<Seen> {
  const lookup = filters.find(
    ({ field, operator }) => field === indexed?.field && (operator === "eq" || operator === "in"),
  );
  if (indexed === undefined || lookup === undefined) return store.newestFirst();
  const keys = lookup.operator === "eq" ? [lookup.value] : listed(lookup.value);
  const found = new Map(keys.flatMap(indexed.candidates).map((record) => [record.id, record]));
  return [...found.values()]
    .flatMap((record): readonly Seen[] => {
      const version = store.visible(record);
      return version === undefined ? [] : [{ record, version }];
    })
    .sort((a, b) => b.version.position - a.version.position);
}

function sorted(list: Listed, records: Iterable<Seen>, sort: string | null, lies: Lies): Iterable<Seen> {
  if (lies.tells("sort-shuffled")) return shuffled([...records], lies.random);
  const [, name, direction] = /^(?:product\.|order\.)?([^:]+):(asc|desc)$/.exec(sort ?? "") ?? [];
  const fields = fieldsOf(list);
  const read = name !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (read === undefined) return records;
  const sign = direction === "desc" ? -1 : 1;
  return [...records]
    .map((seen) => ({ seen, value: read(contentOf(seen.version), seen)[0] }))
    .sort((a, b) => sign * order(a.value, b.value) || a.seen.record.id - b.seen.record.id)
    .map(({ seen }) => seen);
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const drawn = items.map((item) => ({ item, place: random() }));
  return drawn.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

function order(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a ?? ""), String(b ?? "")];
  return left === right ? 0 : left < right ? -1 : 1;
}
