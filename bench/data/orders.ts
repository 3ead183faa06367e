// Made-up orders with three lines each, out of a hundred products that the receiver has.

/** How many products there are to order: `ITEM-1` to `ITEM-100`. */
export const orderedProducts = 100;

/** The SKU of one of them. */
export function orderedSku(number: number): string {
  return `ITEM-${1 + (number % orderedProducts)}`;
}

/** The mapping of these orders, as YAML. */
export const orderMapping = `version: 1
resource: sales_orders
source: { format: json }
fields:
  channel_id: { from: channel, ref: { resource: channels, by: label } }
  order_number: number
  order_date: date
  order_status: status
  customer_email: customer.email
  bill_to.name: customer.name
  bill_to.city: customer.city
  ship_to.name: customer.name
  ship_to.city: customer.city
  total_shipping: shipping
children:
  items:
    each: items
    fields:
      sku: sku
      quantity: quantity
      unit_price: price
`;

/** An order as it stands in the export, as JSON. */
export function orderElement(number: number): string {
  const { lines, name, city } = contentOf(number);
  return JSON.stringify({
    number: `O-${number}`,
    channel: "Default",
    date: "2025-03-14",
    status: "shipped",
    customer: { name, email: `customer${number}@example.com`, city },
    shipping: 4.9,
    items: lines.map(([sku, quantity, price]) => ({ sku, quantity, price })),
  });
}

/** What a simple script would send for it. */
export function orderBody(number: number): string {
  const { lines, name, city } = contentOf(number);
  return JSON.stringify({
    channel_id: 1,
    order_number: `O-${number}`,
    order_date: "2025-03-14",
    order_status: "shipped",
    customer_email: `customer${number}@example.com`,
    bill_to: { name, city },
    ship_to: { name, city },
    total_shipping: 4.9,
    items: lines.map(([sku, quantity, unit_price]) => ({ sku, quantity, unit_price })),
  });
}

function contentOf(number: number) {
  return {
    name: `Customer ${number}`,
    city: ["Bergen", "Aarhus", "Turku"][number % 3] ?? "",
    lines: [0, 1, 2].map((line) => [orderedSku(number + line), 1 + (number % 4), 9.5 + line] as const),
  };
}
