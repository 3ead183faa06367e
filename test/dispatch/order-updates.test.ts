// `existing.sales_orders: update`: what goes over the wire for orders that are there, and what never does.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/model/json.ts";
import { salesOrders } from "../../src/model/resources/sales-orders.ts";
import { sendOne } from "../ledger/one.ts";
import { call } from "../sandbox/api.ts";
import {
  type Changes,
  type Item,
  many,
  order,
  product,
  type Rehearsal,
  rehearse,
  tally,
  writesOf,
} from "./rehearsal.ts";

const update: Changes = { existing: { sales_orders: "update" } };

/** A rehearsal whose account has the product with the id 1, which `order` names. */
async function withProduct(options: Parameters<typeof rehearse>[0] = {}): Promise<Rehearsal> {
  const rehearsal = await rehearse(options);
  rehearsal.sandbox.seed("products", "P", product("P").payload);
  return rehearsal;
}

const night = async ({ stage, dispatch }: Rehearsal, items: readonly Item[], changes: Changes = update) =>
  (await dispatch(await stage(items), changes)).results;

const patchesOf = ({ sandbox }: Rehearsal) => sandbox.counts().requests["PATCH /sales-orders/{id}"] ?? 0;
const contentOf = ({ sandbox }: Rehearsal, key: string) => sandbox.records("sales_orders", key)[0]?.content ?? {};
const receivedBy = ({ sandbox }: Rehearsal, key: string) => sandbox.records("sales_orders", key)[0]?.received ?? [];

const brokenLaws = async ({ ledger }: Rehearsal, run: number) =>
  (await ledger.audit.invariants(run)).filter(({ breaches }) => breaches > 0);

