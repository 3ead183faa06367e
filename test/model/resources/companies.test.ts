// Companies: what of a reply makes one findable.
import { expect, test } from "vitest";
import { companies } from "../../../src/model/resources/companies.ts";

test.each([
  { record: { id: 7, name: " Holm & Co, ApS ", status: "active" }, name: "Holm & Co, ApS", id: "7" },
  { record: { id: "8", name: "1001" }, name: "1001", id: "8" },
])("$record is found as $name", ({ record, name, id }) => {
  expect(companies.remoteRecord(record)).toEqual({ remoteId: id, keys: [{ key: name, role: "own" }] });
});

test.each([{ id: 7 }, { id: 7, name: " " }, { name: "Holm" }, "Holm", null])("%j is no company", (record) => {
  expect(companies.remoteRecord(record)).toBeUndefined();
});
