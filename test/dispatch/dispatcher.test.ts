import { describe, expect, it } from "vitest";
import { kit, many, order, product, rehearse, tally, writesOf } from "./rehearsal.ts";

describe("a run", () => {
  it("sends products, then kits, then orders, whatever their order in the files", async () => {
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage([order("O-1", ["K-1", "A"]), kit("K-1", ["A", "B"]), product("B"), product("A")]);
    const { end, results, events } = await rehearsal.dispatch(run);
    expect(end).toEqual({ kind: "finished" });
    expect(tally(results)).toEqual({ accepted: 4 });
    expect(results["O-1"]?.action).toBe("created");
    const settled = events.flatMap((event) => (event.type === "entry.settled" ? [event.key] : []));
    expect([...settled.slice(0, 2).sort(), ...settled.slice(2)]).toEqual(["A", "B", "K-1", "O-1"]);
    expect(rehearsal.sandbox.counts().defects).toBe(0);
    const told = events.flatMap((event) => (event.type === "phase.started" ? [event.phase] : []));
    expect(told).toEqual(["channels", "products", "kits", "sales_orders"]); // of others only where there is something
  });

  it("sends nothing when the same content comes again", async () => {
    await using rehearsal = await rehearse();
    const items = [product("A"), order("O-1", ["A"])];
    await rehearsal.dispatch(await rehearsal.stage(items));
    const before = rehearsal.sandbox.counts().started;
    const { results } = await rehearsal.dispatch(await rehearsal.stage(items));
    expect(tally(results)).toEqual({ unchanged: 2 });
    expect(rehearsal.sandbox.counts().started).toBe(before);
  });

  it("updates a product whose content changed, and says that an order cannot be changed", async () => {
    await using rehearsal = await rehearse();
    await rehearsal.dispatch(await rehearsal.stage([product("A"), order("O-1", ["A"])]));
    const changed = [product("A", { retail_price: 9.5 }), order("O-1", ["A"], { order_status: "pending" })];
    const { results } = await rehearsal.dispatch(await rehearsal.stage(changed));
    expect(results.A).toMatchObject({ outcome: "accepted", action: "updated" });
    expect(results["O-1"]).toMatchObject({ outcome: "invalid" });
    expect(results["O-1"]?.problems[0]).toMatchObject({ code: "order_immutable", path: "order_number" });
    expect(rehearsal.sandbox.records("products", "A")[0]?.content.retail_price).toBe(9.5);
  });

  it("keeps to the rate and the concurrency, lookups included", async () => {
    await using rehearsal = await rehearse({ latencyMs: 5 });
    const run = await rehearsal.stage(many(45, (n) => product(`P-${n}`)));
    const { results } = await rehearsal.dispatch(run, { limits: { requestsPerSecond: 40, concurrency: 3 } });
    expect(tally(results)).toEqual({ accepted: 45 });
    const { peakPerSecond, maxInFlight } = rehearsal.sandbox.counts();
    expect(peakPerSecond).toBeLessThanOrEqual(41);
    expect(maxInFlight).toBeLessThanOrEqual(3);
  });

  it("takes with --limit an order and the product that it needs, and leaves the rest pending", async () => {
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage([product("A"), product("B"), order("O-1", ["B"])]);
    const { results } = await rehearsal.dispatch(run, { limit: 1 });
    expect(results.A?.outcome).toBe("pending");
    expect(results.B?.outcome).toBe("accepted");
    expect(results["O-1"]?.outcome).toBe("accepted");
  });
});

