// Every lie over HTTP: the same question to a sandbox that tells it and to one that does not. records() shows the truth
// whatever the answers said.
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { type LieText, lieNames } from "../../src/sandbox/world/lies.ts";
import type { SandboxOptions } from "../../src/sandbox/world/options.ts";
import { call, order, product } from "./api.ts";

interface Lied {
  readonly lie: LieText;
  readonly ask: (sandbox: Sandbox) => Promise<unknown>;
  readonly honest: unknown;
  readonly lied: unknown;
}

/** Products P1 to P6 (P6 does not sell) and orders O1 to O3 (O3 is cancelled). */
async function stocked(lies: readonly LieText[], more: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...more, lies });
  for (let n = 1; n <= 6; n += 1) await call(sandbox, "POST", "/products", product(`P${n}`, { sellable: n < 6 }));
  const lines = { items: [{ sku: "P1", quantity: 1, unit_price: 1 }] };
  for (const number of ["O1", "O2"]) await call(sandbox, "POST", "/sales-orders", order(number, lines));
  await call(sandbox, "POST", "/sales-orders", order("O3", { ...lines, order_status: "cancelled" }));
  return sandbox;
}

/** SKUs or order numbers of a list, or the status of what is none. */
async function found(sandbox: Sandbox, path: string): Promise<unknown> {
  const { status, at } = await call(sandbox, "GET", path);
  const rows = at("data");
  if (!Array.isArray(rows)) return status;
  return rows.map((row: { sku?: string; order_number?: string }) => row.sku ?? row.order_number).join(" ");
}

const finds = (query: string) => (sandbox: Sandbox) => found(sandbox, `/products?sort=id:asc&${query}`);
const meta = (query: string, name: string) => async (sandbox: Sandbox) =>
  (await call(sandbox, "GET", `/products?sort=id:asc&${query}`)).at(`meta.${name}`);
const inTurn =
  (...asks: readonly Lied["ask"][]) =>
  async (sandbox: Sandbox) => {
    const seen: unknown[] = [];
    for (const ask of asks) seen.push(await ask(sandbox));
    return seen;
  };
const text = (path: string) => async (sandbox: Sandbox) => {
  const response = await fetch(`${sandbox.url}${path}`, { headers: { authorization: "Bearer sandbox" } });
  return `${response.status} ${(await response.text()).slice(0, 9)}`;
};
const add = (sku: string) => async (sandbox: Sandbox) =>
  (await call(sandbox, "POST", "/products", product(sku))).status;

/** The pages of an export of products, three at most. */
const exported = async (sandbox: Sandbox): Promise<unknown> => {
  const pages: unknown[] = [];
  let query = "since=1970-01-01";
  for (let page = 1; page <= 3; page += 1) {
    const { status, at } = await call(sandbox, "GET", `/products/export?limit=4&${query}`);
    if (status !== 200) return status;
    pages.push((at("data") as { sku: string }[]).map(({ sku }) => sku).join(" "));
    if (at("has_more") !== true) break;
    query = `cursor=${String(at("next_cursor"))}`;
  }
  return pages;
};