describe("an order that changed after it was accepted", () => {
  it("gets one PATCH of what differs, and the third night asks nothing", async () => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1", [], { order_status: "on_hold", customer_notes: "ring twice" })]);
    const moved = order("O-1", [], { order_status: "shipped", customer_notes: "ring twice", ship_date: "2024-01-20" });
    const second = await night(rehearsal, [moved]);
    expect(second["O-1"]).toMatchObject({ outcome: "accepted", action: "updated", attempts: 1, httpStatus: 200 });
    expect(receivedBy(rehearsal, "O-1").at(-1)).toEqual({ order_status: "shipped", ship_date: "2024-01-20" });
    expect(contentOf(rehearsal, "O-1")).toMatchObject(moved.payload);
    const before = rehearsal.sandbox.counts().started;
    expect((await night(rehearsal, [moved]))["O-1"]).toMatchObject({ outcome: "unchanged" });
    expect(rehearsal.sandbox.counts().started).toBe(before);
    expect(await brokenLaws(rehearsal, 2)).toEqual([]);
  });

  it.each(["skip", "fail"] as const)("stays as it is where the job says %s", async (policy) => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1")]);
    const writes = writesOf(rehearsal.sandbox);
    const results = await night(rehearsal, [order("O-1", [], { order_status: "shipped" })], {
      existing: { sales_orders: policy },
    });
    expect(results["O-1"]).toMatchObject({
      outcome: "invalid",
      problems: [{ code: "order_immutable", path: "order_number" }],
    });
    expect(results["O-1"]?.problems[0]?.message).toContain("existing: { sales_orders: update }");
    expect(writesOf(rehearsal.sandbox)).toBe(writes);
  });

  it("is left alone as a whole when a line differs too, and each path is named", async () => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1")]);
    const items = [{ product_id: 1, quantity: 2, unit_price: 6 }];
    const results = await night(rehearsal, [order("O-1", [], { order_status: "shipped", items, total_tax: 1 })]);
    expect(results["O-1"]).toMatchObject({ outcome: "invalid", remoteId: "1" });
    expect(results["O-1"]?.problems.map(({ code, path }) => [code, path])).toEqual([
      ["order_immutable", "items[0].quantity"],
      ["order_immutable", "items[0].unit_price"],
      ["order_immutable", "total_tax"],
    ]);
    expect(results["O-1"]?.problems[0]?.message).toContain("items[0].quantity is 1 in Luminous and 2 in the file");
    expect(patchesOf(rehearsal)).toBe(0);
    expect(await brokenLaws(rehearsal, 2)).toEqual([]);
    // What was accepted is remembered: with its old content it is unchanged, without a question.
    const before = rehearsal.sandbox.counts().started;
    expect((await night(rehearsal, [order("O-1")]))["O-1"]).toMatchObject({ outcome: "unchanged" });
    expect(rehearsal.sandbox.counts().started).toBe(before);
  });

  it("is unchanged when Luminous shows it so already, and known from then on", async () => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1", [], { order_status: "on_hold" })]);
    await call(rehearsal.sandbox, "PATCH", "/sales-orders/1", { order_status: "shipped" });
    const moved = [order("O-1", [], { order_status: "shipped" })];
    expect((await night(rehearsal, moved))["O-1"]).toMatchObject({ outcome: "unchanged" });
    expect(patchesOf(rehearsal)).toBe(1);
    const before = rehearsal.sandbox.counts().started;
    await night(rehearsal, moved);
    expect(rehearsal.sandbox.counts().started).toBe(before);
  });

  it.each(["pending", "shipped", "cancelled"])(
    "stays %s, as somebody set it, while the file says the same as before",
    async (status) => {
      await using rehearsal = await withProduct();
      await night(rehearsal, [order("O-1", [], { order_status: "on_hold" })]);
      await call(rehearsal.sandbox, "PATCH", "/sales-orders/1", { order_status: status });
      const noted = order("O-1", [], { order_status: "on_hold", customer_notes: "ring twice" });
      const results = await night(rehearsal, [noted]);
      expect(results["O-1"]).toMatchObject({ outcome: "accepted", action: "updated", problems: [] });
      expect(receivedBy(rehearsal, "O-1").at(-1)).toEqual({ customer_notes: "ring twice" });
      // The file's next word counts again; what it said before is known from the night that changed the note.
      await night(rehearsal, [order("O-1", [], { order_status: "completed", customer_notes: "ring twice" })]);
      expect(contentOf(rehearsal, "O-1").order_status).toBe("completed");
    },
  );

  it("is not opened again by a file that has not heard that it was shipped", async () => {
    await using rehearsal = await withProduct();
    rehearsal.sandbox.seed("sales_orders", "O-1", order("O-1", [], { order_status: "shipped" }).payload);
    const noted = order("O-1", [], { order_status: "pending", customer_notes: "ring twice" });
    const results = await night(rehearsal, [noted]);
    expect(results["O-1"]).toMatchObject({
      outcome: "accepted",
      problems: [{ code: "status_kept", severity: "warning", path: "order_status" }],
    });
    expect(receivedBy(rehearsal, "O-1").at(-1)).toEqual({ customer_notes: "ring twice" });
    expect(contentOf(rehearsal, "O-1").order_status).toBe("shipped");
    // That it cannot be so is known, and not asked every night.
    const before = rehearsal.sandbox.counts().started;
    expect((await night(rehearsal, [noted]))["O-1"]?.outcome).toBe("unchanged");
    expect(rehearsal.sandbox.counts().started).toBe(before);
  });

  it("clears what the mapping clears, and nothing that is blank", async () => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1", [], { customer_notes: "ring twice", internal_notes: "vip", tags: ["a"] })]);
    const results = await night(rehearsal, [{ ...order("O-1"), clears: { customer_notes: "", tags: [] } }]);
    expect(results["O-1"]).toMatchObject({ action: "updated" });
    expect(receivedBy(rehearsal, "O-1").at(-1)).toEqual({ customer_notes: "", tags: [] });
    expect(contentOf(rehearsal, "O-1").internal_notes).toBe("vip");
  });

  it("gets its custom fields first, by their own endpoint, and only those that differ", async () => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1", [], { custom_fields: { Bin: "7", Level: "High" } })]);
    const changed = order("O-1", [], { custom_fields: { Bin: "8", Level: "High" }, order_status: "shipped" });
    const results = await night(rehearsal, [changed]);
    expect(results["O-1"]).toMatchObject({ outcome: "accepted", action: "updated", attempts: 1 });
    expect(receivedBy(rehearsal, "O-1").slice(1)).toEqual([{ Bin: "8" }, { order_status: "shipped" }]);
    expect(contentOf(rehearsal, "O-1")).toMatchObject(changed.payload);
    expect(await brokenLaws(rehearsal, 2)).toEqual([]);
  });

  it("is sent again as a whole after its custom fields went and the rest was refused", async () => {
    await using rehearsal = await withProduct({
      rejects: [{ resource: "sales_orders", path: "customer_notes", equals: "no", message: "Not this." }],
    });
    const first = order("O-1", [], { custom_fields: { Bin: "7" } });
    await night(rehearsal, [first]);
    const changed = order("O-1", [], { custom_fields: { Bin: "8" }, customer_notes: "no" });
    expect((await night(rehearsal, [changed]))["O-1"]).toMatchObject({ outcome: "rejected", httpStatus: 422 });
    // The first content is not what Luminous has any more.
    expect((await night(rehearsal, [first]))["O-1"]).toMatchObject({ outcome: "accepted", action: "updated" });
    expect(contentOf(rehearsal, "O-1").custom_fields).toEqual({ Bin: "7" });
  });

  it("is known by an alternate SKU in its lines, though Luminous shows the product's own", async () => {
    await using rehearsal = await withProduct();
    await call(rehearsal.sandbox, "POST", "/products/alternate-sku", { sku: "P", alternate_sku: "ALT" });
    await night(rehearsal, [order("O-1", ["ALT"])]);
    expect((await night(rehearsal, [order("O-1", ["ALT"], { order_status: "shipped" })]))["O-1"]).toMatchObject({
      outcome: "accepted",
      action: "updated",
    });
  });

  it("is rejected when it is gone, and says so", async () => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1")]);
    await using other = await withProduct();
    const run = await rehearsal.stage([order("O-1", [], { order_status: "shipped" })]);
    const { results } = await rehearsal.dispatch(run, { ...update, api: { baseUrl: other.sandbox.url } });
    expect(results["O-1"]).toMatchObject({ outcome: "rejected", httpStatus: 404 });
    expect(results["O-1"]?.problems[0]?.message).toContain("the order with the id 1 is gone from Luminous");
  });
});

