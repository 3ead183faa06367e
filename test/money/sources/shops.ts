// Orders of other shops: WooCommerce's REST API, Squarespace's CSV and the project's own JSON.
import { type KnownOrder, piecesOf, type Source, someLines, someMoment } from "../known-order.ts";
import { money, portion } from "../random.ts";

/** `GET /wp-json/wc/v3/orders`: lines are net of coupons and of tax, whatever the prices were entered as. */
export const woocommerceOrders: Source = {
  name: "woocommerce-orders",
  order(random, index): KnownOrder {
    const isTaxIncluded = random.chance(0.4);
    const rate = random.pick([0, 0.07, 0.19, 0.2, 0.25]);
    const coupon = random.chance(0.3) ? random.whole(1, 90) / 100 : 0;
    // Half a cent of tax goes down where prices include it, and up where it is added: so the shop rounds.
    const taxOf = (cents: number) =>
      isTaxIncluded ? Math.ceil((cents * rate) / (1 + rate) - 0.5) : portion(cents, rate);
    const netOf = (cents: number) => (isTaxIncluded ? cents - taxOf(cents) : cents);
    const lines = someLines(random).map((line) => {
      const entered = line.quantity * line.price;
      return { ...line, entered: entered - portion(entered, coupon) };
    });
    const shipping = random.chance(0.6) ? random.whole(100, 3000) : 0;
    const fee = random.chance(0.15) ? random.whole(50, 900) : 0;
    const goods = lines.reduce((sum, { entered }) => sum + netOf(entered), 0);
    const rebate = !isTaxIncluded && random.chance(0.1) ? random.whole(0, goods) : 0;
    const tax = [...lines.map(({ entered }) => entered), shipping, fee].reduce((sum, cents) => sum + taxOf(cents), 0);
    const net = goods + netOf(shipping) + netOf(fee) - rebate;
    const isConsistent = !random.chance(0.03);
    const { day, time } = someMoment(random);
    const fees = [
      ...(fee > 0 ? [{ name: "Handling", total: money(netOf(fee)), total_tax: money(taxOf(fee)) }] : []),
      ...(rebate > 0 ? [{ name: "Rebate", total: money(-rebate), total_tax: "0.00" }] : []),
    ];
    const entered = lines.reduce((sum, line) => sum + line.entered, 0);
    return {
      number: String(index),
      day,
      items: (isTaxIncluded ? entered : goods) - rebate,
      tax: isTaxIncluded ? 0 : tax,
      shipping: isTaxIncluded ? shipping + fee : netOf(shipping) + netOf(fee),
      pieces: piecesOf(lines),
      isConsistent,
      rows: [
        {
          id: String(index),
          number: String(index),
          status: random.pick(["processing", "completed", "on-hold", "pending", "cancelled", "refunded"]),
          currency: "EUR",
          date_created: `${day}T${time}`,
          prices_include_tax: String(isTaxIncluded),
          shipping_total: money(netOf(shipping)),
          shipping_tax: money(taxOf(shipping)),
          total_tax: money(tax),
          total: money(net + tax + (isConsistent ? 0 : random.whole(3, 500))),
          billing: {
            first_name: "Ann",
            last_name: "Lee",
            company: "",
            email: "ann@example.com",
            address_1: "1 Lake St",
          },
          shipping: { first_name: "", last_name: "", company: "", address_1: "" },
          line_items: lines.map((line) => ({
            sku: line.sku,
            quantity: String(line.quantity),
            subtotal: money(netOf(line.quantity * line.price)),
            total: money(netOf(line.entered)),
            total_tax: money(taxOf(line.entered)),
          })),
          fee_lines: fees,
          ...(random.chance(0.5) ? { refunds: [{ id: "1", total: "-5.00" }], coupon_lines: [] } : {}),
        },
      ],
    };
  },
};

/** Orders > Export, as CSV. */
export const squarespaceOrders: Source = {
  name: "squarespace-orders",
  order(random, index): KnownOrder {
    const lines = someLines(random);
    const before = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    const off = random.chance(0.4) ? random.whole(0, before) : 0;
    const shipping = random.chance(0.6) ? random.whole(100, 3000) : 0;
    const isTaxIncluded = random.chance(0.4);
    const rate = random.pick([0, 0.07, 0.19]);
    const taxed = before - off + shipping;
    const tax = isTaxIncluded ? portion(taxed, rate / (1 + rate)) : portion(taxed, rate);
    const isConsistent = !random.chance(0.03);
    const { day, time, offset } = someMoment(random);
    const head = {
      Email: "ann@example.com",
      "Financial Status": "PAID",
      "Paid at": `${day} ${time} ${offset.replace(":", "")}`,
      "Fulfillment Status": random.pick(["FULFILLED", "PENDING"]),
      Currency: "USD",
      Subtotal: money(before),
      Shipping: money(shipping),
      Taxes: money(tax),
      "Amount Refunded": "0.00",
      Total: money(taxed + (isTaxIncluded ? 0 : tax) + (isConsistent ? 0 : random.whole(3, 500))),
      "Discount Code": off > 0 ? "TEN" : "",
      "Discount Amount": money(off),
      "Created at": `${day} ${time} ${offset.replace(":", "")}`,
      "Billing Name": "Ann Lee",
      "Shipping Name": "Ann Lee",
    };
    const blanks = Object.fromEntries(Object.keys(head).map((column) => [column, ""]));
    return {
      number: `0${index}`,
      day,
      items: before - off,
      tax: isTaxIncluded ? 0 : tax,
      shipping,
      pieces: piecesOf(lines),
      isConsistent,
      rows: lines.map(({ sku, quantity, price }, at) => ({
        ...(at === 0 ? head : blanks),
        "Order ID": `0${index}`,
        "Lineitem quantity": String(quantity),
        "Lineitem price": money(price),
        "Lineitem sku": sku,
      })),
    };
  },
};

/** The project's own JSON. */
export const ordersJson: Source = {
  name: "orders",
  order(random, index): KnownOrder {
    const lines = someLines(random).map((line) => ({
      ...line,
      off: random.chance(0.2) ? random.whole(0, line.quantity * line.price) : 0,
    }));
    const before = lines.reduce((sum, { quantity, price, off }) => sum + quantity * price - off, 0);
    const off = random.chance(0.3) ? random.whole(0, before) : 0;
    const [tax, shipping] = [random.whole(0, 5000), random.whole(0, 2000)];
    const isConsistent = !random.chance(0.03);
    const { day, time, offset } = someMoment(random);
    return {
      number: `W-${index}`,
      day,
      items: before - off,
      tax,
      shipping,
      pieces: piecesOf(lines),
      isConsistent,
      rows: [
        {
          number: `W-${index}`,
          date: random.chance(0.5) ? day : `${day}T${time}${offset}`,
          status: "sent",
          channel: "Web",
          customer: { name: "Ann Lee" },
          tax: money(tax),
          shipping_cost: money(shipping),
          discount: money(off),
          total: money(before - off + tax + shipping + (isConsistent ? 0 : 7)),
          items: lines.map((line) => ({
            sku: line.sku,
            quantity: String(line.quantity),
            price: money(line.price),
            ...(line.off > 0 ? { discount: money(line.off) } : {}),
            total: money(line.quantity * line.price - line.off),
          })),
        },
      ],
    };
  },
};
