// Addresses of databases: what is one, what of it is shown, and what must not be.
import { expect, it } from "vitest";
import { checkLedger, ledgerSecrets } from "../../src/model/ledger/ledger-address.ts";

it.each([
  { text: "postgres://db/imports", shown: "postgres://db/imports" },
  { text: " postgresql://me@db:5433/imports?sslmode=verify-full ", shown: "postgres://db:5433/imports" },
  { text: "postgres:///imports?host=/var/run/postgresql", shown: "postgres:///imports" },
  { text: "postgres://me:a%2Fb%40c@db/imports", shown: "postgres://db/imports", holdsPassword: true },
  { text: "postgres://db/imports?password=canary", shown: "postgres://db/imports", holdsPassword: true },
])("$text is shown as $shown", ({ text, shown, holdsPassword = false }) => {
  const checked = checkLedger(text);
  expect(checked).toMatchObject({ ok: true, address: { shown }, holdsPassword });
  expect(checked.ok && checked.address.reveal()).toBe(text.trim());
  expect(JSON.stringify(checked)).not.toMatch(/canary|a%2Fb/);
});

it.each([
  "",
  "imports.db",
  "mysql://db/imports",
  "postgres://db",
  "postgres://db/one/two",
  // Passwords with characters that end them.
  "postgres://me:12#canary@db/imports",
  "postgres://me:12/canary@db/imports",
  "postgres://me:12?canary@db/imports",
  "postgres://me:canary/x@db/imports",
])("'%s' is no address, and nothing of it is said", (text) => {
  const checked = checkLedger(text);
  expect(checked.ok).toBe(false);
  expect(JSON.stringify(checked)).not.toContain("canary");
});

it("knows what of an address is secret, as it is written and as it is meant", () => {
  expect(ledgerSecrets("postgres://me:a%2Fb@db/imports?sslpassword=key")).toEqual(["a%2Fb", "a/b", "key"]);
  expect(ledgerSecrets("postgres://me@db/imports")).toEqual([]);
  expect(ledgerSecrets("postgres://me:1/x@db:y/imports")).toEqual(["postgres://me:1/x@db:y/imports"]);
  expect(ledgerSecrets(" ")).toEqual([]);
});
