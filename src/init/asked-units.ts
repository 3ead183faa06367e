// Amounts that may be cents or whole units, for nothing in the file says which: each line of money is a question with both answers.
import type { Json } from "../model/json.ts";
import type { Link } from "./columns/links.ts";
import { inMinorUnits } from "./columns/minor-units.ts";
import type { Table } from "./columns/table.ts";
import type { Asked, Guess, Line, Todo } from "./proposal/proposal.ts";
import { missing } from "./recipes/lines.ts";
import type { Recipe } from "./recipes/product-mapping.ts";

/** The recipe of a table; where its amounts or those of its links may be cents, one that asks of each line of money. */
export function inEitherUnit(
  table: Table,
  links: readonly Link[],
  recipeOf: (table: Table, links: readonly Link[]) => Recipe,
): Recipe {
  const whole = recipeOf(table, links);
  const tables = [table, ...links.map(({ their }) => their)];
  const minor = new Map(tables.map((each) => [each, inMinorUnits(each)]));
  if (tables.every((each) => minor.get(each) === undefined)) return whole;
  const of = (each: Table) => minor.get(each) ?? each;
  const changed = links.map((link) => ({ ...link, our: of(link.our), their: of(link.their) }));
  return asked(whole, recipeOf(of(table), changed), (name) => cellsOf(tables, name));
}

function asked({ totals, ...whole }: Recipe, cents: Recipe, cells: (column: string) => readonly string[]): Recipe {
  const isSame = JSON.stringify(totals) === JSON.stringify(cents.totals);
  return {
    ...whole,
    ...(isSame && totals !== undefined ? { totals } : {}),
    lines: askedLines(whole.lines, cents.lines, cells),
    children: whole.children.map((child, at) => {
      const other = cents.children[at];
      if (other === undefined) return child;
      const lines = askedLines(child.lines, other.lines, cells);
      if (JSON.stringify(child.amounts) === JSON.stringify(other.amounts)) return { ...child, lines };
      const { amounts: _, ...rest } = child;
      return { ...rest, lines: [...lines, missing("unit_price", `which column is the price of one piece? ${doubt}`)] };
    }),
  };
}

const doubt = "Amounts may be cents (1999 for 19.99), which are divided by 100";

function askedLines(
  whole: readonly Line[],
  cents: readonly Line[],
  cells: (column: string) => readonly string[],
): readonly Line[] {
  return whole.map((line): Line => {
    const other = cents.find(({ path, kind }) => path === line.path && kind === line.kind);
    if (other === undefined || JSON.stringify(other) === JSON.stringify(line)) return line;
    if (line.kind === "guess")
      return other.kind === "todo" || line.confidence === "low" ? line : question(line, other, cells);
    const { proposes, ...todo } = line;
    const [column] = typeof proposes === "string" ? [proposes] : [];
    if (other.kind === "guess" || column === undefined || other.proposes === undefined)
      return { ...line, text: `${line.text} ${doubt}` };
    const asks = askedOf(column, proposes ?? null, other.proposes, cells(column));
    return { ...todo, text: `${line.text}; and are its amounts cents, or whole units? ${choice}`, asks };
  });
}

function question(whole: Guess, cents: Guess, cells: (column: string) => readonly string[]): Todo {
  const { path, columns } = whole;
  const [column = ""] = columns;
  const names = columns.map((name) => JSON.stringify(name)).join(", ");
  const text = `${path}: are the amounts of ${names} cents, or whole units? Nothing in the file says it. ${choice}`;
  const isRequired = path === "unit_price";
  const asks = askedOf(column, whole.spec, cents.spec, cells(column));
  return { kind: "todo", path, text: isRequired ? `required: ${text}` : text, isRequired, asks };
}

const choice = "Take the # off one of the two lines below";

function askedOf(column: string, whole: Json, cents: Json, cells: readonly string[]): Asked {
  const [first = "1999"] = cells;
  return {
    about: "the unit of money",
    column,
    cells,
    answers: [
      { name: "cents", spec: cents, evidence: `${first} is ${(Number(first) / 100).toFixed(2)}` },
      { name: "whole units", spec: whole, evidence: `${first} is ${Number(first).toFixed(2)}` },
    ],
  };
}

/** Three amounts of a column, the largest first: those that are most clearly one or the other. */
function cellsOf(tables: readonly Table[], column: string): readonly string[] {
  const all = tables.flatMap(({ columns, lists }) => [...columns, ...lists.flatMap((list) => list.columns)]);
  const words = all.find(({ name }) => column === name || column.endsWith(`.${name}`))?.profile.words ?? [];
  return words
    .filter((word) => Number(word) > 0)
    .toSorted((a, b) => Number(b) - Number(a))
    .slice(0, 3);
}