describe("an order that somebody else made", () => {
  it("is found by its number and changed; new ones are created beside it", async () => {
    await using rehearsal = await withProduct();
    rehearsal.sandbox.seed("sales_orders", "O-1", order("O-1", [], { order_status: "on_hold" }).payload);
    const results = await night(rehearsal, [order("O-1", [], { order_status: "pending" }), order("O-2")]);
    expect([results["O-1"]?.action, results["O-2"]?.action]).toEqual(["updated", "created"]);
    expect(receivedBy(rehearsal, "O-1").at(-1)).toEqual({ order_status: "pending" });
    expect(rehearsal.sandbox.counts().duplicates.sales_orders).toBe(0);
  });

  it("is not touched where its lines are others", async () => {
    await using rehearsal = await withProduct();
    rehearsal.sandbox.seed("sales_orders", "O-1", order("O-1").payload);
    const items = [{ product_id: 1, quantity: 9, unit_price: 5 }];
    const results = await night(rehearsal, [order("O-1", [], { items, order_status: "shipped" })]);
    expect(results["O-1"]).toMatchObject({ outcome: "invalid", problems: [{ path: "items[0].quantity" }] });
    expect(writesOf(rehearsal.sandbox)).toBe(0);
  });
});

describe("what only an update takes", () => {
  const gift = order("O-1", [], { gift: true, gift_message: "For Bob", order_status: "on_hold" });
  const { gift: _, gift_message: __, ...creation } = gift.payload;

  it.each(["skip", "update"] as const)(
    "follows the creation, also where reads lag and the job says %s",
    async (policy) => {
      await using rehearsal = await withProduct({ readLagMs: 400 });
      const existing = { existing: { sales_orders: policy } } as const;
      const results = await night(rehearsal, [gift], existing);
      expect(results["O-1"]).toMatchObject({ outcome: "accepted", action: "created", attempts: 2 });
      expect(receivedBy(rehearsal, "O-1")).toEqual([creation, { gift_message: "For Bob", gift: true }]);
      const { started } = rehearsal.sandbox.counts();
      expect((await night(rehearsal, [gift], existing))["O-1"]?.outcome).toBe("unchanged");
      expect(rehearsal.sandbox.counts().started).toBe(started);
    },
  );

  it("follows in the next run when the first one died in between", async () => {
    await using rehearsal = await withProduct();
    await call(rehearsal.sandbox, "POST", "/sales-orders", creation);
    const run = await rehearsal.stage([gift]);
    for await (const [entry] of rehearsal.ledger.queue.unplanned(run, "sales_orders", 1)) {
      const terms = { timeoutMs: 300, readLagMs: 300, secondSendMs: 300 };
      const plan = { kind: "create" } as const;
      if (entry === undefined) continue;
      await sendOne(rehearsal.ledger.queue, entry.id, { plan, hash: entry.hash, atMs: Date.now(), terms });
      await rehearsal.ledger.queue.created(entry.id, "1");
    }
    const results = await night(rehearsal, [gift], {});
    expect(results["O-1"]).toMatchObject({ outcome: "accepted" });
    expect(receivedBy(rehearsal, "O-1")).toEqual([creation, { gift_message: "For Bob", gift: true }]);
    expect(await brokenLaws(rehearsal, 2)).toEqual([]);
  });
});

