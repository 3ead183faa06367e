// bill_to and ship_to out of three blocks of columns: the bill's, the delivery's, the customer's. A name that is not there
// is taken from another block; the other parts of two addresses are never mixed.
import type { Json } from "../../model/json.ts";
import type { Match, Pins } from "../columns/match.ts";
import { type AddressBlock, type AddressPart, addressParts } from "../names/addresses.ts";
import type { Confidence, Line } from "../proposal/proposal.ts";

/** Columns of a joined file of customers. */
export interface JoinedCustomers {
  /** `customers.` */
  readonly prefix: string;
  readonly matches: readonly Match[];
}

/** The lines of both addresses; there are none for what no block has. */
export function addressLines(
  own: readonly Match[],
  joined: readonly JoinedCustomers[],
  pins: Pins,
  shipsToBilling = false,
): readonly Line[] {
  const blocks = blocksOf(own, joined);
  // A company's own addresses stand in for what the order does not say.
  const others: readonly AddressBlock[] =
    isCompanyOrder(own) && joined.length === 0 ? [] : ["customer", "ship", "bill"];
  const email = own.find(({ path }) => path === "customer_email");
  const nameless = email === undefined || !isNameless(own) ? [] : [plainSource(email, "")];
  const lines = addressParts.flatMap((part) => [
    ...lineOf("bill_to", part, sourcesOf(part, blocks, "bill", others, nameless)),
    ...(shipsToBilling && part !== "name"
      ? shipOrBill(part, blocks)
      : lineOf("ship_to", part, sourcesOf(part, blocks, "ship", others, nameless))),
  ]);
  return lines
    .filter(({ path }) => !pins.has(path))
    .concat(pinnedLines(pins))
    .toSorted((a, b) => a.path.slice(0, 4).localeCompare(b.path.slice(0, 4)));
}

/** The company of an order that names no other customer: its addresses are known to Luminous. */
export function companyLines(own: readonly Match[]): readonly Line[] {
  const id = own.find(({ path }) => path === "company_id");
  const name = own.find(({ path }) => path === "customer.company");
  if (!isCompanyOrder(own) || (id === undefined && name === undefined)) return [];
  const columns = [id, name].flatMap((match) => (match === undefined ? [] : [match.column.name]));
  const byName = name === undefined ? [] : [{ from: name.column.name, ref: { resource: "companies", by: "name" } }];
  const specs: readonly Json[] = [...(id === undefined ? [] : [{ from: id.column.name }]), ...byName];
  const why = "a company and no other customer: Luminous has to know it by this name";
  return [
    {
      kind: "guess",
      path: "company_id",
      spec: specs.length === 1 ? (specs[0] ?? "") : specs,
      columns,
      confidence: "medium",
      why,
    },
  ];
}

function isCompanyOrder(own: readonly Match[]): boolean {
  const has = (pattern: RegExp) => own.some(({ path }) => pattern.test(path));
  return has(/^(company_id|customer\.company)$/) && !has(/^(bill|customer)\.(name|first_name|last_name|street1|city)$/);
}

/** Some rows have no name in any of the columns of names. */
function isNameless(own: readonly Match[]): boolean {
  const names = own.filter(({ path }) => /\.(name|first_name|last_name|company)$/.test(path));
  return names[0]?.column.cells.some((_, row) => names.every(({ column }) => column.cells[row] === "")) === true;
}

interface Source {
  readonly spec: { readonly from: string } | { readonly template: string };
  readonly columns: readonly string[];
  readonly confidence: Confidence;
  readonly why: string;
  /** No order is without it, so nothing has to stand in for it. */
  readonly isAlwaysThere: boolean;
  /** A spreadsheet's apostrophe stands before cells. */
  readonly hasApostrophe?: boolean;
}

type Block = Readonly<Partial<Record<AddressPart, Source>>>;
type Blocks = Readonly<Record<AddressBlock, Block>>;

function blocksOf(own: readonly Match[], joined: readonly JoinedCustomers[]): Blocks {
  const customer: Block = Object.fromEntries(
    joined.flatMap(({ prefix, matches }) => Object.entries(blockOf(matches, "customer", prefix))),
  );
  return {
    bill: blockOf(own, "bill", ""),
    ship: blockOf(own, "ship", ""),
    customer: { ...customer, ...blockOf(own, "customer", "") },
  };
}

function blockOf(matches: readonly Match[], block: AddressBlock, prefix: string): Block {
  const of = (part: string) => matches.find(({ path }) => path === `${block}.${part}`);
  const sources = addressParts.flatMap((part): readonly (readonly [AddressPart, Source])[] => {
    const match = of(part);
    return match === undefined ? [] : [[part, plainSource(match, prefix)]];
  });
  const found: Block = Object.fromEntries(sources);
  const whole = wholeName(of("first_name"), of("last_name"), prefix);
  // A company is who a customer without a name of its own is called by.
  const isSure = found.name?.confidence === "high";
  if (isSure || (found.name !== undefined && found.company === undefined && whole === undefined)) return found;
  const name = whole ?? (block === "customer" ? found.company : undefined) ?? found.name;
  if (name === undefined) return found;
  if (name !== found.company) return { ...found, name };
  const { company: _, ...others } = found;
  return { ...others, name };
}

