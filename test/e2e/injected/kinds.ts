// The kinds of fault: which cell, what is put into it, and where in the payload it shows. Nothing here asks the program.
import type { Reject } from "../../../src/sandbox/world/rejects.ts";
import type { NamedCells } from "./orders.ts";

/** One way to spoil an order. */
export interface Kind {
  readonly name: string;
  /** Who finds it: our checks, what the order refers to, or the server. */
  readonly outcome: "invalid" | "blocked" | "rejected";
  readonly of: "order" | "item";
  readonly column: string;
  /** What is put into the cell; undefined: the cell is not there at all, which only JSON can say. */
  readonly cell: string | undefined;
  /** Other cells that are set so that the value comes out; they are not the fault. */
  readonly also?: NamedCells;
  /** The payload path; `#` is the item's index there. */
  readonly path: string;
  readonly refused?: Pick<Reject, "path" | "equals" | "named">;
  /** All columns that make the value, where several do. */
  readonly madeOf?: readonly string[];
  /** The fault is the mapping's own: in the line that holds this text. */
  readonly mappingLine?: string;
  /** Not in the order's first item. */
  readonly isLater?: boolean;
  /** The shapes that can have it; default all. */
  readonly only?: readonly string[];
  readonly never?: readonly string[];
}

/** A channel that is there and takes no orders. */
export const closedChannel = { label: "Closed", id: 2 };
/** Constants of the mapping that the server refuses; the text that their line holds. */
export const constants = { byDefault: "Nothing was said", alternative: "From the old shop", pure: "Atlantis" };

const long = "x".repeat(300);
const price = ["Price", "Discount"];
const shipping = ["Freight", "Handling"];

function local(name: string, column: string, cell: string | undefined, path: string, more: Partial<Kind> = {}): Kind {
  const of = path.startsWith("items[#]") ? "item" : "order";
  return { name, outcome: "invalid", of, column, cell, path, ...more };
}

function refused(column: string, cell: string, path: string, equals: Reject["equals"], more: Partial<Kind> = {}): Kind {
  const wild = path.replace("[#]", ".*").replace(/\[\d+\]/g, ".*");
  return {
    ...local(`server: ${wild}`, column, cell, path),
    outcome: "rejected",
    refused: { path: wild, equals },
    ...more,
  };
}