// Each waits more than it works.
describe.concurrent("with faults", () => {
  it.each(["error-after", "reset-before", "hang-after", "truncated", "throttle"] as const)(
    "%s leaves every order as the file says, and none twice",
    async (fault) => {
      await using rehearsal = await withProduct({
        duplicates: "accept",
        faults: { [fault]: fault === "throttle" ? 0.05 : 0.3 },
        seed: 5,
      });
      for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        rehearsal.sandbox.seed("sales_orders", `O-${n}`, order(`O-${n}`, [], { order_status: "on_hold" }).payload);
      const items = many(10, (n) =>
        order(`O-${n}`, [], { order_status: "shipped", custom_fields: { Bin: String(n) } }),
      );
      const run = await rehearsal.stage(items);
      const { results } = await rehearsal.dispatch(run, { ...update, limits: { attempts: 12 } });
      expect(tally(results)).toEqual({ accepted: 10 });
      for (const { payload } of items)
        expect(contentOf(rehearsal, String(payload.order_number))).toMatchObject(payload);
      expect(rehearsal.sandbox.counts().records.sales_orders).toBe(10);
      expect(await brokenLaws(rehearsal, run)).toEqual([]);
    },
  );

  it.each([
    { lie: "foreign-record", outcome: "accepted", status: "shipped" },
    { lie: "success-false", outcome: "failed", status: "on_hold" },
  ] as const)(
    "$lie is no answer: whether the status was moved is looked at again",
    async ({ lie, outcome, status }) => {
      await using rehearsal = await withProduct({ lies: [lie] });
      for (const key of ["O-1", "O-2"])
        rehearsal.sandbox.seed("sales_orders", key, order(key, [], { order_status: "on_hold" }).payload);
      const items = ["O-1", "O-2"].map((key) => order(key, [], { order_status: "shipped" }));
      const run = await rehearsal.stage(items);
      const { results } = await rehearsal.dispatch(run, { ...update, limits: { concurrency: 1, attempts: 2 } });
      expect(tally(results)).toEqual({ [outcome]: 2 });
      for (const key of ["O-1", "O-2"]) expect(contentOf(rehearsal, key).order_status).toBe(status);
    },
  );
});

