// Columns of orders that nothing is made of and that somebody should look at before money is lost in silence: what else was charged or
// given back, what was cancelled, how much is left of a line, whether tax is in the prices, in which currency they are.
import type { Json } from "../../model/json.ts";
import { namesMoney } from "../columns/minor-units.ts";
import type { Column, Table } from "../columns/table.ts";
import type { ProposedMapping, Todo } from "../proposal/proposal.ts";
import { isSomething } from "./item-lines.ts";

/**
 * The mapping of orders with a marked line for each kind of such columns; `lineTables` are other files that its order lines come from.
 * What a condition, a sum or another question names is no left-over, nor is what says nothing.
 */
export function withLeftOvers(mapping: ProposedMapping, table: Table, lineTables: readonly Table[]): ProposedMapping {
  const isNamed = namedIn(mapping);
  const isCompared = mapping.totals !== undefined;
  const open = [
    ...table.columns.map((column) => ({ column, place: "" })),
    ...lineTables.flatMap(({ columns, sample }) => columns.map((column) => ({ column, place: ` of ${sample.shown}` }))),
  ].filter(({ column }) => column.profile.filled > 0 && !isNamed(column.name));
  const kindOf = (column: Column) => kinds.find(({ tells }) => tells(column, isCompared));
  const todos = kinds.flatMap((kind): readonly Todo[] => {
    const found = open.filter(({ column }) => kindOf(column) === kind);
    if (found.length === 0) return [];
    const names = found.map(({ column, place }) => `${JSON.stringify(column.name)}${place}`).join(", ");
    return [{ kind: "todo", path: "", text: `nothing takes ${names}: ${kind.question}`, isRequired: false }];
  });
  return { ...mapping, lines: [...mapping.lines, ...todos] };
}

type Tells = (column: Column, isCompared: boolean) => boolean;

const heading = (words: RegExp) => (column: Column) => words.test(column.heading.text);

/** In the order of what is asked first of a column that may be several. */
const kinds: readonly { readonly tells: Tells; readonly question: string }[] = [
  {
    tells: (column) => heading(/\b(refund(s|ed)?|chargebacks?|credited)\b/)(column) && saysMore(column),
    question: "which of the orders with a refund should go, and with which status?",
  },
  {
    tells: (column) => heading(/\b(cancel(l?ed|l?ation)?|void(ed)?)\b/)(column) && saysMore(column),
    question: "should orders that have it go as cancelled, or not at all (where)?",
  },
  {
    tells: (column) =>
      heading(/\b(current|remaining|returned|removed) (quantity|qty)\b/)(column) && isSomething(column),
    question: "is that what should go as the quantity, or be taken off it?",
  },
  {
    tells: heading(/\b(tax(es)?|vat) (is |are )?included\b|\b(includes|including|inclusive of) (tax|vat)\b/),
    question: "where the prices have the tax already, total_tax must not add it again",
  },
  {
    tells: heading(/\bcurrency( code)?$/),
    question: "orders carry no currency; under totals, `currency` names the column, and orders in several are refused",
  },
  {
    tells: (column, isCompared) => !isCompared && isMoney(column) && heading(sums)(column),
    question: "is that what an order or a line of it comes to? Under totals, it is held against what goes out",
  },
  {
    tells: (column) => isMoney(column) && !heading(sums)(column),
    question: "is this money a part of what an order comes to?",
  },
];

const sums = /\b(total|totals|subtotal|balance|paid|due|outstanding|net|gross)\b/;

/** Amounts under a name of money; a rate, an id or a date of it is none. */
function isMoney(column: Column): boolean {
  const { numbers, dates, filled } = column.profile;
  return namesMoney(column) && filled > 0 && numbers >= 0.9 && dates < 0.9 && isSomething(column);
}

/** Some cell is neither blank nor 0 nor a word for no. */
function saysMore({ profile }: Column): boolean {
  return profile.words.some((word) => !/^(|0+([.,]0+)?|no|n|false|none|null|-)$/i.test(word.replace(/^\D*(?=\d)/, "")));
}

/** Whether a mapping names a column: as a source, in a template, in an expression or in a question. */
function namedIn({ where, group, totals, index, lines, children }: ProposedMapping): (name: string) => boolean {
  const all = [...lines, ...children.flatMap((child) => child.lines)];
  const asked = all.flatMap((line) => (line.kind === "todo" ? [line.text] : []));
  const said = [
    ...all.flatMap((line) => (line.kind === "guess" ? [line.spec] : [])),
    ...children.flatMap(({ each, where: condition, amounts }) => [each, condition ?? null, amounts?.spec ?? null]),
    ...[where?.expr, group?.spec, totals?.spec, index?.spec].map((spec) => spec ?? null),
  ].flatMap(textsIn);
  return (name) => {
    const quoted = JSON.stringify(name);
    const isSaid = (text: string) =>
      text === name || text.endsWith(`.${name}`) || text.includes(`[${quoted}]`) || text.includes(`{${name}}`);
    return said.some(isSaid) || asked.some((text) => text.includes(quoted));
  };
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
