// The shipped product mappings on files as shops and people really hand them over: newer headings, other languages, chosen
// columns, a sorted sheet, long handles. Whole exports of every platform are in test/e2e/shipped-mappings.test.ts.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { stagedJob } from "./job-folder.ts";

const mappings = join(import.meta.dirname, "../../mappings");

interface Imported {
  /** What would be sent, by key. */
  readonly products: Readonly<Record<string, JsonObject>>;
  /** Every problem as people read it; warnings begin with `warning: `. */
  readonly problems: readonly string[];
}

async function importedBy(mapping: string, text: string, file = "in.csv"): Promise<Imported> {
  await using staged = await stagedJob({
    "import.yaml": `version: 1\ninputs: [{ name: p, file: ${file}, mapping: m.yaml }]\n`,
    "m.yaml": await readFile(join(mappings, mapping), "utf8"),
    [file]: text,
  });
  const entries = await staged.open();
  return {
    products: Object.fromEntries(entries.map(({ key, payload }) => [key, JSON.parse(JSON.stringify(payload))])),
    problems: await staged.problems(),
  };
}

/** A CSV out of lines of cells separated by ` | `. */
function table(...lines: readonly string[]): string {
  return lines.map((line) => `${line.split("|").map(quoted).join(",")}\n`).join("");
}

function quoted(cell: string): string {
  return `"${cell.trim().replaceAll('"', '""')}"`;
}