describe("a run after one that died with a PATCH on its way", () => {
  const moved = order("O-1", [], { order_status: "shipped" });

  it.each([
    { stored: true, outcome: { outcome: "unchanged" }, patches: 1 },
    { stored: false, outcome: { outcome: "accepted", action: "updated" }, patches: 1 },
  ])("settles it right, whether it arrived ($stored) or not", async ({ stored, outcome, patches }) => {
    await using rehearsal = await withProduct();
    await night(rehearsal, [order("O-1", [], { order_status: "on_hold" })]);
    await patchAndDie(rehearsal, moved);
    if (stored) await call(rehearsal.sandbox, "PATCH", "/sales-orders/1", { order_status: "shipped" });
    const run = await rehearsal.stage([moved]);
    const { results } = await rehearsal.dispatch(run, update);
    expect(results["O-1"]).toMatchObject(outcome);
    expect(contentOf(rehearsal, "O-1").order_status).toBe("shipped");
    expect(patchesOf(rehearsal)).toBe(patches);
    expect(await brokenLaws(rehearsal, run)).toEqual([]);
    const before = rehearsal.sandbox.counts().started;
    expect((await night(rehearsal, [moved]))["O-1"]?.outcome).toBe("unchanged");
    expect(rehearsal.sandbox.counts().started).toBe(before);
  });

  it("sends the old content back when the file returns to it", async () => {
    await using rehearsal = await withProduct();
    const first = order("O-1", [], { order_status: "on_hold" });
    await night(rehearsal, [first]);
    await patchAndDie(rehearsal, order("O-1", [], { order_status: "pending" }));
    await call(rehearsal.sandbox, "PATCH", "/sales-orders/1", { order_status: "pending" });
    expect((await night(rehearsal, [first]))["O-1"]).toMatchObject({ outcome: "accepted", action: "updated" });
    expect(contentOf(rehearsal, "O-1").order_status).toBe("on_hold");
  });

  it("changes an order whose creation went through with other content, and names its lines where those changed", async () => {
    await using rehearsal = await withProduct({ duplicates: "accept" });
    for (const key of ["O-1", "O-2"]) {
      await createAndDie(rehearsal, order(key));
      await call(rehearsal.sandbox, "POST", "/sales-orders", order(key).payload);
    }
    const items = [{ product_id: 1, quantity: 3, unit_price: 5 }];
    const run = await rehearsal.stage([moved, order("O-2", [], { items })]);
    const { results } = await rehearsal.dispatch(run, update);
    expect(results["O-1"]).toMatchObject({ outcome: "accepted" });
    expect(contentOf(rehearsal, "O-1").order_status).toBe("shipped");
    expect(results["O-2"]).toMatchObject({ outcome: "invalid", problems: [{ path: "items[0].quantity" }] });
    expect(rehearsal.sandbox.counts().records.sales_orders).toBe(2);
    expect(await brokenLaws(rehearsal, run)).toEqual([]);
    // One look finds that the old content is there, and from then on none is needed.
    expect((await night(rehearsal, [order("O-2")]))["O-2"]?.outcome).toBe("unchanged");
    const before = rehearsal.sandbox.counts().started;
    expect((await night(rehearsal, [order("O-2")]))["O-2"]?.outcome).toBe("unchanged");
    expect(rehearsal.sandbox.counts().started).toBe(before);
  });
});

it("asks for known orders again with --force, and changes what differs", async () => {
  await using rehearsal = await withProduct();
  await night(rehearsal, [order("O-1"), order("O-2")]);
  await call(rehearsal.sandbox, "PATCH", "/sales-orders/1", { order_status: "cancelled" });
  const results = await night(rehearsal, [order("O-1"), order("O-2")], { ...update, force: true });
  expect([results["O-1"]?.action, results["O-2"]?.outcome]).toEqual(["updated", "unchanged"]);
});

it("is refused by the guard where the channel pushes orders on, also when nothing is new", async () => {
  await using rehearsal = await withProduct();
  const channel = rehearsal.sandbox.seed("channels", "Live", { label: "Live", pushOrdersToOms: true });
  rehearsal.sandbox.seed("sales_orders", "O-1", order("O-1", [], { order_status: "on_hold" }).payload);
  const release = order("O-1", [], { order_status: "pending", channel_id: channel });
  const { end } = await rehearsal.dispatch(await rehearsal.stage([release]), update);
  expect(end).toMatchObject({ error: { code: "GUARD" } });
  expect(writesOf(rehearsal.sandbox)).toBe(0);
});

/** How a field may change, and what has to be sent then. */
const changes: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  order_status: fc.constantFrom("on_hold", "shipped", "pending"),
  customer_email: fc.constantFrom("ada@example.com", "bob@example.com"),
  customer_po_number: fc.constantFrom("PO 1", "PO 2"),
  ship_date: fc.constantFrom("2024-01-20", "2024-01-21"),
  hold_until_date: fc.constantFrom("2024-01-20", "2024-01-21"),
  requested_shipping_service: fc.constantFrom("Ground", "Air"),
  customer_notes: fc.constantFrom("a", "b", " b "),
  bill_to: fc.record({ name: fc.constantFrom("Ada", "Bob"), city: fc.constantFrom("London", "Leeds") }),
  ship_to: fc.record({ name: fc.constantFrom("Ada", "Bob"), street1: fc.constantFrom("1 High Street", "2 Low Road") }),
  tags: fc.shuffledSubarray(["x", "y", "z"], { minLength: 1 }),
  custom_fields: fc.record({ Bin: fc.constantFrom("1", "2"), Level: fc.constantFrom("High", "Low") }),
};
const fixed: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  total_tax: fc.constantFrom(0, 1.5),
  items: fc.constantFrom(...[1, 2].map((quantity) => [{ product_id: 1, quantity, unit_price: 5 }])),
};
const someOf = fc.record({ ...changes, ...fixed }) as fc.Arbitrary<JsonObject>;
const before = fc.record({ ...changes, ...fixed }, { requiredKeys: ["items", "order_status", "bill_to", "ship_to"] });

