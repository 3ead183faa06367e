// From samples of exports to proposed mappings: roles, links, then a recipe for each main file. Pure; reading files is
// init.ts, writing is proposal/write-mapping.ts and proposal/write-job.ts.

import type { ResourceName } from "../model/resource.ts";
import { fieldAt } from "../model/resources/field.ts";
import { resources } from "../model/resources/resources.ts";
import { inEitherUnit } from "./asked-units.ts";
import { type BulkRows, bulkRowsOf } from "./bulk-rows.ts";
import { type Link, linksOf } from "./columns/links.ts";
import type { Pins } from "./columns/match.ts";
import { withMinorUnits } from "./columns/minor-units.ts";
import { platformOf } from "./columns/platforms.ts";
import { roleOf } from "./columns/roles.ts";
import { dateStyle, numberStyle, type ReadsDate } from "./columns/styles.ts";
import { type Column, type Sample, type Table, tableOf } from "./columns/table.ts";
import { withMergedCells } from "./merged-cells.ts";
import { type Answers, answered, answeredDate, unanswered } from "./proposal/answered.ts";
import { allLines, type Line, type Proposal, type ProposedMapping, type Role, type Todo } from "./proposal/proposal.ts";
import { kitMapping } from "./recipes/kit-mapping.ts";
import { withLeftOvers } from "./recipes/left-over.ts";
import { orderMapping } from "./recipes/order-mapping.ts";
import { productMapping, type Recipe } from "./recipes/product-mapping.ts";
import { complete, givenBeside, withoutRefuted } from "./recipes/required-fields.ts";
import { isNoSummary, type SummaryRows, withoutSummaries } from "./summary-rows.ts";
import { asUnsure, unsureKind, worthMapping } from "./unsure-kind.ts";

/** What a person said, by input name; what is not here is guessed. */
export interface Decisions {
  readonly roles?: ReadonlyMap<string, Role>;
  /** For each input the column of a payload field, or undefined for none. */
  readonly columns?: ReadonlyMap<string, Pins>;
  /** For each input the fields that a check refutes on every row, and what it says: their lines are comments. */
  readonly refuted?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** For each input what was answered to its marked lines that ask something. */
  readonly answers?: ReadonlyMap<string, Answers>;
  /** The label of the channel that orders go into where no column says it. */
  readonly channel?: string;
}

/**
 * The proposal for these files. What none of them tells stands in it as a question: where nothing is recognised at all, each table
 * gets a mapping of questions.
 */