const whole = "P1 P2 P3 P4 P5 P6";
const reading: readonly Lied[] = [
  { lie: "in-literal", ask: finds("sku[in]=P1,P2"), honest: "P1 P2", lied: "" },
  { lie: "in-first=2", ask: finds("sku[in]=P1,P2,P3"), honest: "P1 P2 P3", lied: "P1 P2" },
  { lie: "in-last-ignored", ask: finds("sku[in]=P1,P2,P3"), honest: "P1 P2 P3", lied: "P1 P2" },
  { lie: "in-cut=4", ask: finds("sku[in]=P1,P2,P3"), honest: "P1 P2 P3", lied: "P1" },
  {
    lie: "in-refused",
    ask: inTurn(finds("sku[in]=P1,P2"), finds("sku[eq]=P1")),
    honest: ["P1 P2", "P1"],
    lied: [422, "P1"],
  },
  {
    lie: "eq-empty",
    ask: inTurn(finds("sku[eq]=P1"), finds("sku=P1"), finds("sku[in]=P1")),
    honest: ["P1", "P1", "P1"],
    lied: ["", "", "P1"],
  },
  { lie: "eq-contains", ask: finds("sku[eq]=P"), honest: "", lied: whole },
  {
    lie: "filter-unknown-empty",
    ask: inTurn(finds("sku[in]=P1"), finds("")),
    honest: ["P1", whole],
    lied: ["", whole],
  },
  { lie: "filter-ignored", ask: finds("sku[in]=P1"), honest: "P1", lied: whole },
  {
    lie: "filters-forbidden=403",
    ask: inTurn(finds("sku[in]=P1"), finds("")),
    honest: ["P1", whole],
    lied: [403, whole],
  },
  { lie: "filter-folds-case", ask: finds("sku[in]=p1,p2"), honest: "", lied: "P1 P2" },
  {
    lie: "page-ignored",
    ask: inTurn(finds("per_page=4&page=2"), meta("per_page=4&page=2", "current_page")),
    honest: ["P5 P6", 2],
    lied: ["P1 P2 P3 P4", 1],
  },
  {
    lie: "page-repeats",
    ask: inTurn(finds("per_page=2&page=2"), meta("per_page=2&page=2", "current_page"), finds("per_page=2&page=3")),
    honest: ["P3 P4", 2, "P5 P6"],
    lied: ["P1 P2", 2, "P5 P6"],
  },
  { lie: "sort-ignored", ask: finds(""), honest: whole, lied: "P6 P5 P4 P3 P2 P1" },
  {
    lie: "per-page-capped=4",
    ask: inTurn(finds("per_page=100"), meta("per_page=100", "per_page"), meta("per_page=100", "last_page")),
    honest: [whole, 100, 1],
    lied: ["P1 P2 P3 P4", 4, 2],
  },
  {
    lie: "per-page-cut=4",
    ask: inTurn(finds("per_page=100"), meta("per_page=100", "per_page"), finds("per_page=100&page=2")),
    honest: [whole, 100, ""],
    lied: ["P1 P2 P3 P4", 100, ""],
  },
  {
    lie: "list-hides-archived",
    ask: inTurn(finds(""), meta("", "total"), (sandbox) => found(sandbox, "/sales-orders?sort=id:asc")),
    honest: [whole, 6, "O1 O2 O3"],
    lied: ["P1 P2 P3 P4 P5", 5, "O1 O2"],
  },

  { lie: "first-list-empty", ask: inTurn(finds(""), finds("")), honest: [whole, whole], lied: ["", whole] },
  {
    lie: "every-nth-list-empty=2",
    ask: inTurn(finds(""), finds(""), finds("")),
    honest: [whole, whole, whole],
    lied: [whole, "", whole],
  },
  { lie: "rows-missing=1", ask: inTurn(finds(""), meta("", "total")), honest: [whole, 6], lied: ["", 6] },
  {
    lie: "row-twice",
    ask: inTurn(finds(""), meta("", "total")),
    honest: [whole, 6],
    lied: ["P1 P2 P3 P4 P5 P1", 6],
  },
  {
    lie: "list-stale=60000",
    ask: inTurn(finds(""), meta("", "total"), async (sandbox) => (await call(sandbox, "GET", "/products/1")).status),
    honest: [whole, 6, 200],
    lied: ["", 0, 200],
  },
  {
    lie: "list-cached",
    ask: inTurn(finds("sku=P1"), finds("sku=P2"), add("P7"), finds("sku=P7")),
    honest: ["P1", "P2", 201, "P7"],
    lied: ["P1", "P1", 201, "P1"],
  },
  {
    lie: "reads-cached",
    ask: inTurn(finds("sku=P7"), finds("sku=P2"), add("P7"), finds("sku=P7")),
    honest: ["", "P2", 201, "P7"],
    lied: ["", "P2", 201, ""],
  },
  { lie: "last-page-zero", ask: meta("per_page=4", "last_page"), honest: 2, lied: 0 },
  {
    lie: "last-page-one",
    ask: inTurn(meta("per_page=4", "last_page"), meta("per_page=4", "total")),
    honest: [2, 6],
    lied: [1, 6],
  },
  { lie: "no-meta", ask: inTurn(meta("", "per_page"), finds("")), honest: [10, whole], lied: [undefined, whole] },
  {
    lie: "no-total",
    ask: inTurn(meta("", "total"), meta("", "last_page")),
    honest: [6, 1],
    lied: [undefined, 1],
  },
  { lie: "meta-as-text", ask: meta("", "total"), honest: 6, lied: "6" },
  { lie: "total-of-page", ask: meta("per_page=4", "total"), honest: 6, lied: 4 },
  { lie: "total-too-large=3", ask: meta("", "total"), honest: 6, lied: 9 },
  { lie: "total-too-small=3", ask: meta("", "total"), honest: 6, lied: 3 },
  { lie: "list-bare", ask: text("/products"), honest: '200 {"data":[', lied: '200 [{"id":6,' },
  { lie: "list-blank", ask: text("/products"), honest: '200 {"data":[', lied: "200 " },
  { lie: "list-page-of-html", ask: text("/products"), honest: '200 {"data":[', lied: "200 <!doctype" },
  {
    lie: "by-id-missing",
    ask: async (sandbox) => (await call(sandbox, "GET", "/products/1")).status,
    honest: 200,
    lied: 404,
  },
  {
    lie: "by-id-foreign",
    ask: async (sandbox) => (await call(sandbox, "GET", "/products/1")).at("data.sku"),
    honest: "P1",
    lied: "P2",
  },

  { lie: "export-empty", ask: exported, honest: ["P1 P2 P3 P4", "P5 P6"], lied: [""] },
  { lie: "export-stale", ask: exported, honest: ["P1 P2 P3 P4", "P5 P6"], lied: ["", ""] },
  {
    lie: "export-active-only",
    ask: (sandbox) => found(sandbox, "/sales-orders/export?since=1970-01-01"),
    honest: "O1 O2 O3",
    lied: "O1 O2",
  },
  { lie: "export-stops", ask: exported, honest: ["P1 P2 P3 P4", "P5 P6"], lied: ["P1 P2 P3 P4"] },
  {
    lie: "export-loops",
    ask: exported,
    honest: ["P1 P2 P3 P4", "P5 P6"],
    lied: ["P1 P2 P3 P4", "P1 P2 P3 P4", "P1 P2 P3 P4"],
  },
  { lie: "export-skips", ask: exported, honest: ["P1 P2 P3 P4", "P5 P6"], lied: ["P1 P2 P3 P4", "P6"] },
  { lie: "export-refused=403", ask: exported, honest: ["P1 P2 P3 P4", "P5 P6"], lied: 403 },

  {
    lie: "ids-as-strings",
    ask: inTurn(
      async (sandbox) => (await call(sandbox, "GET", "/products?sort=id:asc")).at("data.0.id"),
      async (sandbox) => (await call(sandbox, "GET", "/sales-orders/export?since=1970-01-01")).at("data.0.order_id"),
      async (sandbox) => (await call(sandbox, "POST", "/products", product("P7"))).at("data.id"),
    ),
    honest: [1, 1, 7],
    lied: ["1", "1", "7"],
  },
  {
    lie: "ids-change-type",
    ask: inTurn(
      async (sandbox) => (await call(sandbox, "GET", "/products/1")).at("data.id"),
      async (sandbox) => (await call(sandbox, "POST", "/products", product("P7"))).at("data.id"),
    ),
    honest: [1, 7],
    lied: ["1", 7],
  },
];