/** Every kind; some are for some shapes only. */
export const kinds: readonly Kind[] = [
  local("quantity that is no number", "Qty", "two", "items[#].quantity"),
  local("quantity 0", "Qty", "0", "items[#].quantity"),
  local("blank quantity", "Qty", "", "items[#].quantity"),
  local("no quantity at all", "Qty", undefined, "items[#].quantity", { only: ["json", "ndjson"] }),
  local("first of two cells of an expression", "Price", "12.x", "items[#].unit_price"),
  local("second of two cells of an expression", "Discount", "none", "items[#].unit_price"),
  local("blank in an expression", "Price", "", "items[#].unit_price"),
  local("blank SKU", "SKU", "", "items[#].sku"),
  local("unknown SKU", "SKU", "NO-SUCH", "items[#].sku", { outcome: "blocked" }),
  local("item's tag too long", "Marks", `red|${long}`, "items[#].tags[1]"),
  local("where of a child fails", "Line", "first", "items[#]"),
  local("bad date", "Date", "31/31/2024", "order_date"),
  local("blank date", "Date", "", "order_date"),
  local("no date at all", "Date", undefined, "order_date", { only: ["json", "ndjson"] }),
  local("bad e-mail", "Email", "buyer at example", "customer_email"),
  local("status not in map", "Status", "opened", "order_status"),
  local("blank status", "Status", "", "order_status"),
  local("text too long", "PO", long, "customer_po_number"),
  local("half a character", "PO", "PO \ud83d", "", { only: ["json", "ndjson"] }),
  local("tag too long", "Tags", `fair, ${long}`, "tags[1]"),
  local("key not in lookup", "Carrier", "X", "requested_shipping_service"),
  local("unknown channel", "Shop", "Nowhere", "channel_id", { outcome: "blocked" }),
  local("blank channel", "Shop", "", "channel_id"),
  local("first of two cells of a sum", "Freight", "free", "total_shipping"),
  local("second of two cells of a sum", "Handling", "free", "total_shipping"),
  local("tax that is no number", "Tax", "incl.", "total_tax"),
  local("cell chosen by an expression", "Planned", "soon", "ship_date", { also: { Shipped: "" } }),
  local("other cell chosen by an expression", "Shipped", "soon", "ship_date"),
  local("cell of a sum over the rows", "Weight", "heavy", "custom_fields.Weight", {
    of: "item",
    only: ["adjacent", "anywhere", "continued"],
  }),
  local("when fails", "Year", "this", "custom_fields.Season"),
  local("where fails", "Rank", "top", "", { never: ["adjacent", "continued", "head"] }),
  local("number too long", "Order", long, "order_number"),
  local("blank number", "Order", "", "order_number"),
  local("one number, first order", "Order", "SO-TWICE", "order_number"),
  local("one number, second order", "Order", "SO-TWICE", "order_number"),
  local("a later row disagrees", "City", "Elko", "ship_to.city", { of: "item", isLater: true, only: ["adjacent"] }),
  local("no such customer", "Customer", "C0", "bill_to.name", { only: ["joined", "both"] }),

  refused("Qty", "777", "items[#].quantity", 777),
  refused("Price", "808", "items[#].unit_price", 404, { also: { Discount: "0.5" }, madeOf: price }),
  refused("SKU", "PAN-9", "items[#].sku", "PAN-9"),
  refused("SKU", "POT-9", "items[#].product", "POT-9", {
    refused: { path: "items.*.sku", named: "product", equals: "POT-9" },
  }),
  refused("Marks", "round|leaking", "items[#].tags[1]", "leaking"),
  refused("Lot", "L-recalled", "items[#].custom_fields.Lot", "L-recalled"),
  refused("Lot", "L-77", "items[#].custom_fields.Label", "L-77/Summer", { never: ["split"] }),
  // Every item has it from the order's own row.
  refused("Source", "stolen", "items[0].custom_fields.Source", "stolen", { of: "order" }),
  refused("Last", "Quux", "bill_to.name", "Zed Quux", { also: { First: "Zed" }, madeOf: ["First", "Last"] }),
  refused("First", "Zoe", "bill_to.name", "Zoe Doe", { also: { Last: "Doe" }, madeOf: ["First", "Last"] }),
  refused("Recipient", "Nobody", "ship_to.name", "Nobody"),
  refused("Firm", "Ghost Firm", "ship_to.name", "Ghost Firm", { also: { Recipient: "" } }),
  refused("City", "Nowhere", "ship_to.city", "Nowhere"),
  refused("Zip", "00000", "ship_to.postal_code", "00000"),
  refused("Email", "spam@example.com", "customer_email", "spam@example.com"),
  refused("Date", "12/31/1999", "order_date", "1999-12-31"),
  refused("Tags", "fair,banned,web", "tags[1]", "banned"),
  refused("Season", "Fifth", "custom_fields.Season", "Fifth"),
  refused("Planned", "12/30/1999", "ship_date", "1999-12-30", {
    also: { Shipped: "" },
    madeOf: ["Shipped", "Planned"],
  }),
  refused("Status", "late", "order_status", "backorder"),
  refused("Carrier", "S", "requested_shipping_service", "Space Freight"),
  refused("Freight", "60.1", "total_shipping", 66.6, { also: { Handling: "6.5" }, madeOf: shipping }),
  refused("Handling", "70.2", "total_shipping", 77.7, { also: { Freight: "7.5" }, madeOf: shipping }),
  refused("Tax", "88.8", "total_tax", 88.8),
  refused("Order", "SO-13", "order_number", "SO-13"),
  refused("Shop", closedChannel.label, "channel_id", closedChannel.id),
  refused("Note", "", "customer_notes", constants.byDefault, { mappingLine: constants.byDefault }),
  refused("Internal", "", "internal_notes", constants.alternative, { mappingLine: constants.alternative }),
];

const mappingLine = constants.pure;
/** Constants of all orders and of all items: for jobs of their own. What is put into the cell does no harm. */
export const constantKinds = {
  order: refused("PO", "PO-1", "ship_to.country", constants.pure, { mappingLine }),
  item: refused("PO", "PO-1", "items[0].custom_fields.Made", constants.pure, { mappingLine }),
} as const;

/** What the server is to refuse. */
export const rejects: readonly Reject[] = [...kinds, constantKinds.order, constantKinds.item].flatMap(
  ({ refused: what }) => (what === undefined ? [] : [{ resource: "sales_orders", ...what }]),
);
