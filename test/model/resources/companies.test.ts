// Companies: facts of the create-a-company page, written out, and what of a reply is read back.
import { describe, expect, it, test } from "vitest";
import { compare } from "../../../src/model/compare-records.ts";
import type { JsonObject } from "../../../src/model/json.ts";
import { companies } from "../../../src/model/resources/companies.ts";
import { type FieldType, fieldAt, fieldPaths } from "../../../src/model/resources/field.ts";

const fields: Readonly<Record<string, FieldType>> = {
  name: "text",
  client_type: "object",
  "client_type.id": "integer",
  "client_type.name": "text",
  parent_company_id: "integer",
  address: "text",
  address_line_2: "text",
  city: "text",
  state: "text",
  postal_code: "text",
  country: "text",
  phone: "text",
  fein: "text",
  tax_exempt: "boolean",
  notes: "text",
  payment_term: "text",
  days: "decimal",
  tags: "texts",
  custom_fields: "labelled",
  shipping_addresses: "objects",
  ...Object.fromEntries(
    ["address_1", "address_2", "city", "state", "zip", "country", "first_name", "last_name", "email", "phone"].map(
      (name) => [`shipping_addresses.${name}`, "text"] as const,
    ),
  ),
  "shipping_addresses.is_default": "boolean",
};

describe("the fields of a company", () => {
  test.each(Object.entries(fields))("%s is read as %s", (path, type) => {
    expect(fieldAt(companies.schema, path)?.type).toBe(type);
  });

  it("are these and no others", () => {
    expect([...fieldPaths(companies.schema)].sort()).toEqual(Object.keys(fields).sort());
  });

  it("need a name alone", () => {
    expect(companies.schema.safeParse({ name: "Holm" }).success).toBe(true);
    expect(companies.updateSchema.safeParse({ city: "Austin" }).success).toBe(false);
  });

  test.each([
    { is: "255 characters", payload: { name: "x".repeat(255) }, ok: true },
    { is: "256 characters", payload: { name: "x".repeat(256) }, ok: false },
    { is: "no name", payload: { name: "" }, ok: false },
    { is: "a city of 256 characters", payload: { name: "Holm", city: "x".repeat(256) }, ok: false },
    { is: "-1 days", payload: { name: "Holm", days: -1 }, ok: false },
    { is: "a field that no page has", payload: { name: "Holm", website: "holm.example" }, ok: false },
  ])("are checked: $is", ({ payload, ok }) => {
    expect(companies.schema.safeParse(payload).success).toBe(ok);
  });
});

it("warns of a shipping address that lacks what the sample has, and refuses none", () => {
  const whole = { address_1: "4 Depot Ln", city: "Austin", state: "TX", zip: "78745", country: "USA" };
  const found = companies.objections({ name: "Holm", shipping_addresses: [whole, { ...whole, state: "", zip: "" }] });
  expect(found.map(({ path, severity }) => [path, severity])).toEqual([
    ["shipping_addresses[1].state", "warning"],
    ["shipping_addresses[1].zip", "warning"],
  ]);
});

test.each([
  { record: { id: 7, name: " Holm & Co, ApS ", status: "active" }, name: "Holm & Co, ApS", id: "7" },
  { record: { id: "8", name: "1001" }, name: "1001", id: "8" },
])("$record is found as $name", ({ record, name, id }) => {
  expect(companies.remoteRecord(record)).toEqual({ remoteId: id, keys: [{ key: name, role: "own" }] });
});

test.each([{ id: 7 }, { id: 7, name: " " }, { name: "Holm" }, "Holm", null])("%j is no company", (record) => {
  expect(companies.remoteRecord(record)).toBeUndefined();
});

describe("a company that is read back", () => {
  const sent: JsonObject = {
    name: "Holm",
    client_type: { name: "Retail" },
    postal_code: "01234",
    tax_exempt: true,
    payment_term: "Custom",
    days: 45,
    tags: ["wholesale"],
    shipping_addresses: [{ address_1: "4 Depot Ln", address_2: "B", city: "Austin", zip: "78745", is_default: true }],
  };
  // As the reference's company page shows one.
  const shown: JsonObject = {
    id: 7,
    status: "active",
    name: "Holm",
    type: "Retail",
    postal_code: "01234",
    tax_exempt: true,
    payment_term: "Custom",
    due_date_days: 45,
    tags: [{ id: 1, name: "wholesale", color: "red" }],
    shipping_addresses: [
      { id: 9, address: "4 Depot Ln", address_line_2: "B", city: "Austin", postal_code: "78745", is_default: true },
    ],
  };

  it("is what was sent, as far as replies show it", () => {
    expect(compare(sent, companies.readBack(shown))).toMatchObject({ differences: [], unreadable: ["days"] });
  });

  test.each([
    { path: "client_type.name", other: { type: "Wholesale" } },
    { path: "postal_code", other: { postal_code: "1234" } },
    { path: "tags", other: { tags: [] } },
    { path: "shipping_addresses[0].zip", other: { shipping_addresses: [{ address: "4 Depot Ln", postal_code: "" }] } },
  ])("shows another $path", ({ path, other }) => {
    const { differences } = compare(sent, companies.readBack({ ...shown, ...other }));
    expect(differences.map((difference) => difference.path)).toContain(path);
  });
});
