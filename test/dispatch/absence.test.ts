// What looks like an absence and is none: rows that cannot be read, reads that lag, a clock that somebody sets. And names
// that say too much: one for two channels, a kit in itself.
import { describe, expect, it } from "vitest";
import type { ApiRequest, Client, Exchange } from "../../src/api/client.ts";
import { fakeClock } from "../api/fake-clock.ts";
import { kit, order, product, rehearse } from "./rehearsal.ts";

describe("rows that cannot be read", () => {
  /** Filters are refused; the list has one order, and the rows of list and export are those. */
  const lists = (rows: () => readonly object[]) =>
    clientThat(({ method, path }) => {
      if (method === "POST") return { kind: "broken", code: "ECONNRESET" };
      if (path.includes("%5B")) return answer(404, { message: "no filter here" });
      const known = { id: 1, order_number: "O-0" };
      if (path === "/sales-orders/1") return answer(200, { data: known });
      const data = path.startsWith("/channels") ? [{ id: 1, label: "Default" }] : [known, ...rows()];
      return answer(200, { data, meta: { total: data.length }, has_more: false });
    });
  const sends = (requests: readonly ApiRequest[]) => requests.filter(({ method }) => method === "POST");

  it("prove no absence: an unanswered order is sent once, and stays in doubt", async () => {
    await using rehearsal = await rehearse();
    let isSent = false;
    const { client, requests } = lists(() => (isSent ? [{ so_id: 7, order_number: "O-1" }] : []));
    const watching: Client = {
      ...client,
      exchange: async (request, cut) => {
        const answered = await client.exchange(request, cut);
        isSent ||= request.method === "POST";
        return answered;
      },
    };
    const { results } = await rehearsal.dispatch(await rehearsal.stage([order("O-1")]), { openClient: () => watching });
    expect(results["O-1"]?.outcome).toBe("in_doubt");
    expect(sends(requests)).toHaveLength(1);
  });

  it("keep what was never sent from being sent, and say why", async () => {
    await using rehearsal = await rehearse();
    const { client, requests } = lists(() => [{ so_id: 7, order_number: "O-1" }]);
    const { results } = await rehearsal.dispatch(await rehearsal.stage([order("O-1")]), { openClient: () => client });
    expect(results["O-1"]).toMatchObject({ outcome: "failed", problems: [{ code: "existence_unknown" }] });
    expect(results["O-1"]?.problems[0]?.message).toMatch(/1 row of its (list|export) without an id or order_number/);
    expect(sends(requests)).toEqual([]);
  });

  it("do not matter when their key is there and empty", async () => {
    await using rehearsal = await rehearse();
    const { client, requests } = lists(() => [{ id: 7, order_number: null }]);
    await rehearsal.dispatch(await rehearsal.stage([order("O-1")]), {
      openClient: () => client,
      limits: { attempts: 1 },
    });
    expect(sends(requests)).toHaveLength(1);
  });
});

it("an export proves enough for a first send and never for a second: it shows active records only", async () => {
  await using rehearsal = await rehearse();
  const known = { id: 1, order_number: "O-0" };
  const { client, requests } = clientThat(({ method, path }) => {
    if (method === "POST") return { kind: "broken", code: "ECONNRESET" };
    if (path.includes("%5B")) return answer(404, { message: "no filter here" });
    if (path.startsWith("/channels")) return answer(200, { data: [{ id: 1, label: "Default" }], meta: { total: 1 } });
    if (path === "/sales-orders/1") return answer(200, { data: known });
    if (path.startsWith("/sales-orders/export")) return answer(200, { data: [known], has_more: false });
    return answer(200, { data: [known], meta: { total: 2 } }); // a list that is never whole
  });
  const run = await rehearsal.stage([order("O-1", [], { order_status: "cancelled" })]);
  const { results } = await rehearsal.dispatch(run, { openClient: () => client });
  expect(results["O-1"]).toMatchObject({ outcome: "in_doubt" });
  expect(requests.filter(({ method }) => method === "POST")).toHaveLength(1);
});

