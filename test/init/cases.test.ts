// Exports on which a guess was once wrong, each with the values that are right. They are not part of the repository: the folder
// that `LUMINOUS_TEST_CASES` names has them, a folder for each. What is answered is what the guess marks TODO, and nothing else.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Answer, draftsAnswered, told } from "./answered.ts";

const { LUMINOUS_TEST_CASES: named = "" } = process.env;
// A folder that is named and not there is a mistake: skipping would hide it.
if (named !== "" && !existsSync(named)) throw new Error(`LUMINOUS_TEST_CASES: there is no folder ${resolve(named)}`);

interface Case {
  readonly folder: string;
  readonly files: readonly string[];
  readonly answers?: readonly Answer[];
  /** By key, what the payload has at least. */
  readonly right: Readonly<Record<string, object>>;
  /** Paths that these payloads do not have. */
  readonly without?: Readonly<Record<string, readonly string[]>>;
}

const cases: readonly Case[] = [
  {
    folder: "init-bigcommerce-v3",
    files: ["products-export.csv"],
    answers: [
      { todo: "product_weight:", line: "product_weight: { from: Weight, unit: kg }" },
      { todo: "product_width:", line: "product_width: { from: Width, unit: cm }" },
      { todo: "product_height:", line: "product_height: { from: Height, unit: cm }" },
      { todo: "product_length:", line: "product_length: { from: Depth, unit: cm }" },
      { todo: "required: category.name:", line: 'category.name: { value: "Kitchen" }' },
    ],
    right: {
      APR: {
        name: "Linen apron",
        image_url: "https://x.example/a.jpg",
        variants: [
          { sku: "APR-S", name: "Linen apron - S", retail_price: 38 },
          { sku: "APR-L", name: "Linen apron - L", retail_price: 42 },
        ],
      },
      BRD: { retail_price: 24.5, unit_cost: 9, category: { name: "Kitchen" } },
    },
    without: { BRD: ["image_url", "variants"] },
  },
  {
    folder: "init-blank-column-wins",
    files: ["products.csv"],
    answers: [
      { todo: "product_weight:", line: "product_weight: { from: Weight, unit: kg }" },
      { todo: "product_width:", line: "product_width: { from: Width, unit: m }" },
      { todo: "product_height:", line: "product_height: { from: Height, unit: m }" },
      { todo: "product_length:", line: "product_length: { from: Depth, unit: m }" },
    ],
    right: {
      "RP-1": {
        retail_price: 100,
        unit_cost: 80,
        upc: "4006381333931",
        category: { name: "Audio" },
        tags: ["music", "small"],
        image_url: "https://x.example/1.jpg",
        sellable: true,
        product_length: 15.748031,
      },
      "RP-2": { retail_price: 60, sellable: false },
    },
  },
  {
    folder: "init-discount-amount-taken-as-percent",
    files: ["orders.csv"],
    answers: [{ todo: "nothing takes" }],
    right: {
      A1: { items: [{ sku: "S1", quantity: 2, unit_price: 8 }] },
      A2: { items: [{ sku: "S1", quantity: 2, unit_price: 225 }] },
    },
  },
  {
    folder: "init-ebay-orders-report",
    files: ["eBay-OrdersReport.csv"],
    answers: [{ todo: "nothing takes" }],
    right: {
      "12-34567-89012": {
        order_date: "2025-07-21",
        total_shipping: 12,
        bill_to: { name: "Pat Doe" },
        items: [
          { sku: "LAMP-1", quantity: 1, unit_price: 25.99 },
          { sku: "BULB-1", quantity: 2, unit_price: 10 },
        ],
      },
      "12-34567-89013": { items: [{ sku: "SHADE-1", quantity: 1, unit_price: 1025.5 }] },
    },
  },
  {
    folder: "init-german-article-list",
    files: ["artikel.csv"],
    right: {
      1001: {
        name: "Blaue Tasse",
        category: { name: "Küche" },
        supplier: { name: "Ton GmbH" },
        retail_price: 12.5,
        unit_cost: 4.2,
        product_weight: { unit: "lb", value: 0.881849 },
        upc: "4006381333931",
      },
      1002: { retail_price: 1022.5 },
    },
  },
  {
    folder: "init-lengths-taken-as-inches",
    files: ["ProductsExport.csv"],
    right: {
      "CUP-1": {
        product_length: 3.937008,
        product_weight: { unit: "lb", value: 0.881849 },
        retail_price: 12.5,
        qty_reorder_threshold: 5,
        sellable: true,
      },
      "POT-1": { sellable: false },
    },
  },
  {
    folder: "init-lightspeed-variations",
    files: ["products-export.csv"],
    right: {
      candle: {
        variants: [
          { sku: "C-S", retail_price: 12, unit_cost: 5, qty_reorder_threshold: 2 },
          { sku: "C-L", retail_price: 18, unit_cost: 7, qty_reorder_threshold: 2 },
        ],
      },
      "M-1": { retail_price: 14, unit_cost: 6, qty_reorder_threshold: 1 },
    },
  },
  {
    folder: "init-not-recognised",
    files: ["kaggle.csv"],
    right: {
      10107: {
        order_date: "2003-02-24",
        order_status: "shipped",
        bill_to: { name: "Acme Inc.", street1: "1 Some Road", postal_code: "10022" },
        items: [
          { sku: "S10_1678", quantity: 30, unit_price: 95.7 },
          { sku: "S10_1679", quantity: 10, unit_price: 5 },
        ],
      },
    },
  },
  {
    folder: "init-not-recognised",
    files: ["orders.csv", "items.csv", "customers.csv"],
    answers: [
      { todo: "total_shipping:", line: "total_shipping: { sum: freight_value, each: items }" },
      { todo: "required: bill_to.name:", line: "bill_to.name: customers.customer_unique_id" },
      { todo: "required: ship_to.name:", line: "ship_to.name: customers.customer_unique_id" },
    ],
    right: {
      e1: {
        order_date: "2017-10-02",
        total_shipping: 8.72,
        items: [{ sku: "p1", quantity: 1, unit_price: 29.99 }],
      },
      e2: {
        order_date: "2018-07-24",
        total_shipping: 45.52,
        items: [
          { sku: "p2", quantity: 1, unit_price: 118.7 },
          { sku: "p2", quantity: 1, unit_price: 118.7 },
        ],
      },
    },
  },
  {
    folder: "init-odoo-labels",
    files: ["product.template.csv"],
    answers: [{ todo: "product_weight:", line: "product_weight: { from: Weight, unit: kg }" }],
    right: {
      "LAMP-1": {
        name: "Desk lamp",
        upc: "4006381333931",
        retail_price: 24.9,
        unit_cost: 11.2,
        category: { name: "Lamps" },
        sellable: true,
        description: "A lamp",
      },
    },
  },
  {
    folder: "init-shopify-json",
    files: ["products.json"],
    right: {
      "camp-cap": {
        variants: [
          { sku: "4255", retail_price: 48, product_weight: { unit: "lb", value: 1.000899 } },
          { sku: "4256", retail_price: 49, upc: "4006381333931" },
        ],
      },
    },
  },
  {
    folder: "init-shopify-rest-json",
    files: ["orders.jsonl"],
    answers: [{ todo: "nothing takes" }],
    right: {
      "#1001": {
        total_shipping: 5,
        items: [
          { sku: "A-1", quantity: 2, unit_price: 16 },
          { sku: "B-1", quantity: 1, unit_price: 8 },
        ],
      },
      "#1002": { order_status: "cancelled" },
      "#1003": { items: [{ sku: "A-1", quantity: 1, unit_price: 24 }] },
      "#1004": { order_date: "2024-12-31" },
      "#1005": { order_status: "on_hold", items: [{ sku: "A-1", quantity: 1, unit_price: 20 }] },
      "#1006": { order_status: "on_hold" },
    },
    without: { "#1003": ["total_tax"] },
  },
  {
    folder: "init-square-items",
    files: ["items.csv"],
    answers: [
      { todo: "nothing takes" },
      { todo: "required: order_status:", line: "order_status: { value: completed }" },
      { todo: "required: sku:", line: "sku: Item" },
      {
        todo: "bill_to.name: some",
        change: ["bill_to.name: Customer Name", 'bill_to.name: { from: Customer Name, default: "Counter" }'],
      },
      {
        todo: "ship_to.name: some",
        change: ["ship_to.name: Customer Name", 'ship_to.name: { from: Customer Name, default: "Counter" }'],
      },
    ],
    right: {
      T1: {
        order_date: "2026-07-18",
        total_tax: 2.02,
        bill_to: { name: "Counter" },
        items: [
          { quantity: 1, unit_price: 8 },
          { quantity: 2, unit_price: 9 },
        ],
      },
    },
  },
  {
    folder: "init-square-variations",
    files: ["catalog-2026-11-01.csv"],
    right: {
      candle: {
        variants: [
          { sku: "C-S", name: "Candle - Small", retail_price: 12, qty_low_alert: 2 },
          { sku: "C-L", name: "Candle - Large", retail_price: 18, qty_low_alert: 2 },
        ],
      },
      "M-1": { retail_price: 14 },
    },
    without: { "M-1": ["variants", "qty_low_alert"] },
  },
  {
    folder: "init-unit-in-heading",
    files: ["products.csv"],
    right: {
      "A-1": { product_weight: { unit: "lb", value: 0.881849 } },
      "A-2": { product_weight: { unit: "lb", value: 2.425085 } },
    },
  },
  {
    folder: "init-woo-german",
    files: ["wc-product-export-1-11-2026.csv"],
    answers: [{ todo: "category.name:" }],
    right: {
      TEE: {
        category: { name: "Kleidung" },
        subcategory: { name: "Shirts" },
        product_weight: { unit: "lb", value: 0.440925 },
        variants: [
          { sku: "TEE-S", retail_price: 9.9 },
          { sku: "TEE-M", retail_price: 10.9 },
        ],
      },
      TASSE: { retail_price: 12.5, category: { name: "Küche" } },
    },
  },
  {
    folder: "init-woo-json-tax-twice",
    files: ["orders.json"],
    answers: [
      { todo: "nothing takes" },
      { todo: "order_status: say in its map", change: ["on-hold: on_hold }", "on-hold: on_hold, failed: cancelled }"] },
    ],
    right: {
      727: { total_tax: 2.35, order_status: "on_hold" },
      730: { total_shipping: 5, items: [{ sku: "WOO-1", quantity: 1, unit_price: 3 }] },
      732: { order_status: "cancelled" },
    },
    without: { 727: ["customer_username"] },
  },
];

describe.skipIf(named === "")("after answering its TODOs alone", () => {
  it.each(cases)("$folder $files has the right values", async ({ folder, files, answers, right, without = {} }) => {
    const drafts = await draftsAnswered(files, join(resolve(named), folder), answers);
    const { payloads, problems } = told(drafts);
    expect(payloads).toMatchObject(right);
    for (const [key, paths] of Object.entries(without))
      for (const path of paths) expect(payloads[key]).not.toHaveProperty(path);
    expect(problems).toEqual([]);
  });
});
