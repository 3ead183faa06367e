// Which files belong together: two with a column that says the same, of which one has each value once.
import type { Role } from "../proposal/proposal.ts";
import type { Column, Table } from "./table.ts";

/** Rows of `their` table belong to those of `our` one where the two columns hold the same. */
export interface Link {
  readonly our: Table;
  readonly ours: Column;
  readonly their: Table;
  readonly theirs: Column;
  /** At most one of their rows belongs to one of ours. */
  readonly one: boolean;
}

/**
 * The links of an order table to its lines, and of products, orders and lines to tables that are nothing of their own
 * (customers, categories). Names have to agree and cells to be found on the other side.
 */
export function linksOf(tables: readonly (readonly [Table, Role])[]): readonly Link[] {
  return tables.flatMap(([our, role]) =>
    tables.flatMap(([their, theirRole]) => {
      if (our === their) return [];
      if (role === "orders" && theirRole === "lines") return linkOf(our, their, false) ?? [];
      const isMain = role === "orders" || role === "products";
      const isReference = theirRole === "reference" || theirRole === "unknown";
      return isMain && isReference ? (linkOf(our, their, true) ?? []) : [];
    }),
  );
}

/** By columns that are called alike; else by those that are called after the same thing, `Client` and `Réf` of a file of customers. */
function linkOf(our: Table, their: Table, one: boolean): Link | undefined {
  return linkBy(namesAgree, our, their, one) ?? linkBy(stemsAgree, our, their, one);
}

function linkBy(agree: typeof namesAgree, our: Table, their: Table, one: boolean): Link | undefined {
  for (const theirs of their.columns) {
    if (one && !theirs.profile.isUnique) continue;
    for (const ours of our.columns) {
      if (!one && !ours.profile.isUnique) continue;
      if (agree(ours, theirs, their) && valuesAgree(one ? ours : theirs, one ? theirs : ours, one ? their : our)) {
        return { our, ours, their, theirs, one };
      }
    }
  }
  return undefined;
}

/** `customerID` and `customerID`, or `customer_id` and the `id` of a file called customers. */
function namesAgree(ours: Column, theirs: Column, their: Table): boolean {
  const [our, other] = [ours.heading.text, theirs.heading.text];
  if (our === "" || plainWords.has(our)) return false;
  if (our === other) return true;
  if (!keyWords.has(other)) return false;
  const [last = ""] = their.sample.name.toLowerCase().match(/[a-z]+$/) ?? [];
  return singularsOf(last).some((stem) => our === `${stem} ${other}` || our === stem);
}

function stemsAgree({ heading: ours }: Column, { heading: theirs }: Column): boolean {
  const [our, other] = [ours.text, theirs.text].map(
    (text) => /^(.+) (?:id|number|code|key|name|reference)$/.exec(text)?.[1],
  );
  return our !== undefined && our === other;
}

const keyWords = new Set(["id", "number", "code", "key", "name"]);
// Columns that many files have and that join nothing.
const plainWords = new Set([
  "id",
  "name",
  "description",
  "status",
  "date",
  "country",
  "city",
  "email",
  "notes",
  "title",
  "type",
]);

function singularsOf(word: string): readonly string[] {
  return [word, word.replace(/s$/, ""), word.replace(/ies$/, "y"), word.replace(/es$/, "")];
}

/** A third of the many's cells and more stand on the side that has each once; of a file cut short, one is enough. */
function valuesAgree(many: Column, once: Column, onceTable: Table): boolean {
  const known = new Set(once.cells);
  const cells = [...new Set(many.cells)].filter((cell) => cell !== "");
  const hits = cells.filter((cell) => known.has(cell)).length;
  return onceTable.sample.isWhole ? hits > 0 && hits * 3 >= cells.length : hits > 0;
}