function plainSource({ column, confidence, why }: Match, prefix: string): Source {
  const from = `${prefix}${column.name}`;
  const isAlwaysThere = prefix === "" && column.profile.filled === column.profile.rows;
  const apostrophe = column.profile.apostrophes > 0 ? { hasApostrophe: true } : {};
  return { spec: { from }, columns: [from], confidence, why, isAlwaysThere, ...apostrophe };
}

function wholeName(first: Match | undefined, last: Match | undefined, prefix: string): Source | undefined {
  // A template cannot name a column with braces in it.
  const found = [first, last].flatMap((half) => (half === undefined || /[{}]/.test(half.column.name) ? [] : [half]));
  const columns = found.map(({ column }) => `${prefix}${column.name}`);
  if (columns.length === 0) return undefined;
  const template = columns.map((name) => `{${name}}`).join(" ");
  const isAlwaysThere = prefix === "" && found.some(({ column: { profile } }) => profile.filled === profile.rows);
  return { spec: { template }, columns, confidence: "high", why: "first and last name", isAlwaysThere };
}

function sourcesOf(
  part: AddressPart,
  blocks: Blocks,
  own: AddressBlock,
  others: readonly AddressBlock[],
  lastResort: readonly Source[],
): readonly Source[] {
  const first = blocks[own][part];
  if (first?.isAlwaysThere === true) return [first];
  const order = [own, ...others.filter((block) => block !== own)];
  if (part === "name") {
    const names = order.flatMap((block) => blocks[block].name ?? []);
    return names.length === 0 ? [] : [...names, ...lastResort];
  }
  if (part === "phone" || (part === "company" && blocks.customer.name !== undefined)) {
    // Where the delivery has a phone of its own, a blank one is none: the customer's may be somebody else's.
    const isOwn = part === "phone" && own === "ship" && first !== undefined;
    const sources = order
      .filter((block) => block === own || (block === "customer" && !isOwn))
      .flatMap((block) => blocks[block][part] ?? []);
    // A recipient may not be who the customer is.
    const isBorrowed = own === "ship" && first === undefined && blocks.ship.name !== undefined;
    return isBorrowed ? sources.map((source) => ({ ...source, confidence: "medium" as const })) : sources;
  }
  // The bill of somebody whose delivery address alone is known has no address; a delivery goes to the only one there is.
  const hasAddress = (block: AddressBlock) => blocks[block].street1 !== undefined || blocks[block].city !== undefined;
  const from = order.find((block) => hasAddress(block) && !(own === "bill" && block === "ship"));
  const source = part === "company" ? first : from === undefined ? undefined : blocks[from][part];
  return source === undefined ? [] : [source];
}

/** The bill's address counts where the delivery's is blank as a whole. */
function shipOrBill(part: AddressPart, { ship, bill }: Blocks): readonly Line[] {
  const [own, other, street] = [ship[part], bill[part], ship.street1];
  if (own === undefined || other === undefined || street === undefined || !("from" in street.spec))
    return lineOf("ship_to", part, own === undefined ? [] : [own]);
  if (part === "phone" || part === "street1") return lineOf("ship_to", part, [own, other]);
  const when = `row[${JSON.stringify(street.spec.from)}] == ""`;
  const columns = [...own.columns, ...other.columns];
  const why = `${own.why}; without an address of the delivery, the bill's`;
  const spec = [own.spec, { ...other.spec, when }];
  return [{ kind: "guess", path: `ship_to.${part}`, spec, columns, confidence: own.confidence, why }];
}

function lineOf(address: "bill_to" | "ship_to", part: AddressPart, sources: readonly Source[]): readonly Line[] {
  const [first] = sources;
  if (first === undefined) return [];
  const path = `${address}.${part}`;
  const columns = sources.flatMap((source) => source.columns);
  return [{ kind: "guess", path, spec: specOf(sources), columns, confidence: first.confidence, why: first.why }];
}

function specOf(sources: readonly Source[]): Json {
  const plain = sources.flatMap(({ spec }) => ("from" in spec ? [spec.from] : []));
  const apply = sources.some(({ hasApostrophe }) => hasApostrophe === true) ? { apply: [{ replace: ["^'", ""] }] } : {};
  if (plain.length < sources.length)
    return sources.length === 1 ? (sources[0]?.spec ?? "") : sources.map(({ spec }) => spec);
  if (plain.length === 1)
    return Object.keys(apply).length === 0 ? (plain[0] ?? "") : { from: plain[0] ?? "", ...apply };
  return { from: plain, ...apply };
}

/** What a person said of a part of an address. */
function pinnedLines(pins: Pins): readonly Line[] {
  return [...pins].flatMap(([path, column]): readonly Line[] =>
    /^(bill|ship)_to\./.test(path) && column !== undefined
      ? [{ kind: "guess", path, spec: column, columns: [column], confidence: "high", why: "as you said" }]
      : [],
  );
}
