// Shopify's orders, as its CSV export and as its REST API write them. Computed as the shop does it: discounts of lines, then of
// the order, then shipping, then tax on what is left, in the prices or on top of them.
import { type KnownOrder, type Line, piecesOf, type Source, someLines, someMoment } from "../known-order.ts";
import { money, portion, type Random } from "../random.ts";

interface ShopOrder {
  readonly lines: readonly (Line & { readonly own: number; readonly ofOrder: number })[];
  readonly isShippingFree: boolean;
  readonly shipping: number;
  readonly tax: number;
  readonly isTaxIncluded: boolean;
  readonly subtotal: number;
  readonly total: number;
}

function shopOrder(random: Random): ShopOrder {
  const lines = someLines(random).map((line) => ({
    ...line,
    own: random.chance(0.25) ? random.whole(0, line.quantity * line.price) : 0,
  }));
  const before = lines.reduce((sum, { quantity, price, own }) => sum + quantity * price - own, 0);
  const kind = random.pick(["none", "percent", "fixed", "free shipping", "none"]);
  const off =
    kind === "percent" ? portion(before, random.whole(1, 100) / 100) : kind === "fixed" ? random.whole(0, before) : 0;
  let left = off;
  let rest = before;
  const shared = lines.map((line) => {
    const amount = line.quantity * line.price - line.own;
    // The last cents go where something is left: the shop's own way of sharing is not ours.
    const ofOrder = rest === 0 ? 0 : Math.min(amount, Math.floor((left * amount) / rest));
    left -= ofOrder;
    rest -= amount;
    return { ...line, ofOrder };
  });
  const subtotal = before - off;
  const shipping = random.chance(0.6) ? random.whole(100, 3000) : 0;
  const isShippingFree = kind === "free shipping" && shipping > 0;
  const isTaxIncluded = random.chance(0.4);
  const rate = random.pick([0, 0.07, 0.0825, 0.19, 0.2]);
  const taxed = subtotal + (isShippingFree ? 0 : shipping);
  const tax = isTaxIncluded ? portion(taxed, rate / (1 + rate)) : portion(taxed, rate);
  return {
    lines: shared,
    isShippingFree,
    shipping,
    tax,
    isTaxIncluded,
    subtotal,
    total: taxed + (isTaxIncluded ? 0 : tax),
  };
}

/** Orders > Export, as plain CSV. */
export const shopifyOrders: Source = {
  name: "shopify-orders",
  order(random, index): KnownOrder {
    const { lines, isShippingFree, shipping, tax, isTaxIncluded, subtotal, total } = shopOrder(random);
    const { day, time, offset } = someMoment(random);
    const number = `#${index}`;
    const ofLines = lines.reduce((sum, { own }) => sum + own, 0);
    const ofOrder = lines.reduce((sum, line) => sum + line.ofOrder, 0);
    const isShownBefore = random.chance(0.5);
    const isConsistent = !random.chance(0.03);
    const head = {
      Email: "ann@example.com",
      "Financial Status": random.pick(["paid", "pending", "partially_refunded"]),
      "Fulfillment Status": random.pick(["fulfilled", "unfulfilled", "partial"]),
      Currency: "USD",
      Subtotal: money(subtotal),
      Shipping: money(isShippingFree && !isShownBefore ? 0 : shipping),
      Taxes: money(tax),
      Total: money(total + (isConsistent ? 0 : random.whole(3, 500))),
      "Discount Code": ofOrder > 0 ? "TEN" : isShippingFree ? "FREESHIP" : "",
      "Discount Amount": money(ofLines + ofOrder + (isShippingFree ? shipping : 0)),
      "Billing Name": "Ann Lee",
      "Shipping Name": "Ann Lee",
      "Cancelled at": "",
      "Refunded Amount": random.chance(0.1) ? "5.00" : "0.00",
      Duties: "",
    };
    const blanks = Object.fromEntries(Object.keys(head).map((column) => [column, ""]));
    const rows = lines.map(({ sku, quantity, price, own }, at) => ({
      ...(at === 0 ? head : blanks),
      Name: number,
      "Created at": `${day} ${time} ${offset.replace(":", "")}`,
      "Lineitem quantity": String(quantity),
      "Lineitem price": money(price),
      "Lineitem sku": sku,
      "Lineitem discount": money(own),
    }));
    return {
      number,
      day,
      items: subtotal,
      tax: isTaxIncluded ? 0 : tax,
      shipping: isShippingFree ? 0 : shipping,
      pieces: piecesOf(lines),
      isConsistent,
      rows,
    };
  },
};

/** `GET /orders.json`. */
export const shopifyOrdersJson: Source = {
  name: "shopify-orders-json",
  order(random, index): KnownOrder {
    const { lines, isShippingFree, shipping, tax, isTaxIncluded, subtotal, total } = shopOrder(random);
    const { day, time, offset } = someMoment(random);
    const isConsistent = !random.chance(0.03);
    const tip = random.chance(0.1) ? random.whole(100, 900) : 0;
    const removed = lines.length > 1 && random.chance(0.15) ? random.whole(1, lines.length - 1) : 0;
    const kept = lines.slice(0, lines.length - removed);
    const items = kept.reduce((sum, { quantity, price, own, ofOrder }) => sum + quantity * price - own - ofOrder, 0);
    const keptTax = removed === 0 || subtotal === 0 ? tax : portion(tax, items / subtotal);
    const current = items + (isShippingFree ? 0 : shipping) + (isTaxIncluded ? 0 : keptTax);
    const wrong = isConsistent ? 0 : random.whole(3, 500);
    const amount = (cents: number) => ({ shop_money: { amount: money(cents), currency_code: "USD" } });
    return {
      number: `#${index}`,
      day,
      items,
      tax: isTaxIncluded ? 0 : keptTax,
      shipping: isShippingFree ? 0 : shipping,
      pieces: piecesOf(kept),
      isConsistent,
      rows: [
        {
          name: `#${index}`,
          created_at: `${day}T${time}${offset}`,
          cancelled_at: "",
          currency: "USD",
          email: "ann@example.com",
          financial_status: "paid",
          fulfillment_status: random.pick(["", "fulfilled", "partial"]),
          taxes_included: String(isTaxIncluded),
          total_tax: money(tax),
          current_total_tax: money(keptTax),
          subtotal_price: money(subtotal + (removed === 0 ? wrong : 0)),
          current_subtotal_price: money(items + (removed === 0 ? 0 : wrong)),
          total_price: money(total + tip + (removed === 0 ? wrong : 0)),
          current_total_price: money(current + tip + (removed === 0 ? 0 : wrong)),
          total_tip_received: money(tip),
          total_shipping_price_set: amount(isShippingFree ? 0 : shipping),
          ...(shipping > 0 && random.chance(0.5)
            ? {
                shipping_lines: [
                  { title: "Post", price: money(shipping), discounted_price: money(isShippingFree ? 0 : shipping) },
                ],
              }
            : {}),
          billing_address: { name: "Ann Lee" },
          shipping_address: { name: "Ann Lee" },
          line_items: lines.map(({ sku, quantity, price, own, ofOrder }, at) => ({
            sku,
            quantity: String(quantity),
            current_quantity: at < kept.length ? String(quantity) : "0",
            price: money(price),
            discount_allocations: [own, ofOrder].filter((off) => off > 0).map((off) => ({ amount: money(off) })),
          })),
        },
      ],
    };
  },
};
