// Orders of marketplaces and tills, in their reports: Amazon, eBay, Etsy, Square.
import { type KnownOrder, piecesOf, type Source, someLines, someMoment } from "../known-order.ts";
import { money, portion } from "../random.ts";

/** All Orders. It has no total, so nothing in it can contradict itself. */
export const amazonOrders: Source = {
  name: "amazon-orders",
  order(random, index): KnownOrder {
    const isOnTop = random.chance(0.6);
    const lines = someLines(random).map((line) => {
      const amount = line.quantity * line.price;
      return {
        ...line,
        amount,
        off: random.chance(0.3) ? random.whole(0, amount) : 0,
        tax: portion(amount, 0.08),
        shipping: random.chance(0.5) ? random.whole(100, 900) : 0,
        wrap: random.chance(0.1) ? random.whole(100, 500) : 0,
      };
    });
    const freed = lines.map(({ shipping }) => (random.chance(0.3) ? shipping : 0));
    const sum = (of: readonly number[]) => of.reduce((total, each) => total + each, 0);
    const { day, time } = someMoment(random);
    const blankZero = (cents: number) => (cents === 0 ? "" : money(cents));
    return {
      number: `111-${index}`,
      day,
      items: sum(lines.map(({ amount, off }) => amount - off)),
      tax: isOnTop ? sum(lines.map(({ tax, wrap }) => tax + portion(wrap, 0.08))) : 0,
      shipping: sum(lines.map(({ shipping, wrap }) => shipping + wrap)) - sum(freed),
      pieces: piecesOf(lines),
      isConsistent: true,
      rows: lines.map(({ sku, quantity, amount, off, tax, shipping, wrap }, at) => ({
        "amazon-order-id": `111-${index}`,
        "purchase-date": `${day}T${time}+00:00`,
        "order-status": "Shipped",
        "fulfillment-channel": "Amazon",
        "sales-channel": isOnTop ? "Amazon.com" : "Amazon.de",
        sku,
        "item-status": "Shipped",
        quantity: String(quantity),
        currency: isOnTop ? "USD" : "EUR",
        "item-price": money(amount),
        "item-tax": blankZero(tax),
        "shipping-price": blankZero(shipping),
        "shipping-tax": "",
        "gift-wrap-price": blankZero(wrap),
        "gift-wrap-tax": blankZero(portion(wrap, 0.08)),
        "item-promotion-discount": blankZero(random.chance(0.5) ? off : -off),
        "ship-promotion-discount": blankZero(freed[at] ?? 0),
      })),
    };
  },
};

/** Seller Hub's orders report: an order of several items has a row of its own. */
export const ebayOrders: Source = {
  name: "ebay-orders",
  order(random, index): KnownOrder {
    const lines = someLines(random);
    const goods = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    const shipping = random.chance(0.6) ? random.whole(100, 3000) : 0;
    const tax = random.chance(0.3) ? portion(goods, 0.07) : 0;
    const ofEbay = random.chance(0.3) ? portion(goods, 0.09) : 0;
    const isIn = random.chance(0.5);
    const isConsistent = !random.chance(0.03);
    const { day } = someMoment(random);
    const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const shown = `${months[Number(day.slice(5, 7)) - 1]}-${day.slice(8)}-${day.slice(2, 4)}`;
    const dollars = (cents: number) => `$${money(cents).replace(/\B(?=(\d{3})+\.)/g, ",")}`;
    const base = { "Order Number": `12-${index}`, "Buyer Username": "ann", "Sale Date": shown, "Shipped On Date": "" };
    const head = {
      ...base,
      "Buyer Name": "Ann Lee",
      "Ship To Name": "Ann Lee",
      "Shipping And Handling": dollars(shipping),
      "Seller Collected Tax": dollars(tax),
      "eBay Collected Tax": dollars(ofEbay),
      "eBay Collected Tax and Fees Included in Total": isIn ? "Yes" : "No",
      "Total Price": dollars(goods + shipping + tax + (isIn ? ofEbay : 0) + (isConsistent ? 0 : random.whole(3, 500))),
    };
    const blanks = Object.fromEntries(Object.keys(head).map((column) => [column, ""]));
    const items = lines.map(({ sku, quantity, price }, at) => ({
      ...blanks,
      ...base,
      "Item Number": `33500${at}`,
      "Custom Label": sku,
      Quantity: String(quantity),
      "Sold For": dollars(price),
    }));
    const summary = {
      ...head,
      "Item Number": "",
      "Custom Label": "",
      Quantity: String(lines.reduce((sum, { quantity }) => sum + quantity, 0)),
      "Sold For": dollars(goods),
    };
    return {
      number: `12-${index}`,
      day,
      items: goods,
      tax,
      shipping,
      pieces: piecesOf(lines),
      isConsistent,
      rows: items.length === 1 ? items.map((item) => ({ ...item, ...head })) : [summary, ...items],
    };
  },
};

