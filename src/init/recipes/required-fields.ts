// What has to be there for an import to be possible: a field that is a possibility alone, or that nothing was found for, is a
// marked line. The channel of orders is asked for in the job.
import type { ResourceName } from "../../model/resource.ts";
import { allLines, type Line, type ProposedChild, type ProposedMapping, type Todo } from "../proposal/proposal.ts";

/**
 * The lines with a marked one for every field that is needed and that no line gives, in front of its possibilities. `given` are
 * fields that something else than a line gives.
 */
export function complete(
  of: ResourceName | string,
  lines: readonly Line[],
  given: readonly string[] = [],
): readonly Line[] {
  const kept = withoutDoubles(lines);
  const open = Object.entries(required[of] ?? {}).flatMap(([path, question]): readonly Todo[] => {
    if (given.includes(path)) return [];
    const isSaid = kept.some((line) =>
      line.kind === "todo" ? line.path === path && line.isRequired : isActive(line) && replaces(line.path, path),
    );
    return isSaid ? [] : [{ kind: "todo", path, text: `required: ${path}: ${question}`, isRequired: true }];
  });
  const openOf = (path: string) => open.filter((todo) => todo.path === path);
  const isFirst = ({ path }: Line, at: number) => kept.findIndex((line) => line.path === path) === at;
  return [
    ...kept.flatMap((line, at) => (isFirst(line, at) ? [...openOf(line.path), line] : [line])),
    ...open.filter(({ path }) => !kept.some((line) => line.path === path)),
  ];
}

/** The mapping with lines in comments that a check refutes, and with marked ones where they were needed. */
export function withoutRefuted(mapping: ProposedMapping, refuted: ReadonlyMap<string, string>): ProposedMapping {
  const lower = (line: Line, path: string): Line => {
    const reason = line.kind === "todo" ? undefined : refuted.get(path);
    if (line.kind === "todo" || reason === undefined) return line;
    return { ...line, confidence: "low", why: `every row says no: ${reason}` };
  };
  const lines = complete(
    mapping.resource,
    mapping.lines.map((line) => lower(line, line.path)),
  );
  const children = mapping.children.map((child) => ({
    ...child,
    lines: complete(
      child.list,
      child.lines.map((line) => lower(line, `${child.list}.${line.path}`)),
      givenBeside(child),
    ),
  }));
  const columnsOf = (parts: Pick<ProposedMapping, "lines" | "children">) =>
    allLines(parts).flatMap((line) => (line.kind === "guess" && line.confidence !== "low" ? line.columns : []));
  const used = new Set(columnsOf({ lines, children }));
  const dropped = columnsOf(mapping).filter((name) => !used.has(name));
  return { ...mapping, lines, children, unused: [...new Set([...mapping.unused, ...dropped])] };
}

/** What a child has without a line for it: prices are made of amounts. */
export function givenBeside({ amounts }: Pick<ProposedChild, "amounts">): readonly string[] {
  return amounts === undefined ? [] : ["unit_price"];
}

/** A possibility beside a line for the same field would be a second one once its # is gone. */
function withoutDoubles(lines: readonly Line[]): readonly Line[] {
  const active = new Set(lines.filter(isActive).map(({ path }) => path));
  return lines.filter((line) => line.kind === "todo" || line.confidence !== "low" || !active.has(line.path));
}

function isActive(line: Line): boolean {
  return line.kind === "guess" && line.confidence !== "low";
}

/** A company has its own addresses, and a category may be named by its id. */
function replaces(given: string, path: string): boolean {
  if (given === path) return true;
  if (path.endsWith("_to.name")) return given === "company_id";
  return path === "category.name" && given === "category_id";
}

const existing = "(not needed where every product exists already)";

const required: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  products: {
    sku: "which column identifies a product? It is the key",
    name: `which column is the name? ${existing}`,
    "category.name": `which column is the category, or { value: "…" } for all? ${existing}`,
  },
  sales_orders: {
    order_number: "which column identifies an order? It is the key",
    order_date: "which column is the day of the order?",
    order_status: "which column, or { value: on_hold } for all?",
    "bill_to.name": "which column is the name on the bill?",
    "ship_to.name": "which column is the name of the recipient?",
  },
  items: {
    sku: "which column is the SKU of the line?",
    quantity: "which column is the quantity?",
    unit_price: "which column is the price of one piece?",
  },
  variants: { sku: "which column is the SKU of the variant?" },
  kit_items: { sku: "which column is the SKU of the component?", quantity: "how many of it are in one kit?" },
};
