// Everyday column names of products and of their variants, kits and measures, Luminous's own importer headings among
// them (MASTER_SKU, PRODUCT_NAME, PRODUCT_CATEGORY … facts §9). What single platforms call things is in the other files.
import type { NameTable } from "./name-table.ts";

const measured = ["product", "dimensional", "box", "carton", "shipping", "pallet"] as const;

function measureNames(): NameTable {
  return Object.fromEntries(
    measured.flatMap((what) => {
      const alone = (name: string) =>
        what === "product"
          ? `${name} | product ${name} | item ${name} | unit ${name} | net ${name}`
          : `${what} ${name}`;
      const weight = [
        `${what}_weight`,
        {
          surely: what === "product" ? `${alone("weight")} | weight value` : alone("weight"),
          ...(what === "product" ? { mostly: "gross weight | package weight" } : {}),
        },
      ];
      if (what === "dimensional") return [weight];
      const sides = ["length", "width", "height"].map((side) => [
        `${what}_${side}`,
        { surely: alone(side), ...(what === "product" ? { mostly: `package ${side}` } : {}) },
      ]);
      return [weight, ...sides];
    }),
  );
}

/** What every kind of product file may call its columns. */
export const productNames: NameTable = {
  sku: {
    surely:
      "sku | master sku | product sku | item sku | sku number | sku code | seller sku | article number | item number | part number | product number | product code | item code | stock code | material number | article code | stock keeping unit | default code | internal reference",
    mostly: "article | code | manufacturer part number | mpn | model number | model",
    perhaps: "reference | id | product id | item id | handle | item | code",
  },
  name: {
    surely: "name | product name | title | item name | product title | display name | article name | item title",
    mostly: "product | item | article | label | article description | item description | short name",
    perhaps: "description",
  },
  "category.name": {
    surely:
      "category | product category | category name | categories | item category | product categories | main category | categ id name | categ id complete name | category path",
    mostly: "product type | product group | item group | group | department | categ id | cf category",
    perhaps: "type | class | collection | family",
  },
  "subcategory.name": {
    surely: "sub category | subcategory | product sub category | product subcategory | subcategory name",
  },
  "supplier.name": {
    surely:
      "supplier | vendor | supplier name | vendor name | preferred vendor | preferred supplier | primary supplier | default vendor name | default vendor | last supplied by",
    mostly: "manufacturer | brand | brand name",
  },
  description: {
    surely:
      "description | product description | body html | long description | item description | sales description | description html | full description | body | store description | description sale | description for customers",
    mostly: "details | summary",
    perhaps: "notes | quantity per unit",
  },
  "description+short": { surely: "short description | brief description" },
  retail_price: {
    surely:
      "price | retail price | selling price | sales price | unit price | regular price | sale price | product price | item price | base price | default selling price | sell price | retail | price tax excl | price excl tax | price tier 1",
    mostly:
      "list price | net price | gross price | price incl tax | price including tax | price incl vat | price including vat | msrp | rrp | rate | store price | recommended retail price | unit amount",
  },
  wholesale_price: { surely: "wholesale price | wholesale | trade price | dealer price | b 2 b price" },
  unit_cost: {
    surely:
      "cost | unit cost | cost price | purchase price | purchase cost | cost per item | buy price | buying price | product cost | item cost | cost of goods | supplier price | supply price | default unit cost | standard price | purchase rate",
    mostly: "standard cost | average cost | last cost | landed cost | last purchase price",
  },
  upc: {
    surely:
      "upc | barcode | ean | gtin | upc code | upc ean | ean 13 | ean code | barcode number | gtin upc ean or isbn | product upc | product upc ean | product barcode | gtin 13 | isbn",
  },
  tags: { surely: "tags | keywords | labels | product tags", mostly: "search keywords | tag" },
  image_url: {
    surely:
      "image url | image src | image | images | image 1 | image url 1 | image urls | hosted image urls | image link | main image | main image url | picture url | picture | photo url | photo | product image",
    mostly: "base image | thumbnail",
  },
  sellable: {
    surely:
      "sellable | sale ok | can be sold | active | is active | active status | enabled | is sellable | for sale | discontinued | is discontinued | inactive | is inactive",
    mostly: "status | published | visible | available | product status | purchasable | allow purchases",
  },
  lot_tracking: { surely: "lot tracking | lot tracked | track lots | is lot tracked | batch tracking" },
  type: { surely: "luminous type" },
  qty_low_alert: {
    surely:
      "low stock alert | low stock amount | low stock level | low stock threshold | quantity low alert | low inventory alert",
  },
  qty_reorder_threshold: {
    surely:
      "reorder point | reorder level | reorder at | reorder threshold | quantity reorder threshold | re order level | reorder pt min | minimum before reorder",
  },
  qty_minimum: { surely: "quantity minimum | minimum stock | min stock | minimum stock level | safety stock" },
  ...measureNames(),
};

/** A file of kits: a row for each component. */
export const kitNames: NameTable = {
  sku: {
    surely:
      "kit sku | bundle sku | set sku | kit | kit code | bundle code | assembly sku | kit number | parent kit sku | bundle",
    mostly: "parent sku",
  },
  name: { surely: "kit name | bundle name | set name | kit product name | kit title | bundle title" },
  "category.name": { surely: "category | kit category | product category | category name" },
  description: { surely: "kit description | bundle description | description" },
  retail_price: { surely: "kit price | bundle price | kit retail price" },
  "kit_items.sku": {
    surely:
      "component sku | component | component code | child sku | component item | component number | part sku | item sku",
    mostly: "sku",
  },
  "kit_items.quantity": {
    surely: "quantity | component quantity | quantity per kit | units | kit quantity | quantity in kit",
  },
  "kit_items.price": { surely: "component price | component unit price", mostly: "price" },
};