export function guess(samples: readonly Sample[], readsDate: ReadsDate, decisions: Decisions = {}): Proposal {
  const steps = guessing(samples, readsDate, decisions);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in small steps, for those who have other things to do between them. */
export function* guessing(
  samples: readonly Sample[],
  readsDate: ReadsDate,
  decisions: Decisions = {},
): Generator<void, Proposal> {
  const tables: Known[] = [];
  for (const sample of samples) {
    const { table, ...rest } = measured(sample);
    yield;
    for (const column of [...table.columns, ...table.lists.flatMap(({ columns }) => columns)]) {
      void column.profile;
      yield;
    }
    const said = decisions.roles?.get(sample.name);
    tables.push({ table, ...rest, ...(said === undefined ? roleOf(table) : { role: said, why: "as you said" }) });
    yield;
  }
  const links = linksOf(tables.map(({ table, role }) => [table, role]));
  const asChecked = (mapping: ProposedMapping | undefined) => {
    const lines = mapping === undefined ? undefined : decisions.refuted?.get(mapping.name);
    return mapping === undefined || lines === undefined ? mapping : withoutRefuted(mapping, lines);
  };
  const told: (Known & { readonly said: Said; readonly mapping: ProposedMapping | undefined })[] = [];
  for (const known of tables) {
    const { name } = known.table.sample;
    const pins: Pins = decisions.columns?.get(name) ?? new Map();
    const said: Said = { pins, answers: decisions.answers?.get(name) ?? new Map(), readsDate };
    const isJoined = links.some(({ their }) => their === known.table);
    told.push({ ...known, said, mapping: isJoined ? undefined : asChecked(mappingOf(known, links, said)) });
    yield;
  }
  const joined = new Set(told.flatMap(({ mapping }) => (mapping?.joins ?? []).map(({ shown }) => shown)));
  const kinds = told.map(({ table, mapping }) => {
    const { name, shown } = table.sample;
    const isOpen = mapping === undefined && !joined.has(shown) && decisions.roles?.has(name) !== true;
    return isOpen ? unsureKind(table) : undefined;
  });
  const isAlone = told.every(({ mapping }) => mapping === undefined);
  const worth = worthMapping(
    kinds.filter((kind) => kind !== undefined),
    isAlone,
  );
  const proposed = told.map((known, at) => {
    const kind = kinds[at];
    if (kind === undefined || !worth.includes(kind)) return known;
    const mapping = asChecked(mappingOf({ ...known, ...kind }, [], known.said));
    return { ...known, mapping: mapping === undefined ? undefined : asUnsure(mapping, kind) };
  });
  const mappings = proposed.flatMap(({ mapping }) => mapping ?? []);
  const { channel } = decisions;
  return {
    files: tables.map(({ table, role, why }) => {
      const isReference = role === "unknown" && joined.has(table.sample.shown);
      return { name: table.sample.name, shown: table.sample.shown, role: isReference ? "reference" : role, why };
    }),
    mappings,
    unrecognised: proposed
      .filter(({ mapping, table }) => mapping === undefined && !joined.has(table.sample.shown))
      .map(({ table }) => ({ shown: table.sample.shown, columns: table.columns.map(({ name }) => name) })),
    ...(channel === undefined ? {} : { channel }),
    needsChannel: channel === undefined && mappings.some(lacksChannel),
  };
}

/** A sample as columns, and the rows that were left out of it. */
export interface Measured {
  readonly table: Table;
  readonly summaries: SummaryRows | undefined;
  /** Some of its rows are a list of others. */
  readonly bulk?: BulkRows;
}

/**
 * What a sample's cells look like, without rows that sum up others. The same sample is looked at once, however often it is
 * guessed about.
 */
export function measured(sample: Sample): Measured {
  const known = measuredSamples.get(sample);
  if (known !== undefined) return known;
  const { sample: rows, summaries } = withoutSummaries(sample);
  const bulk = bulkRowsOf(rows);
  const table = withMinorUnits(tableOf(bulk?.sample ?? rows));
  const made = { table, summaries, ...(bulk === undefined ? {} : { bulk }) };
  measuredSamples.set(sample, made);
  return made;
}

const measuredSamples = new WeakMap<Sample, Measured>();

interface Known extends Measured {
  readonly role: Role;
  readonly why: string;
}

/** What a person said of a file, and how its dates are read. */
interface Said {
  readonly pins: Pins;
  readonly answers: Answers;
  readonly readsDate: ReadsDate;
}

function mappingOf(known: Known, links: readonly Link[], said: Said): ProposedMapping | undefined {
  const { table, role } = known;
  const { pins } = said;
  const own = links.filter(({ our }) => our === table);
  const asRows = known.bulk?.regrouped ?? ((recipe: Recipe) => recipe);
  const eitherUnit = (mapping: typeof orderMapping) =>
    inEitherUnit(table, own, (each, ofEach) => asRows(mapping(each, ofEach, pins)));
  switch (role) {
    case "products":
      return proposalOf(known, "products", eitherUnit(productMapping), said);
    case "kits":
      return proposalOf(known, "products", kitMapping(table, pins), said);
    case "orders":
    case "lines": {
      const lineTables = own.filter(({ one }) => !one).map(({ their }) => their);
      return withLeftOvers(proposalOf(known, "sales_orders", eitherUnit(orderMapping), said), table, lineTables);
    }
    case "reference":
    case "unknown":
      return undefined;
    default:
      return role satisfies never;
  }
}

function proposalOf(
  { table, summaries, role, why }: Known,
  resource: ResourceName,
  recipe: Recipe,
  { pins, answers, readsDate }: Said,
): ProposedMapping {
  const { measured: counted, ...parts } = recipe;
  const isLeftOut = ({ path }: Line) => pins.has(path) && pins.get(path) === undefined;
  const given = parts.lines
    .filter((line) => line.kind === "todo" || !isLeftOut(line))
    .map((line) => answered(line, answers));
  const isPlainTable = parts.group === undefined && table.sample.info.columns !== undefined;
  const lines = complete(resource, isPlainTable ? withMergedCells(given, table.columns) : given);
  const children = parts.children.map((child) => ({
    ...child,
    lines: complete(
      child.list,
      child.lines
        .filter((line) => line.kind === "todo" || !isLeftOut({ ...line, path: `${child.list}.${line.path}` }))
        .map((line) => answered(line, answers)),
      givenBeside(child),
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
    return counted.filter(
      ({ name, profile }) => profile.filled > 0 && paths.some((path) => path === name || path.endsWith(`.${name}`)),
    );
  };
  const numbers = numberStyle(typed(["decimal", "length", "weight"]));
  const known = platformOf(table.columns.map(({ heading }) => heading));
  const dates =
    known?.dates === undefined
      ? dateStyle(typed(["date"]), readsDate)
      : { source: [{ key: "dates", value: known.dates, why: `high: the dates of ${known.name}` }], sourceTodos: [] };
  const dated = (line: Line, path: string): Line =>
    fieldAt(resources[resource].schema, path)?.type === "date"
      ? unsureOfDate(answeredDate(line, dates.sourceTodos, answers), unanswered(dates.sourceTodos, answers))
      : line;
  const blank =
    table.blankWords.length === 0
      ? []
      : [{ key: "blank", value: ["", ...table.blankWords], why: "high: its cells have these words" }];
  const { settings, titles } = table.sample;
  const { records, quote, headerLine } = settings;
  return {
    name: table.sample.name,
    shown: table.sample.shown,
    role,
    resource,
    why,
    source: [
      ...(records === undefined ? [] : [{ key: "records", value: records, why: "high: there is its list" }]),
      ...(headerLine === undefined ? [] : [{ key: "header_line", value: headerLine, why: titleText(titles) }]),
      ...(quote === undefined ? [] : [{ key: "quote", value: quote, why: "high: cells have quotes inside them" }]),
      ...blank,
      ...numbers.source,
      ...dates.source,
    ],
    sourceTodos: [...numbers.sourceTodos, ...unanswered(dates.sourceTodos, answers)],
    ...parts,
    ...whereOf(parts.where, summaries),
    lines: lines.map((line) => dated(line, line.path)),
    children: children.map((child) => ({
      ...child,
      lines: child.lines.map((line) => dated(line, `${child.list}.${line.path}`)),
    })),
    unused: table.columns.map(({ name }) => name).filter((name) => !used.has(name)),
  };
}

/** A date whose format the cells leave open is not sure. */
function unsureOfDate(line: Line, open: readonly Todo[]): Line {
  if (line.kind === "todo" || line.confidence !== "high") return line;
  const isOpen = open.some(({ column }) => line.columns.some((name) => name === column || name.endsWith(`.${column}`)));
  return isOpen ? { ...line, confidence: "medium", why: `${line.why}; its format is a question under source` } : line;
}

function lacksChannel({ resource, lines }: ProposedMapping): boolean {
  const says = (line: Line) => line.kind === "guess" && line.path === "channel_id" && line.confidence !== "low";
  return resource === "sales_orders" && !lines.some(says);
}

/** The recipe's own condition, and the one that leaves out rows which sum up the table. */
function whereOf(where: ProposedMapping["where"], summaries: SummaryRows | undefined): Pick<ProposedMapping, "where"> {
  if (summaries === undefined) return where === undefined ? {} : { where };
  const expr = isNoSummary(summaries);
  const why = `${JSON.stringify(summaries.words[0])} sums up the rows above it`;
  if (where === undefined) return { where: { expr, why: `high: ${why}` } };
  return { where: { expr: `${where.expr} && ${expr}`, why: `${where.why}; ${why}` } };
}

function titleText(titles: Table["sample"]["titles"]): string {
  if (titles === undefined || titles.lines === 0) return "high: the line of the headings";
  return `high: above it ${titles.lines === 1 ? "stands" : `stand ${titles.lines} lines, first`} ${JSON.stringify(titles.first)}`;
}
