// What else a field could be made of: every column of the file that it is read from, the likeliest first, with what its name and its
// cells say. For people who decide, at a terminal or in a console.
import type { ResourceName } from "../model/resource.ts";
import { matchColumns } from "./columns/match.ts";
import { type Plausibility, plausibilityOf } from "./columns/plausibility.ts";
import { kitRules, lineRules, orderRules, productRules } from "./columns/roles.ts";
import type { Column, Sample, Table } from "./columns/table.ts";
import { measured } from "./guess.ts";
import { allLines, type Confidence, type Proposal, type ProposedMapping } from "./proposal/proposal.ts";

/** A column that a field could be read from. */
export interface ColumnChoice {
  /** As a decision names it. */
  readonly column: string;
  /** The first different cells, three at most. */
  readonly cells: readonly string[];
  /** How many of the rows that were looked at have it filled, from 0 to 1. */
  readonly filled: number;
  /** What its name says for this field; absent where it says nothing. */
  readonly confidence?: Confidence;
  /** Whether its cells can be what the field holds. */
  readonly fit: Plausibility;
  /** Both in words. */
  readonly evidence: string;
  /** The field that it is read for now. */
  readonly usedFor?: string;
}

/** The columns that a field of a mapping could be read from, the likeliest first; none for a mapping that is not there. */
export function fieldColumns(
  samples: readonly Sample[],
  { mappings }: Proposal,
  of: { readonly mapping: string; readonly path: string },
): readonly ColumnChoice[] {
  const mapping = mappings.find(({ name }) => name === of.mapping);
  const sample = samples.find(({ name }) => name === of.mapping);
  if (mapping === undefined || sample === undefined) return [];
  const { table } = measured(sample);
  const source = sourceOf(samples, mapping, table, of.path);
  const read = allLines(mapping).filter((line) => line.kind === "guess" && line.confidence !== "low");
  const usedFor = (column: string): string | undefined => {
    const all = read.filter((line) => line.kind === "guess" && line.columns.includes(column));
    const own = all.findLast(({ path }) => listOf(path) === listOf(of.path));
    return (own ?? (source.isOwn ? all.at(-1) : undefined))?.path;
  };
  return source.columns
    .map((column) => {
      const field = usedFor(column.name);
      return {
        ...choiceOf(column, source.table, mapping, of.path),
        ...(field === undefined ? {} : { usedFor: field }),
      };
    })
    .toSorted((a, b) => rankOf(b) - rankOf(a));
}

interface Source {
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly isOwn: boolean;
}

/** The file, or the list in it, that the field's columns stand in. */
function sourceOf(samples: readonly Sample[], mapping: ProposedMapping, table: Table, path: string): Source {
  const each = mapping.children.find(({ list }) => path.startsWith(`${list}.`))?.each;
  const join = mapping.joins.find(({ name }) => name === each);
  const joined = join === undefined ? undefined : samples.find(({ shown }) => shown === join.shown);
  if (joined !== undefined) {
    const { table: their } = measured(joined);
    return { table: their, columns: their.columns, isOwn: false };
  }
  const list = table.lists.find(({ name }) => name === each);
  if (list !== undefined) return { table, columns: list.columns, isOwn: false };
  return { table, columns: table.columns, isOwn: true };
}

function listOf(path: string): string {
  return /^(?:items|variants|kit_items)(?=\.)/.exec(path)?.[0] ?? "";
}

function choiceOf(column: Column, table: Table, { role, resource }: ProposedMapping, path: string): ColumnChoice {
  const name = nameOf(path);
  const fit = column.profile.filled === 0 ? "contradicts" : plausibilityOf(resource, path, column.profile);
  const rules = rulesOf(role, resource, table, path);
  const own = rules.names.map((names) =>
    Object.fromEntries(Object.entries(names).filter(([each]) => name.includes(each))),
  );
  const [match] = matchColumns([column], { ...rules, names: own, platform: undefined });
  const { filled, rows, words } = column.profile;
  return {
    column: column.name,
    cells: words.slice(0, 3),
    filled: rows === 0 ? 0 : filled / rows,
    ...(match === undefined ? {} : { confidence: match.confidence }),
    fit,
    evidence: evidenceOf(match?.confidence, fit, filled, rows),
  };
}

function rulesOf(role: ProposedMapping["role"], resource: ResourceName, table: Table, path: string) {
  if (role === "kits") return kitRules(table);
  if (resource === "products") return productRules(table);
  return path.startsWith("items.") ? lineRules(table) : orderRules(table, true);
}

/** The names under which the tables of names know a field. */
function nameOf(path: string): readonly string[] {
  const [, block, part = ""] = /^(bill|ship)_to\.(.*)$/.exec(path) ?? [];
  return block === undefined ? [path, path.replace(/^variants\./, "")] : [`${block}.${part}`, `customer.${part}`];
}

function evidenceOf(name: Confidence | undefined, fit: Plausibility, filled: number, rows: number): string {
  const names = { high: "the name says it", medium: "a likely name", low: "a possible name" };
  const fits = {
    confirms: "its cells fit",
    allows: "its cells can be that",
    contradicts: "its cells are no such thing",
  };
  const cells = filled === 0 ? "it is blank" : fits[fit];
  const blanks = filled > 0 && filled < rows ? `, ${rows - filled} of ${rows} are blank` : "";
  return `${name === undefined ? "" : `${names[name]}; `}${cells}${blanks}`;
}

function rankOf({ confidence, fit, filled, usedFor }: ColumnChoice): number {
  const name = confidence === undefined ? 0 : { low: 1, medium: 2, high: 3 }[confidence];
  const cells = { contradicts: -8, allows: 0, confirms: 2 }[fit];
  return name * 2 + cells + filled - (usedFor === undefined ? 0 : 3);
}