describe("what Luminous has already", () => {
  it.each([
    { policy: "update", outcome: "accepted", action: "updated" },
    { policy: "skip", outcome: "skipped", action: undefined },
    { policy: "fail", outcome: "invalid", action: undefined },
  ] as const)("products: $policy gives $outcome", async ({ policy, outcome, action }) => {
    await using rehearsal = await rehearse();
    await post(rehearsal.sandbox.url, "/products", product("A").payload);
    const { results } = await rehearsal.dispatch(await rehearsal.stage([product("A", { retail_price: 2 })]), {
      existing: { products: policy },
    });
    expect(results.A?.outcome).toBe(outcome);
    expect(results.A?.action).toBe(action);
    expect(rehearsal.sandbox.counts().records.products).toBe(1);
  });

  it("names the product whose alternate SKU is in the way", async () => {
    await using rehearsal = await rehearse();
    await post(rehearsal.sandbox.url, "/products", product("MASTER").payload);
    await post(rehearsal.sandbox.url, "/products/alternate-sku", { sku: "MASTER", alternate_sku: "ALT" });
    const { results } = await rehearsal.dispatch(await rehearsal.stage([product("ALT")]));
    expect(results.ALT?.outcome).toBe("invalid");
    expect(results.ALT?.problems[0]).toMatchObject({ code: "sku_is_alternate" });
    expect(results.ALT?.problems[0]?.message).toContain('"MASTER"');
  });

  it("is found by reading the list once where the filters do nothing", async () => {
    await using rehearsal = await rehearse({ ignoreFilters: true });
    for (const sku of ["X", "Y", "A"]) await post(rehearsal.sandbox.url, "/products", product(sku).payload);
    const items = [product("A", { retail_price: 2 }), ...many(120, (n) => product(`N-${n}`))];
    const { results, events } = await rehearsal.dispatch(await rehearsal.stage(items));
    expect(results.A).toMatchObject({ outcome: "accepted", action: "updated" });
    expect(tally(results)).toEqual({ accepted: 121 });
    expect(events.some(({ type }) => type === "lookup.fallback")).toBe(true);
    const { requests } = rehearsal.sandbox.counts();
    expect((requests["GET /products"] ?? 0) + (requests["GET /products/export"] ?? 0)).toBeLessThan(10);
    expect(rehearsal.sandbox.counts().duplicates.products).toBe(0);
  });

  it("asks for keys with commas one by one, and compares exactly", async () => {
    await using rehearsal = await rehearse();
    await post(rehearsal.sandbox.url, "/products", product("a,b").payload);
    const { results } = await rehearsal.dispatch(
      await rehearsal.stage([product("a,b"), product("A,B"), product("a")]),
      {
        existing: { products: "skip" },
      },
    );
    expect([results["a,b"]?.outcome, results["A,B"]?.outcome, results.a?.outcome]).toEqual([
      "skipped",
      "accepted",
      "accepted",
    ]);
  });

  it("is asked again with --force, also for what was accepted", async () => {
    await using rehearsal = await rehearse();
    const items = [product("A"), order("O-1", ["A"])];
    await rehearsal.dispatch(await rehearsal.stage(items));
    const { results } = await rehearsal.dispatch(await rehearsal.stage(items), { force: true });
    expect([results.A?.action, results["O-1"]?.outcome]).toEqual(["updated", "skipped"]);
  });

  it.each(["reject", "conflict"] as const)(
    "is found out by a refusal too, when the lookup came too early (%s)",
    async (duplicates) => {
      await using rehearsal = await rehearse({ duplicates, readLagMs: 400 });
      await post(rehearsal.sandbox.url, "/products", product("A").payload);
      const run = await rehearsal.stage([...many(20, (n) => product(`P-${n}`)), product("A", { retail_price: 3 })]);
      const { results } = await rehearsal.dispatch(run, { limits: { requestsPerSecond: 20, concurrency: 1 } });
      expect(results.A).toMatchObject({ outcome: "accepted", action: "updated" });
    },
  );

  it("makes an entry invalid that lacks what a creation needs, and updates it where it exists", async () => {
    await using rehearsal = await rehearse();
    await post(rehearsal.sandbox.url, "/products", product("A").payload);
    const creationProblems = [{ code: "missing_value", message: "a product needs a name", path: "name" }] as const;
    const price = (sku: string) =>
      ({ resource: "products", payload: { sku, retail_price: 7 }, creationProblems }) as const;
    const { results } = await rehearsal.dispatch(await rehearsal.stage([price("A"), price("B")]));
    expect(results.A).toMatchObject({ outcome: "accepted", action: "updated" });
    expect(results.B).toMatchObject({ outcome: "invalid", problems: creationProblems });
  });
});

