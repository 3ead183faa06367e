// What a file is taken for whose columns do not say what it is: the kind of import whose fields are recognised in more of them. A
// person has to confirm it, so no line of such a file is high, and where little is recognised every line is a comment.
import { type Match, matchColumns } from "./columns/match.ts";
import { lineRules, orderRules, productRules } from "./columns/roles.ts";
import type { Table } from "./columns/table.ts";
import type { Line, ProposedMapping } from "./proposal/proposal.ts";

/** A kind that is not sure. */
export interface UnsureKind {
  readonly role: "products" | "orders";
  readonly why: string;
  /** How many columns are recognised. */
  readonly known: number;
  /** Most of what is recognised are parts of an address. */
  readonly isContacts: boolean;
}

/** The kind that suits more of a table's columns; undefined for what is no table. */
export function unsureKind(table: Table): UnsureKind | undefined {
  if (table.columns.length < 2 && table.lists.length === 0) return undefined;
  const products = known(matchColumns(table.columns, productRules(table)));
  const orders = known([
    ...matchColumns(table.columns, orderRules(table, true)),
    ...table.lists.flatMap(({ columns }) => matchColumns(columns, lineRules(table))),
  ]);
  const contacts = orders.filter(({ path }) => path.startsWith("customer."));
  const own = orders.filter((match) => !contacts.includes(match));
  const [role, found] = own.length > products.length ? (["orders", own] as const) : (["products", products] as const);
  const names = found.slice(0, 4).map(({ column }) => JSON.stringify(column.name));
  return {
    role,
    why: names.length === 0 ? "nothing: none of its columns is known" : `${names.join(", ")} alone`,
    known: found.length,
    isContacts: contacts.length > found.length,
  };
}

function known(matches: readonly Match[]): readonly Match[] {
  return matches.filter(({ confidence, column }) => confidence !== "low" && column.profile.filled > 0);
}

/** Those that are worth a mapping: where little is recognised in any, all of them. `isAlone`: nothing else is recognised. */
export function worthMapping(kinds: readonly UnsureKind[], isAlone: boolean): readonly UnsureKind[] {
  const good = kinds.filter(({ known: count, isContacts }) => count >= enough && !isContacts);
  return good.length > 0 || !isAlone ? good : kinds;
}

const enough = 3;

/** The mapping of such a file: what it is stands marked above it, and its lines are medium at most. */
export function asUnsure(mapping: ProposedMapping, { role, why, known: count }: UnsureKind): ProposedMapping {
  const most = count < enough ? "low" : "medium";
  const capped = (line: Line): Line =>
    line.kind === "todo" || line.confidence === "low" ? line : { ...line, confidence: most };
  const other = role === "products" ? "sales_orders" : "products";
  return {
    ...mapping,
    kindTodo: `required: resource: ${mapping.resource}, or ${other}? It is taken for that because of ${why}`,
    lines: mapping.lines.map(capped),
    children: mapping.children.map((child) => ({ ...child, lines: child.lines.map(capped) })),
  };
}