/** Makes a product under a key, and says what became of it: the answer's key, and what the filter finds for both. */
const stores = (sent: string, stored: string) => async (sandbox: Sandbox) => {
  const answer = await call(sandbox, "POST", "/products", product(sent));
  const asked = async (key: string) =>
    (await call(sandbox, "GET", `/products?sku[eq]=${encodeURIComponent(key)}`)).at("meta.total");
  const line = { items: [{ sku: sent, quantity: 1, unit_price: 1 }] };
  const ordered = await call(sandbox, "POST", "/sales-orders", order("17", line));
  const inside = sandbox.records("products", sent).map(({ received }) => received[0]?.sku);
  return [answer.at("data.sku"), await asked(sent), await asked(stored), ordered.status, inside];
};
const keyRow = (lie: LieText, sent: string, stored: string): Lied => ({
  lie,
  ask: stores(sent, stored),
  honest: [sent, 1, 0, 201, [sent]],
  lied: [stored, 0, 1, 201, [sent]],
});
const keys: readonly Lied[] = [
  keyRow("keys-trimmed", "A  1", "A 1"),
  keyRow("keys-zero-width-dropped", "A\u200B1\uFEFF2", "A12"),
  keyRow("keys-nfc", "Cafe\u0301", "Caf\u00E9"),
  keyRow("keys-lowercased", "Ab-1", "ab-1"),
  keyRow("keys-uppercased", "Ab-1", "AB-1"),
  keyRow("keys-cut=4", "ABCDEF", "ABCD"),
];