describe("what is sent", () => {
  it("creates without the fields that only an update takes, then updates with everything", async () => {
    await using rehearsal = await rehearse();
    const item = product("A", { qty_low_alert: 5, variants: [{ name: "S", sku: "A-S", qty_minimum: 2 }] });
    const { results } = await rehearsal.dispatch(await rehearsal.stage([item]));
    expect(results.A).toMatchObject({ outcome: "accepted", action: "created", attempts: 2 });
    const received = rehearsal.sandbox.records("products", "A")[0]?.received ?? [];
    expect(received).toHaveLength(2);
    expect(received[0]).toEqual({ ...product("A").payload, variants: [{ name: "S", sku: "A-S" }] });
    expect(received[1]).toEqual(item.payload);
  });

  it("clears only on update", async () => {
    await using rehearsal = await rehearse();
    const item = { ...product("A"), clears: { description: "", tags: [] } } as const;
    await rehearsal.dispatch(await rehearsal.stage([item]));
    await rehearsal.dispatch(await rehearsal.stage([{ ...item, payload: { ...item.payload, retail_price: 1 } }]));
    const received = rehearsal.sandbox.records("products", "A")[0]?.received ?? [];
    expect(received[0]).toEqual(item.payload);
    expect(received[1]).toMatchObject({ retail_price: 1, description: "", tags: [] });
  });

  it("creates a channel by the endpoint it names, fills its id into orders, and updates it without its type", async () => {
    await using rehearsal = await rehearse();
    const channel = (more = {}) =>
      ({
        resource: "channels",
        payload: { label: "Legacy 2024", endpoint: "legacy", warehouseGroupId: 1, ...more },
      }) as const;
    const { channel_id: _, ...payload } = order("O-1").payload;
    const reference = { path: "channel_id", resource: "channels", key: "Legacy 2024", fill: true } as const;
    await post(rehearsal.sandbox.url, "/products", product("P").payload);
    const first = await rehearsal.dispatch(
      await rehearsal.stage([{ resource: "sales_orders", payload, references: [reference] }, channel()]),
    );
    expect(tally(first.results)).toEqual({ accepted: 2 });
    const [made] = rehearsal.sandbox.records("channels", "Legacy 2024");
    expect(made?.received[0]).not.toHaveProperty("endpoint");
    expect(rehearsal.sandbox.counts().requests["POST /channels/sales"]).toBe(1);
    expect(rehearsal.sandbox.records("sales_orders", "O-1")[0]?.received[0]?.channel_id).toBe(made?.id);

    const typed = { ...channel({ description: "old shop" }).payload, channelType: "sales_channel" };
    const second = await rehearsal.dispatch(await rehearsal.stage([{ resource: "channels", payload: typed }]));
    expect(second.results["Legacy 2024"]).toMatchObject({ outcome: "accepted", action: "updated" });
    expect(rehearsal.sandbox.records("channels", "Legacy 2024")[0]?.received.at(-1)).not.toHaveProperty("channelType");
  });

  it("says nothing where an update would hold nothing but the key", async () => {
    await using rehearsal = await rehearse();
    await post(rehearsal.sandbox.url, "/products", product("A").payload);
    const { results } = await rehearsal.dispatch(
      await rehearsal.stage([{ resource: "products", payload: { sku: "A" } }]),
    );
    expect(results.A?.outcome).toBe("unchanged");
    expect(writesOf(rehearsal.sandbox)).toBe(1);
  });
});

describe("references", () => {
  it("blocks what refers to nothing, and to what did not make it", async () => {
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage([
      product("BAD", { supplier_id: "none" }),
      product("GOOD"),
      order("O-1", ["GOOD", "NOWHERE"]),
      order("O-2", ["BAD"]),
      order("O-3", ["GOOD"]),
    ]);
    const { results } = await rehearsal.dispatch(run);
    expect(results.BAD?.outcome).toBe("rejected");
    expect(results["O-1"]).toMatchObject({
      outcome: "blocked",
      problems: [{ code: "missing_reference", path: "items[1].sku" }],
    });
    expect(results["O-2"]).toMatchObject({
      outcome: "blocked",
      problems: [{ code: "reference_failed", path: "items[0].sku" }],
    });
    expect(results["O-2"]?.problems[0]?.message).toContain("items.csv:2");
    expect(results["O-3"]?.outcome).toBe("accepted");
  });

  it("takes what Luminous has, and lets unknown SKUs go when the guard says so", async () => {
    await using rehearsal = await rehearse();
    await post(rehearsal.sandbox.url, "/products", product("OLD").payload);
    const first = await rehearsal.dispatch(await rehearsal.stage([order("O-1", ["OLD"])]));
    expect(first.results["O-1"]?.outcome).toBe("accepted");
    const second = await rehearsal.dispatch(await rehearsal.stage([order("O-2", ["NOWHERE"])]), {
      missingReferences: "send",
    });
    expect(second.results["O-2"]?.outcome).toBe("rejected");
  });

  it("sends kits of kits in rounds, and blocks those that wait for each other", async () => {
    await using rehearsal = await rehearse();
    const run = await rehearsal.stage([
      kit("OUTER", ["INNER", "A"]),
      kit("INNER", ["A"]),
      product("A"),
      kit("HEN", ["EGG"]),
      kit("EGG", ["HEN"]),
    ]);
    const { results } = await rehearsal.dispatch(run);
    expect([results.OUTER?.outcome, results.INNER?.outcome]).toEqual(["accepted", "accepted"]);
    expect([results.HEN?.outcome, results.EGG?.outcome]).toEqual(["blocked", "blocked"]);
  });
});

async function post(url: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: "Bearer sandbox", accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
