// The Shopify exports: 63 rows, 40 products. What is stored is compared with what the tests' own reader finds in the files.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { jobText, openProject, type Project, type Reported } from "./program.ts";
import { exportPath, missingExports, readExport } from "./real-exports.ts";
import type { TableRecord } from "./table.ts";

const names = ["apparel", "jewelery"] as const;

describe.skipIf(missingExports !== undefined)(
  `the Shopify exports${missingExports ? `: ${missingExports}` : ""}`,
  () => {
    let sandbox: Sandbox;
    let project: Project;
    let run: Reported;
    let rows: readonly (TableRecord & { readonly input: string; readonly line: string })[];

    beforeAll(async () => {
      sandbox = await startSandbox();
      const inputs = Object.fromEntries(
        names.map((name) => [name, { file: exportPath(`shopify-${name}.csv`), mapping: "shopify-products" }]),
      );
      project = await openProject(sandbox, { "import.yaml": jobText(inputs) });
      run = await project.report(["run", "import.yaml"]);
      const exports = await Promise.all(names.map((name) => readExport(`shopify-${name}.csv`)));
      rows = exports.flatMap(({ rows: own }, index) =>
        own.map(({ record, line }) => ({ ...record, input: names[index] ?? "", line: String(line) })),
      );
    });
    afterAll(async () => {
      await project[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    });

    it("gives each of the 63 rows one accepted line, in input order", () => {
      expect(rows).toHaveLength(63);
      expect(run.exitCode).toBe(0);
      expect(run.rows.map(({ input, line, outcome }) => [input, line, outcome])).toEqual(
        rows.map(({ input, line }) => [input, line, "accepted"]),
      );
      expect(run.failures).toEqual({});
    });

    it("stores 40 products, each with the fields and variants that its rows have", () => {
      const stored = Object.fromEntries(sandbox.records("products").map(({ key, content }) => [key, content]));
      const handles = [...new Set(rows.map(({ Handle = "" }) => Handle))];
      expect(handles).toHaveLength(40);
      expect(Object.keys(stored)).toHaveLength(40);
      for (const handle of handles) {
        const own = rows.filter(({ Handle }) => Handle === handle);
        const { description, ...fields } = stored[handle] ?? {};
        expect(fields, handle).toEqual(expectedProduct(own));
        expect(wordsOf(String(description)), handle).toEqual(wordsOf(own[0]?.["Body (HTML)"] ?? ""));
        expect(description, handle).not.toMatch(/<\w|\u00A0/);
      }
      expect(sandbox.counts()).toMatchObject({ defects: 0, duplicates: { products: 0 } });
    });
  },
);

/** The product of these rows but for its description, worked out without the program; right for exports without SKUs, as these are. */
function expectedProduct(rows: readonly TableRecord[]): JsonObject {
  const first = rows[0] ?? {};
  const isSingle = first["Option1 Value"] === "Default Title";
  const grams = Number(first["Variant Grams"]);
  return present({
    name: first.Title,
    sku: first.Handle,
    type: "PRODUCT",
    category: { name: first.Type === "" ? "Uncategorised" : first.Type },
    supplier: { name: first.Vendor },
    tags: first.Tags === "" ? "" : first.Tags?.split(",").map((tag) => tag.trim()),
    image_url: first["Image Src"],
    retail_price: isSingle ? Number(first["Variant Price"]) : "",
    product_weight: isSingle && grams > 0 ? pounds(grams) : "",
    variants: isSingle
      ? ""
      : rows
          .filter((row) => row["Option1 Value"] !== "")
          .map((row) =>
            present({
              name: `${first.Title} - ${row["Option1 Value"]}`,
              sku: `${first.Handle}-${row["Option1 Value"]?.toLowerCase()}`,
              retail_price: Number(row["Variant Price"]),
              image_url: row["Variant Image"],
            }),
          ),
  });
}

/** The words of a text without its tags. */
function wordsOf(html: string): readonly string[] {
  return html
    .replace(/<[^>]*>/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "");
}

function pounds(grams: number): JsonObject {
  return { unit: "lb", value: Number((grams / 453.59237).toFixed(6)) };
}

/** Without what is blank: a blank cell leaves the field out. */
function present(fields: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "")) as JsonObject;
}