describe("random orders, changed at random", () => {
  it("send exactly the difference, end as the file says, and never lose what cannot be changed", async () => {
    const pairs = fc.array(fc.record({ had: before as fc.Arbitrary<JsonObject>, wanted: someOf }), {
      minLength: 10,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(pairs, async (cases) => {
        await using rehearsal = await withProduct();
        const keyed = cases.map(({ had, wanted }, index) => {
          const key = `O-${index + 1}`;
          return { key, had: order(key, [], had).payload, wanted: order(key, [], wanted).payload };
        });
        for (const { key, had } of keyed) rehearsal.sandbox.seed("sales_orders", key, had);
        const results = await night(
          rehearsal,
          keyed.map(({ key, wanted }) => order(key, [], wanted)),
        );
        for (const { key, had, wanted } of keyed) {
          const isKept = had.order_status === "shipped" && wanted.order_status !== "shipped";
          const differs = Object.keys(wanted).filter(
            (field) => !isSame(field, had[field], wanted[field]) && !(field === "order_status" && isKept),
          );
          const stuck = differs.filter((field) => field in fixed);
          const sent = receivedBy(rehearsal, key);
          const content = contentOf(rehearsal, key);
          for (const field of Object.keys(fixed)) expect(content[field] ?? 0).toEqual(had[field] ?? 0);
          if (stuck.length > 0) {
            expect(results[key]?.outcome).toBe("invalid");
            expect(new Set(results[key]?.problems.map(({ path }) => path?.split("[")[0]))).toEqual(new Set(stuck));
            expect(content).toEqual(had);
            continue;
          }
          expect(results[key]?.outcome).toBe(differs.length === 0 ? "unchanged" : "accepted");
          const labels = differs.includes("custom_fields");
          const others = differs.filter((field) => field !== "custom_fields");
          expect(sent).toHaveLength((labels ? 1 : 0) + (others.length > 0 ? 1 : 0));
          if (others.length > 0) expect(Object.keys(sent.at(-1) ?? {}).sort()).toEqual([...others].sort());
          const shown = salesOrders.readBack({ id: 1, ...content });
          expect(results[key]?.problems.map(({ code }) => code)).toEqual(isKept ? ["status_kept"] : []);
          const end = isKept ? { ...wanted, order_status: "shipped" } : wanted;
          for (const field of Object.keys(changes))
            expect([field, isSame(field, shown[field], end[field])]).toEqual([field, true]);
        }
      }),
      { numRuns: 5 },
    );
  });
});

/** What counts as the same, said a second time and in another way: tags are a set, objects go by what is wanted, ends are trimmed. */
function isSame(field: string, had: unknown, wanted: unknown): boolean {
  if (field === "tags") return JSON.stringify(sorted(had)) === JSON.stringify(sorted(wanted));
  if (field === "total_tax") return (had ?? 0) === wanted;
  if (typeof wanted === "string") return typeof had === "string" && had.trim() === wanted.trim();
  if (Array.isArray(wanted)) return JSON.stringify(had) === JSON.stringify(wanted);
  const parts = (had ?? {}) as Record<string, unknown>;
  return Object.entries(wanted as object).every(([name, value]) => parts[name] === value);
}

function sorted(tags: unknown): readonly unknown[] {
  return Array.isArray(tags) ? [...(tags as unknown[])].sort() : [];
}

/** What a killed process leaves: a run whose update is on disk as sent, and has no end. */
async function patchAndDie(rehearsal: Rehearsal, item: Item): Promise<void> {
  await leaveSend(rehearsal, item, { kind: "update", remoteId: "1" });
}

async function createAndDie(rehearsal: Rehearsal, item: Item): Promise<void> {
  await leaveSend(rehearsal, item, { kind: "create" });
}

async function leaveSend(
  { ledger, stage }: Rehearsal,
  item: Item,
  plan: Parameters<typeof sendOne>[2]["plan"],
): Promise<void> {
  const run = await stage([item]);
  for await (const [entry] of ledger.queue.unplanned(run, "sales_orders", 1)) {
    if (entry === undefined) continue;
    const terms = { timeoutMs: 300, readLagMs: 300, secondSendMs: 300 };
    await sendOne(ledger.queue, entry.id, { plan, hash: entry.hash, atMs: Date.now(), terms });
  }
}
