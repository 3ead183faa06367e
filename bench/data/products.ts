// Made-up products, the same for the same seed: 20 columns of which the mapping takes 16, about 290 bytes a row. What is wrong with
// them is said in options; files of them are written by files.ts.
import { mulberry32 } from "../../src/sandbox/world/faults.ts";

/** The columns of a made-up export of products. */
export const productColumns = [
  ...["SKU", "Title", "Category", "Brand", "Description", "Cost", "Price", "Wholesale", "UPC", "Weight"],
  ...["Length", "Width", "Height", "Tags", "Image", "Active", "Created", "Stock", "Vendor Code", "Notes"],
] as const;

/** The mapping of these columns, as YAML. */
export const productMapping = `version: 1
resource: products
fields:
  sku: SKU
  name: Title
  category.name: Category
  supplier.name: Brand
  description: Description
  unit_cost: Cost
  retail_price: Price
  wholesale_price: Wholesale
  upc: UPC
  product_weight: { from: Weight, unit: kg }
  product_length: { from: Length, unit: cm }
  product_width: { from: Width, unit: cm }
  product_height: { from: Height, unit: cm }
  tags: { from: Tags, split: ";" }
  image_url: Image
  sellable: Active
`;

/** What a file of products is to hold. */
export interface ProductOptions {
  readonly rows: number;
  /** Default 1. */
  readonly seed?: number;
  /** The share of rows with a fault of some kind, 0 to 1; default 0. */
  readonly faultShare?: number;
  /** Every row has the same SKU, and content of its own. */
  readonly oneSku?: boolean;
  /** Every row has two cells that are no numbers, and no two of them are alike. */
  readonly allFaulty?: boolean;
}

const materials = ["Steel", "Oak", "Linen", "Copper", "Blue", "Red"] as const;
const things = ["Lamp", "Chair", "Table", "Bowl", "Shelf", "Frame"] as const;
const categories = ["Lighting", "Furniture", "Kitchen"] as const;
const brands = ["Acme", "Northern", "Umbra"] as const;

/** The cells of each row in order. A row can have a cell too many when faults are asked for. */
export function* productRows(options: ProductOptions): Generator<readonly string[]> {
  const { rows, seed = 1, faultShare = 0, oneSku = false, allFaulty = false } = options;
  const random = mulberry32(seed);
  // Faults are drawn from a sequence of their own, so that the sound rows are those of the sound file.
  const chance = mulberry32(seed + 1);
  let before: readonly string[] = [];
  for (let number = 1; number <= rows; number++) {
    const sound = soundRow(number, random);
    if (oneSku) sound[0] = "SKU-0000001";
    if (allFaulty) {
      sound[5] = `cost of ${number}`;
      sound[6] = `price of ${number}`;
    }
    const row = faultShare > 0 && chance() < faultShare ? faulty(sound, before, chance) : sound;
    before = row;
    yield row;
  }
}

function soundRow(number: number, random: () => number): string[] {
  const material = pick(materials, random);
  const thing = pick(things, random);
  const price = 5 + random() * 200;
  const side = () => (random() * 50 + 1).toFixed(1);
  return [
    `SKU-${String(number).padStart(7, "0")}`,
    `${material} ${thing}, model ${number}`,
    categories[number % 3] ?? "",
    brands[number % 3] ?? "",
    `A ${material.toLowerCase()} ${thing.toLowerCase()} made by hand in the north of the country; it lasts for longer than the house in which it stands`,
    (price * 0.5).toFixed(2),
    price.toFixed(2),
    (price * 0.7).toFixed(2),
    String(400_000_000_000 + number),
    (random() * 5 + 0.1).toFixed(2),
    side(),
    side(),
    side(),
    "home;sale",
    `https://img.example.com/p/${number}.jpg`,
    number % 2 === 1 ? "yes" : "no",
    `2025-0${1 + (number % 9)}-1${number % 10}`,
    String(number % 100),
    `V${number}`,
    number % 7 === 0 ? "checked twice" : "",
  ];
}

function pick<T>(choices: readonly [T, ...T[]], random: () => number): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** A fault that exports have, as a change of a sound row; it may need the row before it. */
type Fault = (row: string[], before: readonly string[]) => readonly string[];

const faults: readonly [Fault, ...Fault[]] = [
  (row) => row.with(6, "abc"),
  (row) => row.with(5, "1.5x"),
  (row) => row.with(1, ""),
  (row) => row.with(0, ""),
  (row) => row.with(15, "maybe"),
  (row) => row.with(9, "heavy"),
  (row) => row.with(14, "no address"),
  (row) => [...row, "a cell too many"],
  (_row, before) => before,
  (row, before) => row.with(0, before[0] ?? ""),
  (row) => row.with(6, ""),
  (row) => row.with(8, "4.0E+11"),
];

function faulty(row: string[], before: readonly string[], chance: () => number): readonly string[] {
  const change = pick(faults, chance);
  return before.length === 0 ? row.with(6, "abc") : change(row, before);
}

/** What a simple script would send for a row: the same fields as the mapping's. */
export function productBody(row: readonly string[]): string {
  const [sku, name, category, brand, description, cost, price, wholesale, upc, weight, length, width, height] = row;
  const [, , , , , , , , , , , , , tags = "", image, active] = row;
  const inches = (centimetres = "") => Math.round((Number(centimetres) / 2.54) * 1e6) / 1e6;
  return JSON.stringify({
    sku,
    name,
    category: { name: category },
    supplier: { name: brand },
    description,
    unit_cost: Number(cost),
    retail_price: Number(price),
    wholesale_price: Number(wholesale),
    upc,
    product_weight: { unit: "lb", value: Math.round((Number(weight) / 0.45359237) * 1e6) / 1e6 },
    product_length: inches(length),
    product_width: inches(width),
    product_height: inches(height),
    tags: tags.split(";"),
    image_url: image,
    sellable: active === "yes",
  });
}