/** Sold order items: the money of the order stands on its first row. */
export const etsyOrders: Source = {
  name: "etsy-orders",
  order(random, index): KnownOrder {
    const lines = someLines(random);
    const goods = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    const off = random.chance(0.3) ? random.whole(0, goods) : 0;
    const shipping = random.chance(0.6) ? random.whole(100, 3000) : 0;
    const freed = random.chance(0.2) ? shipping : 0;
    const tax = random.chance(0.3) ? portion(goods, 0.07) : 0;
    const isConsistent = !random.chance(0.03);
    const { day } = someMoment(random);
    return {
      number: `40${index}`,
      day,
      items: goods - off,
      tax,
      shipping: shipping - freed,
      pieces: piecesOf(lines),
      isConsistent,
      rows: lines.map(({ sku, quantity, price }, at) => ({
        "Sale Date": `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(2, 4)}`,
        Buyer: "Ann Lee (ann)",
        Quantity: String(quantity),
        Price: money(price),
        "Coupon Code": off > 0 ? "TEN" : "",
        "Discount Amount": money(at === 0 ? off : 0),
        "Shipping Discount": money(at === 0 ? freed : 0),
        "Order Shipping": money(at === 0 ? shipping : 0),
        "Order Sales Tax": money(at === 0 ? tax : 0),
        "Item Total": money(quantity * price + (isConsistent || at > 0 ? 0 : 7)),
        Currency: "USD",
        "Date Shipped": "",
        "Ship Name": "Ann Lee",
        "Order ID": `40${index}`,
        SKU: sku,
      })),
    };
  },
};

/** Items detail: a transaction is an order. */
export const squareItems: Source = {
  name: "square-items",
  order(random, index): KnownOrder {
    const lines = someLines(random).map((line) => {
      const gross = line.quantity * line.price;
      const off = random.chance(0.3) ? random.whole(0, gross) : 0;
      return { ...line, gross, off, tax: portion(gross - off, 0.0825) };
    });
    const isConsistent = !random.chance(0.03);
    const { day, time } = someMoment(random);
    const dollars = (cents: number) =>
      `${cents < 0 ? "-" : ""}$${money(Math.abs(cents)).replace(/\B(?=(\d{3})+\.)/g, ",")}`;
    return {
      number: `T${index}`,
      day,
      items: lines.reduce((sum, { gross, off }) => sum + gross - off, 0),
      tax: lines.reduce((sum, { tax }) => sum + tax, 0),
      shipping: 0,
      pieces: piecesOf(lines),
      isConsistent,
      rows: lines.map(({ sku, quantity, gross, off, tax }, at) => ({
        Date: day,
        Time: time,
        Qty: `${quantity}.0`,
        SKU: sku,
        "Gross Sales": dollars(gross),
        Discounts: dollars(-off),
        "Net Sales": dollars(gross - off + (isConsistent || at > 0 ? 0 : 7)),
        Tax: dollars(tax),
        "Transaction ID": `T${index}`,
        "Event Type": "Payment",
        "Customer Name": "",
      })),
    };
  },
};