describe("shopify-products.yaml", () => {
  const by = (...lines: readonly string[]) => importedBy("shopify-products.yaml", table(...lines));

  it("reads the headings of today's exports, where a status has a capital", async () => {
    const { products, problems } = await by(
      "Title | URL handle | Description | Vendor | Product category | Type | Status | SKU | Barcode | Option1 name | Option1 value | Price | Cost per item | Weight value (grams) | Product image URL | Variant image URL",
      "Scarf | scarf | <p>Warm</p> | North Loom | Apparel > Scarves | Knitwear | Active | SC-1 | 4006381333931 | Colour | Moss | 39.00 | 14.50 | 180 | https://img.example/s.jpg |",
      "| scarf | | | | | | SC-2 | 4006381333948 | | Rust | 41.00 | 15.00 | 190 | https://img.example/s2.jpg | https://img.example/rust.jpg",
      "Hat | hat | | North Loom | | Knitwear | Draft | HAT | | Title | Default Title | 25.00 | | 90 | |",
    );
    expect(problems).toEqual([]);
    expect(products.scarf).toMatchObject({
      name: "Scarf",
      description: "Warm",
      category: { name: "Knitwear" },
      sellable: true,
      image_url: "https://img.example/s.jpg",
      variants: [
        { sku: "SC-1", name: "Scarf - Moss", retail_price: 39, unit_cost: 14.5, upc: "4006381333931" },
        {
          sku: "SC-2",
          name: "Scarf - Rust",
          retail_price: 41,
          unit_cost: 15,
          image_url: "https://img.example/rust.jpg",
        },
      ],
    });
    expect(products.HAT).toMatchObject({ retail_price: 25, sellable: false, product_weight: { unit: "lb" } });
  });

  it("finds the rows of a handle wherever they stand, and the row with the title among them", async () => {
    const { products, problems } = await by(
      "Handle | Title | Option1 Name | Option1 Value | Variant SKU | Variant Price",
      "scarf | | | Rust | SC-2 | 41.00",
      "hat | Hat | Title | Default Title | HAT | 25.00",
      "scarf | Scarf | Colour | Moss | SC-1 | 39.00",
      "scarf | Scarf | Colour | Sand | SC-3 | 40.00",
    );
    expect(problems).toEqual([]);
    expect(products.scarf).toMatchObject({
      name: "Scarf",
      variants: [{ sku: "SC-2", name: "Scarf - Rust" }, { sku: "SC-1" }, { sku: "SC-3" }],
    });
    expect(Object.keys(products)).toHaveLength(2);
  });

  it("takes a category path apart, where the product has no type", async () => {
    const { products } = await by(
      "Handle | Title | Product Category | Type | Variant SKU",
      "a | A | Apparel & Accessories > Clothing > Shirts | | A",
      "b | B | Apparel & Accessories > Clothing > Shirts | Tops | B",
      "c | C | Hardware | | C",
      "d | D | | | D",
    );
    expect(products.A).toMatchObject({
      category: { name: "Apparel & Accessories" },
      subcategory: { name: "Clothing" },
    });
    expect(products.B).toMatchObject({ category: { name: "Tops" } });
    expect(products.B).not.toHaveProperty("subcategory");
    expect(products.C).toMatchObject({ category: { name: "Hardware" } });
    expect(products.C).not.toHaveProperty("subcategory");
    expect(products.D).toMatchObject({ category: { name: "Uncategorised" } });
  });

  test.each([
    ["active", true],
    ["UNLISTED", true],
    ["Draft", false],
    ["archived", false],
  ])("knows the status %s", async (status, sellable) => {
    const { products } = await by("Handle | Title | Variant SKU | Status", `a | A | A | ${status}`);
    expect(products.A).toMatchObject({ sellable });
  });

  it("makes SKUs that fit, the same in every run, and tells what it shortened", async () => {
    const handle = `${"very-".repeat(22)}long-handle`;
    const lines = [
      "Handle | Title | Option1 Name | Option1 Value | Variant SKU | Variant Price",
      `${handle} | Tee | Size | S | T-S | 9.00`,
      `${handle} | | | M | | 9.50`,
    ];
    const { products, problems } = await by(...lines);
    const [key = ""] = Object.keys(products);
    expect(key).toHaveLength(100);
    expect(key.startsWith("very-very-")).toBe(true);
    const [small, medium] = (products[key]?.variants ?? []) as readonly { readonly sku: string }[];
    expect(small?.sku).toBe("T-S");
    expect(medium?.sku).toHaveLength(100);
    expect(medium?.sku).not.toBe(key);
    expect(problems.filter((problem) => problem.startsWith("warning: "))).toHaveLength(problems.length);
    expect(problems).not.toEqual([]);
    expect(Object.keys((await by(...lines)).products)).toEqual([key]);
  });

  it("loses no variant where the option columns were left out: the SKU is in its name", async () => {
    const { products } = await by(
      "Handle | Title | Variant SKU | Variant Price | Image Src",
      "mug | Mug | M-1 | 9.00 | https://img.example/1.jpg",
      "mug | | M-2 | 9.50 | https://img.example/2.jpg",
      "mug | | | | https://img.example/3.jpg",
      "cap | Cap | CAP | 5.00 |",
    );
    expect(products.mug).toMatchObject({
      variants: [
        { sku: "M-1", name: "Mug - M-1", retail_price: 9 },
        { sku: "M-2", name: "Mug - M-2", retail_price: 9.5 },
      ],
    });
    expect(products.CAP).toMatchObject({ name: "Cap", retail_price: 5 });
    expect(products.CAP).not.toHaveProperty("variants");
  });

  it("sends a product without an image that is no address, and says so", async () => {
    const { products, problems } = await by("Handle | Title | Variant SKU | Image Src", "a | A | A | cup.png");
    expect(products.A).not.toHaveProperty("image_url");
    expect(problems).toMatchObject([expect.stringMatching(/^warning: .*"Image Src" = "cup\.png"/)]);
  });
});

