// Orders out of books and databases: a ledger in European writing, Northwind, orders of companies.
import { type KnownOrder, piecesOf, type Source, someLines, someMoment } from "../known-order.ts";
import { money, portion } from "../random.ts";

/** Cents as a European ledger writes them: `1.234,50`. */
function european(cents: number): string {
  return money(cents)
    .replace(".", ",")
    .replace(/\B(?=(\d{3})+,)/g, ".");
}

/** A row per line of an invoice; discounts in per cent, rounded on the line. */
export const salesLedger: Source = {
  name: "sales-ledger",
  order(random, index): KnownOrder {
    const lines = someLines(random).map((line) => {
      const percent = random.chance(0.3) ? random.whole(1, 60) : 0;
      const net = Math.floor((line.quantity * line.price * (100 - percent) + 50) / 100);
      return { ...line, percent, net, tax: portion(net, 0.19) };
    });
    const freight = random.chance(0.4) ? random.whole(500, 9000) : 0;
    const isConsistent = !random.chance(0.03);
    const { day } = someMoment(random);
    const base = {
      "Invoice No": `R-${index}`,
      "Invoice Date": `${Number(day.slice(8))}.${Number(day.slice(5, 7))}.${day.slice(0, 4)}`,
      "Customer No": "10007",
      Customer: "Holz",
      "PO No": "",
    };
    return {
      number: `R-${index}`,
      day,
      items: lines.reduce((sum, { net }) => sum + net, 0),
      tax: lines.reduce((sum, { tax }) => sum + tax, 0) + portion(freight, 0.19),
      shipping: freight,
      pieces: piecesOf(lines),
      isConsistent,
      rows: [
        ...lines.map(({ sku, quantity, price, percent, net, tax }, at) => ({
          ...base,
          Item: sku,
          Qty: european(quantity * 100).replace(/,00$/, ""),
          "Unit Price": european(price),
          "Discount %": percent === 0 ? "" : String(percent),
          Tax: european(tax),
          "Line Total": european(net + (isConsistent || at > 0 ? 0 : 7)),
        })),
        ...(freight === 0
          ? []
          : [
              {
                ...base,
                Item: "FRACHT",
                Qty: "1",
                "Unit Price": european(freight),
                "Discount %": "",
                Tax: european(portion(freight, 0.19)),
                "Line Total": european(freight),
              },
            ]),
      ],
    };
  },
};

/** Orders with their details in a file of their own; a discount is a share of the line. */
export const northwindOrders: Source = {
  name: "northwind-orders",
  joins: ["details"],
  order(random, index): KnownOrder {
    const lines = someLines(random).map((line, at) => ({
      ...line,
      sku: `NW-${at}`,
      percent: random.pick([0, 0, 5, 10, 15, 25]),
    }));
    const freight = random.whole(0, 20_000);
    const { day } = someMoment(random);
    return {
      number: `NW-${index}`,
      day,
      items: lines.reduce(
        (sum, { quantity, price, percent }) => sum + Math.floor((quantity * price * (100 - percent) + 50) / 100),
        0,
      ),
      tax: 0,
      shipping: freight,
      pieces: piecesOf(lines),
      isConsistent: true,
      rows: [
        {
          orderID: String(index),
          customerID: "ALFKI",
          orderDate: `${day} 00:00:00.000`,
          requiredDate: `${day} 00:00:00.000`,
          shippedDate: "NULL",
          freight: money(freight),
          shipName: "Ann Lee",
        },
        ...lines.map(({ quantity, price, percent }, at) => ({
          "details:orderID": String(index),
          "details:productID": String(at),
          "details:unitPrice": money(price),
          "details:quantity": String(quantity),
          "details:discount": String(percent / 100),
        })),
      ],
    };
  },
};

/** Orders of companies, in the project's own CSV. */
export const b2bOrders: Source = {
  name: "b2b-orders",
  order(random, index): KnownOrder {
    // Prices of four decimals; what they come to is rounded on the line.
    const lines = someLines(random).map((line) => {
      const fine = random.chance(0.3) ? line.price * 100 + random.whole(0, 99) : line.price * 100;
      return { ...line, fine, amount: Math.floor((line.quantity * fine + 50) / 100) };
    });
    const before = lines.reduce((sum, { amount }) => sum + amount, 0);
    const off = random.chance(0.3) ? random.whole(0, before) : 0;
    const [tax, shipping] = [random.whole(0, 5000), random.whole(0, 2000)];
    const isConsistent = !random.chance(0.03);
    const { day } = someMoment(random);
    const head = {
      tax: money(tax),
      shipping: money(shipping),
      order_discount: money(off),
      order_total: money(before - off + tax + shipping + (isConsistent ? 0 : 7)),
    };
    return {
      number: `B-${index}`,
      day,
      items: before - off,
      tax,
      shipping,
      pieces: piecesOf(lines),
      isConsistent,
      rows: lines.map(({ sku, quantity, fine, amount }) => ({
        ...head,
        order_number: `B-${index}`,
        order_date: day,
        status: "shipped",
        channel: "Web",
        company: "Larsen Supply",
        company_id: "",
        sku,
        quantity: String(quantity),
        unit_price: `${Math.floor(fine / 10_000)}.${String(fine % 10_000).padStart(4, "0")}`,
        line_total: money(amount),
      })),
    };
  },
};
