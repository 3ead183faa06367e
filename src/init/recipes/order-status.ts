// The status of an order: the words of one column, and what columns beside it say of cancellation and refunds.
import type { Json } from "../../model/json.ts";
import { cell, named } from "../columns/find-column.ts";
import type { Match, Pins } from "../columns/match.ts";
import { wordMap } from "../columns/meant-words.ts";
import type { Column, Table } from "../columns/table.ts";
import type { Guess, Line } from "../proposal/proposal.ts";
import { specOf } from "./lines.ts";

/** The lines of `order_status`. */
export function statusLines(table: Table, matches: readonly Match[], pins: Pins): readonly Line[] {
  const path = "order_status";
  const match = matches.find((found) => found.path === path);
  const shipped = matches.find((found) => found.path === "ship_date");
  if (match === undefined) return shipped === undefined || pins.has(path) ? [] : [byShipDate(shipped)];
  const { column, confidence, why } = match;
  const isOfDelivery = /fulfil/.test(column.heading.text);
  const { map: meant, unknown } = wordMap(column.profile.words, "statuses");
  // What was fulfilled is sent, where the column speaks of the delivery alone.
  const map = isOfDelivery
    ? Object.fromEntries(
        Object.entries(meant).map(([word, status]) => [word, status === "fulfilled" ? "shipped" : status]),
      )
    : meant;
  const isPlain = Object.entries(map).every(([word, status]) => word === status);
  const hasOpen = Object.values(map).includes("on_hold");
  const others = isOfDelivery ? besideDelivery(table, column, map) : { specs: [], columns: [] };
  const isBlank = isOfDelivery && column.profile.filled < column.profile.rows;
  const keys = {
    ...(isPlain && unknown.length === 0 ? {} : { map }),
    ...(isBlank ? { default: "on_hold" } : {}),
  };
  const own = specOf(column.name, keys);
  const known: Guess = {
    kind: "guess",
    path,
    spec: others.specs.length === 0 ? own : [...others.specs, typeof own === "string" ? { from: own } : own],
    columns: [column.name, ...others.columns.map(({ name }) => name)],
    confidence: unknown.length === 0 ? confidence : "medium",
    why: hasOpen ? `${why}; open orders go on hold, which allocates no stock (for new ones write pending there)` : why,
  };
  if (unknown.length === 0) return [known];
  const words = unknown.map((word) => JSON.stringify(word)).join(", ");
  const text = `${path}: say in its map which of these ${words} is: on_hold, shipped, completed, cancelled or another of docs/payload-fields.md`;
  return [known, { kind: "todo", path, text, isRequired: false }];
}

function byShipDate({ column }: Match): Line {
  const spec = { expr: `${cell(column)} == "" ? "on_hold" : "shipped"` };
  const why = `no status column: shipped where "${column.name}" is filled`;
  return { kind: "guess", path: "order_status", spec, columns: [column.name], confidence: "medium", why };
}

/** What other columns say of an order whose status is that of its delivery: it was cancelled, or given back. */
function besideDelivery(
  { columns }: Table,
  delivery: Column,
  map: Readonly<Record<string, string | boolean>>,
): { readonly specs: readonly Json[]; readonly columns: readonly Column[] } {
  const cancelled = named(columns, ["cancelled at", "canceled at", "cancelled on", "cancel date", "cancelled date"]);
  const payment = named(columns, ["financial status", "payment status"]);
  const sent = Object.entries(map).flatMap(([word, status]) => (status === "shipped" ? [word] : []));
  const begun = [...sent, ...delivery.profile.words.filter((word) => /^partial/i.test(word))];
  const isIn = (column: Column, words: readonly string[]) => `${cell(column)} in ${JSON.stringify(words)}`;
  const said = (column: Column, pattern: RegExp) => column.profile.words.filter((word) => pattern.test(word));
  const refunded = payment === undefined ? [] : said(payment, /^(refunded|voided)$/i);
  const partly = payment === undefined ? [] : said(payment, /^partially[ _]refunded$/i);
  return {
    specs: [
      ...(cancelled === undefined ? [] : [{ value: "cancelled", when: `${cell(cancelled)} != ""` }]),
      ...(payment === undefined || refunded.length === 0
        ? []
        : [{ value: "cancelled", when: `${isIn(payment, refunded)} && !(${isIn(delivery, begun)})` }]),
      ...(payment === undefined || partly.length === 0 || sent.length === 0
        ? []
        : [{ value: "partially_refunded", when: `${isIn(payment, partly)} && ${isIn(delivery, sent)}` }]),
    ],
    columns: [cancelled, payment].flatMap((column) => column ?? []),
  };
}
