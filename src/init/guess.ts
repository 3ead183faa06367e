// From samples of exports to proposed mappings: roles, links, then a recipe for each main file. Pure; reading files is
// init.ts, writing is proposal/write-mapping.ts and proposal/write-job.ts.

import type { ResourceName } from "../model/resource.ts";
import { fieldAt } from "../model/resources/field.ts";
import { resources } from "../model/resources/resources.ts";
import { type Link, linksOf } from "./columns/links.ts";
import type { Pins } from "./columns/match.ts";
import { platformOf } from "./columns/platforms.ts";
import { roleOf } from "./columns/roles.ts";
import { dateStyle, numberStyle, type ReadsDate } from "./columns/styles.ts";
import { type Column, type Sample, type Table, tableOf } from "./columns/table.ts";
import { allLines, type Line, type Proposal, type ProposedMapping, type Role } from "./proposal/proposal.ts";
import { kitMapping } from "./recipes/kit-mapping.ts";
import { orderMapping } from "./recipes/order-mapping.ts";
import { productMapping, type Recipe } from "./recipes/product-mapping.ts";

/** What a person said, by input name; what is not here is guessed. */
export interface Decisions {
  readonly roles?: ReadonlyMap<string, Role>;
  /** For each input the column of a payload field, or undefined for none. */
  readonly columns?: ReadonlyMap<string, Pins>;
  /** The label of the channel that orders go into where no column says it. */
  readonly channel?: string;
}

/** The proposal for these files. A file whose columns mean nothing gets no mapping: nothing is invented. */
export function guess(samples: readonly Sample[], readsDate: ReadsDate, decisions: Decisions = {}): Proposal {
  const tables = samples.map(tableOf).map((table) => {
    const said = decisions.roles?.get(table.sample.name);
    return { table, ...(said === undefined ? roleOf(table) : { role: said, why: "as you said" }) };
  });
  const links = linksOf(tables.map(({ table, role }) => [table, role]));
  const proposed = tables.map((known) => {
    const pins = decisions.columns?.get(known.table.sample.name) ?? new Map();
    const isJoined = links.some(({ their }) => their === known.table);
    return { ...known, mapping: isJoined ? undefined : mappingOf(known, links, pins, readsDate, decisions.channel) };
  });
  const joined = new Set(proposed.flatMap(({ mapping }) => (mapping?.joins ?? []).map(({ shown }) => shown)));
  return {
    files: tables.map(({ table, role, why }) => {
      const isReference = role === "unknown" && joined.has(table.sample.shown);
      return { name: table.sample.name, shown: table.sample.shown, role: isReference ? "reference" : role, why };
    }),
    mappings: proposed.flatMap(({ mapping }) => mapping ?? []),
    unrecognised: proposed
      .filter(({ mapping, table }) => mapping === undefined && !joined.has(table.sample.shown))
      .map(({ table }) => ({ shown: table.sample.shown, columns: table.columns.map(({ name }) => name) })),
  };
}

interface Known {
  readonly table: Table;
  readonly role: Role;
  readonly why: string;
}

function mappingOf(
  { table, role, why }: Known,
  links: readonly Link[],
  pins: Pins,
  readsDate: ReadsDate,
  channel: string | undefined,
): ProposedMapping | undefined {
  const own = links.filter(({ our }) => our === table);
  switch (role) {
    case "products":
      return proposalOf({ table, role, why }, "products", productMapping(table, own, pins), pins, readsDate);
    case "kits":
      return proposalOf({ table, role, why }, "products", kitMapping(table, pins), pins, readsDate);
    case "orders":
    case "lines":
      return proposalOf({ table, role, why }, "sales_orders", orderMapping(table, own, pins, channel), pins, readsDate);
    case "reference":
    case "unknown":
      return undefined;
    default:
      return role satisfies never;
  }
}

function proposalOf(
  { table, role, why }: Known,
  resource: ResourceName,
  recipe: Recipe,
  pins: Pins,
  readsDate: ReadsDate,
): ProposedMapping {
  const { measured, ...parts } = recipe;
  const isLeftOut = ({ path }: Line) => pins.has(path) && pins.get(path) === undefined;
  const lines = parts.lines.filter((line) => line.kind === "todo" || !isLeftOut(line));
  const children = parts.children.map((child) => ({
    ...child,
    lines: child.lines.filter(
      (line) => line.kind === "todo" || !isLeftOut({ ...line, path: `${child.list}.${line.path}` }),
    ),
  }));
  const used = new Set([
    ...allLines({ lines, children }).flatMap((line) =>
      line.kind === "guess" && line.confidence !== "low" ? line.columns : [],
    ),
    ...children.flatMap(({ amounts }) => amounts?.columns ?? []),
  ]);
  const typed = (types: readonly string[]): readonly Column[] => {
    const paths = allLines({ lines, children }).flatMap((line) =>
      line.kind === "guess" && types.includes(fieldAt(resources[resource].schema, line.path)?.type ?? "")
        ? line.columns
        : [],
    );
    return measured.filter(
      ({ name, profile }) => profile.filled > 0 && paths.some((path) => path === name || path.endsWith(`.${name}`)),
    );
  };
  const numbers = numberStyle(typed(["decimal", "length", "weight"]));
  const known = platformOf(table.columns.map(({ heading }) => heading));
  const dates =
    known?.dates === undefined
      ? dateStyle(typed(["date"]), readsDate)
      : { source: [{ key: "dates", value: known.dates, why: `high: the dates of ${known.name}` }], sourceTodos: [] };
  const blank =
    table.blankWords.length === 0
      ? []
      : [{ key: "blank", value: ["", ...table.blankWords], why: "high: its cells have these words" }];
  const { records, quote } = table.sample.settings;
  return {
    name: table.sample.name,
    shown: table.sample.shown,
    role,
    resource,
    why,
    source: [
      ...(records === undefined ? [] : [{ key: "records", value: records, why: "high: there is its list" }]),
      ...(quote === undefined ? [] : [{ key: "quote", value: quote, why: "high: cells have quotes inside them" }]),
      ...blank,
      ...numbers.source,
      ...dates.source,
    ],
    sourceTodos: [...numbers.sourceTodos, ...dates.sourceTodos],
    ...parts,
    lines,
    children,
    unused: table.columns.map(({ name }) => name).filter((name) => !used.has(name)),
  };
}