describe("--force, when a lookup does not show what was accepted", () => {
  it("creates nothing: an order is unchanged or cannot be changed, a product is updated by its id", async () => {
    await using rehearsal = await rehearse();
    const first = [product("A"), order("O-1"), order("O-2")];
    await rehearsal.dispatch(await rehearsal.stage(first));
    const { client, requests } = clientThat(({ method }) =>
      method === "GET" ? answer(200, { data: [], meta: { total: 0 } }) : answer(404, { message: "no such product" }),
    );
    const again = [product("A"), order("O-1"), order("O-2", [], { notes: "other" })];
    const { results } = await rehearsal.dispatch(await rehearsal.stage(again), {
      force: true,
      openClient: () => client,
    });
    expect(requests.flatMap(({ method, path }) => (method === "GET" ? [] : [path]))).toEqual(["/products/1"]);
    expect(results.A).toMatchObject({ outcome: "rejected", httpStatus: 404 });
    expect(results["O-1"]?.outcome).toBe("unchanged");
    expect(results["O-2"]).toMatchObject({ outcome: "invalid", problems: [{ code: "order_immutable" }] });
    expect(results["O-2"]?.problems[0]?.message).toMatch(
      /accepted before with id \S+, and a lookup does not show it now/,
    );
  });
});

it("a clock set forward proves no absence early", async () => {
  await using rehearsal = await rehearse();
  const clock = fakeClock();
  const sentAtMs: number[] = [];
  const { client } = clientThat(({ method }) => {
    if (method === "GET") return answer(200, { data: [], meta: { total: 0 } });
    sentAtMs.push(clock.monotonicMs());
    if (sentAtMs.length > 1) return answer(201, { data: { id: 1 } });
    clock.jump(3_600_000);
    return { kind: "broken", code: "ECONNRESET" };
  });
  let hasEnded = false;
  const run = await rehearsal.stage([order("O-1")]);
  const ended = rehearsal
    .dispatch(run, { clock, openClient: () => client, limits: { timeoutMs: 20_000, readLagMs: 10_000 } })
    .finally(() => {
      hasEnded = true;
    });
  while (!hasEnded) await clock.advance(50);
  expect((await ended).results["O-1"]?.outcome).toBe("accepted");
  expect(sentAtMs).toHaveLength(2);
  expect((sentAtMs[1] ?? 0) - (sentAtMs[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
});

it("a label of two channels is not filled in: both ids are named", async () => {
  await using rehearsal = await rehearse();
  const { client, requests } = clientThat(({ path }) =>
    answer(200, {
      data: path.startsWith("/sales-orders")
        ? []
        : [
            { id: 11, label: "X" },
            { id: 12, label: "X" },
          ],
      meta: { total: path.startsWith("/sales-orders") ? 0 : 2 },
    }),
  );
  const references = [{ path: "channel_id", resource: "channels", key: "X", fill: true }] as const;
  const run = await rehearsal.stage([{ ...order("O-1"), references }]);
  const { results } = await rehearsal.dispatch(run, { openClient: () => client, missingReferences: "send" });
  expect(results["O-1"]?.outcome).toBe("blocked");
  expect(results["O-1"]?.problems).toMatchObject([
    { code: "missing_reference", path: "channel_id", message: 'two channels are called "X": ids 11 and 12' },
  ]);
  expect(requests.filter(({ method }) => method === "POST")).toEqual([]);
});

it("a kit that is its own component is blocked like a cycle", async () => {
  await using rehearsal = await rehearse();
  const { results } = await rehearsal.dispatch(await rehearsal.stage([kit("K", ["K"])]));
  expect(results.K).toMatchObject({ outcome: "blocked", problems: [{ code: "reference_failed" }] });
});

/** An API that answers by this rule, and what it was asked. */
function clientThat(reply: (request: ApiRequest) => Exchange) {
  const requests: ApiRequest[] = [];
  const client: Client = {
    exchange: async (request) => {
      requests.push(request);
      return reply(request);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return { client, requests };
}

function answer(status: number, body: object): Exchange {
  return { kind: "answer", status, headers: {}, text: JSON.stringify(body), complete: true };
}