/** Creates A and B and updates A; the answers' status, id and key, and what is stored by key and name. */
const writes = async (sandbox: Sandbox): Promise<unknown> => {
  const send = async (path: string, body: object) => {
    const response = await fetch(`${sandbox.url}${path}`, {
      method: "POST",
      headers: { authorization: "Bearer sandbox" },
      body: JSON.stringify(body),
    });
    const answer = (await response.text()).replace(/^(?!\{).*$/, '"?"');
    const { data, ...bare } = JSON.parse(answer) as Record<string, unknown>;
    const { id = "-", sku = "-", success, error } = (data ?? bare) as Record<string, unknown>;
    return `${response.status} ${id} ${sku}${success === false || error !== undefined ? " !" : ""}`;
  };
  const seen = [
    await send("/products", product("A")),
    await send("/products", product("B")),
    await send("/products/1", { name: "changed" }),
  ];
  return [...seen, ...sandbox.records("products").map(({ key, content }) => `${key} ${content.name}`)];
};
const truth = ["A changed", "B Product B"];
const honest = ["201 1 A", "201 2 B", "200 1 A", ...truth];
const writing: readonly Lied[] = [
  { lie: "foreign-record", ask: writes, honest, lied: ["201 1 A", "201 1 A", "200 2 B", ...truth] },
  { lie: "cached-create", ask: writes, honest, lied: ["201 1 A", "201 1 A", "200 1 A", "A changed"] },
  { lie: "cached-answer", ask: writes, honest, lied: ["201 1 A", "201 1 A", "200 1 A", ...truth] },
  { lie: "error-in-200", ask: writes, honest, lied: ["200 - - !", "200 - - !", "200 - - !"] },
  {
    lie: "success-false",
    ask: writes,
    honest,
    lied: ["201 1 A", "201 2 B", "200 - - !", "A Product A", "B Product B"],
  },
  { lie: "html-in-200", ask: writes, honest, lied: ["200 - -", "200 - -", "200 - -"] },
  { lie: "empty-success", ask: writes, honest, lied: ["201 - -", "201 - -", "200 - -", ...truth] },
  { lie: "bare-record", ask: writes, honest, lied: ["201 1 A", "201 2 B", "200 1 A", ...truth] },
  { lie: "key-missing", ask: writes, honest, lied: ["201 1 -", "201 2 -", "200 1 -", ...truth] },
  { lie: "id-missing", ask: writes, honest, lied: ["201 - A", "201 - B", "200 - A", ...truth] },
  { lie: "id-reused", ask: writes, honest, lied: ["201 1 A", "201 1 B", "200 1 A", ...truth] },
  { lie: "forgotten", ask: writes, honest, lied: ["201 900000001 A", "201 900000002 B", "404 - -"] },
  { lie: "throttle-after", ask: writes, honest, lied: ["429 - -", "429 - -", "429 - -", ...truth] },
  { lie: "unavailable-after", ask: writes, honest, lied: ["503 - -", "503 - -", "503 - -", ...truth] },
  {
    lie: "crossed-answers",
    ask: async (sandbox) => {
      const both = await Promise.all(["A", "B"].map((sku) => call(sandbox, "POST", "/products", product(sku))));
      return both.map(({ at }) => at("data.sku"));
    },
    honest: ["A", "B"],
    lied: ["B", "A"],
  },
];

const dateOf = async (sandbox: Sandbox): Promise<number | undefined> => {
  const date = (await call(sandbox, "GET", "/products")).headers.get("date");
  return date === null ? undefined : Date.parse(date);
};
const startMs = Date.parse("2024-01-15T10:00:00Z");
const times: readonly Lied[] = [
  {
    lie: "clock=-3600s",
    ask: inTurn(dateOf, async (sandbox) =>
      (await call(sandbox, "POST", "/products", product("A"))).at("data.created_at"),
    ),
    honest: [startMs, "2024-01-15T10:00:00Z"],
    lied: [startMs - 3_600_000, "2024-01-15T09:00:00Z"],
  },
  { lie: "no-date", ask: dateOf, honest: startMs, lied: undefined },
];

const table = [
  ...reading.map((row) => ({ ...row, isStocked: true })),
  ...[...keys, ...writing, ...times].map((row) => ({ ...row, isStocked: false })),
];

test.each(table)(
  "$lie: the client sees it, and records() shows the truth",
  async ({ lie, ask, honest, lied, isStocked }) => {
    const more = { nowMs: () => startMs };
    const start = (lies: readonly LieText[]) => (isStocked ? stocked(lies, more) : startSandbox({ ...more, lies }));
    await using kind = await start([]);
    expect(await ask(kind)).toEqual(honest);
    await using liar = await start([lie]);
    expect(await ask(liar)).toEqual(lied);
    if (isStocked) expect(liar.records("products").length).toBe(kind.records("products").length);
    expect(Object.keys(liar.counts().lies)).toEqual([nameOf(lie)]);
    expect(kind.counts().lies).toEqual({});
    expect(liar.counts().defects).toBe(0);
  },
);

test("sort-shuffled draws another order for every request, equal for equal seeds, and loses nobody", async () => {
  const orders = async () => {
    await using sandbox = await stocked(["sort-shuffled"], { seed: 4 });
    return [await finds("")(sandbox), await finds("")(sandbox)].map(String);
  };
  const [first = "", second = ""] = await orders();
  expect(first).not.toBe(second);
  expect([...first.split(" ")].sort().join(" ")).toBe(whole);
  expect(await orders()).toEqual([first, second]);
});

test("late-commit stores what it never answers, also when the client has left long ago", async () => {
  await using sandbox = await startSandbox({ lies: ["late-commit=60"] });
  const patience = new AbortController();
  const cut = fetch(`${sandbox.url}/products`, {
    method: "POST",
    headers: { authorization: "Bearer sandbox" },
    body: JSON.stringify(product("A")),
    signal: patience.signal,
  }).catch((error: Error) => error.name);
  await expect.poll(() => sandbox.counts().inFlight).toBe(1);
  patience.abort();
  expect(await cut).toBe("AbortError");
  await expect.poll(() => sandbox.records("products").map(({ key }) => key)).toEqual(["A"]);
});

test("queued answers at once and stores later", async () => {
  await using sandbox = await startSandbox({ lies: ["queued=60"] });
  const answer = await call(sandbox, "POST", "/products", product("A"));
  expect([answer.status, answer.at("data"), sandbox.records("products")]).toEqual([202, undefined, []]);
  await expect.poll(() => sandbox.records("products").map(({ key }) => key)).toEqual(["A"]);
});

test("clock-varies and date-frozen tell a time of their own", async () => {
  let nowMs = startMs;
  const clock = () => nowMs;
  await using varying = await startSandbox({ lies: ["clock-varies=600"], nowMs: clock });
  const dates = [await dateOf(varying), await dateOf(varying), await dateOf(varying)].map(Number);
  expect(new Set(dates).size).toBe(3);
  for (const date of dates) expect(Math.abs(date - startMs)).toBeLessThanOrEqual(600_000);
  await using frozen = await startSandbox({ lies: ["date-frozen"], nowMs: clock });
  await dateOf(frozen);
  nowMs += 3_600_000;
  expect(await dateOf(frozen)).toBe(startMs);
});

test("a lie with a probability is told to about so many, the same ones for equal seeds", async () => {
  const answers = async (seed: number) => {
    await using sandbox = await startSandbox({ lies: ["id-missing=0.3"], seed });
    const ids: unknown[] = [];
    for (let n = 1; n <= 40; n += 1)
      ids.push((await call(sandbox, "POST", "/products", product(`P${n}`))).at("data.id"));
    return ids.map((id) => id === undefined);
  };
  const first = await answers(1);
  expect(first.filter((isTold) => isTold).length).toBeGreaterThan(4);
  expect(first.filter((isTold) => isTold).length).toBeLessThan(22);
  expect(await answers(1)).toEqual(first);
  expect(await answers(2)).not.toEqual(first);
});

test("stopLying ends what is told request by request", async () => {
  await using sandbox = await startSandbox({ lies: ["id-missing", "filter-unknown-empty"] });
  expect((await call(sandbox, "POST", "/products", product("A"))).at("data.id")).toBeUndefined();
  expect(await found(sandbox, "/products?sku=A")).toBe("");
  sandbox.stopLying();
  expect((await call(sandbox, "POST", "/products", product("B"))).at("data.id")).toBe(2);
  expect(await found(sandbox, "/products?sku=A")).toBe("A");
});

test("a product that was seeded is found by its SKU, by lists and by order lines", async () => {
  await using sandbox = await startSandbox();
  sandbox.seed("products", "S", product("S") as JsonObject);
  expect(await found(sandbox, "/products?sku[in]=S")).toBe("S");
  const line = { items: [{ sku: "S", quantity: 1, unit_price: 1 }] };
  expect((await call(sandbox, "POST", "/sales-orders", order("17", line))).status).toBe(201);
});

test("has a test for every lie there is", () => {
  const alone = ["queued", "sort-shuffled", "late-commit", "clock-varies", "date-frozen"];
  expect([...table.map(({ lie }) => nameOf(lie)), ...alone].sort()).toEqual([...lieNames].sort());
});

test.each([
  { lies: ["gremlins"], says: 'unknown lie "gremlins"' },
  { lies: ["in-first=x"], says: "takes a number" },
  { lies: ["in-first=0"], says: "cannot be 0" },
  { lies: ["in-first=1.5"], says: "cannot be 1.5" },
  { lies: ["in-first=3@0.5"], says: 'takes no "@0.5"' },
  { lies: ["no-meta=1"], says: "takes no number" },
  { lies: ["foreign-record=1.5"], says: "between 0 and 1" },
  { lies: ["late-commit=800@2"], says: "between 0 and 1" },
  { lies: ["late-commit=-1"], says: "cannot be -1" },
  { lies: ["no-meta", "no-meta"], says: "given twice" },
])("refuses to start with $lies", async ({ lies, says }) => {
  const error = await startSandbox({ lies: lies as readonly LieText[] }).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: "ImportError", code: "USAGE", message: expect.stringContaining(says) });
});

function nameOf(lie: LieText): string {
  return lie.replace(/[=@].*$/, "");
}