describe("woocommerce-products.yaml", () => {
  const by = (...lines: readonly string[]) => importedBy("woocommerce-products.yaml", table(...lines));

  it("takes exports of chosen columns", async () => {
    const { products, problems } = await by(
      "ID | Type | SKU | Name | Regular price | Parent",
      "1 | simple | CUP | Cup | 4.20 |",
      "2 | variable | TEE | Tee | |",
      "3 | variation | TEE-S | Tee - S | 9.00 | TEE",
    );
    expect(problems).toEqual([]);
    expect(products).toMatchObject({
      CUP: { name: "Cup", retail_price: 4.2 },
      TEE: { name: "Tee", variants: [{ sku: "TEE-S", name: "Tee - S", retail_price: 9 }] },
    });
  });

  it("tells variations by their parent where the type was not chosen", async () => {
    const { products } = await by("ID | SKU | Name | Parent", "2 | TEE | Tee |", "3 | TEE-S | Tee - S | id:2");
    expect(products).toMatchObject({ TEE: { variants: [{ sku: "TEE-S" }] } });
  });

  it("reads a heading in another case, an ampersand as WordPress writes it, and leaves out an image that is no address", async () => {
    const { products, problems } = await by(
      "ID | Type | SKU | Name | Regular Price | Categories | Images",
      "1 | simple | CUP | Salt &amp; pepper | 4.20 | Food &amp; drink > Table | cup.png, back.png",
    );
    expect(products.CUP).toEqual({
      sku: "CUP",
      name: "Salt & pepper",
      type: "PRODUCT",
      category: { name: "Food & drink" },
      subcategory: { name: "Table" },
      retail_price: 4.2,
    });
    expect(problems).toMatchObject([expect.stringMatching(/^warning: .*"Images" = "cup\.png, back\.png"/)]);
  });

  it("names a cell by the heading that stands in the file", async () => {
    const { problems } = await by("ID | Typ | Artikelnummer | Name | Regulärer Preis", "1 | simple | CUP | Cup | viel");
    expect(problems).toMatchObject([
      expect.stringContaining('in.csv:2 column "Regulärer Preis" = "viel" → retail_price'),
    ]);
    const orphan = await by("ID | Typ | Artikelnummer | Übergeordnetes Produkt", "2 | variation | TEE-S | TEE");
    expect(orphan.problems).toMatchObject([
      expect.stringContaining('column "Übergeordnetes Produkt" = "TEE": group.by'),
    ]);
  });

  // The headings as WooCommerce writes them in each language, in the order of the English line.
  const english =
    "ID | Type | SKU | Name | Published | Short description | Weight (kg) | Length (cm) | Regular price | Categories | Tags | Images | Parent | Grouped products | Attribute 1 value(s)";
  test.each([
    [
      "German",
      "ID | Typ | Artikelnummer | Name | Veröffentlicht | Kurzbeschreibung | Gewicht (kg) | Länge (cm) | Regulärer Preis | Kategorien | Schlagwörter | Bilder | Übergeordnetes Produkt | Gruppierte Produkte | Attribut 1 Wert(e)",
    ],
    [
      "French",
      "ID | Type | UGS | Nom | Publié | Description courte | Poids (kg) | Longueur (cm) | Tarif régulier | Catégories | Étiquettes | Images | Parent | Groupes de produits | Valeur(s) de l’attribut 1",
    ],
    [
      "Spanish",
      "ID | Tipo | SKU | Nombre | Publicado | Descripción corta | Peso (kg) | Longitud (cm) | Precio normal | Categorías | Etiquetas | Imágenes | Superior | Productos agrupados | Valor(es) del atributo 1",
    ],
    [
      "Italian",
      "ID | Tipo | COD | Nome | Pubblicato | Breve descrizione | Peso (kg) | Lunghezza (cm) | Prezzo di listino | Categorie | Tag | Immagine | Genitore | Prodotti raggruppati | Attributo 1 valuta(e)",
    ],
    [
      "Dutch",
      "ID | Type | Artikelnummer | Naam | Gepubliceerd | Korte omschrijving | Gewicht (kg) | Lengte (cm) | Reguliere prijs | Categorieën | Tags | Afbeeldingen | Hoofd | Gegroepeerde producten | Waarde eigenschap 1",
    ],
  ])("reads the headings of a shop in %s", async (_language, headings) => {
    const rows = [
      "10 | variable | TEE | Tee | 1 | Soft | 0,2 | 30 | | Clothes > Shirts | cotton | https://img.example/t.jpg | | | S, M",
      "11 | variation | TEE-S | Tee | 1 | | | | 9,90 | | | | TEE | | S",
      "12 | variation | TEE-M | Tee | 1 | | | | 10,90 | | | | id:10 | | M",
      "13 | simple | CUP | Cup | 0 | | 0,35 | | 12,50 | Kitchen | | | | |",
      "14 | grouped | SET | Set | 1 | | | | | Kitchen | | | | CUP, TEE-S |",
    ];
    const local = await by(headings, ...rows);
    expect(local.problems).toEqual([]);
    expect(local.products).toEqual((await by(english, ...rows)).products);
    expect(local.products.TEE).toMatchObject({
      category: { name: "Clothes" },
      product_length: 11.811024,
      variants: [
        { sku: "TEE-S", name: "Tee - S", retail_price: 9.9, product_weight: { value: 0.440925 } },
        { sku: "TEE-M", name: "Tee - M", retail_price: 10.9 },
      ],
    });
    expect(local.products.CUP).toMatchObject({ sellable: false, retail_price: 12.5 });
    expect(local.products.SET).toMatchObject({ type: "KIT", kit_items: [{ sku: "CUP" }, { sku: "TEE-S" }] });
  });
});
